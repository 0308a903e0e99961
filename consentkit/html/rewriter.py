"""Changes an HTML document as it streams; the one adapter over lol-html.

lol-html only inserts here, and only marks: texts that hold a secret of this rewriter. What a mark stands for (something
to put in, the bounds of something to cut out or to look at) happens where it comes out again. So what comes out less
the marks is how much of the input has been dealt with, and after an error the rest is known to the byte.
"""

import secrets
from collections.abc import Callable
from typing import Any, Protocol

from lolhtml import ContentType, HTMLRewriter

XHTML = "http://www.w3.org/1999/xhtml"
MAX_CAPTURED = 65_536
"""Bytes of an element's content that are held to be looked at; more is left out."""


class Rest(Protocol):
    """What becomes of the rest of a document after an error."""

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes; returns those to send."""

    def finish(self) -> bytes:
        """Take the end."""


class Passing:
    """The rest passes as it is."""

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes."""
        return chunk

    def finish(self) -> bytes:
        """Take the end."""
        return b""


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
        self._element.prepend(self._rewriter.mark("put", html), ContentType.HTML)

    def put_last(self, html: str, done: Callable[[], None]) -> None:
        """Put HTML in after the content; `done` is called when it went out."""
        self._element.append(self._rewriter.mark("put", html, done), ContentType.HTML)

    def cut(self, replacement: str) -> None:
        """Take the element out, with all that is in it, and put HTML in its place."""
        begin, end = self._rewriter.marks("cut", replacement, self.name)
        self._element.before(begin, ContentType.HTML)
        if self.name == "image" and self.is_html:
            # Browsers read it as <img>, which has neither content nor end (HTML §13.2.6.4.7).
            self._element.prepend(end, ContentType.HTML)
        else:
            self._element.after(end, ContentType.HTML)

    def replace_tag(self, html: str) -> None:
        """Put HTML in place of the start tag alone, a tag that ends it; the content stays."""
        self._element.before(self._rewriter.mark("tag", html), ContentType.HTML)

    def put_after(self, html: str) -> None:
        """Put HTML in after the end of the element."""
        self._element.after(self._rewriter.mark("put", html), ContentType.HTML)

    def look_into(self, change: Callable[[bytes], bytes]) -> None:
        """Replace the raw content by what `change` makes of it."""
        begin, end = self._rewriter.marks("look", change)
        self._element.prepend(begin, ContentType.HTML)
        self._element.append(end, ContentType.HTML)


class StreamRewriter:
    """Rewrites one document: `feed` each chunk, then `finish`; both return the bytes to send.

    An error of lol-html or of a handler ends the rewriting and not the page: what went out stays, `rest` takes what has
    not been dealt with, and `failure` holds what went wrong.
    """

    def __init__(self, rest: Rest) -> None:
        self.failure: Exception | None = None
        self._rest = rest
        self._secret = f"consentkit:{secrets.token_hex(8)}:"
        self._prefix = self._secret.encode()
        self._marks: dict[bytes, tuple[Any, ...]] = {}
        self._count = 0
        self._cause: Exception | None = None
        self._passed = 0
        self._tail = b""
        self._out: list[bytes] = []
        self._instead: bytes | None = None
        self._until = b""
        self._last = b""
        self._held: list[bytes] | None = None
        self._change: Callable[[bytes], bytes] = bytes
        self._name = b""
        self._rewriter: Any = HTMLRewriter(self._sink)

    def on(self, selector: str, handle: Callable[[Node], None]) -> None:
        """Call `handle` for each start tag that a CSS selector matches."""
        self._rewriter.on(selector, _Element(self._noting(lambda element: handle(Node(element, self)))))

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes of the document."""
        if self.failure:
            return self._rest.feed(chunk)
        self._tail += chunk
        return self._run(chunk)

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
        if self.failure:
            out += self._rest.finish()
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
            self.failure = self._cause or problem
        if self._held is not None and (chunk is None or self.failure):
            self._end_region()
        out = b"".join(self._out)
        self._out.clear()
        self._tail = self._tail[self._passed :]
        self._passed = 0
        return out + self._give_up(self.failure) if self.failure else out

    def _give_up(self, failure: Exception) -> bytes:
        self.failure = failure
        rest, self._tail = self._tail, b""
        return self._rest.feed(rest)

    def _sink(self, chunk: Any) -> None:
        data = bytes(chunk)
        if data.startswith(self._prefix) and data in self._marks:
            self._act(data, *self._marks.pop(data))
            return
        self._passed += len(data)
        if self._instead is not None:
            # A start tag comes out in one piece. Its slash ends it where it stands in SVG or MathML.
            tag, self._instead = self._instead, None
            data = tag[:-1] + b"/>" if data.endswith(b"/>") else tag
        if self._held is not None:
            self._held.append(data)
        elif self._until:
            self._last = data
        else:
            self._out.append(data)

    def _act(self, data: bytes, kind: str, *details: Any) -> None:
        if self._until:
            if data == self._until:
                self._end_region()
        elif kind == "tag":
            self._instead = _ascii(details[0])
        elif kind == "put":
            self._out.append(_ascii(details[0]))
            if len(details) > 1:
                details[1]()
        elif kind == "cut":
            self._until, replacement, name = details
            self._out.append(_ascii(replacement))
            self._last, self._name = b"", name.encode()
        elif kind == "look":
            self._until, self._change = details
            self._held = []

    def _end_region(self) -> None:
        self._until = b""
        if self._held is not None:
            content, self._held = b"".join(self._held), None
            self._out.append(self._change(content) if len(content) <= MAX_CAPTURED else b"")
        elif self._last[:2] == b"</" and not self._last[2:].lower().startswith(self._name):
            # An element that was never closed ends with its parent, whose end tag is not ours to take.
            self._out.append(self._last)


class _Element:
    def __init__(self, element: Callable[[Any], None]) -> None:
        self.element = element


def _ascii(html: str) -> bytes:
    """HTML in ASCII with character references, which reads the same in every encoding that keeps ASCII."""
    return html.encode("ascii", "xmlcharrefreplace")
