"""Changes an HTML document as it streams; the one adapter over lol-html.

lol-html only inserts here, and only marks: texts that hold a secret of this rewriter. What a mark stands for (something
to put in, the bounds of something to cut out or to look at) happens where it comes out again. So what comes out less
the marks is how much of the input has been dealt with, and after an error the rest is known to the byte.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from lolhtml import ContentType, HTMLRewriter

XHTML = "http://www.w3.org/1999/xhtml"
AS_HTML = ContentType.HTML

MAX_CAPTURED = 32_768
"""Bytes of an element's content that are held to be looked at in one piece."""

MAX_PENDING = 24_576
"""Bytes of a tag that has not ended yet; they are held twice, here and by lol-html."""

FREE = 262_144
MAX_OPEN = 65_536
"""Tags that may be open at once, counted from `FREE` bytes of a document on: lol-html keeps about 125 bytes of each."""


class Filter(Protocol):
    """Changes bytes as they pass."""

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes; returns those to send."""

    def finish(self) -> bytes:
        """Take the end."""


class Node:
    """A start tag, while its handler runs. Attribute values come undecoded, names in lower case."""

    __slots__ = ("_element", "_rewriter", "attributes", "name")

    def __init__(self, element: Any, rewriter: "StreamRewriter") -> None:
        self._element = element
        self._rewriter = rewriter
        self.name: str = element.tag_name
        self.attributes: list[tuple[str, str]] = element.attributes

    @property
    def is_html(self) -> bool:
        """Whether it is an element of HTML, not of SVG or MathML."""
        return bool(self._element.namespace_uri == XHTML)

    def get(self, name: str) -> str:
        """The value of an attribute, "" if absent."""
        return next((value for key, value in self.attributes if key == name), "")

    def put_first(self, html: str) -> None:
        """Put HTML in before the content."""
        self._element.prepend(self._rewriter.mark("put", html), AS_HTML)

    def put_last(self, html: str, done: Callable[[], None]) -> None:
        """Put HTML in after the content; `done` is called when it went out."""
        self._element.append(self._rewriter.mark("put", html, done), AS_HTML)

    def cut(self, replacement: str) -> None:
        """Take the element out, with all that is in it, and put HTML in its place."""
        begin, end = self._rewriter.marks("cut", replacement, self.name)
        self._element.before(begin, AS_HTML)
        if self.name == "image" and self.is_html:
            # Browsers read it as <img>, which has neither content nor end (HTML §13.2.6.4.7).
            self._element.prepend(end, AS_HTML)
        else:
            self._element.after(end, AS_HTML)

    def change_tag(self, change: Callable[[bytes], bytes]) -> None:
        """Replace the start tag alone by what `change` makes of it; the content stays."""
        self._element.before(self._rewriter.mark("tag", change), AS_HTML)

    def replace_tag(self, html: str) -> None:
        """Put HTML in place of the start tag alone, a tag that ends it; the content stays."""
        new = _ascii(html)
        # A slash ends the tag where it stands in SVG or MathML.
        self.change_tag(lambda tag: new[:-1] + b"/>" if tag.endswith(b"/>") else new)

    def put_after(self, html: str) -> None:
        """Put HTML in after the end of the element."""
        self._element.after(self._rewriter.mark("put", html), AS_HTML)

    def look_into(self, change: Callable[[bytes], bytes], otherwise: Callable[[], Filter]) -> None:
        """Replace the raw content by what `change` makes of it; content longer than `MAX_CAPTURED` passes a filter."""
        begin, end = self._rewriter.marks("look", change, otherwise)
        self._element.prepend(begin, AS_HTML)
        self._element.append(end, AS_HTML)


@dataclass(slots=True)
class Region:
    """What lies between two marks: `end` is the second. Without a `change` it is left out."""

    end: bytes
    name: bytes = b""
    last: bytes = b""
    change: Callable[[bytes], bytes] | None = None
    otherwise: Callable[[], Filter] | None = None
    held: bytes = b""
    filter: Filter | None = None

    def take(self, data: bytes) -> bytes:
        """The next bytes of what lies between; returns those to send already."""
        if self.change is None or self.otherwise is None:
            self.last = data
            return b""
        if self.filter:
            return self.filter.feed(data)
        self.held += data
        if len(self.held) <= MAX_CAPTURED:
            return b""
        self.filter = self.otherwise()
        held, self.held = self.held, b""
        return self.filter.feed(held)

    def finish(self) -> bytes:
        """What is still to be sent at the end."""
        if self.filter:
            return self.filter.finish()
        if self.change:
            return self.change(self.held)
        # An element that was never closed ends with its parent, whose end tag is not ours to take.
        is_other = self.last[:2] == b"</" and not self.last[2:].lower().startswith(self.name)
        return self.last if is_other else b""


class StreamRewriter:
    """Rewrites one document: `feed` each chunk, then `finish`; both return the bytes to send.

    An error of lol-html or of a handler ends the rewriting and not the page: what went out stays, the rest passes as it
    is, and `failure` holds what went wrong.
    """

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self._secret = f"consentkit:{secrets.token_hex(8)}:"
        self._prefix = self._secret.encode()
        self._marks: dict[bytes, tuple[Any, ...]] = {}
        self._count = 0
        self._cause: Exception | None = None
        self._fed = 0
        self._open = 0
        self._passed = 0
        self._tail = b""
        self._out: list[bytes] = []
        self._change_tag: Callable[[bytes], bytes] | None = None
        self._region: Region | None = None
        self._rewriter: Any = HTMLRewriter(self._sink)

    def on(self, selector: str, handle: Callable[[Node], None]) -> None:
        """Call `handle` for each start tag that a CSS selector matches."""
        self._rewriter.on(selector, _Element(self._noting(lambda element: handle(Node(element, self)))))

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes of the document."""
        if self.failure:
            return chunk
        self._tail += chunk
        out = self._run(chunk)
        if not self.failure and self._is_beyond_measure(chunk):
            out += self._give_up(OverflowError("a tag, or the number of open tags, is larger than a page's may be"))
        return out

    def _is_beyond_measure(self, chunk: bytes) -> bool:
        self._fed += len(chunk)
        if self._fed > FREE:
            self._open = max(0, self._open + chunk.count(b"<") - 2 * chunk.count(b"</"))
        return len(self._tail) > MAX_PENDING or self._open > MAX_OPEN

    def put(self, make: Callable[[], str]) -> bytes:
        """HTML that stands behind all that was fed so far, if that ended in a whole tag."""
        if self.failure:
            return b""
        try:
            return _ascii(make())
        except Exception as problem:
            return self._give_up(problem)

    def finish(self, at_end: Callable[[], str] = str) -> bytes:
        """Take the end of the document, behind which `at_end` is put."""
        out = b"" if self.failure else self._run(None)
        out += self.put(at_end)
        self.close()
        return out

    def close(self) -> None:
        """Give lol-html's object up, on the thread that made it; also when the document never ended.

        It must not be dropped on another thread, and the one on which the garbage collector happens to run would do so:
        its handlers and this object refer to each other.
        """
        self._rewriter = None

    def mark(self, *action: Any) -> str:
        """A new mark for an action, to be inserted."""
        self._count += 1
        text = f"{self._secret}{self._count};"
        self._marks[text.encode()] = action
        return text

    def marks(self, kind: str, *details: Any) -> tuple[str, str]:
        """Marks for the begin and the end of something."""
        end = self.mark("end")
        return self.mark(kind, end.encode(), *details), end

    def _noting(self, handle: Callable[[Any], None]) -> Callable[[Any], None]:
        """lol-html raises its own error for one of a handler: note which it was."""

        def noted(thing: Any) -> None:
            try:
                handle(thing)
            except Exception as problem:
                self._cause = problem
                raise

        return noted

    def _run(self, chunk: bytes | None) -> bytes:
        try:
            if chunk is None:
                self._rewriter.end()
            else:
                self._rewriter.write(chunk)
        except RuntimeError as problem:
            # lol-html gives up on input beyond its limits and on markup that it cannot tell apart as it streams.
            # Its frames hold lol-html's elements, which must not be dropped on another thread, and this object it.
            self.failure = (self._cause or problem).with_traceback(None)
            self.failure.__context__ = self._cause = None
        if self.failure:
            return self._give_up(self.failure)
        if chunk is None and self._region and self._region.change:
            self._end_region()
        self._tail = self._tail[self._passed :]
        self._passed = 0
        return self._taken()

    def _give_up(self, failure: Exception) -> bytes:
        self.failure = failure
        if self._region and self._region.change:
            self._end_region()
        rest, self._tail = self._tail[self._passed :], b""
        return self._taken() + rest

    def _taken(self) -> bytes:
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _sink(self, data: Any) -> None:
        if data.startswith(self._prefix) and data in self._marks:
            self._act(data, *self._marks.pop(data))
            return
        self._passed += len(data)
        if self._change_tag:
            # A start tag comes out in one piece.
            data, self._change_tag = self._change_tag(data), None
        self._out.append(self._region.take(data) if self._region else data)

    def _act(self, data: bytes, kind: str, *details: Any) -> None:
        if self._region:
            if data == self._region.end:
                self._end_region()
        elif kind == "tag":
            self._change_tag = details[0]
        elif kind == "put":
            self._out.append(_ascii(details[0]))
            if len(details) > 1:
                details[1]()
        elif kind == "cut":
            end, replacement, name = details
            self._out.append(_ascii(replacement))
            self._region = Region(end, name.encode())
        elif kind == "look":
            end, change, otherwise = details
            self._region = Region(end, change=change, otherwise=otherwise)

    def _end_region(self) -> None:
        if self._region:
            self._out.append(self._region.finish())
        self._region = None


class _Element:
    def __init__(self, element: Callable[[Any], None]) -> None:
        self.element = element


def _ascii(html: str) -> bytes:
    """HTML in ASCII with character references, which reads the same in every encoding that keeps ASCII."""
    return html.encode("ascii", "xmlcharrefreplace")
