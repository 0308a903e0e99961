"""What one page needs: the banner and the link put in, closed elements taken out."""

import re
from collections.abc import Callable

from consentkit.html.inject import Fragment, Injection
from consentkit.html.prelude import read_prelude
from consentkit.html.rewriter import Node, Passing, Rest, StreamRewriter
from consentkit.html.tags import EMBEDS, GATED, Addresses, Found, closed_element
from consentkit.html.urls import decoded

MAX_DEPTH = 3
"""Documents inside attributes of documents inside … that are looked into; a deeper frame is taken out."""

MAX_TAG = 4096
HINT = re.compile(rb"<(?:link|meta)", re.I)

Placeholder = Callable[[Node, Found, bool, str], str]
"""Makes what stands in place of an embed: its start tag, why it is closed, whether it stands inside a form (where no
other form may be), and the language of the page."""


class TagGate:
    """Takes what would contact a closed origin out of one page.

    `placeholder` makes what is put in place of embeds, None for nothing. `sealed`: the page's Content-Security-Policy
    holds, whatever passes here.
    """

    def __init__(self, addresses: Addresses, placeholder: Placeholder | None, *, sealed: bool, depth: int = 0) -> None:
        self.addresses = addresses
        self.seen = 0
        self.cuts = 0
        self._placeholder = placeholder
        self._sealed = sealed
        self._depth = depth
        self._in_form = False
        self._language: Callable[[], str] = str

    def rest(self) -> Rest:
        """What becomes of a page that the rewriter gave up on."""
        return Defused(self.addresses) if self._sealed else Withheld()

    def register(self, rewriter: StreamRewriter, language: Callable[[], str] = str) -> None:
        """Ask a rewriter for what this needs to see."""
        self._language = language
        rewriter.on("base[href]", lambda node: self.addresses.add_base(node.get("href")))
        if self._placeholder:
            rewriter.on(", ".join(f"form {name}" for name in EMBEDS), self._note_form)
        rewriter.on(", ".join(GATED), self._check)
        rewriter.on("noscript", lambda node: node.look_into(self.filtered))

    def _note_form(self, _: Node) -> None:
        self._in_form = True

    def _check(self, node: Node) -> None:
        in_form, self._in_form = self._in_form, False
        self.seen += 1
        found = closed_element(node.name, node.attributes, self.addresses)
        if found:
            self.cuts += 1
            self.shut(node, found, in_form)
        elif node.name == "iframe" and any(self._holds_closed(v) for key, v in node.attributes if key == "srcdoc"):
            self.cuts += 1
            self.shut_document(node)

    def shut(self, node: Node, found: Found, in_form: bool) -> None:
        """Keep a closed element from the page."""
        node.cut(self.placeholder(node, found, in_form))

    def shut_document(self, node: Node) -> None:
        """Keep a frame from the page whose own document holds something closed."""
        node.cut("")

    def placeholder(self, node: Node, found: Found, in_form: bool) -> str:
        """What a visitor sees instead of an element, "" if they would not miss it."""
        if self._placeholder is None or node.name not in EMBEDS or not node.is_html:
            return ""
        return self._placeholder(node, found, in_form, self._language())

    def _holds_closed(self, srcdoc: str) -> bool:
        if self._depth >= MAX_DEPTH:
            return True
        content = decoded(srcdoc).encode("utf-8", "replace")
        return self.filtered(content) != content

    def filtered(self, content: bytes) -> bytes:
        """HTML in which nothing would contact a closed origin; empty if it cannot be told."""
        inner = TagGate(self.addresses, None, sealed=False, depth=self._depth + 1)
        rewriter = StreamRewriter(Withheld())
        inner.register(rewriter)
        out = rewriter.feed(content) + rewriter.finish()
        return b"" if rewriter.failure else out


class Withheld:
    """Nothing more of the page is sent: no policy of ours would stop what it holds."""

    def feed(self, _: bytes) -> bytes:
        """Take the next bytes."""
        return b""

    def finish(self) -> bytes:
        """Take the end."""
        return b""


class Defused:
    """The rest passes, but for `<link>` and `<meta>` tags that are closed or cannot be told.

    A Content-Security-Policy stops everything else; it does not stop a connection opened in advance, nor a refresh.
    """

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._waiting = b""

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes."""
        text = self._waiting + chunk
        self._waiting = b""
        out: list[bytes] = []
        at = 0
        while match := HINT.search(text, at):
            out.append(text[at : match.start()])
            end = text.find(b">", match.end())
            if end < 0 and len(text) - match.start() <= MAX_TAG:
                self._waiting = text[match.start() :]
                return b"".join(out)
            tag = text[match.start() : end + 1] if end >= 0 else b""
            at = match.end() if not tag or not self._may_pass(tag) else end + 1
            out.append(tag if at == end + 1 and tag else b"<x-" + text[match.start() + 3 : match.end()])
        cut = next((place for place in range(max(at, len(text) - 4), len(text)) if _begins(text[place:])), len(text))
        self._waiting = text[cut:]
        return b"".join((*out, text[at:cut]))

    def finish(self) -> bytes:
        """Take the end; a tag that has none is none."""
        return self._waiting

    def _may_pass(self, tag: bytes) -> bool:
        gate = TagGate(self._addresses, None, sealed=False, depth=MAX_DEPTH)
        rewriter = StreamRewriter(Passing())
        gate.register(rewriter)
        rewriter.feed(tag)
        rewriter.finish()
        return (gate.seen, gate.cuts, rewriter.failure) == (1, 0, None)


def _begins(text: bytes) -> bool:
    lower = text.lower()
    return bool(lower) and (b"<link".startswith(lower) or b"<meta".startswith(lower))


class Unrewritten:
    """Stands in for a page's rewriter that could not be made."""

    failure: Exception | None = None

    def __init__(self, rest: Rest) -> None:
        self.feed = rest.feed
        self.finish = rest.finish

    def close(self) -> None:
        """Nothing is held."""


class PageRewriter:
    """Rewrites one document: `feed` each chunk, then `finish`; both return the bytes to send."""

    def __init__(
        self,
        *,
        at_head: Fragment | None = None,
        at_start: Fragment | None = None,
        at_end: Fragment | None = None,
        gate: TagGate | None = None,
    ) -> None:
        self._rewriter = StreamRewriter(gate.rest() if gate else Passing())
        self._injection = Injection(at_head=at_head, at_start=at_start, at_end=at_end)
        self._injection.register(self._rewriter)
        self._beginning: bytes | None = b""
        if gate:
            gate.register(self._rewriter, lambda: self._injection.prelude.language)

    @property
    def failure(self) -> Exception | None:
        """What went wrong, None if nothing did."""
        return self._rewriter.failure

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes of the document."""
        return self._rewriter.feed(chunk) if self._beginning is None else self._begin(chunk, is_all=False)

    def finish(self) -> bytes:
        """Take the end of the document."""
        return self._begin(b"", is_all=True) + self._rewriter.finish(self._injection.rest)

    def _begin(self, chunk: bytes, *, is_all: bool) -> bytes:
        if self._beginning is None:
            return b""
        self._beginning += chunk
        prelude = read_prelude(self._beginning, is_all=is_all)
        if prelude is None:
            return b""
        text, self._beginning = self._beginning, None
        self._injection.prelude = prelude
        if not self._injection.head_is_due:
            return self._rewriter.feed(text)
        before, after = text[: prelude.length], text[prelude.length :]
        return self._rewriter.feed(before) + self._rewriter.put(self._injection.head) + self._rewriter.feed(after)

    def close(self) -> None:
        """Give the rewriter up, on the thread that made it."""
        self._rewriter.close()
