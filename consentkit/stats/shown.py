"""What an answer was: whether a page was shown (by method, answer and what was asked for), or a stream of events."""

from functools import lru_cache

from consentkit.stats.facts import PATH_CAP, RequestFacts

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
PAGE_EXTENSIONS = frozenset({"html", "htm", "xhtml", "php", "asp", "aspx", "jsp"})
LONGEST_EXTENSION = 5
STREAM = "text/event-stream"
"""Stays open for as long as somebody reads it (WHATWG HTML §9.2)."""


def shows_page(facts: RequestFacts) -> bool:
    """Whether a request showed a page: a GET answered with HTML (or 304), not as a part of another page."""
    if not may_show_page(facts):
        return False
    if tells_type(facts):
        return _is_page((facts.content_type or "")[:80])
    extension = extension_of(facts.path)
    return extension == "" or extension in PAGE_EXTENSIONS


def may_show_page(facts: RequestFacts) -> bool:
    """Whether a page is shown if the answer is one."""
    if facts.method != "GET" or facts.traits.headers.get(b"sec-fetch-dest", b"document") != b"document":
        return False
    status = facts.status
    return status == 304 or (200 <= status < 300 and status not in (204, 206))


def tells_type(facts: RequestFacts) -> bool:
    """Whether the type of the answer tells; if not, as in a log or for a 304, which need not repeat it (RFC 9110
    §15.4.5), the path must."""
    return bool(facts.content_type) or not (facts.logged or facts.status == 304)


def streams(facts: RequestFacts) -> bool:
    """Whether the answer is a stream of events, which has no time to answer."""
    return (facts.content_type or "")[: len(STREAM)].lower() == STREAM


def extension_of(path: str) -> str:
    """The extension of a path's last part in lower case, "" where there is none that looks like one."""
    _, dot, extension = path[-PATH_CAP:].rpartition("/")[2].rpartition(".")
    known = dot and len(extension) <= LONGEST_EXTENSION and extension.isalnum() and extension[0].isalpha()
    return extension.lower() if known else ""


@lru_cache(maxsize=256)
def _is_page(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in PAGE_TYPES
