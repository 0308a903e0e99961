"""What the addresses under the consent path show: preferences, declaration, and the state as data."""

from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive

from consentkit.consent.choice import ChoiceCodec
from consentkit.consent.decision import Decisions
from consentkit.consent.nonces import Nonces
from consentkit.consent.published import as_data, schema_text
from consentkit.consent.render import Renderer
from consentkit.consent.return_to import path_of_referrer, safe_path
from consentkit.consent.submission import Submission
from consentkit.consent.visit import SECURITY, Visit
from consentkit.texts import language_of, pick_language


class Screens:
    """Shows and changes nothing."""

    def __init__(self, renderer: Renderer, codec: ChoiceCodec) -> None:
        self._renderer = renderer
        self._codec = codec
        self._declaration = renderer.config.declaration

    def start(self, visit: Visit) -> Response:
        """The preferences page, with a word on what was just saved or erased."""
        return self.preferences(visit, next((key for key in ("saved", "erased") if visit.query(key)), ""))

    def state(self, visit: Visit) -> Response:
        """The state as JSON."""
        return JSONResponse(self.state_of(visit.decisions), headers=SECURITY)

    async def banner(self, visit: Visit, _: Receive) -> Response:
        """The banner that this visitor is to see, for a page that holds everybody's."""
        html = self._renderer.banner(
            visit.decisions, self.language(visit), visit.base, return_to=self._back(visit), nonces=Nonces()
        )
        return HTMLResponse(html, headers=SECURITY)

    def declared(self, visit: Visit) -> Response:
        """The storage declaration as a page."""
        html = self._renderer.declaration_page(language=self.language(visit), base=visit.base, back=self._back(visit))
        return HTMLResponse(html, headers=SECURITY)

    def declared_data(self, _: Visit) -> Response:
        """The storage declaration as JSON."""
        return JSONResponse(as_data(self._renderer.config, self._renderer.checked()), headers=SECURITY)

    def schema(self, _: Visit) -> Response:
        """The JSON schema of the declaration."""
        return Response(schema_text(), media_type="application/schema+json", headers=SECURITY)

    def language(self, visit: Visit, asked: str = "") -> str:
        """The language to answer in: `asked` by a form, else by the address, else by the browser; one that there is."""
        wanted = language_of(asked or visit.query("lang"))
        if wanted in self._renderer.languages:
            return wanted
        return pick_language(visit.text(b"accept-language"), self._renderer.languages) or self._renderer.languages[0]

    def _back(self, visit: Visit) -> str:
        """The page that the visitor came from, to go back to."""
        path = safe_path(visit.query("return")) or path_of_referrer(visit.text(b"referer"), visit.text(b"host"))
        return "" if path.startswith(visit.base) else path

    def preferences(
        self, visit: Visit, message: str, status: int = 200, submission: Submission | None = None
    ) -> Response:
        """The preferences page. `message`: a key of its texts; `submission`: what a form sent that it answers."""
        page = self._renderer.preferences(
            visit.decisions,
            language=self.language(visit, submission.language if submission else ""),
            base=visit.base,
            back=safe_path(submission.return_to) if submission else self._back(visit),
            message=message,
            warning=status >= 400,
        )
        return HTMLResponse(page, status, headers=SECURITY)

    def state_of(self, decisions: Decisions) -> dict[str, Any]:
        """The state as the JSON of `GET /consent/state`."""
        choice = None if decisions.choice is None or decisions.choice.lapsed else decisions.choice

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
            "sweep": self._renderer.modules.sweep(decisions),
        }
