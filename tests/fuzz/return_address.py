"""A visitor who has chosen goes back to a path of this very site, whatever a form or a Referer says."""

from urllib.parse import unquote

from ada_url import URL

from consentkit.consent.return_to import path_of_referrer, safe_path

HERE = "https://www.example.com/consent/"
SEEDS = [
    b"/", b"/shop?a=b#c", b"//evil.test", b"/\\evil.test", b"/%2fevil.test", b"/\t/evil.test", b"/.//evil.test",
    b"https://www.example.com/shop", b"https://www.example.com//evil.test", b"https://www.example.com@evil.test/",
    b"https://www.example.com\\@evil.test/x", b"/a/..//evil.test", b"/\r\nSet-Cookie: a=b", b"/%0d%0aA: b",
    b"/%0d/evil.test",
]  # fmt: skip


def check(data: bytes) -> None:
    """The bytes as the field of a form, and as a Referer."""
    text = data.decode("utf-8", "replace")
    for path in (
        safe_path(text),
        path_of_referrer(data.decode("latin-1"), "www.example.com"),
        path_of_referrer(f"https://www.example.com{text}", "www.example.com"),
    ):
        assert not path or path[0] == "/", (data, path)
        assert path.isascii(), (data, path)
        assert path.isprintable(), (data, path)
        for read in (path, unquote(path)) if path else ():
            url = URL(read, base=HERE)
            assert ("https:", "www.example.com", "", "") == (url.protocol, url.host, url.username, url.port), (
                data,
                path,
            )
