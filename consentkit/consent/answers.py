"""What visitors send to the addresses under the consent path: a choice, a withdrawal, an embed to show, an erasure."""

from collections.abc import Callable
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Receive

from consentkit.consent.changes import Announcer
from consentkit.consent.choice import Choice, ChoiceCodec, add_grants, answer_asked, make_choice, objection
from consentkit.consent.cookies import Cookies
from consentkit.consent.decision import Decisions, decide
from consentkit.consent.deletions import deletion_lines
from consentkit.consent.edge import Hints
from consentkit.consent.embeds import Embeds, once_policy
from consentkit.consent.gate import Gate
from consentkit.consent.ledger.record import WITHDRAWN, Change
from consentkit.consent.proof import NO_RECORD, UNWRITTEN, Proof
from consentkit.consent.render import Renderer
from consentkit.consent.return_to import path_of_referrer, safe_path
from consentkit.consent.screens import Screens
from consentkit.consent.submission import MAX_BODY, Submission, parse_submission, parse_withdrawal
from consentkit.consent.visit import ANSWER_KEY, SECURITY, Visit, choice_line, read_body

FORGET_AHEAD = (b"clear-site-data", b'"prefetchCache", "prerenderCache"')
"""Has the browser drop the pages loaded ahead, which were made before this choice (Clear Site Data §3.1)."""
ELSEWHERE = "a grant is only taken from a page of this site"


