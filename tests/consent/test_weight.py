"""What consentkit adds to a visit, in bytes as a browser loads them with brotli."""

import re

import brotli
import pytest

from consentkit.config import LAYOUTS
from consentkit.texts import available
from tests.support.asgi import DOCUMENT, answering, ask
from tests.support.sites import consent_cookie, kit_of, settings

MOST = 5_000
"""Bytes on a first visit: what issue 3 allows. The consent managers it was compared with load 13.8 kB to 59 kB."""


def weighed(text: bytes) -> int:
    """Bytes of a text with brotli."""
    return len(brotli.compress(text))


def added(language: str, *, cookie: bytes = b"", **consent: str) -> tuple[bytes, dict[str, bytes]]:
    """What is put into a page, and the files that it loads at once, as they are served."""
    kit = kit_of(settings(site={"languages": [language]}, consent=consent))
    document = DOCUMENT.replace(b'lang="en"', f'lang="{language}"'.encode())
    headers = [(b"cookie", cookie)] if cookie else []
    app = kit.wrap(answering(document))
    body = ask(app, "/shop", headers=headers).body
    start, _, end = document.partition(b"<p>hello</p>")
    between = body.removeprefix(start).removesuffix(end).replace(b"<p>hello</p>", b"")
    files = {
        re.sub(r"\.[0-9a-f]{10}", "", path.rpartition("/")[2]): ask(app, path).body
        for path in re.findall(r'(?:href|src)="(/consent/static/[^"]+)"', between.decode())
    }
    return between, files


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("link", ["inject", "template"])
def test_first_visit_is_light_in_every_language(layout: str, link: str) -> None:
    """HTML, CSS and script of the banner together; each file by itself, as it is loaded."""
    for language in available():
        html, files = added(language, layout=layout, link=link)
        loaded = {name: weighed(body) for name, body in files.items()}
        assert {"banner.css", "consent.js"} <= loaded.keys()
        assert weighed(html) + sum(loaded.values()) <= MOST, (language, weighed(html), loaded)


def test_after_a_choice_nothing_is_left_of_the_banner() -> None:
    """Not a byte where a template places the link; elsewhere the link and its module."""
    cookie = consent_cookie(kit_of(settings(site={"languages": ["en"]})))
    assert (b"", {}) == added("en", cookie=cookie, link="template")
    html, files = added("en", cookie=cookie, link="inject")
    assert ["consent.js"] == list(files)
    assert b"<section" not in html
