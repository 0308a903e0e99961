"""The words by which the controls of a banner are known, on sites that do not use consentkit."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from consentkit.texts import available, language_of, texts

Action = Literal["refuse", "accept", "withdraw", "settings"]

FILE = Path(__file__).parent / "words.toml"
SPECIAL = re.compile(r"[.*+?^${}()|\[\]\\/]")
AROUND = r"[\s\u00a0✓✔✕✖×→›»«!.…]*"
"""What a label may hold beside its words."""


@cache
def labels(action: Action, language: str) -> tuple[str, ...]:
    """The labels of a control, lower case, those of a language (BCP 47) first, then all others."""
    more = tomllib.loads(FILE.read_text("utf-8"))
    first = language_of(language)
    ordered = sorted(available(), key=lambda code: (code != first, code != "en", code))
    found = [label for code in ordered for label in (*_ours(action, code), *more.get(code, {}).get(action, ()))]
    return tuple(dict.fromkeys(label.casefold() for label in found))


def _ours(action: Action, language: str) -> tuple[str, ...]:
    t = texts(language)
    own = {
        "refuse": (t["banner"]["refuse"], t["preferences"]["refuse"]),
        "accept": (t["banner"]["accept"], t["preferences"]["accept"]),
        "withdraw": (t["preferences"]["withdraw"],),
        "settings": (t["link"]["text"], t["preferences"]["title"]),
    }
    return own[action]


@cache
def pattern(action: Action, language: str) -> re.Pattern[str]:
    """What a control's whole label must match; it is read by the browser too, so it keeps to what both know."""
    words = (SPECIAL.sub(r"\\\g<0>", label).replace(" ", r"\s+") for label in labels(action, language))
    return re.compile(f"^{AROUND}(?:{'|'.join(words)}){AROUND}$", re.IGNORECASE)
