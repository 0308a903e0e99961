"""The language that a browser prefers, as one of the known two-letter codes."""

from functools import lru_cache

from consentkit.stats.model import OTHER, UNKNOWN

ISO_639_1 = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv
    ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
KNOWN = frozenset(ISO_639_1.split())


CACHED_HEADERS = 512
HEADER_CAP = 128


def language_of(accept_language: bytes | None) -> str:
    """The language of an Accept-Language header, as it is counted."""
    return _remembered(accept_language[:HEADER_CAP] if accept_language else b"")


@lru_cache(maxsize=CACHED_HEADERS)
def _remembered(accept_language: bytes) -> str:
    return language(accept_language.decode("latin-1"))


def language(accept_language: str) -> str:
    """The primary language of the first tag in Accept-Language (RFC 9110 §12.5.4).

    `(unknown)` where the header is missing or a wildcard, `(other)` where the tag is on no list: its text is the
    visitor's to choose, so it is never passed on.
    """
    first = accept_language.split(",", 1)[0].split(";", 1)[0].strip()
    if first in ("", "*"):
        return UNKNOWN
    primary = first[:3].lower().replace("_", "-").partition("-")[0]
    return primary if primary in KNOWN else OTHER
