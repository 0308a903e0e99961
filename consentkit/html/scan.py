"""A second look at the bytes of a page that are about to be sent, whatever a browser may take them for.

A tag that a browser sees begins with its name in ASCII and is read from there by the same rules wherever it stands
(HTML §13.2.5). So looking at each place where one could begin misses none: not behind the ends that SVG and MathML
break at, nor in what only one of two parsers holds for text. What is closed is disarmed by changing one or two letters,
never a quote, a blank or a bracket: so nothing else in the page changes its meaning, not even where what looked like a
tag was none. Every decision follows from the bytes alone, wherever the chunks end.
"""

import re
from collections.abc import Iterable
from itertools import groupby

from consentkit.html import css
from consentkit.html.scripts import IMPORT_MAP, SPECULATION_RULES, closed_strings
from consentkit.html.tags import BESIDE, GATED, Addresses, closed_attributes
from consentkit.html.tokens import Attribute, Tag, Text, read_tag
from consentkit.html.urls import decoded

MAX_TAG = 16_384
"""Bytes of a tag, or of a script with rules, that wait for its end."""

MAX_LONG = 32
"""Longer ones of a page that are looked at whole if they are there whole; others are disarmed."""

MAX_DEPTH = 3
"""Documents inside attributes of documents inside … that are looked into; a deeper frame counts as closed."""

FEW = ("link", "meta", "base", "script", "iframe")
"""What a Content-Security-Policy does not stop: connections in advance, refreshes, bases, speculation rules; and
documents inside attributes, which may hold all of these. Beside these come the attributes of elements that stay."""

STOPPED = ("script", "iframe")
"""Of these a policy stops what they load."""

MAX_FUNCTION = len(b"image-set")
BEGUN = sorted(
    (text[:length].decode() for text in (b"url", b"image-set") for length in range(1, len(text) + 1)), key=len
)
ENDS = re.compile(rb"(?:<[a-zA-Z]{0,16}|@[a-zA-Z]{0,6}|(?i:%s))\Z" % "|".join(reversed(BEGUN)).encode())
"""What may go on as a tag or as an address in the next chunk."""

Changes = list[tuple[int, bytes]]
"""Letters to be put over those at a place."""

SCRIPT_END = re.compile(rb"</script", re.I)
LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/\\&#.:%?-_~")


NAME = r"[\t\n\f\r ]++(?!(?i:%s))[\w:.-]++"
ANY_VALUE = r""""[^"]*+"|'[^']*+'|[^\t\n\f\r "'<>=`]++"""
OWN_VALUE = "|".join(
    each.replace("*", rf"[^{end}&:\\/\t\n\r]*+(?:/(?!/)[^{end}&:\\/\t\n\r]*+)*+")
    for each, end in (('"*"', '"'), ("'*'", "'"), (r"(?![\t\n\f\r >])*", "\\f \"'<>=`"))
)
END = r"[\t\n\f\r ]*+/?>"
OWN = rf"(?:{NAME % 'type'}(?:=(?:{OWN_VALUE}))?)*+{END}"
"""The rest of a well-formed tag whose attributes hold no address of another origin, and do not say what a script is."""

ALONE = rf"(?:{NAME % 'ping|background'}(?:=(?:{ANY_VALUE}))?)*+{END}"
"""The rest of a well-formed tag without attributes by which an element contacts somebody besides what it is for."""


def _names(names: Iterable[str]) -> str:
    """A pattern for names, whole and in either case, by their first letters."""
    groups = (
        f"[{letter}{letter.upper()}](?i:{'|'.join(name[1:] for name in alike)})"
        for letter, alike in groupby(sorted(names), key=lambda name: name[0])
    )
    return rf"({'|'.join(groups)})(?=[\t\n\f\r />])"


def _tags(*, everything: bool, own_closed: bool) -> re.Pattern[bytes]:
    """Where a tag begins that has to be read. Nine in ten of a page are passed over by the search itself, most of them
    at their first letter."""
    main = (*GATED, "base") if everything else FEW
    letters = "".join({name[0] + name[0].upper() for name in (*main, *BESIDE)})
    own = "" if own_closed else f"(?!{OWN})"
    return re.compile(f"<(?=[{letters}])(?:{_names(main)}{own}|{_names(BESIDE)}(?!{ALONE}))".encode())


TAGS = {(some, own): _tags(everything=some, own_closed=own) for some in (True, False) for own in (True, False)}


