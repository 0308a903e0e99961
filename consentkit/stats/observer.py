"""From the facts of one request to what it adds to the counts."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from consentkit.stats.classes import PERSON, classify
from consentkit.stats.enrich.browser import client
from consentkit.stats.enrich.language import language
from consentkit.stats.enrich.place import Place
from consentkit.stats.enrich.referrer import DIRECT, INTERNAL, Referrers
from consentkit.stats.facts import RequestFacts
from consentkit.stats.model import OTHER, Observation
from consentkit.stats.paths import canonical
from consentkit.stats.visits import begins_visit

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
PAGE_EXTENSIONS = frozenset({"html", "htm", "xhtml", "php", "asp", "aspx", "jsp"})
LONGEST_EXTENSION = 5
WITHIN_SITE = frozenset({"same-origin", "same-site"})

DAY_STEP = 900
"""Seconds. Every zone's midnight and every change of its clock fall on a quarter of an hour, so a day holds for one."""


class Observer:
    """Turns requests into observations for one site: `hosts` as configured, days in its `timezone`."""

    def __init__(self, hosts: Iterable[str], timezone: ZoneInfo, place: Place) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._place = place
        self._referrers = Referrers(self._hosts)
        self._day = lru_cache(maxsize=64)(lambda quarter: _day(quarter, timezone))

    def observe(self, facts: RequestFacts) -> Observation:
        """What this request adds: only a page view by a person has values, and only such a view can begin a visit."""
        request_class = classify(facts)
        view = request_class == PERSON and is_view(facts)
        visit, values = self._view(facts) if view else (False, ())
        return Observation(
            day=self._day(int(facts.when // DAY_STEP)),
            minute=_minute(int(facts.when // 60)),
            request_class=request_class,
            status=facts.status,
            bytes=facts.bytes,
            view=view,
            visit=visit,
            values=values,
        )

    def _view(self, facts: RequestFacts) -> tuple[bool, tuple[tuple[str, str], ...]]:
        host = host_name(facts.host)
        source = self._referrers.source(facts.referer, host)
        visit = begins_visit(facts, source)
        browser, system, device = client(facts.user_agent)
        return visit, (
            ("page", canonical(facts.path)),
            ("referrer", _referrer(facts, source, visit)),
            ("country", self._place.country(facts.address)),
            ("browser", browser),
            ("os", system),
            ("device", device),
            ("language", language(facts.accept_language)),
            ("host", host if host in self._hosts else OTHER),
        )


def is_view(facts: RequestFacts) -> bool:
    """Whether a request showed a page: a GET answered with HTML (or 304), not as a part of another page."""
    if facts.method != "GET" or facts.fetch_dest not in ("", "document"):
        return False
    if facts.status == 304:
        return _is_page(facts, unchanged=True)
    return 200 <= facts.status < 300 and facts.status not in (204, 206) and _is_page(facts, unchanged=False)


def host_name(text: str) -> str:
    """A Host header in lower case, without port and without the dot of the root."""
    host = text.lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].rstrip(".")


def _is_page(facts: RequestFacts, *, unchanged: bool) -> bool:
    # A 304 need not repeat the content type (RFC 9110 §15.4.5); then the path must tell, as in a log.
    if facts.content_type or not (facts.logged or unchanged):
        return (facts.content_type or "").partition(";")[0].strip().lower() in PAGE_TYPES
    extension = _extension(facts.path)
    return extension == "" or extension in PAGE_EXTENSIONS


def _extension(path: str) -> str:
    _, dot, extension = path.rpartition("/")[2].rpartition(".")
    known = dot and len(extension) <= LONGEST_EXTENSION and extension.isalnum() and extension[0].isalpha()
    return extension.lower() if known else ""


def _referrer(facts: RequestFacts, source: str, visit: bool) -> str:
    """The referrer to count: a visit never comes from the site itself, and a move within it never from nowhere."""
    if visit and source == INTERNAL:
        return DIRECT
    if source == DIRECT and facts.fetch_site in WITHIN_SITE:
        return INTERNAL
    return source


def _day(quarter: int, timezone: ZoneInfo) -> str:
    return datetime.fromtimestamp(quarter * DAY_STEP, timezone).date().isoformat()


@lru_cache(maxsize=64)
def _minute(minute: int) -> str:
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%MZ")
