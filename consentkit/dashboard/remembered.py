"""Pages that are made once for all who ask the same between two releases."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import Response

from consentkit.dashboard.store.sessions import Session

MOST_BYTES = 8_000_000
"""Of pages that are kept: some 80 overviews."""
LONGEST_QUERY = 400
"""Characters of an address behind its question mark; what is longer is made anew each time."""


@dataclass(frozen=True, slots=True)
class _Page:
    body: bytes
    status: int
    headers: tuple[tuple[bytes, bytes], ...]


class RememberedPages:
    """Keeps pages in memory, the latest asked for, at most `most_bytes` of them; safe to use from several threads.

    A page is made for somebody who stands in for all of the same role: what is their own, the name and the token of
    forms, is put in when it is sent. Where several ask for a page that is being made, they wait for it.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._held = 0
        self._pages: OrderedDict[Hashable, Future[_Page]] = OrderedDict()
        self._version: Hashable = None
        self._lock = threading.Lock()
        # Nobody can know them, so no value of a visitor holds them.
        self._name, self._id = secrets.token_hex(16), secrets.token_hex(16)

    def is_stand_in(self, session: Session) -> bool:
        """Whether a page is made for all; the token of its forms is then the session's id itself."""
        return session.id == self._id

    def page(
        self,
        asked: tuple[Hashable, Hashable],
        session: Session,
        form: Callable[[], str],
        make: Callable[[Session], Response],
    ) -> Response:
        """The page of a version and a key, made by `make` if it is not there; `form` gives the token for its forms.

        The two tell all that the page depends on, besides the session. Pages of other versions are not kept.
        """
        version, key = asked
        with self._lock:
            if version != self._version:
                self._version, self._held = version, 0
                self._pages.clear()
        page = self._found(
            (key, session.role, session.source), lambda: make(replace(session, name=self._name, id=self._id))
        )
        body = page.body.replace(self._name.encode(), str(escape(session.name)).encode())
        response = Response(body.replace(self._id.encode(), form().encode()), page.status)
        own = [header for header in response.raw_headers if header[0] == b"content-length"]
        response.raw_headers = [*page.headers, *own]
        return response

    def _found(self, key: Hashable, make: Callable[[], Response]) -> _Page:
        with self._lock:
            waiting = self._pages.get(key)
            if waiting is None:
                mine: Future[_Page] = Future()
                self._pages[key] = mine
            else:
                self._pages.move_to_end(key)
        if waiting is not None:
            return waiting.result()
        try:
            page = _kept(make())
        except BaseException as error:
            with self._lock:
                if self._pages.get(key) is mine:
                    del self._pages[key]
            mine.set_exception(error)
            raise
        mine.set_result(page)
        with self._lock:
            if self._pages.get(key) is mine:
                self._held += len(page.body)
                self._bound()
        return page

    def _bound(self) -> None:
        for key, made in list(self._pages.items()):
            if self._held <= self._most:
                break
            if made.done():
                self._held -= len(self._pages.pop(key).result().body)


def _kept(response: Response) -> _Page:
    headers = tuple(header for header in response.raw_headers if header[0] != b"content-length")
    return _Page(bytes(response.body), response.status_code, headers)


def key_of(request: Request, language: str) -> Hashable | None:
    """What a page depends on besides what it is made from: its address and the language; None for what is not kept."""
    if len(request.url.query) > LONGEST_QUERY:
        return None
    where = (request.scope.get("root_path", ""), request.url.path, request.url.query)
    return (*where, language)
