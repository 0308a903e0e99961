"""Reads tables of a TOML file into typed values and collects every finding on the way."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from consentkit.errors import Finding

T = TypeVar("T")

TYPE_NAMES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}


def shown(value: object) -> str:
    """The value as an error message quotes it: short, and as TOML would write it."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value).replace("'", '"')
    return text if len(text) <= 60 else text[:57] + "…"


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
        return f"{self.where}.{name}" if self.where else name

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