class Scan:
    """Disarms what would contact a closed origin: `feed` each chunk, then `finish`; both return the bytes to send.

    `everything`: elements that a Content-Security-Policy would stop too.
    """

    def __init__(self, addresses: Addresses, *, everything: bool, depth: int = 0) -> None:
        self._addresses = addresses
        self._everything = everything
        self._depth = depth
        self._patterns = (TAGS[everything, addresses.own_closed], css.CALL, css.IMPORT)
        self._waiting = b""
        self._long = 0

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes."""
        text, end = self._scanned(self._waiting + chunk, is_all=False)
        self._waiting = text[end:]
        return text[:end]

    def finish(self) -> bytes:
        """Take the end."""
        text, self._waiting = self._waiting, b""
        return self._scanned(text, is_all=True)[0]

    def _scanned(self, given: bytes, *, is_all: bool) -> tuple[bytes, int]:
        """The text disarmed, as far as the returned place; what stands behind it needs more text to be known."""
        text = bytearray(given)
        hits = [pattern.search(text) for pattern in self._patterns]
        while hit := min(filter(None, hits), key=re.Match.start, default=None):
            look = self._tag if hit.re is self._patterns[0] else self._load
            changes = look(text, hit, is_all=is_all)
            if changes is None:
                return bytes(text), max(0, hit.start() - MAX_FUNCTION) if hit[0] == b"(" else hit.start()
            for at, letters in changes:
                text[at : at + len(letters)] = letters
            changed = max((at for at, _ in changes), default=0)
            for place, (pattern, other) in enumerate(zip(self._patterns, hits, strict=True)):
                # A change may break what was found there, and never makes anything that would be found.
                if other is hit or (other and other.start() - MAX_FUNCTION <= changed):
                    hits[place] = pattern.search(text, hit.end())
        return bytes(text), len(text) if is_all else _whole(text)

    def _tag(self, text: Text, hit: re.Match[bytes], *, is_all: bool) -> Changes | None:
        """What disarms this tag, if it is closed; None if more text is needed."""
        name = hit[hit.lastindex or 1].lower().decode()
        limit = hit.start() + MAX_TAG
        tag = read_tag(text, hit.end(), limit)
        if tag is None and len(text) < limit and not is_all:
            return None
        if tag is None and self._takes_long():
            tag = read_tag(text, hit.end())
        if tag is None or not tag.end:
            # The policy stops what a script loads, and rules do not hide behind so much.
            return [] if name == "script" and not self._everything else [(hit.start() + 1, b"x")]
        if name == "script" and (kind := _kind(tag)):
            return self._rules(text, tag, kind, limit, is_all=is_all)
        return [(attribute.at, b"_") for attribute in self._closed(name, tag)]

    def _takes_long(self) -> bool:
        """Whether one more long tag may be looked at whole: a page full of begun ones would take for ever."""
        self._long += 1
        return self._long <= MAX_LONG

    def _closed(self, name: str, tag: Tag) -> list[Attribute]:
        """The attributes that must not be understood."""
        if name == "base":
            return [each for each in tag.attributes if each.name == b"href" and self._is_closed_base(each.value)]
        is_stopped = name in STOPPED and not self._everything
        names = frozenset[str]() if is_stopped else closed_attributes(name, tag.as_text(), self._addresses)
        return [
            each
            for each in tag.attributes
            if each.name.decode("utf-8", "replace") in names
            or (each.name == b"srcdoc" and name == "iframe" and self._holds_closed(each.value))
        ]

    def _is_closed_base(self, href: bytes) -> bool:
        try:
            return self._addresses.add_base(href.decode("utf-8", "replace")) is not None
        except ValueError:
            return True

    def _holds_closed(self, srcdoc: bytes) -> bool:
        if self._depth >= MAX_DEPTH:
            return True
        content = decoded(srcdoc.decode("utf-8", "replace")).encode("utf-8", "replace")
        return scanned(content, self._addresses, everything=self._everything, depth=self._depth + 1) != content

    def _rules(self, text: Text, tag: Tag, kind: str, limit: int, *, is_all: bool) -> Changes | None:
        """What disarms the closed addresses of an import map or of speculation rules; None if more text is needed."""
        end = SCRIPT_END.search(text, tag.end, limit)
        if end is None and len(text) < limit and not is_all:
            return None
        if end is None and self._takes_long():
            end = SCRIPT_END.search(text, tag.end)
        if end is None:
            is_stopped = kind == IMPORT_MAP and not self._everything
            return [] if is_stopped else [(each.at, b"_") for each in tag.attributes if each.name == b"type"]
        content = bytes(text[tag.end : end.start()])
        return [_no_address(text, tag.end + at) for at in closed_strings(content, kind, self._addresses)]

    def _load(self, text: Text, hit: re.Match[bytes], *, is_all: bool) -> Changes | None:
        """What disarms the addresses that CSS loads here, if they are closed; None if more text is needed."""
        limit = hit.end() + css.MAX_ADDRESS
        found, ended = css.addresses(text, hit, limit)
        if not ended and len(text) < limit and not is_all:
            return None
        return [
            _no_address(text, at)
            for at, spelled in found
            if self._addresses.first(css.as_browser(each) for each in spelled)
        ]


def scanned(content: bytes, addresses: Addresses, *, everything: bool = True, depth: int = 0) -> bytes:
    """Whole HTML in which nothing is left that would contact a closed origin."""
    scan = Scan(addresses.copy(), everything=everything, depth=depth)
    return scan.feed(content) + scan.finish()


def _kind(tag: Tag) -> str:
    """Whether a script is an import map or speculation rules; "" for any other."""
    kind = decoded((tag.get(b"type") or b"").decode("utf-8", "replace")).strip().lower()
    return kind if kind in (IMPORT_MAP, SPECULATION_RULES) else ""


def _no_address(text: Text, at: int) -> tuple[int, bytes]:
    """What turns the address at a place into one of the scheme `x`, which leads nowhere."""
    while text[at : at + 1].isspace():
        at += 1
    plain = next((length for length in (2, 1) if LETTERS.issuperset(text[at : at + length])), 0)
    return at, b"x:"[:plain]


def _whole(text: Text) -> int:
    """Where what may go on in the next chunk begins."""
    match = ENDS.search(text, max(0, len(text) - 17))
    return match.start() if match else len(text)
