"""Logs of AWS load balancers: application (ALB) and classic (ELB). They tell no referrer."""

import re

from consentkit.importers.fields import address_of, epoch_of, logged, size_of, status_of
from consentkit.stats.facts import RequestFacts

LINE = re.compile(
    rb"(?:(?P<type>https?|h2|grpcs|wss?) )?(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z) (?P<balancer>\S+) (?P<client>\S+) \S+ "
    rb"[-\d.]+ [-\d.]+ [-\d.]+ (?P<status>\d{3}|-) \S+ \d+ (?P<sent>\d+) "
    rb'"(?P<method>\S+) (?P<url>(?:[^"\\]|\\.)*?) (?P<protocol>[^" ]+)" "(?P<agent>(?:[^"\\]|\\.)*)"(?P<rest>.*)',
    re.DOTALL,
)
"""As far as both kinds agree; only an application load balancer names its type in front."""

AUTHORITY = re.compile(rb"(https?|wss?|h2)://([^/?#]*)", re.IGNORECASE)


def parse_aws(line: bytes) -> RequestFacts | None:
    """The facts of a line, or None where it is none, or where the connection ended before there was a request."""
    match = LINE.fullmatch(line)
    if match is None or match["url"].startswith(b"- "):
        return None
    when, status = epoch_of(match["time"].decode("ascii")), status_of(match["status"].decode("ascii"))
    if when is None or not status:
        return None
    authority = AUTHORITY.match(match["url"])
    return logged(
        when=when,
        method=match["method"].decode("latin-1"),
        target=match["url"],
        host=authority[2] if authority else b"",
        status=status,
        size=size_of(match["sent"]),
        user_agent=b"" if match["agent"] == b"-" else match["agent"],
        address=address_of(match["client"].decode("latin-1")),
        secure=bool(authority and authority[1].lower() in (b"https", b"wss", b"h2")),
    )
