"""Reads what a browser has stored, by asking the browser itself: a page cannot hide what it keeps."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Error, Frame, Page

from consentkit.audit.model import Stored
from consentkit.html.urls import origin

DAY = 86_400


def cookies(context: BrowserContext, now: float) -> Iterator[Stored]:
    """Every cookie of a profile, those of other parties and HttpOnly ones too; `now` in epoch seconds."""
    for cookie in context.cookies():
        expires = cookie.get("expires", -1)
        yield Stored(
            kind="cookie",
            name=cookie.get("name", ""),
            place=cookie.get("domain", ""),
            days=(expires - now) / DAY if expires >= 0 else None,
            path=cookie.get("path", ""),
            http_only=bool(cookie.get("httpOnly")),
            secure=bool(cookie.get("secure")),
            same_site=str(cookie.get("sameSite", "")),
        )


def service_workers(scopes: Iterable[str]) -> Iterator[Stored]:
    """The registrations with these scopes (addresses), each named by its path."""
    for scope in scopes:
        where = origin(scope) or ""
        yield Stored("service_worker", scope.removeprefix(where), where)


def page_storage(session: CDPSession, page: Page) -> Iterator[Stored]:
    """The storage that the frames of a page may reach, by name; `session` is that of the page."""
    done: set[str] = set()
    for each in _sessions(session, page):
        for frame in _frame_ids(each.send("Page.getFrameTree")["frameTree"]):
            # A frame may be gone by now, or have an origin that may store nothing.
            with suppress(Error):
                key = each.send("Storage.getStorageKeyForFrame", {"frameId": frame})["storageKey"]
                if key not in done:
                    done.add(key)
                    yield from _in_key(each, key)


def _sessions(session: CDPSession, page: Page) -> Iterator[CDPSession]:
    """The page's own session, and one for each frame that runs in a process of its own."""
    yield session
    for frame in page.frames[1:]:
        own = _session_of(page.context, frame)
        if own:
            yield own
            with suppress(Error):
                own.detach()


def _session_of(context: BrowserContext, frame: Frame) -> CDPSession | None:
    try:
        return context.new_cdp_session(frame)
    except Error:
        # It shares the process of its parent, whose session sees it.
        return None


def _in_key(session: CDPSession, key: str) -> Iterator[Stored]:
    place = key.partition("^")[0].rstrip("/")
    for kind, is_local in (("local_storage", True), ("session_storage", False)):
        storage = {"storageKey": key, "isLocalStorage": is_local}
        with suppress(Error):
            for name, _ in session.send("DOMStorage.getDOMStorageItems", {"storageId": storage})["entries"]:
                yield Stored(kind, name, place)
    with suppress(Error):
        for name in session.send("IndexedDB.requestDatabaseNames", {"storageKey": key})["databaseNames"]:
            yield Stored("indexed_db", name, place)
    with suppress(Error):
        for cache in session.send("CacheStorage.requestCacheNames", {"storageKey": key})["caches"]:
            yield Stored("cache", cache["cacheName"], place)


def _frame_ids(tree: dict[str, Any]) -> Iterator[str]:
    yield tree["frame"]["id"]
    for child in tree.get("childFrames", []):
        yield from _frame_ids(child)
