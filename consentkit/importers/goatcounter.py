"""GoatCounter's export: one row a page view, which becomes counts and nothing else."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from consentkit.importers.days import Days, browser_named, country_of, page_of, region_of, source_named, system_named
from consentkit.stats.breakdowns import ENGAGED, MOVES, VIEWS, VISITS
from consentkit.stats.enrich.campaign import campaign_value
from consentkit.stats.enrich.channel import DIRECT, INTERNAL, INTERNAL_CHANNEL, channel_of
from consentkit.stats.model import NONE

VERSION = "2"
FIRST_COLUMN = re.compile(r"\ufeff?(\d+),?Path")
"""The header begins with the version of the format."""
NEEDED = ("Path", "Event", "Browser", "System", "Bot", "Referrer", "Referrer scheme", "Location", "Session", "Date")


def is_goatcounter(header: Sequence[str]) -> bool:
    """Whether a header is that of an export; ValueError for a version that is not known here."""
    match = FIRST_COLUMN.fullmatch(header[0]) if header else None
    if match is None and len(header) > 1 and header[0].lstrip("\ufeff").isdigit() and header[1] == "Path":
        match = re.fullmatch(r"\ufeff?(\d+)", header[0])
    if match is None:
        return False
    if match[1] != VERSION:
        raise ValueError(f"GoatCounter's export has the format {match[1]}; only {VERSION} can be read. Export it anew.")
    return True


def count_goatcounter(
    header: Sequence[str], rows: Iterable[Sequence[str]], timezone: ZoneInfo, latest: date = date.max
) -> Days:
    """The counts of an export by day in the site's time zone; of bots and events only how many were left out.

    Rows stand in the order of their time. A visit begins with the first of its session, and each other one is a move.
    """
    names = ["Path", *header[1:]] if header[1] != "Path" else ["Path", *header[2:]]
    days = Days(latest)
    visits = _Visits()
    for row in rows:
        days.rows += 1
        view = dict(zip(names, row, strict=False))
        day = _day(days, view.get("Date", ""), timezone)
        if not day or any(name not in view for name in NEEDED):
            days.rejected += 1
        elif view["Bot"] not in ("0", "") or view["Event"].lower() == "true":
            days.left_out += 1
        else:
            _count(days, view, day, visits)
    return days


@dataclass(slots=True)
class _Visit:
    """A visit under way: its last page, and how it began until it goes on to a second page."""

    page: str
    began: Mapping[str, str] | None


class _Visits:
    """The visits under way by their sessions, which end after eight hours: those of a day and of the day before."""

    def __init__(self) -> None:
        self._day = ""
        self._today: dict[str, _Visit] = {}
        self._before: dict[str, _Visit] = {}

    def under_way(self, session: str, day: str) -> _Visit | None:
        """The visit of a session that has a view on an ISO day."""
        if day > self._day:
            self._day, self._before, self._today = day, self._today, {}
        visit = self._today.get(session) or self._before.pop(session, None)
        if visit is not None:
            self._today[session] = visit
        return visit

    def begin(self, session: str, visit: _Visit) -> None:
        """Note that a visit has begun."""
        self._today[session] = visit


def _count(days: Days, view: Mapping[str, str], day: str, visits: _Visits) -> None:
    values, session = _values(view), view["Session"]
    visit = visits.under_way(session, day)
    if visit is not None and values["referrer"] == DIRECT:
        values |= {"referrer": INTERNAL, "channel": INTERNAL_CHANNEL}
    _add(days, day, VIEWS, values)
    if visit is not None:
        if visit.began is not None:
            _add(days, day, ENGAGED, visit.began)
        if visit.page != values["page"]:
            _add(days, day, MOVES, {"page": visit.page, "move": f"{visit.page} → {values['page']}"})
        visit.page, visit.began = values["page"], None
    elif session.strip("0-"):
        # Without a session, as a site may have it, nothing tells visits apart.
        _add(days, day, VISITS, values)
        visits.begin(session, _Visit(values["page"], values))


def _add(days: Days, day: str, metric: str, values: Mapping[str, str]) -> None:
    days.add(day, metric, values, 1)
    days.add_total(day, metric, 1)


def _values(view: Mapping[str, str]) -> dict[str, str]:
    browser, version = browser_named(view["Browser"])
    return {
        "page": page_of(view["Path"]),
        "os": system_named(view["System"]),
        "browser": browser,
        "browser_version": version,
        "country": country_of(view["Location"][:2]),
        "region": region_of(view["Location"]),
        **referred(view["Referrer"], view["Referrer scheme"]),
    }


def referred(text: str, scheme: str) -> dict[str, str]:
    """Referrer, channel and campaign of what GoatCounter keeps of a referrer: `c` is the name of a campaign."""
    campaign = campaign_value(text) if scheme == "c" else NONE
    referrer, channel = source_named("" if scheme == "c" else text)
    return {
        "referrer": referrer,
        "channel": channel_of(channel, medium=NONE, source=campaign),
        "campaign": campaign,
    }


def _day(days: Days, text: str, timezone: ZoneInfo) -> str:
    """The site's day of a moment, "" for what is none of which there can be counts."""
    try:
        moment = datetime.fromisoformat(text)
        return days.checked((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(timezone).date())
    except (ValueError, OverflowError):
        return ""
