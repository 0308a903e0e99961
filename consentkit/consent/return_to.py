"""Where a visitor goes back to after choosing: never off this site."""

import re
from urllib.parse import unquote, urlsplit

MAX_LENGTH = 2000
SAFE = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def safe_path(candidate: str) -> str:
    """The candidate if it is a path on this very site, else "".

    It begins with one `/` that no second `/` or `\\` follows, before and after one round of decoding, and holds neither
    blanks, control characters nor backslashes: what else a browser could read as another host or as a second header.
    """
    if len(candidate) > MAX_LENGTH or not candidate.isascii():
        return ""
    # Browsers leave tabs and line ends out of an address, so decoded ones may hide a second slash.
    if not SAFE.fullmatch(candidate) or not SAFE.match(re.sub(r"[\t\r\n]", "", unquote(candidate))):
        return ""
    return "" if "\\" in unquote(candidate.partition("?")[0]) else candidate


def path_of_referrer(referrer: str, host: str) -> str:
    """The path and query of a Referer header if it is of this host, else ""."""
    try:
        parts = urlsplit(referrer)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or parts.netloc.lower() != host.lower():
        return ""
    return safe_path((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
