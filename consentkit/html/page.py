"""What one page needs: the banner and the link put in, closed elements taken out."""

from collections.abc import Callable

from consentkit.html.inject import Fragment, Injection
from consentkit.html.prelude import read_prelude
from consentkit.html.rewriter import Node, StreamRewriter
from consentkit.html.scan import MAX_DEPTH, Scan, scanned
from consentkit.html.tags import EMBEDS, GATED, Addresses, Found, closed_element
from consentkit.html.urls import decoded

FOREIGN_SRC = (":", "//", "\\\\", "&", "\\9 ", "\\a ", "\\d ")
"""What an address of another origin holds, as selectors write it; see `tags.FOREIGN`."""

PICTURES = ", ".join(
    (
        *(f'img[src*="{text}"]' for text in FOREIGN_SRC),
        *(f'img[srcset*="{text}"]' for text in FOREIGN_SRC[:4]),
    )
)
"""A page may have hundreds of pictures of its own; each call of a handler costs, a selector next to nothing."""

WATCHED = ", ".join(
    (
        *(name for name in GATED if name not in ("img", "input", "meta", "use")),
        "input[src], meta[http-equiv]",
        'use[href]:not([href^="#"]), use[xlink\\:href]:not([xlink\\:href^="#"])',
    )
)

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
        self._placeholder = placeholder
        self._sealed = sealed
        self._depth = depth
        self._in_form = False
        self._language: Callable[[], str] = str
        self._waiting: dict[str, None] = {}

    def scan(self) -> Scan:
        """What has a second look at the page when it was rewritten, and the only one if that failed."""
        return Scan(self.addresses.copy(), everything=not self._sealed)

    def register(self, rewriter: StreamRewriter, language: Callable[[], str] = str) -> None:
        """Ask a rewriter for what this needs to see."""
        self._language = language
        rewriter.on("base[href]", self._check_base)
        if self._placeholder:
            rewriter.on(", ".join(f"form {name}" for name in EMBEDS), self._note_form)
        rewriter.on(f"{WATCHED}, {'img' if self.addresses.own_closed else PICTURES}", self._check)
        rewriter.on("noscript", lambda node: node.look_into(self.filtered, self._strict))

    def _note_form(self, _: Node) -> None:
        self._in_form = True

    def _check_base(self, node: Node) -> None:
        if self.addresses.add_base(node.get("href")):
            node.cut("")

    def _check(self, node: Node) -> None:
        in_form, self._in_form = self._in_form, False
        found = closed_element(node.name, node.attributes, self.addresses)
        if found:
            self.shut(node, found, in_form)
        elif node.name == "iframe" and any(self._holds_closed(v) for key, v in node.attributes if key == "srcdoc"):
            self.shut_document(node)

    def shut(self, node: Node, found: Found, in_form: bool) -> None:
        """Keep a closed element from the page."""
        shown = self.placeholder(node, found, in_form)
        if not shown:
            self._waiting.update(dict.fromkeys(found.services))
        node.cut(shown)

    def waiting(self) -> str:
        """What tells the script in the page whose tags were taken out and left nothing: a grant loads the page anew."""
        return f'<template data-consentkit-waiting="{" ".join(self._waiting)}"></template>' if self._waiting else ""

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
        """Whole HTML in which nothing would contact a closed origin."""
        inner = TagGate(self.addresses.copy(), None, sealed=False, depth=self._depth + 1)
        rewriter = StreamRewriter()
        inner.register(rewriter)
        return scanned(rewriter.feed(content) + rewriter.finish(), self.addresses, depth=self._depth + 1)

    def _strict(self) -> Scan:
        return Scan(self.addresses.copy(), everything=True)


class Unrewritten:
    """Stands in for a page's rewriter that could not be made."""

    failure: Exception | None = None

    def __init__(self, scan: Scan) -> None:
        self.feed = scan.feed
        self.finish = scan.finish

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
        self._rewriter = StreamRewriter()
        self._gate = gate
        self._scan = gate.scan() if gate else None
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
        out = self._rewriter.feed(chunk) if self._beginning is None else self._begin(chunk, is_all=False)
        return self._scan.feed(out) if self._scan else out

    def finish(self) -> bytes:
        """Take the end of the document."""
        out = self._begin(b"", is_all=True) + self._rewriter.finish(self._rest)
        return self._scan.feed(out) + self._scan.finish() if self._scan else out

    def _rest(self) -> str:
        waiting = self._gate.waiting() if self._gate and self._injection.is_page else ""
        return f"{self._injection.rest()}{waiting}"

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
