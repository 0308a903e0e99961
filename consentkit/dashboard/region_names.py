"""Names of the parts of countries (ISO 3166-2), where the extra `regions` is installed; the one adapter over pycountry.

Read once, in 0.2 s, to 13 MB of the process that shows them (5,046 names, pycountry 26.2, CPython 3.11 on x86-64).
"""

import re
from collections.abc import Mapping
from functools import cache

IN_ANOTHER_LANGUAGE = re.compile(r" \[[^]]*\]")
SORTED = re.compile(r"(.+), (.+ (?:de|of)|Respublika)")
"""A name as an index has it: "Murcia, Región de"."""


@cache
def region_names() -> Mapping[str, str]:
    """The names by code, as `NL-NH`, in a language of the country; empty without pycountry."""
    try:
        from pycountry import subdivisions  # noqa: PLC0415 -- 13 MB that only some need
    except ImportError:
        return {}
    return {one.code: said(one.name) for one in subdivisions}


def said(name: str) -> str:
    """A name of the standard as people say it: in one language, no part of it moved to the end."""
    plain = IN_ANOTHER_LANGUAGE.sub("", name)
    return SORTED.sub(r"\2 \1", plain) if SORTED.fullmatch(plain) else plain
