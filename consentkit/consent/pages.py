"""The addresses under the consent path: preferences, choice, withdrawal, state, declaration, assets."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope

from consentkit.consent.changes import Announcer
from consentkit.consent.choice import Choice, ChoiceCodec, add_grants, make_choice
from consentkit.consent.cookies import Cookies
from consentkit.consent.decision import Decisions, decide
from consentkit.consent.deletions import deletion_lines
from consentkit.consent.edge import Hints
from consentkit.consent.embeds import Embeds, once_policy
from consentkit.consent.gate import Gate
from consentkit.consent.ledger.record import WITHDRAWN, Change
from consentkit.consent.outbound import ADDRESS, followed
from consentkit.consent.proof import NO_RECORD, UNWRITTEN, Proof
from consentkit.consent.published import SCHEMA_NAME, as_data, schema_text
from consentkit.consent.render import Renderer
from consentkit.consent.return_to import path_of_referrer, safe_path
from consentkit.consent.submission import MAX_BODY, Submission, from_this_site, parse_submission, parse_withdrawal
from consentkit.consent.visit import ANSWER_KEY, SECURITY, Visit, cookie_name, read_body
from consentkit.texts import language_of, pick_language

GPC_SINCE = "2026-11-23"
"""The day since which consentkit honours Global Privacy Control."""


class ConsentPages:
    """Answers the requests under the consent path."""

    def __init__(
        self,
        renderer: Renderer,
        codec: ChoiceCodec,
        gate: Gate,
        *,
        embeds: Embeds,
        proof: Proof,
        announcer: Announcer,
        make_id: Callable[[], str],
        hints: Hints | None = None,
    ) -> None:
        self._hints = hints
        self._embeds = embeds
        self._proof = proof
        self._announcer = announcer
        self._renderer = renderer
        self._codec = codec
        self._gate = gate
        self._make_id = make_id
        self._declaration = renderer.config.declaration
        self._all_ids = tuple(purpose.id for purpose in self._declaration.choosable)
        self._forms: dict[str, Callable[[Visit, Receive], Awaitable[Response]]] = {
            "": self._choose,
            "withdraw": self._choose,
            "once": self._embed,
            "always": self._embed,
            "erase": self._erase,
            "state": self._resume,
        }
        if renderer.config.stats.outbound:
            self._forms[ADDRESS] = followed
        self._pages: dict[str, Callable[[Visit], Response]] = {
            "": self._start,
            "state": self._state,
            "declaration": self._declared,
            "declaration.json": self._declared_data,
            SCHEMA_NAME: self._schema,
        }

    async def respond(self, visit: Visit, receive: Receive) -> Response:
        """The response to a request; `visit.route` is its path below the consent path, "" for the page itself."""
        method = visit.scope["method"]
        if method == "POST" and visit.route in self._forms:
            return await self._forms[visit.route](visit, receive)
        if method not in ("GET", "HEAD"):
            return JSONResponse({"error": "use GET here"}, 405, headers={**SECURITY, "Allow": "GET, HEAD"})
        if visit.route.startswith("static/"):
            return self._renderer.assets.response(visit.scope)
        if visit.route == "record":
            return await self._record(visit)
        page = self._pages.get(visit.route)
        return page(visit) if page else JSONResponse({"error": "there is no such page"}, 404, headers=SECURITY)

    def _start(self, visit: Visit) -> Response:
        return self._preferences(visit, next((key for key in ("saved", "erased") if visit.query(key)), ""))

    def _state(self, visit: Visit) -> Response:
        return JSONResponse(self.state(visit.decisions), headers=SECURITY)

    def _declared(self, visit: Visit) -> Response:
        html = self._renderer.declaration_page(language=self._language(visit), base=visit.base, back=self._back(visit))
        return HTMLResponse(html, headers=SECURITY)

    def _declared_data(self, _: Visit) -> Response:
        return JSONResponse(as_data(self._renderer.config, self._renderer.checked()), headers=SECURITY)

    def _schema(self, _: Visit) -> Response:
        return Response(schema_text(), media_type="application/schema+json", headers=SECURITY)

    def _language(self, visit: Visit, asked: str = "") -> str:
        wanted = language_of(asked or visit.query("lang"))
        if wanted in self._renderer.languages:
            return wanted
        return pick_language(visit.text(b"accept-language"), self._renderer.languages) or self._renderer.languages[0]

    def _back(self, visit: Visit) -> str:
        """The page that the visitor came from, to go back to."""
        path = safe_path(visit.query("return")) or path_of_referrer(visit.text(b"referer"), visit.text(b"host"))
        return "" if path.startswith(visit.base) else path

    def _preferences(
        self, visit: Visit, message: str, status: int = 200, submission: Submission | None = None
    ) -> Response:
        page = self._renderer.preferences(
            visit.decisions,
            language=self._language(visit, submission.language if submission else ""),
            base=visit.base,
            back=safe_path(submission.return_to) if submission else self._back(visit),
            message=message,
            warning=status >= 400,
        )
        return HTMLResponse(page, status, headers=SECURITY)

    async def _choose(self, visit: Visit, receive: Receive) -> Response:
        body = await read_body(receive)
        if body is None:
            return JSONResponse({"error": f"more than {MAX_BODY} bytes"}, 413, headers=SECURITY)
        if visit.route == "withdraw":
            # Withdrawing needs no field, so nothing in the body can stand in its way (GDPR Art. 7(3)).
            return await self._accepted(visit, self._make((), visit), parse_withdrawal(body))
        try:
            submission = parse_submission(body, visit.text(b"content-type"), self._all_ids)
        except ValueError as problem:
            return self._rejected(visit, 400, key="refused_form", problem=str(problem))
        if submission.grants and not from_this_site(visit.headers, visit.scope.get("scheme", "")):
            return self._rejected(
                visit,
                403,
                key="refused_origin",
                problem="a grant is only taken from a page of this site",
                submission=submission,
            )
        try:
            choice = self._make(submission.grants, visit)
        except ValueError as problem:
            return self._rejected(visit, 400, key="refused_form", problem=str(problem), submission=submission)
        return await self._accepted(visit, choice, submission)

    async def _embed(self, visit: Visit, receive: Receive) -> Response:
        """A placeholder's form: shows one embed and stores nothing, or adds the grant of its services."""
        body = await read_body(receive)
        if body is None:
            return JSONResponse({"error": f"more than {MAX_BODY} bytes"}, 413, headers=SECURITY)
        once = visit.route == "once"
        try:
            asked = self._embeds.read(body, once=once)
        except ValueError as problem:
            return self._rejected(visit, 400, key="refused_form", problem=str(problem))
        submission = Submission((), asked.return_to, asked.language, asked.shown)
        if not from_this_site(visit.headers, visit.scope.get("scheme", "")):
            why = "a grant is only taken from a page of this site"
            return self._rejected(visit, 403, key="refused_origin", problem=why, submission=submission)
        if once:
            page = self._renderer.once_page(
                asked.services,
                asked.address,
                asked.kind,
                language=self._language(visit, asked.language),
                base=visit.base,
                back=asked.return_to,
            )
            return HTMLResponse(page, headers={**SECURITY, "Content-Security-Policy": once_policy(asked)})
        choice = add_grants(
            self._declaration,
            visit.decisions.choice,
            sorted(visit.decisions.granted),
            [service.id for service in asked.services],
            today=visit.today,
            gpc=visit.decisions.gpc,
            make_id=self._make_id,
        )
        return await self._accepted(visit, choice, submission)

    def _make(self, grants: tuple[str, ...], visit: Visit) -> Choice:
        before = visit.decisions.choice
        return make_choice(
            self._declaration,
            grants,
            today=visit.today,
            gpc=visit.decisions.gpc,
            id_=before.id if before else "",
            make_id=self._make_id,
        )

    def _rejected(
        self, visit: Visit, status: int, *, key: str, problem: str, submission: Submission | None = None
    ) -> Response:
        if visit.wants_json:
            return JSONResponse({"error": problem}, status, headers=SECURITY)
        return self._preferences(visit, key, status, submission)

    async def _accepted(self, visit: Visit, choice: Choice, submission: Submission) -> Response:
        decisions = decide(self._declaration, choice, gpc=visit.decisions.gpc)
        change = self._change(visit, choice, submission)
        if not await self._proof.keep(change):
            return self._rejected(visit, 503, key="unproven", problem=UNWRITTEN, submission=submission)
        if visit.wants_json:
            response: Response = JSONResponse(self.state(decisions), headers=SECURITY)
        else:
            response = RedirectResponse(self._destination(visit, submission), 303, headers=SECURITY)
        self._remember(response, visit, choice)
        self._delete(response, visit, decisions)
        if not change.repeats():
            visit.scope[ANSWER_KEY] = change.answer(self._renderer.config)
            response.background = self._announcer.after_answer(visit.decisions, decisions)
        return response

    def _remember(self, response: Response, visit: Visit, choice: Choice | None) -> None:
        """Put the choice into the visitor's cookies; None takes it out of them."""
        value = self._codec.encode(choice) if choice else ""
        days = (self._codec.expires(choice) - visit.today).days if choice else 0
        response.raw_headers.append((b"set-cookie", _cookie_line(visit.scope, value, days=days)))
        self._hint(response, visit, choice)

    def _hint(self, response: Response, visit: Visit, choice: Choice | None) -> None:
        """Tell the scripts of pages that are the same for everybody what was chosen."""
        if self._hints:
            days = (self._codec.expires(choice) - visit.today).days if choice else 0
            response.raw_headers.append((b"set-cookie", self._hints.line(visit.scope, choice, days=days)))

    async def _resume(self, visit: Visit, _: Receive) -> Response:
        """The state, for a script that found no hint of it: that comes with it, and refused cookies are deleted."""
        response = self._state(visit)
        if visit.decisions.choice:
            self._hint(response, visit, visit.decisions.choice)
        self._delete(response, visit, visit.decisions)
        return response

    def _delete(self, response: Response, visit: Visit, decisions: Decisions) -> None:
        """Delete the cookies that are refused from now on."""
        refused = self._gate.refused(Cookies(visit.headers.get(b"cookie", b"")), self._gate.verdicts(decisions))
        host = visit.text(b"host")
        path = path_of_referrer(visit.text(b"referer"), host).partition("?")[0] or visit.scope["path"]
        for line in deletion_lines(refused, host=host.partition(":")[0], path=path):
            response.raw_headers.append((b"set-cookie", line))

    def _change(self, visit: Visit, choice: Choice, submission: Submission) -> Change:
        came_from = path_of_referrer(visit.text(b"referer"), visit.text(b"host"))
        notice, confirmed = self._renderer.answered(
            submission.shown,
            language=self._language(visit, submission.language),
            base=visit.base,
            on_own_page=came_from.startswith(visit.base),
        )
        return Change(visit.decisions, choice, notice, confirmed, f"{visit.base}withdraw")

    async def _record(self, visit: Visit) -> Response:
        choice = visit.decisions.choice
        status, data = await self._proof.record_of(choice.id if choice else "")
        as_file = {"Content-Disposition": 'attachment; filename="consent-record.json"'} if status == 200 else {}
        return JSONResponse(data, status, headers={**SECURITY, **as_file})

    async def _erase(self, visit: Visit, receive: Receive) -> Response:
        said = parse_withdrawal(await read_body(receive) or b"")
        before = visit.decisions.choice
        if not from_this_site(visit.headers, visit.scope.get("scheme", "")):
            return self._rejected(visit, 403, key="refused_origin", problem="use a page of this site", submission=said)
        if before is None or not before.id:
            return self._rejected(visit, 404, key="no_record", problem=NO_RECORD, submission=said)
        if not await self._proof.erase(before.id):
            return self._rejected(visit, 503, key="unproven", problem=UNWRITTEN, submission=said)
        undecided = decide(self._declaration, None, gpc=visit.decisions.gpc)
        if visit.wants_json:
            response: Response = JSONResponse(self.state(undecided), headers=SECURITY)
        else:
            fields = {"erased": "1", "lang": self._language(visit, said.language)}
            response = RedirectResponse(f"{visit.base}?{urlencode(fields)}", 303, headers=SECURITY)
        self._remember(response, visit, None)
        self._delete(response, visit, decide(self._declaration, self._make((), visit), gpc=visit.decisions.gpc))
        if before.granted:
            visit.scope[ANSWER_KEY] = WITHDRAWN
            response.background = self._announcer.after_answer(visit.decisions, undecided)
        return response

    def _destination(self, visit: Visit, submission: Submission) -> str:
        came_from = path_of_referrer(visit.text(b"referer"), visit.text(b"host"))
        wanted = safe_path(submission.return_to)
        if came_from.startswith(visit.base):
            fields = {"saved": "1", "lang": self._language(visit, submission.language), "return": wanted}
            return f"{visit.base}?{urlencode({key: value for key, value in fields.items() if value})}"
        return came_from or wanted or "/"

    def state(self, decisions: Decisions) -> dict[str, Any]:
        """The state as the JSON of `GET /consent/state`."""
        choice = decisions.choice

        def entry(id_: str) -> dict[str, str]:
            decision = decisions.of(id_)
            return {"state": str(decision.state), "reason": decision.reason}

        return {
            "purposes": {
                purpose.id: {
                    **entry(purpose.id),
                    "services": {service.id: entry(service.id) for service in purpose.services},
                }
                for purpose in self._declaration.purposes
            },
            "policy": self._declaration.policy_version,
            "decided": choice.decided.isoformat() if choice else None,
            "asked_again": self._codec.expires(choice).isoformat() if choice else None,
            "gpc": decisions.gpc,
            "asks": decisions.asks,
            "granted": sorted(decisions.granted),
            "sweep": self._renderer.sweep(decisions),
        }


def _cookie_line(scope: Scope, value: str, *, days: int) -> bytes:
    name = cookie_name(scope).decode()
    secure = "; Secure" if name.startswith("__Host-") else ""
    return f"{name}={value}; Path=/; Max-Age={days * 86_400}; HttpOnly; SameSite=Lax{secure}".encode()


def gpc_response() -> Response:
    """The support resource of Global Privacy Control (W3C GPC §5)."""
    body = json.dumps({"gpc": True, "lastUpdate": GPC_SINCE})
    return Response(body, media_type="application/json", headers={"Cache-Control": "public, max-age=86400"})
