"""Collects from a Chromium what is stored and who is contacted, each with where it came from.

It asks the browser (Chrome DevTools Protocol), not the page, so that a page cannot hide what it keeps; only who wrote
something is learned from inside the page. Values stay in the browser or are dropped as they come in.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.async_api import (
    BrowserContext,
    CDPSession,
    Dialog,
    Error,
    Frame,
    Page,
    Request,
    Response,
    WebSocket,
)  # fmt: skip

from consentkit.audit.hints import hints_in_header, hints_in_html
from consentkit.audit.model import Contact, Source, Stored
from consentkit.audit.sources import caller
from consentkit.audit.storage import cookies, page_storage, service_workers, session_of
from consentkit.audit.traces import MAX_NOTES, Traces
from consentkit.consent.cookies import parse_set_cookie
from consentkit.consent.instructions import INSTRUCTIONS
from consentkit.declaration import STORAGE_KINDS
from consentkit.html.urls import origin

NOTES = (Path(__file__).parent / "notes.js").read_text("utf-8")
BINDING = "__consentkit_audit"
MAX_TOLD = 10_000
"""Characters of one word that a page tells."""

FRAME_PATIENCE = 5
"""Seconds that one frame or response gets to answer: most questions to a browser have no limit of their own."""

BLOCKED = frozenset({"csp", "mixed-content", "origin", "inspector", "subresource-filter"})
"""Failures of a request that never left (Network.BlockedReason of the DevTools Protocol, as Playwright words them)."""


class Collector:
    """Watches one browser context from before its first page on. `begin` starts a new state; sources are kept."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self._traces = Traces()
        self._workers: dict[str, str] = {}
        self._requests: list[tuple[Request, str]] = []
        self._responses: list[tuple[Response, str]] = []
        self._found: list[Contact] = []
        self._written: dict[tuple[str, str], str] = {}
        self._kept: dict[tuple[str, str, str, str], Stored] = {}
        self._session: CDPSession | None = None
        self._page: Page | None = None
        self.opening = ""

    @property
    def here(self) -> str:
        """The address of the page that is open, or is being opened."""
        return self.opening or (self._page.url if self._page else "")

    async def watch(self) -> None:
        """Begin to watch; before the first page is opened."""
        await self.context.expose_binding(BINDING, self._note)
        await self.context.add_init_script(NOTES)
        self.context.on("request", lambda request: self._add(self._requests, (request, self.here)))
        self.context.on("response", lambda response: self._add(self._responses, (response, self.here)))
        self.context.on("dialog", _leave_only)

    async def open(self) -> Page:
        """A new tab for the visitor, in place of all others."""
        before = self.context.pages
        page = self._page = await self.context.new_page()
        for old in before:
            await close(old)
        session = self._session = await self.context.new_cdp_session(page)
        traces = self._traces
        session.on("Network.requestWillBeSent", lambda event: traces.note_request(event, self.here))
        session.on("Network.requestWillBeSentExtraInfo", traces.note_sent)
        session.on("Network.webSocketCreated", lambda event: traces.note_initiator(event["url"], event, self.here))
        session.on("Network.responseReceivedEarlyHints", self._note_early_hints)
        session.on("ServiceWorker.workerRegistrationUpdated", self._note_workers)
        for domain in ("Network", "ServiceWorker", "IndexedDB", "DOMStorage", "Page"):
            await session.send(f"{domain}.enable")
        page.on("websocket", self._note_socket)
        return page

    async def begin(self) -> None:
        """Forget contacts and what is stored, for the next state."""
        await self._take_responses()
        for kept in (self._requests, self._found):
            kept.clear()
        self._written.clear()
        self._kept.clear()

    async def look_around(self, now: float) -> None:
        """Take in what the browser itself knows by now (epoch seconds), which no page can keep back."""
        self._keep(await cookies(self.context, now))
        self._keep(service_workers(dict.fromkeys(self._workers.values())))
        await self._take_responses()

    async def look_inside(self) -> None:
        """Take in what the frames of the open page have stored and ask for; TimeoutError if it does not answer."""
        if self._page is None or self._session is None:
            return
        async with asyncio.timeout(FRAME_PATIENCE):
            # A page that is just moving on has no content to give; what it has stored stays.
            with suppress(Error):
                self.take_html(await self._page.content(), self._page.url)
            self._keep(await page_storage(self._session))
        for frame in self._page.frames[1:]:
            # A frame may be gone, have no document yet, or be busy for ever.
            with suppress(Error, TimeoutError):
                async with asyncio.timeout(FRAME_PATIENCE):
                    await self._look_into(frame)
        for popup in self.context.pages:
            if popup is not self._page:
                await close(popup)

    async def _look_into(self, frame: Frame) -> None:
        self.take_html(await frame.content(), frame.url)
        session = await session_of(frame)
        if session:
            self._keep(await page_storage(session))
            await session.detach()

    def _keep(self, found: Iterable[Stored]) -> None:
        for stored in found:
            key = (stored.kind, stored.name, stored.place, stored.path)
            before = self._kept.get(key)
            if before is None or (stored.days or 0) > (before.days or 0):
                self._kept[key] = stored

    def stored(self) -> tuple[Stored, ...]:
        """Everything stored since `begin`, and what scripts and responses wrote without its being kept."""
        names = {(stored.kind, stored.name) for stored in self._kept.values()}
        gone = [
            Stored(kind, name, place, kept=False)
            for (kind, name), place in self._written.items()
            if (kind, name) not in names
        ]
        return tuple(self._traces.with_sources(stored, self.here) for stored in (*self._kept.values(), *gone))

    def contacts(self) -> tuple[Contact, ...]:
        """Every request, connection and attempt since `begin`, to the site itself too."""
        asked = [self._contact(request, page) for request, page in self._requests]
        stopped = {contact.url for contact in asked if contact.kind == "blocked"}
        found = [each for each in self._found if each.kind != "blocked" or each.url not in stopped]
        return tuple(dict.fromkeys((*asked, *found)))

    @staticmethod
    def _add(notes: list[Any], note: object) -> None:
        if len(notes) < MAX_NOTES:
            notes.append(note)

    def _note(self, where: dict[str, Any], kind: object, name: object, more: object, stack: object) -> None:
        """What `notes.js` tells. A page may find the binding and tell anything, so nothing of it is relied on."""
        told = (kind, name, more, stack)
        if not all(isinstance(value, str) and len(value) <= MAX_TOLD for value in told):
            return
        kind, name, more, stack = map(str, told)
        frame: str = where["frame"].url
        source = caller(more if kind == "policy" else stack, self.here, frame)
        if kind == "cookie":
            self._wrote_cookie(f"{name}=;{more}", source, frame)
        elif kind in STORAGE_KINDS:
            self._wrote(kind, name, source, origin(frame) or "")
        elif kind == "policy" and origin(name):
            self._add(self._found, Contact(name, "blocked", Source("policy", self.here, source.url, source.line)))

    def _wrote_cookie(self, line: str, source: Source, by: str) -> None:
        cookie = parse_set_cookie(line.encode("utf-8", "replace"))
        if not cookie.deletes:
            name = (cookie.name or "").encode("latin-1").decode("utf-8", "replace")
            self._wrote("cookie", name, source, (origin(by) or "").partition("://")[2].partition(":")[0])

    def _wrote(self, kind: str, name: str, source: Source, place: str) -> None:
        if (kind, name) not in self._written and len(self._written) >= MAX_NOTES:
            return
        self._written.setdefault((kind, name), place)
        self._traces.note(kind, name, source)

    def _note_socket(self, socket: WebSocket) -> None:
        source = self._traces.behind(socket.url) or Source("page", self.here)
        self._add(self._found, Contact(socket.url, "websocket", source))

    def _note_early_hints(self, event: dict[str, Any]) -> None:
        for name, value in event["headers"].items():
            if name.lower() == "link":
                self._take_link(value, self._traces.address_of(event["requestId"]) or self.here, self.here)

    def _note_workers(self, event: dict[str, Any]) -> None:
        for each in event["registrations"]:
            if each["isDeleted"]:
                self._workers.pop(each["registrationId"], None)
            else:
                self._workers[each["registrationId"]] = each["scopeURL"]

    def _contact(self, request: Request, page: str) -> Contact:
        failure = request.failure
        kind = "blocked" if failure in BLOCKED else request.resource_type
        first = request
        while first.redirected_from:
            first = first.redirected_from
        source = self._traces.behind(first.url) or self._traces.behind(request.url)
        if source is None:
            frame = "" if request.service_worker else _frame_url(request)
            source = Source("script" if request.service_worker else "page", page, _worker_url(request) or frame)
        return Contact(request.url, kind, source)

    async def _take_responses(self) -> None:
        while self._responses:
            response, page = self._responses.pop(0)
            # Of a page that was left meanwhile there is nothing more to read.
            with suppress(Error, TimeoutError):
                async with asyncio.timeout(FRAME_PATIENCE):
                    headers = await response.headers_array()
                for header in headers:
                    if header["name"].lower() == "set-cookie":
                        source = Source("response", page, response.url)
                        self._wrote_cookie(header["value"], source, response.url)
                    elif header["name"].lower().encode() in INSTRUCTIONS:
                        self._keeps(header["name"].lower(), response.url, page)
                    elif header["name"].lower() == "link" and response.request.resource_type == "document":
                        self._take_link(header["value"], response.url, page)

    def _keeps(self, name: str, url: str, page: str) -> None:
        stored = Stored("response_header", name, origin(url) or "")
        self._traces.note(stored.kind, name, Source("response", page, url))
        self._kept.setdefault((stored.kind, name, stored.place, ""), stored)

    def _take_link(self, value: str, document: str, page: str) -> None:
        for hint in hints_in_header(value, document):
            self._add(self._found, Contact(hint.url, hint.rel, Source("header", page, document)))

    def take_html(self, html: str, document: str) -> None:
        """Note the hints in the HTML of a document, as it was sent or as it is now."""
        known = {(contact.url, contact.kind) for contact in self._found}
        for hint in hints_in_html(html, document):
            if (hint.url, hint.rel) not in known:
                source = Source("markup", self.here, document, hint.line)
                self._add(self._found, Contact(hint.url, hint.rel, source))


async def close(page: Page) -> None:
    """Close a tab; one that is busy for ever is left to the end of the browser."""
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(FRAME_PATIENCE):
            await page.close()


async def _leave_only(dialog: Dialog) -> None:
    """Leaving is a visitor's right; everything else that a page asks in a dialog is refused."""
    with suppress(Error):
        await (dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())


def _frame_url(request: Request) -> str:
    with suppress(Error):
        return "" if request.is_navigation_request() else request.frame.url
    return ""


def _worker_url(request: Request) -> str:
    return request.service_worker.url if request.service_worker else ""
