"""Counts a page that a browser had loaded ahead when it is shown, of which no request tells: a script of ours does.

The page brings what is to be counted, signed, so that a made-up view counts no more easily than a made-up request for
that page. All who load it ahead from the same place on the same day get the same text: it recognises nobody.
"""

import hashlib
from collections.abc import Sequence
from datetime import date

from itsdangerous import BadData, URLSafeSerializer
from markupsafe import Markup
from starlette.responses import Response
from starlette.types import Receive

from consentkit.asgi import Scope
from consentkit.assets import Assets
from consentkit.config_stats import EVERYBODY
from consentkit.consent.decision import Decisions
from consentkit.consent.modules import nonce_attribute
from consentkit.consent.visit import SECURITY, Visit, read_body
from consentkit.incoming import Incoming
from consentkit.own_visit import VISIT
from consentkit.stats.facts import PATH_CAP, QUERY_CAP, REFERER_CAP
from consentkit.stats.routes import route_of
from consentkit.stats.shown_later import LOADED_KEY, Loaded

SCRIPT = "ahead.js"
ADDRESS = "shown"
MOST_BYTES = 8000
"""Of what a page brings of itself; one whose address makes more of it is not counted."""
DAYS = 1
"""How old it may be: a tab may be left open for a night before its links are used."""


class Ahead:
    """Marks pages that are loaded ahead, and takes note when they are shown. `keys`: the first signs, all verify.

    `whose` is `[stats] loaded_ahead`: of everybody, or of those whose visits may be measured.
    """

    def __init__(self, keys: Sequence[str], assets: Assets, *, whose: str) -> None:
        self._signer = URLSafeSerializer(
            # itsdangerous signs with the last of its keys.
            list(reversed(keys)),
            salt="consentkit.ahead.1",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )
        self._script = assets.url(SCRIPT)
        self._of_everybody = whose == EVERYBODY

    def counts(self, decisions: Decisions) -> bool:
        """Whether a visitor's browser may tell that a page is shown."""
        return self._of_everybody or VISIT in decisions.granted

    def tag(self, scope: Scope, incoming: Incoming, today: date, *, base: str, nonce: str, asks: bool) -> str:
        """The script that tells when the page is shown; `scope` is the one in which the router left its route."""
        referer = incoming[b"referer"][:REFERER_CAP]
        loaded = Loaded(
            scope["path"][:PATH_CAP],
            scope.get("query_string", b"")[:QUERY_CAP].decode("latin-1"),
            referer,
            route_of(scope),
            # Of speculation rules alone: what the address bar loads ahead bears no such tags (Speculation Rules §5.4).
            not referer and b"sec-speculation-tags" in incoming.headers,
            asks,
        )
        mark = self._signer.dumps([today.toordinal(), *loaded])
        if len(mark) > MOST_BYTES:
            return ""
        html = Markup('<script type="module" src="{}{}" data-consentkit-ahead="{}"{}></script>')
        return str(html.format(base, self._script, mark, nonce_attribute(nonce)))

    def read(self, body: bytes, today: date) -> Loaded | None:
        """The page of a mark that was made here lately, None for anything else."""
        if len(body) > MOST_BYTES:
            return None
        try:
            made, *fields = self._signer.loads(body)
        except BadData:
            return None
        return Loaded(*fields) if abs(today.toordinal() - made) <= DAYS else None

    async def shown(self, visit: Visit, receive: Receive) -> Response:
        """Leave the page in the scope, if a page of this site tells that it is shown and it may count.

        The answer is the same in every case.
        """
        loaded = self.read(await read_body(receive) or b"", visit.today)
        if loaded and self.counts(visit.decisions) and visit.is_from_this_site:
            visit.scope[LOADED_KEY] = loaded
        return Response(status_code=204, headers=SECURITY)
