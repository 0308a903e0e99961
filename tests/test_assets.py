"""Our own files at addresses that never change their content."""

import gzip
from pathlib import Path

import pytest

from consentkit.assets import Assets, static_folder
from tests.support.asgi import ask


def make(folder: Path, **files: str) -> Assets:
    """Assets of files named by keyword, `banner_css` for `banner.css`."""
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    return Assets(folder)


def test_address_changes_with_the_content(tmp_path: Path) -> None:
    """So a stored copy can never be stale."""
    first = make(tmp_path, a_css="p{}").url("a.css")
    assert first == make(tmp_path, a_css="p{}").url("a.css")
    assert first != make(tmp_path, a_css="p{color:red}").url("a.css")


def test_file_is_immutable_and_packed_when_asked(tmp_path: Path) -> None:
    """Cached for a year, gzip only for who accepts it; a script without what only its readers need."""
    assets = make(tmp_path, a_js="// why\nif (a) {\n  a();\n}\n")
    plain = ask(assets.app, f"/x/{assets.url('a.js')}")
    packed = ask(assets.app, f"/{assets.url('a.js')}", headers=[(b"accept-encoding", b"br, gzip")])
    refused = ask(assets.app, f"/{assets.url('a.js')}", headers=[(b"accept-encoding", b"br, gzip;q=0")])
    assert b"public, max-age=31536000, immutable" == plain.get(b"cache-control")
    assert b"text/javascript; charset=utf-8" == plain.get(b"content-type")
    assert (None, b"gzip") == (plain.get(b"content-encoding"), packed.get(b"content-encoding"))
    assert (None, plain.body) == (refused.get(b"content-encoding"), refused.body)
    assert b"if (a) {\na();\n}\n" == plain.body == gzip.decompress(packed.body)
    assert b"Accept-Encoding" == plain.get(b"vary") == packed.get(b"vary")


@pytest.mark.parametrize("path", ["/", "/a.css", "/../a.css", "/static/", "/secret.txt"])
def test_nothing_else_is_served(tmp_path: Path, path: str) -> None:
    """Only known names are looked up; no path is ever made of a request."""
    (tmp_path / "secret.txt").write_text("s")
    assert 404 == ask(make(tmp_path, a_css="p{}").app, path).status


def test_real_files_are_found_and_ask_no_third_party() -> None:
    """In a checkout they lie at the top level; none of them refers to another host (rule C2)."""
    for name in ("banner.css", "consent.js", "dialog.css", "pages.css"):
        assert name.partition(".")[0] in Assets().url(name)
    for path in static_folder().iterdir():
        if path.suffix in (".css", ".js"):
            assert "//" not in path.read_text().replace("http://www.w3.org", "").replace("// ", ""), path


def test_no_script_has_a_text_over_several_lines() -> None:
    """Taking out indentation and comments would change it."""
    lines = [line for path in static_folder().glob("*.js") for line in path.read_text("utf-8").splitlines()]
    assert [] == [line for line in lines if line.count("`") % 2 or "/*" in line]


def test_modules_name_other_files_by_their_hashed_names(tmp_path: Path) -> None:
    """What is named by a module changes the module's address too, through several of them, in any order."""
    files = {"a_js": 'import("./b.js"); "./none.txt"', "b_js": 'load("./c.css")', "c_css": "p{}"}
    before = make(tmp_path, **files)
    text = ask(before.app, f"/{before.url('a.js')}").text
    assert f'import("./{before.url("b.js").removeprefix("static/")}"); "./none.txt"' == text.strip()
    assert before.url("c.css").removeprefix("static/") in ask(before.app, f"/{before.url('b.js')}").text
    after = make(tmp_path, **{**files, "c_css": "q{}"})
    assert [] == [name for name in ("a.js", "b.js", "c.css") if before.url(name) == after.url(name)]
