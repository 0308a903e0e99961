"""Looks into a real browser: what it stores and whom it contacts, each with the page or script it came from.

It asks the page, so it works in every engine; `consentkit audit` asks Chromium itself, which a page cannot deceive, and
learns more. Needs nothing at run time but the Playwright context that it is given.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Frame, Request, Response

NOTE_WRITES = """(() => {
  const writes = (window.__consentkit_writes ??= {});
  const address = /https?:[^\\s()]+?(?=:\\d+:\\d+)/g;
  const source = () => new Error().stack.match(address)?.at(-1) ?? "";
  const note = (kind, name) => { writes[`${kind} ${name}`] ??= source(); };
  const set = Storage.prototype.setItem;
  Storage.prototype.setItem = function (name, value) {
    note(this === window.localStorage ? "local_storage" : "session_storage", name);
    return set.call(this, name, value);
  };
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  Object.defineProperty(Document.prototype, "cookie", { ...cookie, set(text) {
    note("cookie", String(text).split("=")[0].trim());
    cookie.set.call(this, text);
  } });
})()"""
"""Notes, in each page, which script wrote a cookie or a storage key first."""

READ_STORAGE = """async () => {
  const found = [];
  const tell = (kind, names) => found.push(...names.map(name => [kind, String(name)]));
  const reading = [
    ["local_storage", () => Object.keys(localStorage)],
    ["session_storage", () => Object.keys(sessionStorage)],
    ["indexed_db", async () => (await indexedDB.databases()).map(database => database.name)],
    ["cache", () => caches.keys()],
    ["service_worker", async () => (await navigator.serviceWorker.getRegistrations()).map(each => each.scope)],
  ];
  for (const [kind, read] of reading) {
    try {
      tell(kind, await read());
    } catch (error) {
      // A frame without an origin, and an insecure one, may not look: then it cannot have stored either.
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    }
  }
  return { found, writes: window.__consentkit_writes ?? {} };
}"""
"""Every name in a frame's storage, cookies apart, and the scripts that wrote."""


BY_SCRIPT = ("fetch", "xhr", "ping", "eventsource")
"""Kinds of requests that a script makes and reads, or leaves unread."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a browser's storage.

    `kind` as in a declaration (`cookie`, `local_storage` …); `origin` where it lives, of a cookie its domain; `source`
    the address of the response or script that wrote it, "" if nothing tells; `lifetime` in seconds from the reading,
    None for what has no end of its own.
    """

    kind: str
    name: str
    origin: str
    source: str = ""
    lifetime: float | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A request to `url` at `origin`, of a `kind` (`document`, `script`, `image` …), by the page or frame `source`."""

    url: str
    origin: str
    kind: str
    source: str


class Watcher:
    """Watches a browser context: make it before the first page is opened.

    `contacts` are all requests so far; `set_cookies` the latest Set-Cookie line of each name, up to the last `items()`.
    """

    def __init__(self, context: "BrowserContext", *, script: bool = True) -> None:
        self.context = context
        self.contacts: list[Contact] = []
        self._script = script
        self._responses: list[Response] = []
        self.set_cookies: dict[str, str] = {}
        self._setters: dict[str, str] = {}
        self._pending: set[Request] = set()
        context.on("request", self._note_request)
        context.on("requestfinished", self._note_end)
        context.on("requestfailed", self._note_end)
        context.on("response", self._note_response)
        if script:
            context.add_init_script(NOTE_WRITES)

    def items(self, now: float) -> list[Item]:
        """What is stored at this moment (`now` in epoch seconds): cookies, and the other kinds of the open pages."""
        self._read_setters()
        found: dict[tuple[str, str], Item] = {}
        for page in self.context.pages:
            for frame in page.frames if self._script else []:
                for item in self._in_frame(frame):
                    found[item.kind + item.origin, item.name] = item
        return [*self._cookies(now), *found.values()]

    @property
    def pending(self) -> int:
        """How many requests wait for the end of their answer."""
        return len(self._pending)

    def elsewhere(self, *homes: str) -> list[Contact]:
        """The requests that went to another origin than these; `data:`, `blob:` and `about:` go nowhere."""
        return [contact for contact in self.contacts if contact.origin and contact.origin not in homes]

    def _note_request(self, request: "Request") -> None:
        self._pending.add(request)
        self.contacts.append(Contact(request.url, origin_of(request.url), request.resource_type, _asker(request)))

    def _note_end(self, request: "Request") -> None:
        self._pending.discard(request)

    def _note_response(self, response: "Response") -> None:
        self._responses.append(response)
        # Chromium tells no end of an answer whose body the script leaves unread.
        if response.request.resource_type in BY_SCRIPT:
            self._pending.discard(response.request)

    def _read_setters(self) -> None:
        """Read which response set which cookie; of a page that has gone there is nothing to read."""
        from playwright.sync_api import Error  # noqa: PLC0415 -- a site without the extra never comes here

        while self._responses:
            response = self._responses.pop(0)
            try:
                lines = response.headers_array()
            except Error:
                continue
            for header in lines:
                if header["name"].lower() == "set-cookie":
                    name = header["value"].partition("=")[0].strip()
                    self.set_cookies[name] = header["value"]
                    self._setters.setdefault(name, response.url)

    def _cookies(self, now: float) -> list[Item]:
        return [
            Item(
                "cookie",
                str(cookie.get("name", "")),
                str(cookie.get("domain", "")),
                self._setters.get(str(cookie.get("name", "")), ""),
                cookie["expires"] - now if cookie.get("expires", -1) >= 0 else None,
            )
            for cookie in self.context.cookies()
        ]

    def _in_frame(self, frame: "Frame") -> list[Item]:
        origin = origin_of(frame.url)
        if not origin:
            return []
        read: dict[str, Any] = frame.evaluate(READ_STORAGE)
        for key, source in read["writes"].items():
            kind, _, name = key.partition(" ")
            if kind == "cookie":
                self._setters.setdefault(name, source)
        return [Item(kind, name, origin, read["writes"].get(f"{kind} {name}", "")) for kind, name in read["found"]]


def origin_of(url: str) -> str:
    """The origin of an http or https address, "" of any other."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""


def _asker(request: "Request") -> str:
    """The address of the frame that asked; a navigation is asked for by nobody yet."""
    return "" if request.is_navigation_request() else request.frame.url