class Answers:
    """Takes what a visitor answered: proves it, remembers it in their cookies, deletes what is refused."""

    def __init__(
        self,
        screens: Screens,
        renderer: Renderer,
        codec: ChoiceCodec,
        gate: Gate,
        *,
        embeds: Embeds,
        proof: Proof,
        announcer: Announcer,
        make_id: Callable[[], str],
        hints: Hints | None,
    ) -> None:
        self._screens = screens
        self._renderer = renderer
        self._codec = codec
        self._gate = gate
        self._embeds = embeds
        self._proof = proof
        self._announcer = announcer
        self._make_id = make_id
        self._hints = hints
        self._declaration = renderer.config.declaration
        self._all_ids = tuple(purpose.id for purpose in self._declaration.choosable)

    async def choose(self, visit: Visit, receive: Receive) -> Response:
        """The form of the banner or the preferences page, or a withdrawal."""
        body = await read_body(receive)
        if body is None:
            return _too_large()
        if visit.route == "withdraw":
            # Withdrawing needs no field, so nothing in the body can stand in its way (GDPR Art. 7(3)).
            return await self._accepted(visit, self._make((), visit), parse_withdrawal(body))
        try:
            submission = parse_submission(body, visit.text(b"content-type"), self._all_ids)
        except ValueError as problem:
            return self._rejected(visit, 400, key="refused_form", problem=str(problem))
        if submission.grants and not visit.is_from_this_site:
            return self._rejected(visit, 403, key="refused_origin", problem=ELSEWHERE, submission=submission)
        try:
            choice = self._answered(submission, visit)
        except ValueError as problem:
            return self._rejected(visit, 400, key="refused_form", problem=str(problem), submission=submission)
        return await self._accepted(visit, choice, submission)

    async def embed(self, visit: Visit, receive: Receive) -> Response:
        """A placeholder's form: shows one embed and stores nothing, or adds the grant of its services."""
        body = await read_body(receive)
        if body is None:
            return _too_large()
        once = visit.route == "once"
        try:
            asked = self._embeds.read(body, once=once)
        except ValueError as problem:
            return self._rejected(visit, 400, key="refused_form", problem=str(problem))
        submission = Submission((), asked.return_to, asked.language, asked.shown)
        if not visit.is_from_this_site:
            return self._rejected(visit, 403, key="refused_origin", problem=ELSEWHERE, submission=submission)
        if once:
            page = self._renderer.once_page(
                asked.services,
                asked.address,
                asked.kind,
                language=self._screens.language(visit, asked.language),
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

    async def erase(self, visit: Visit, receive: Receive) -> Response:
        """An erasure of the visitor's record, with which their choice is forgotten, but for an objection."""
        said = parse_withdrawal(await read_body(receive) or b"")
        before = visit.decisions.choice
        if not visit.is_from_this_site:
            return self._rejected(visit, 403, key="refused_origin", problem="use a page of this site", submission=said)
        if before is None or not before.id:
            return self._rejected(visit, 404, key="no_record", problem=NO_RECORD, submission=said)
        if not await self._proof.erase(before.id):
            return self._rejected(visit, 503, key="unproven", problem=UNWRITTEN, submission=said)
        left = objection(self._declaration, before)
        after = decide(self._declaration, left, gpc=visit.decisions.gpc)
        if visit.wants_json:
            response: Response = JSONResponse(self._screens.state_of(after), headers=SECURITY)
        else:
            fields = {"erased": "1", "lang": self._screens.language(visit, said.language)}
            response = RedirectResponse(f"{visit.base}?{urlencode(fields)}", 303, headers=SECURITY)
        self._remember(response, visit, left)
        self._delete(response, visit, decide(self._declaration, self._make((), visit), gpc=visit.decisions.gpc))
        if before.granted:
            visit.scope[ANSWER_KEY] = WITHDRAWN
            response.background = self._announcer.after_answer(visit.decisions, after)
        return response

    async def resume(self, visit: Visit, _: Receive) -> Response:
        """The state, for a script that found no hint of it: that comes with it, and refused cookies are deleted."""
        response = self._screens.state(visit)
        if visit.decisions.choice:
            self._hint(response, visit, visit.decisions.choice)
        self._delete(response, visit, visit.decisions)
        return response

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

    def _answered(self, submission: Submission, visit: Visit) -> Choice:
        before = visit.decisions.choice
        # No cookie comes with a form of another site (SameSite=Lax): a refusal in part would undo what it refuses.
        is_known = before is not None or visit.is_from_this_site
        if not (submission.asked and is_known):
            return self._make(submission.grants, visit)
        return answer_asked(
            self._declaration,
            before,
            visit.decisions.granted,
            submission.asked,
            accepts=bool(submission.grants),
            today=visit.today,
            gpc=visit.decisions.gpc,
            make_id=self._make_id,
        )

    def _rejected(
        self, visit: Visit, status: int, *, key: str, problem: str, submission: Submission | None = None
    ) -> Response:
        if visit.wants_json:
            return JSONResponse({"error": problem}, status, headers=SECURITY)
        return self._screens.preferences(visit, key, status, submission)

    async def _accepted(self, visit: Visit, choice: Choice, submission: Submission) -> Response:
        decisions = decide(self._declaration, choice, gpc=visit.decisions.gpc)
        change = self._change(visit, choice, submission)
        if not await self._proof.keep(change):
            return self._rejected(visit, 503, key="unproven", problem=UNWRITTEN, submission=submission)
        if visit.wants_json:
            response: Response = JSONResponse(self._screens.state_of(decisions), headers=SECURITY)
        else:
            response = RedirectResponse(self._destination(visit, submission), 303, headers=SECURITY)
        self._remember(response, visit, choice)
        self._delete(response, visit, decisions)
        if not change.repeats():
            visit.scope[ANSWER_KEY] = change.answer(self._renderer.config)
            response.background = self._announcer.after_answer(visit.decisions, decisions)
        return response

    def _change(self, visit: Visit, choice: Choice, submission: Submission) -> Change:
        came_from = path_of_referrer(visit.text(b"referer"), visit.text(b"host"))
        notice, confirmed = self._renderer.answered(
            submission.shown,
            language=self._screens.language(visit, submission.language),
            base=visit.base,
            on_own_page=came_from.startswith(visit.base),
        )
        return Change(visit.decisions, choice, notice, confirmed, f"{visit.base}withdraw")

    def _destination(self, visit: Visit, submission: Submission) -> str:
        came_from = path_of_referrer(visit.text(b"referer"), visit.text(b"host"))
        wanted = safe_path(submission.return_to)
        if came_from.startswith(visit.base):
            fields = {"saved": "1", "lang": self._screens.language(visit, submission.language), "return": wanted}
            return f"{visit.base}?{urlencode({key: value for key, value in fields.items() if value})}"
        return came_from or wanted or "/"

    def _remember(self, response: Response, visit: Visit, choice: Choice | None) -> None:
        """Put the choice into the visitor's cookies; None takes it out of them."""
        value = self._codec.encode(choice) if choice else ""
        days = (self._codec.kept_until(choice) - visit.today).days if choice else 0
        response.raw_headers.append(FORGET_AHEAD)
        response.raw_headers.append((b"set-cookie", choice_line(visit.scope, value, days=days)))
        self._hint(response, visit, choice)

    def _hint(self, response: Response, visit: Visit, choice: Choice | None) -> None:
        """Tell the scripts of pages that are the same for everybody what was chosen."""
        if self._hints:
            days = (self._codec.expires(choice) - visit.today).days if choice else 0
            response.raw_headers.append((b"set-cookie", self._hints.line(visit.scope, choice, days=days)))

    def _delete(self, response: Response, visit: Visit, decisions: Decisions) -> None:
        """Delete the cookies that are refused from now on."""
        refused = self._gate.refused(Cookies(visit.headers.get(b"cookie", b"")), self._gate.verdicts(decisions))
        host = visit.text(b"host")
        path = path_of_referrer(visit.text(b"referer"), host).partition("?")[0] or visit.scope["path"]
        for line in deletion_lines(refused, host=host.partition(":")[0], path=path):
            response.raw_headers.append((b"set-cookie", line))


def _too_large() -> Response:
    return JSONResponse({"error": f"more than {MAX_BODY} bytes"}, 413, headers=SECURITY)
