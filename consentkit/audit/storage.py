"""Reads what a browser has stored, by asking the browser itself: a page cannot hide what it keeps."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Error, Frame

from consentkit.audit.model import Stored
from consentkit.html.urls import origin

DAY = 86_400
MAX_THINGS = 20_000
"""Of a kind and an origin; and characters of a name. A page may store as much as it likes, a report holds less."""
MAX_NAME = 4096


async def cookies(context: BrowserContext, now: float) -> list[Stored]:
    """Every cookie of a profile, those of other parties and HttpOnly ones too; `now` in epoch seconds."""
    return [
        Stored(
            kind="cookie",
            name=cookie.get("name", ""),
            place=cookie.get("domain", ""),
            days=(cookie["expires"] - now) / DAY if cookie.get("expires", -1) >= 0 else None,
            path=cookie.get("path", ""),
            http_only=bool(cookie.get("httpOnly")),
            secure=bool(cookie.get("secure")),
            same_site=str(cookie.get("sameSite", "")),
        )
        for cookie in await context.cookies()
    ]


def service_workers(scopes: Iterable[str]) -> Iterator[Stored]:
    """The registrations with these scopes (addresses), each named by its path."""
    for scope in scopes:
        where = origin(scope) or ""
        yield Stored("service_worker", scope.removeprefix(where), where)


async def session_of(frame: Frame) -> CDPSession | None:
    """A session with a frame that runs in a process of its own; None where its parent's session sees it."""
    try:
        return await frame.page.context.new_cdp_session(frame)
    except Error:
        return None


async def page_storage(session: CDPSession) -> list[Stored]:
    """The storage that the frames of a session may reach, by name."""
    found: dict[str, list[Stored]] = {}
    for each in _frame_ids((await session.send("Page.getFrameTree"))["frameTree"]):
        # A frame may be gone by now, or have an origin that may store nothing.
        with suppress(Error):
            key = (await session.send("Storage.getStorageKeyForFrame", {"frameId": each}))["storageKey"]
            if key not in found:
                found[key] = await _in_key(session, key)
    return [stored for things in found.values() for stored in things]


async def _in_key(session: CDPSession, key: str) -> list[Stored]:
    place = key.partition("^")[0].rstrip("/")
    names: dict[str, list[str]] = {}
    for kind, is_local in (("local_storage", True), ("session_storage", False)):
        storage = {"storageKey": key, "isLocalStorage": is_local}
        with suppress(Error):
            answer = await session.send("DOMStorage.getDOMStorageItems", {"storageId": storage})
            names[kind] = [name for name, _ in answer["entries"]]
    with suppress(Error):
        answer = await session.send("IndexedDB.requestDatabaseNames", {"storageKey": key})
        names["indexed_db"] = answer["databaseNames"]
    with suppress(Error):
        answer = await session.send("CacheStorage.requestCacheNames", {"storageKey": key})
        names["cache"] = [cache["cacheName"] for cache in answer["caches"]]
    return [Stored(kind, name[:MAX_NAME], place) for kind, found in names.items() for name in found[:MAX_THINGS]]


def _frame_ids(tree: dict[str, Any]) -> Iterator[str]:
    yield tree["frame"]["id"]
    for child in tree.get("childFrames", []):
        yield from _frame_ids(child)
