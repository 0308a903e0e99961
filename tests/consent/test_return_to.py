"""Never off this site: return addresses against a browser's way of resolving them."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentkit.consent.return_to import path_of_referrer, safe_path

HERE = "https://www.example.com/shop/page"

NASTY = [
    "//evil.test", "/\\evil.test", "\\\\evil.test", "/%2f%2fevil.test", "/%0d/evil.test",
    "/%09%0a%5cevil.test", "/%2fevil.test", "/%5cevil.test",
    "/%5Cevil.test",
    "/\t/evil.test", "/\n/evil.test", "/\r\nSet-Cookie: a=b", "\t//evil.test", " //evil.test", "https://evil.test",
    "https:evil.test", "javascript:alert(1)", "data:text/html,x", "///evil.test", "/\x00/evil.test", "/a\\..\\evil",
    "/a%5cb", "evil.test", "@evil.test", "?x", "#x", "", "/a b", "/é", "/" + "a" * 2000, "/\x7f", "/\u2028",
    "/／evil.test",
]  # fmt: skip


def browser_host(address: str) -> str:
    """The host a browser goes to: it drops tabs and line breaks, trims, and reads `\\` as `/` (WHATWG URL §4.4)."""
    address = re.sub(r"[\t\r\n]", "", address).strip("".join(map(chr, range(33))))
    path, mark, query = address.partition("?")
    return urlsplit(urljoin(HERE, path.replace("\\", "/") + mark + query)).netloc


@pytest.mark.parametrize("candidate", NASTY)
def test_address_that_a_browser_could_misread_is_refused(candidate: str) -> None:
    """Each known trick is refused."""
    assert "" == safe_path(candidate)


@pytest.mark.parametrize(
    "candidate", ["/", "/a", "/a/b?c=d&e=//f", "/@user", "/a?return=https%3A%2F%2Fx", "/a#b", "/nl/a%20b", "/a//b"]
)
def test_ordinary_path_is_kept(candidate: str) -> None:
    """What a site really uses comes back as it was."""
    assert candidate == safe_path(candidate)


@given(
    st.lists(
        st.sampled_from(
            [
                "/",
                "\\",
                "%2f",
                "%5c",
                "evil.test",
                "@",
                ":",
                "\t",
                "\n",
                "?",
                "#",
                ".",
                "..",
                "https:",
                "%09",
                "%00",
                "a",
                ";",
            ]
        )
    ).map("".join)
    | st.text(max_size=30)
)
@example("/.//evil.test")
def test_what_is_kept_stays_on_this_host(candidate: str) -> None:
    """No text that passes leads a browser elsewhere, nor does its once decoded form, nor can it end a header."""
    path = safe_path(candidate)
    if path:
        assert "www.example.com" == browser_host(path)
        assert path.isascii()
        assert path.isprintable()
        assert not path.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    ("referrer", "path"),
    [("https://www.example.com/a?b=c#d", "/a?b=c"), ("https://www.example.com", "/"), ("https://WWW.Example.com/a",
    "/a"),
     ("https://evil.test/a", ""), ("https://www.example.com.evil.test/a", ""), ("https://www.example.com@evil.test/",
     ""),
     ("https://evil.test@www.example.com/", ""), ("//www.example.com/a", ""), ("ftp://www.example.com/a", ""),
     ("https://www.example.com//evil.test", ""), ("https://[", ""), ("", ""), ("https://www.example.com:444/a", "")],
)  # fmt: skip
def test_only_a_referrer_of_this_host_counts(referrer: str, path: str) -> None:
    """Another host's page, or one that merely looks like ours, is not where the visitor goes back to."""
    assert path == path_of_referrer(referrer, "www.example.com")


def test_no_host_means_no_referrer() -> None:
    """A request without Host has nothing to compare with."""
    assert "" == path_of_referrer("https:///a", "")


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_referrer_is_read_without_an_error(referrer: str, host: str) -> None:
    """Hostile headers are answered, not raised about."""
    path = path_of_referrer(referrer, host)
    assert path == "" or (path.startswith("/") and not path.startswith("//"))
