"""Start tags as bytes, read as a browser's tokenizer reads them (HTML §13.2.5), wherever they stand."""

import re
from dataclasses import dataclass

ATTRIBUTE = re.compile(
    rb"[\t\n\f\r /]*+([^\t\n\f\r />][^\t\n\f\r />=]*+)[\t\n\f\r ]*+"
    rb"(?:=[\t\n\f\r ]*+(?:\"([^\"]*+)\"|'([^']*+)'|(?=>)|([^\t\n\f\r >\"'][^\t\n\f\r >]*+))|(?!=))"
)
END = re.compile(rb"[\t\n\f\r /]*+>")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its name in lower case, its value undecoded, and where in the text its name begins."""

    name: bytes
    value: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Tag:
    """The attributes of a start tag, a repeated one each time, and where in the text the tag ends."""

    attributes: tuple[Attribute, ...]
    end: int

    def get(self, name: bytes) -> bytes | None:
        """The value of an attribute, the first of that name as in browsers; None if absent."""
        return next((attribute.value for attribute in self.attributes if attribute.name == name), None)


def read_tag(text: bytes, at: int) -> Tag | None:
    """The start tag whose name ends at `at`, None if the text ends before it."""
    found: list[Attribute] = []
    while True:
        if match := END.match(text, at):
            return Tag(tuple(found), match.end())
        match = ATTRIBUTE.match(text, at)
        if match is None or match.end() == len(text):
            return None
        value = next((part for part in match.groups()[1:] if part is not None), b"")
        found.append(Attribute(match[1].lower(), value, match.start(1)))
        at = match.end()
