"""What the tests of pages read of their markup."""

import re
from html.parser import HTMLParser

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'-alert(1)-'",
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "</title></svg><script>",
    "\u202egnp.exe",
    "=HYPERLINK(\"http://evil.example\")",
    "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a,b\"c\nd",
)  # fmt: skip


def plain(page: str) -> str:
    """A page's text without tags, blanks collapsed."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page).replace("\u00a0", " "))


class _Attributes(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at every tag as a browser's parser does."""
        self.found.update(name for name, _ in attrs if name.startswith("on") or name == "style")
        self.found.update(value or "" for name, value in attrs if name == "href" and (value or "").startswith("java"))


def dangerous(page: str) -> set[str]:
    """Event handlers, inline styles and script addresses of a page."""
    parser = _Attributes()
    parser.feed(page)
    return parser.found
