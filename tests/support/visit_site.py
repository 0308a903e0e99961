"""A site and its visitor, who keeps the cookie that carries the state of a visit as a browser does."""

from collections import Counter
from typing import Any

from consentkit import ConsentKit
from consentkit.consent.ledger.store import Ledger
from consentkit.stats.counting import Counting
from consentkit.stats.goals import count_goal
from consentkit.stats.tally import Tally
from tests.stats.page_requests import CHROME
from tests.support.asgi import HTML, Answer, ask
from tests.support.sites import KEY, NOW, Unwatched, config_of, service, settings

NAVIGATE = [
    (b"user-agent", CHROME.encode()), (b"accept", b"text/html"), (b"accept-language", b"nl"),
    (b"sec-fetch-mode", b"navigate"), (b"sec-fetch-dest", b"document"),
]  # fmt: skip
ARRIVES = (b"sec-fetch-site", b"none")
ONWARD = (b"sec-fetch-site", b"same-origin")
GOALS = [{"id": "contact", "path": "/thanks"}, {"id": "called"}]


async def page(scope: Any, receive: Any, send: Any) -> None:
    """A site: pages, a picture, a redirect, and a button that is counted in code."""
    path = scope["path"]
    if path == "/called":
        count_goal(scope, "called")
    kinds = {"/picture": (200, (b"content-type", b"image/png")), "/moved": (302, (b"location", b"/"))}
    status, header = kinds.get(path, (200, HTML))
    headers = [header, (b"set-cookie", b"__Host-consentkit_visit=mine")] if path == "/greedy" else [header]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send(
        {
            "type": "http.response.body",
            "body": b"<!doctype html><title>t</title><body>" + str(scope["headers"]).encode(),
        }
    )


class Site:
    """A site and its visitor: keeps the visit cookie as a browser does, and what was counted."""

    def __init__(self, folder: Any, **stats: Any) -> None:
        self.now = NOW
        tables = settings(services=[service("ads", "marketing", "_ads")], stats={"goals": GOALS, **stats})
        self.kit = ConsentKit(config_of(tables, folder), (KEY,), make_id=lambda: "A" * 16, clock=lambda: self.now)
        self.kit.proof.ledger = Ledger(None)
        self.kit.watch = Unwatched()  # type: ignore[assignment]
        self.kit.counting = Counting(self.kit.config, lambda: self.now, keys=(KEY,))
        self.tally = Tally(self.kit.counting.observer.observe_all, self.kit.config.stats.crossings)
        self.kit.counting.recorder.tally = self.tally
        self.app = self.kit.wrap(page)
        self.visit = b""
        self.choice = b""

    def open(self, path: str = "/", *more: tuple[bytes, bytes], visit: bytes | None = None, **scope: Any) -> Answer:
        """Go to a page; the visit cookie that comes is kept. `more` goes before the headers of a navigation."""
        value = self.visit if visit is None else visit
        kept = [self.choice, b"__Host-consentkit_visit=" + value if value else b""]
        cookie = [(b"cookie", b"; ".join(part for part in kept if part))] if any(kept) else []
        named = {name for name, _ in more}
        headers = [*more, *(pair for pair in NAVIGATE if pair[0] not in named), *cookie]
        answer = ask(self.app, path, headers=headers, **scope)
        for line in lines_of(answer):
            self.visit = line.partition(b";")[0].partition(b"=")[2]
        return answer

    def counts(self) -> Counter[str]:
        """The totals so far."""
        found: Counter[str] = Counter()
        for (_, metric), count in self.tally.take().totals.items():
            found[metric] += count
        return found


def lines_of(answer: Answer) -> list[bytes]:
    """The Set-Cookie lines of the visit cookie."""
    return [line for line in answer.all(b"set-cookie") if b"consentkit_visit=" in line]
