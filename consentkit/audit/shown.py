"""Makes names and addresses of a hostile site fit to be shown: without values, and without what a terminal obeys."""

import unicodedata
from urllib.parse import urlsplit

MAX_TEXT = 600
MAX_PATH = 120
OBEYED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a terminal or a text editor acts on, or that nobody sees: controls (escape sequences), marks
of direction, surrogates, line separators. Each becomes U+FFFD."""


def fit(text: str, limit: int = MAX_TEXT) -> str:
    """A text in one line that nothing obeys, cut to `limit` characters."""
    cut = text[:limit]
    if not cut.isascii() or not cut.isprintable():
        cut = "".join("\ufffd" if unicodedata.category(character) in OBEYED else character for character in cut)
    return cut + "…" if len(text) > limit else cut


def shown_path(path: str) -> str:
    """A path in which a segment that holds an e-mail address or is long enough to be a token becomes `*`."""
    segments = ["*" if "@" in part or "%40" in part or len(part) > 60 else part for part in path.split("/")]
    return fit("/".join(segments) or "/", MAX_PATH)


def path_of(url: str) -> str:
    """The path of an address, "/" if it has none or cannot be read."""
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return "/"


def shown_url(url: str) -> str:
    """An address without credentials, query and fragment; of `data:` and the like only the scheme."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(unreadable address)"
    if not parts.netloc:
        return fit(f"{parts.scheme}:") if parts.scheme else shown_path(parts.path)
    return fit(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}") + shown_path(parts.path)
