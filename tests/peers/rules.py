"""What each tool would count of the stream: our own code, and the rules of three others, each with its source.

Written from their documentation and what their public source does; no line of it is theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from device_detector.parser import Bot

from consentkit.stats.breakdowns import VIEWS, VISITS
from consentkit.stats.enrich.place import Place
from consentkit.stats.estimate import Stratum, estimate_visitors
from consentkit.stats.observer import Observer
from consentkit.stats.site import SiteReader
from consentkit.stats.visitor.state import Source, State, View, advance
from tests.peers.stream import HOST, Asked, day_of

HALF_HOUR = 30 * 60
UTC_DAY = 86_400
Key = tuple[str, str, int]
"""By which a tool that keeps no cookie tells people apart: address, user agent, day."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one tool makes of each thing that happened, in order: is it a view, does it begin a visit, whose is it.

    `keys` are the distinct visitors of each; None where the tool counts nothing of it.
    """

    views: tuple[bool, ...]
    begins: tuple[bool, ...]
    keys: tuple[Key | None, ...]

    @property
    def visitors(self) -> int:
        """As tools with a daily key show them for a longer time: the days added up."""
        return len({key for key in self.keys if key is not None})


def by_us(happened: Sequence[Asked]) -> Counted:
    """The same code that counts live requests."""
    observer = Observer(SiteReader([HOST], Place([])), ZoneInfo("Europe/Amsterdam"))
    observer.prepare()
    seen = [observer.observe(asked.facts) if asked.facts else None for asked in happened]
    views = tuple(one is not None and bool(one.counts(VIEWS)) for one in seen)
    begins = tuple(one is not None and bool(one.counts(VISITS)) for one in seen)
    return Counted(views, begins, tuple(None for _ in happened))


def our_visitors(happened: Sequence[Asked], ours: Counted) -> int:
    """Our estimate for the month: from all visits, and from the new visitors among those who agreed."""
    counts = {phone: [0, 0, 0] for phone in (False, True)}
    states: dict[int, State] = {}
    for asked, is_view, begins in zip(happened, ours.views, ours.begins, strict=True):
        if not is_view:
            continue
        part = counts[asked.phone]
        if asked.agreed and asked.who is not None and asked.facts:
            entry = Source("direct", "(none)", asked.facts.path)
            view = View(asked.when, date(2026, 12, min(day_of(asked.when), 31)), begins, entry)
            states[asked.who], marks = advance(states.get(asked.who), view)
            part[0] += begins and marks.visit
            part[1] += marks.visit
            part[2] += "month" in marks.new
        else:
            part[0] += begins
    found = estimate_visitors(Stratum(*part) for part in counts.values())
    assert found is not None
    return found.value


def by_goaccess(happened: Sequence[Asked]) -> Counted:
    """Every line is a hit; one visitor for each address, date and user agent, crawlers included (goaccess.io/man,
    "Unique visitors"); a request answered with 4xx makes no visitor unless asked for (`--4xx-to-unique-count`)."""
    keys = tuple(
        (asked.address, asked.user_agent, day_of(asked.when))
        if asked.facts and asked.facts.status // 100 != 4
        else None
        for asked in happened
    )
    return Counted(tuple(asked.facts is not None for asked in happened), tuple(False for _ in happened), keys)


def by_plausible(happened: Sequence[Asked]) -> Counted:
    """What its script sends, in turn:

    - a page view when a page is shown, reloaded, or comes back from the browser's memory; nothing where
      navigator.webdriver is set (plausible/analytics, tracker/src/autocapture.js, tracker/src/track.js);
    - dropped: user agents of bots by Matomo's lists, Headless Chrome, addresses of data centres
      (lib/plausible/ingestion/event.ex); the test's own parser reads the same lists;
    - a visitor is a hash of user agent and address with a salt of the UTC day (same file, lib/plausible/session/
      salts.ex); a visit ends after 30 minutes without an event, and goes on over midnight (…/session/cache_store.ex).
    """
    last: dict[tuple[str, str], float] = {}
    views, begins, keys = [], [], []
    for asked in happened:
        counts = asked.runs and not asked.driven and not asked.hosted and not is_bot(asked.user_agent)
        person = (asked.address, asked.user_agent)
        views.append(counts)
        begins.append(counts and not 0 <= asked.when - last.get(person, -UTC_DAY) <= HALF_HOUR)
        keys.append((*person, int(asked.when // UTC_DAY)) if counts else None)
        if counts:
            last[person] = asked.when
    return Counted(tuple(views), tuple(begins), tuple(keys))


def by_cloudflare(happened: Sequence[Asked]) -> Counted:
    """Web Analytics: its beacon counts a view when a page has loaded; a visit is a view whose referrer is another host
    or none (developers.cloudflare.com/web-analytics, "High-level metrics", "FAQs"). It tells no visitors."""
    views = tuple(asked.runs and asked.kind != "restored" for asked in happened)
    begins = tuple(
        counts and not asked.referrer.startswith(f"https://{HOST}/")
        for counts, asked in zip(views, happened, strict=True)
    )
    return Counted(views, begins, tuple(None for _ in happened))


@cache
def is_bot(user_agent: str) -> bool:
    """Whether Matomo's lists know it as a bot, or it is Headless Chrome."""
    found = Bot(user_agent, None)
    found.parse()
    return bool(found.ua_data) or "HeadlessChrome/" in user_agent
