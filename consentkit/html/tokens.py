"""Start tags as bytes, read as a browser's tokenizer reads them (HTML §13.2.5), wherever they stand."""

import re
import sys
from dataclasses import dataclass

ATTRIBUTE = re.compile(
    rb"[\t\n\f\r /]*+([^\t\n\f\r />][^\t\n\f\r />=]*+)[\t\n\f\r ]*+"
    rb"(?:=[\t\n\f\r ]*+(?:\"([^\"]*+)\"|'([^']*+)'|(?=>)|([^\t\n\f\r >\"'][^\t\n\f\r >]*+))|(?!=))"
)
END = re.compile(rb"[\t\n\f\r /]*+>")
Text = bytes | bytearray


MAX_ATTRIBUTES = 40
MAX_STRAY = 3
"""More attributes, and more of them with a stray `<`, than any real tag has. To read on at each place where a tag may
begin, in a page that is made of nothing else, would take too long."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its name in lower case, its value undecoded, and where in the text it begins."""

    name: bytes
    value: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Tag:
    """The attributes of a start tag, a repeated one each time, and where in the text the tag ends; 0 if that is not
    known, because it has too many."""

    attributes: tuple[Attribute, ...]
    end: int

    def get(self, name: bytes) -> bytes | None:
        """The value of an attribute, the first of that name as in browsers; None if absent."""
        return next((attribute.value for attribute in self.attributes if attribute.name == name), None)

    def as_text(self) -> list[tuple[str, str]]:
        """Names and undecoded values."""
        return [(one.name.decode("utf-8", "replace"), one.value.decode("utf-8", "replace")) for one in self.attributes]


def read_tag(text: Text, at: int, limit: int = sys.maxsize) -> Tag | None:
    """The start tag whose name ends at `at`, None if the text, or what lies before `limit`, ends before it does."""
    found: list[Attribute] = []
    end = min(limit, len(text))
    stray = 0
    while len(found) <= MAX_ATTRIBUTES and stray <= MAX_STRAY:
        if match := END.match(text, at, end):
            return Tag(tuple(found), match.end())
        match = ATTRIBUTE.match(text, at, end)
        if match is None or match.end() == end:
            return None
        group = match.lastindex or 1
        value = match[group] if group > 1 else b""
        stray += b"<" in match[1] or (group == 4 and b"<" in value)
        found.append(Attribute(match[1].lower(), value, match.start(1)))
        at = match.end()
    return Tag(tuple(found), 0)
