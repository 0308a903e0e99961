"""Reads tables of a TOML file into typed values and collects every finding on the way."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from consentkit.errors import Finding

T = TypeVar("T")

TYPE_NAMES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}


CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that no text of the file has a use for, and that terminals, files and headers act on."""
LONGEST_SHOWN = 60
"""Characters of a value or key in a message."""
MOST_INTEGER = 2**63 - 1
"""TOML 1.0 knows whole numbers of 64 bits only; Python's parser reads longer ones too."""


def unusable(value: object, where: str = "") -> Iterator[Finding]:
    """What nobody can mean of all that a file holds, `where` being the key: control characters, numbers too long."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            key = below(where, name)
            if CONTROL.search(name):
                yield Finding(key, "holds a control character, which no key may; take it out")
            yield from unusable(inner, key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from unusable(inner, f"{where}[{index}]")
    elif isinstance(value, str) and CONTROL.search(value):
        yield Finding(where, f"{shown(value)} holds a control character, which no text may; take it out")
    elif isinstance(value, int) and not -MOST_INTEGER <= value <= MOST_INTEGER:
        yield Finding(where, f"{hex(value)[:20]}… is too long a number; TOML knows those of 64 bits, to {MOST_INTEGER}")


def below(where: str, name: str) -> str:
    """The full name of a key in a table, as error messages show it: quoted if it is long or not to be printed."""
    plain = name if len(name) <= LONGEST_SHOWN and name.isprintable() else shown(name)
    return f"{where}.{plain}" if where else plain


def shown(value: object) -> str:
    """The value as an error message quotes it: short, and as TOML would write it."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value).replace("'", '"')
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "…"


class Table:
    """One table of the file, read key by key; what is wrong goes to `findings`, reading goes on with a default.

    `done()` reports the keys that nobody asked for, with the nearest known one.
    """

    def __init__(self, data: Mapping[str, Any], where: str, findings: list[Finding]) -> None:
        self.data = data
        self.where = where
        self.findings = findings
        self.known: set[str] = set()

    def key(self, name: str) -> str:
        """The full name of a key, as error messages show it."""
        return below(self.where, name)

    def wrong(self, name: str, message: str, rule: str = "") -> None:
        """Note a finding at one of this table's keys."""
        self.findings.append(Finding(self.key(name), message, rule))

    def get(self, name: str, kind: type, default: Any = None, *, required: bool = False) -> Any:
        """The value of a key if it has the right type, else the default."""
        self.known.add(name)
        if name not in self.data:
            if required:
                self.wrong(name, f"is missing; {TYPE_NAMES[kind]} is required here")
            return default
        value = self.data[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.wrong(name, f"{shown(value)} is not {TYPE_NAMES[kind]}")
            return default
        return value

    def text(self, name: str, default: str = "", *, required: bool = False) -> str:
        """A text; a required one must not be blank."""
        value: str = self.get(name, str, default, required=required)
        if required and isinstance(self.data.get(name), str) and not value.strip():
            self.wrong(name, "is empty; write a text")
        return value

    def number(self, name: str, default: int, *, low: int, high: int, rule: str = "", why: str = "") -> int:
        """A whole number from low to high."""
        value: int = self.get(name, int, default)
        if not low <= value <= high:
            because = f" ({why})" if why else ""
            self.wrong(name, f"{value} is out of range; allowed are {low} to {high}{because}", rule)
            return default
        return value

    def one_of(self, name: str, allowed: Iterable[str], default: str, *, required: bool = False) -> str:
        """One of the allowed words."""
        value: str = self.get(name, str, default, required=required)
        words = tuple(allowed)
        if name in self.data and isinstance(self.data[name], str) and value not in words:
            self.wrong(name, f"{shown(value)} is not allowed; use one of {', '.join(words)}{nearest(value, words)}")
            return default
        return value

    def texts(self, name: str, default: tuple[str, ...] = (), *, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        value = self.get(name, list, None, required=required)
        if value is None:
            return default
        if not all(isinstance(item, str) and item for item in value):
            self.wrong(name, f"{shown(value)} is not a list of texts")
            return default
        if required and not value:
            self.wrong(name, "is empty; write at least one text")
        return tuple(value)

    def tables(self, name: str) -> list["Table"]:
        """A list of tables, each ready to be read."""
        value = self.get(name, list, [])
        found = []
        for index, item in enumerate(value):
            if isinstance(item, dict):
                found.append(Table(item, f"{self.key(name)}[{index}]", self.findings))
            else:
                self.wrong(f"{name}[{index}]", f"{shown(item)} is not a table")
        return found

    def table(self, name: str) -> "Table":
        """A sub-table; an absent one reads as empty."""
        return Table(self.get(name, dict, {}), self.key(name), self.findings)

    def converted(self, name: str, convert: Callable[[str], T], default: T, *, required: bool = False) -> T:
        """A text turned into another value; `convert` raises ValueError with the message to show."""
        text = self.text(name, required=required)
        if name not in self.data or not isinstance(self.data[name], str):
            return default
        try:
            return convert(text)
        except ValueError as problem:
            self.wrong(name, str(problem))
            return default

    def done(self, forbidden: Mapping[str, tuple[str, str]] | None = None) -> None:
        """Report every key that was not read: a forbidden one with its rule, any other with the nearest known one."""
        for name in self.data:
            if name in self.known:
                continue
            if forbidden and name in forbidden:
                rule, why = forbidden[name]
                self.wrong(name, f"{shown(self.data[name])} is refused: {why}; remove the key", rule)
            else:
                options = ", ".join(sorted(self.known))
                self.wrong(name, f"is not a known key{nearest(name, self.known)}; known here: {options}")


def nearest(word: str, words: Iterable[str]) -> str:
    """The hint "; did you mean …?" for a mistyped word, or nothing."""
    close = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
