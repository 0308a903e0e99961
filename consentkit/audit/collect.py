"""Collects from a Chromium what is stored and who is contacted, each with where it came from.

It asks the browser (Chrome DevTools Protocol), not the page, so that a page cannot hide what it keeps; only who wrote
something is learned from inside the page. Values stay in the browser or are dropped as they come in.
"""

import asyncio
import re
from collections import defaultdict
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
from consentkit.audit.model import Contact, How, Source, Stored
from consentkit.audit.storage import cookies, page_storage, service_workers, session_of
from consentkit.consent.cookies import parse_set_cookie
from consentkit.consent.instructions import INSTRUCTIONS
from consentkit.html.urls import origin

NOTES = (Path(__file__).parent / "notes.js").read_text("utf-8")
BINDING = "__consentkit_audit"
MAX_NOTES = 20_000
"""Of a kind and a state; a page that writes without end must not fill the memory of the audit."""

FRAME_PATIENCE = 5
"""Seconds that one frame or response gets to answer: most questions to a browser have no limit of their own."""

FRAME_OF_STACK = re.compile(r"(https?://[^\s()]+?):(\d+):\d+")
BLOCKED = frozenset({"csp", "mixed-content", "origin", "inspector", "subresource-filter"})
"""Failures of a request that never left (Network.BlockedReason of the DevTools Protocol, as Playwright words them)."""


class Collector:
    """Watches one browser context from before its first page on. `begin` starts a new state; sources are kept."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self._sources: dict[tuple[str, str], dict[Source, None]] = defaultdict(dict)
        self._initiators: dict[str, Source] = {}
        self._urls: dict[str, str] = {}
        self._sent: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
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
        session.on("Network.requestWillBeSent", self._note_initiator)
        session.on("Network.requestWillBeSentExtraInfo", self._note_sent)
        session.on("Network.webSocketCreated", lambda event: self._initiated(event["url"], event))
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
        return tuple(self._with_sources(stored) for stored in (*self._kept.values(), *gone))

    def contacts(self) -> tuple[Contact, ...]:
        """Every request, connection and attempt since `begin`, to the site itself too."""
        asked = [self._contact(request, page) for request, page in self._requests]
        stopped = {contact.url for contact in asked if contact.kind == "blocked"}
        found = [each for each in self._found if each.kind != "blocked" or each.url not in stopped]
        return tuple(dict.fromkeys((*asked, *found)))

    def _with_sources(self, stored: Stored) -> Stored:
        asked = self._sent.get((stored.name, stored.place), ()) if stored.kind == "cookie" else ()
        sent = tuple(dict.fromkeys(where for each in asked if (where := origin(self._urls.get(each, "")))))
        sources = tuple(self._sources.get((stored.kind, stored.name), ()))
        return Stored(
            stored.kind, stored.name, stored.place, stored.days, stored.path, stored.http_only, stored.secure,
            stored.same_site, stored.kept, sources or (Source("page", self.here),), sent,
        )  # fmt: skip

    @staticmethod
    def _add(notes: list[Any], note: object) -> None:
        if len(notes) < MAX_NOTES:
            notes.append(note)

    def _note(self, where: dict[str, Any], kind: object, name: object, more: object, stack: object) -> None:
        """What `notes.js` tells. A page may find the binding and tell anything, so nothing of it is relied on."""
        if not all(isinstance(value, str) for value in (kind, name, more, stack)):
            return
        text = str(more if kind == "policy" else stack)
        match = FRAME_OF_STACK.search(text)
        frame: str = where["frame"].url
        source = Source("script", self.here, match[1], int(match[2][:9])) if match else Source("page", self.here, frame)
        if kind == "policy":
            if origin(str(name)):
                self._add(
                    self._found, Contact(str(name), "blocked", Source("policy", self.here, source.url, source.line))
                )
        elif kind == "cookie":
            self._wrote("cookie", f"{name}=;{more}".encode(), source, frame)
        elif len(self._written) < MAX_NOTES:
            self._sources[str(kind), str(name)].setdefault(source)
            self._written.setdefault((str(kind), str(name)), origin(frame) or "")

    def _wrote(self, kind: str, line: bytes, source: Source, by: str) -> None:
        cookie = parse_set_cookie(line)
        if cookie.deletes or len(self._written) >= MAX_NOTES:
            return
        name = (cookie.name or "").encode("latin-1").decode("utf-8", "replace")
        self._sources[kind, name].setdefault(source)
        self._written.setdefault((kind, name), (origin(by) or "").partition("://")[2].partition(":")[0])

    def _note_socket(self, socket: WebSocket) -> None:
        source = self._initiators.get(socket.url) or Source("page", self.here)
        self._add(self._found, Contact(socket.url, "websocket", source))

    def _note_initiator(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        # The event with the cookies may come before this one, so they are joined by the request's id at the end.
        self._urls[event["requestId"]] = url
        self._initiated(url, event)

    def _initiated(self, url: str, event: dict[str, Any]) -> None:
        source = initiator(event.get("initiator", {}), self.here)
        if source and len(self._initiators) < MAX_NOTES:
            self._initiators.setdefault(url, source)

    def _note_sent(self, event: dict[str, Any]) -> None:
        for each in event["associatedCookies"]:
            if not each["blockedReasons"] and len(self._sent) < MAX_NOTES:
                self._sent[each["cookie"]["name"], each["cookie"]["domain"]].setdefault(event["requestId"])

    def _note_early_hints(self, event: dict[str, Any]) -> None:
        for name, value in event["headers"].items():
            if name.lower() == "link":
                self._take_link(value, self._urls.get(event["requestId"], self.here), self.here)

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
        source = self._initiators.get(first.url) or self._initiators.get(request.url)
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
                        self._wrote("cookie", header["value"].encode("utf-8", "replace"), source, response.url)
                    elif header["name"].lower().encode() in INSTRUCTIONS:
                        self._keeps(header["name"].lower(), response.url, page)
                    elif header["name"].lower() == "link" and response.request.resource_type == "document":
                        self._take_link(header["value"], response.url, page)

    def _keeps(self, name: str, url: str, page: str) -> None:
        stored = Stored("response_header", name, origin(url) or "")
        self._sources[stored.kind, name].setdefault(Source("response", page, url))
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


def initiator(event: dict[str, Any], page: str) -> Source | None:
    """Where a request came from, as the DevTools Protocol tells it (Network.Initiator); None if it does not."""
    stack = event.get("stack")
    while stack:
        for frame in stack.get("callFrames", []):
            if frame.get("url"):
                return Source("script", page, frame["url"], int(frame.get("lineNumber", -1)) + 1)
        stack = stack.get("parent")
    if event.get("url"):
        how: How = "markup" if event.get("type") == "parser" else "script"
        return Source(how, page, event["url"], int(event.get("lineNumber", -1)) + 1)
    return None


def _frame_url(request: Request) -> str:
    with suppress(Error):
        return "" if request.is_navigation_request() else request.frame.url
    return ""


def _worker_url(request: Request) -> str:
    return request.service_worker.url if request.service_worker else ""
