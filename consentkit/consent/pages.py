"""The addresses under the consent path, each led to what answers it."""

import json
from collections.abc import Awaitable, Callable

from starlette.responses import JSONResponse, Response
from starlette.types import Receive

from consentkit.consent.ahead import ADDRESS as SHOWN_ADDRESS
from consentkit.consent.ahead import Ahead
from consentkit.consent.answers import Answers
from consentkit.consent.changes import Announcer
from consentkit.consent.choice import ChoiceCodec
from consentkit.consent.edge import Hints
from consentkit.consent.embeds import Embeds
from consentkit.consent.gate import Gate
from consentkit.consent.outbound import ADDRESS, followed
from consentkit.consent.proof import Proof
from consentkit.consent.published import SCHEMA_NAME
from consentkit.consent.render import Renderer
from consentkit.consent.screens import Screens
from consentkit.consent.visit import SECURITY, Visit

GPC_SINCE = "2026-11-23"
"""The day since which consentkit honours Global Privacy Control."""

Form = Callable[[Visit, Receive], Awaitable[Response]]


class ConsentPages:
    """Answers the requests under the consent path."""

    def __init__(
        self,
        renderer: Renderer,
        codec: ChoiceCodec,
        gate: Gate,
        *,
        embeds: Embeds,
        ahead: Ahead,
        proof: Proof,
        announcer: Announcer,
        make_id: Callable[[], str],
        hints: Hints | None = None,
    ) -> None:
        self._renderer = renderer
        self._proof = proof
        screens = Screens(renderer, codec)
        answers = Answers(
            screens,
            renderer,
            codec,
            gate,
            embeds=embeds,
            proof=proof,
            announcer=announcer,
            make_id=make_id,
            hints=hints,
        )
        self._forms = _forms(answers, ahead, outbound=renderer.config.stats.outbound)
        if hints:
            self._forms["banner"] = screens.banner
        self._pages: dict[str, Callable[[Visit], Response]] = {
            "": screens.start,
            "state": screens.state,
            "declaration": screens.declared,
            "declaration.json": screens.declared_data,
            SCHEMA_NAME: screens.schema,
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

    async def _record(self, visit: Visit) -> Response:
        choice = visit.decisions.choice
        status, data = await self._proof.record_of(choice.id if choice else "")
        as_file = {"Content-Disposition": 'attachment; filename="consent-record.json"'} if status == 200 else {}
        return JSONResponse(data, status, headers={**SECURITY, **as_file})


def _forms(answers: Answers, ahead: Ahead, *, outbound: bool) -> dict[str, Form]:
    """What answers a form or a script that sends to an address."""
    forms: dict[str, Form] = {
        "": answers.choose,
        "withdraw": answers.choose,
        "once": answers.embed,
        "always": answers.embed,
        "erase": answers.erase,
        "state": answers.resume,
        SHOWN_ADDRESS: ahead.shown,
    }
    return {**forms, ADDRESS: followed} if outbound else forms


def gpc_response() -> Response:
    """The support resource of Global Privacy Control (W3C GPC §5)."""
    body = json.dumps({"gpc": True, "lastUpdate": GPC_SINCE})
    return Response(body, media_type="application/json", headers={"Cache-Control": "public, max-age=86400"})
