"""Whatever values hold and whatever breaks: pages and files run nothing, lead nowhere else and tell no detail."""

import csv
import io
import re
from pathlib import Path

import pytest

from consentkit.dashboard.groups import CARDS, GROUPS, breakdown_of
from consentkit.dashboard.headers import POLICY
from consentkit.dashboard.sessions import Signed
from tests.dashboard.markup import HOSTILE, dangerous
from tests.dashboard.sinks import KEYS, NOW, OPENED, VALUES, Desk, desk, make_sink


def test_hostile_values_are_text_on_every_page(tmp_path: Path) -> None:
    """In every breakdown: no tag, no attribute, no template is made of them."""
    names = sorted({breakdown_of(key) for key in CARDS} - {"classes", "status"})
    values = {name: {f"{text}{name}": 10 for text in HOSTILE} for name in names}
    make_sink(tmp_path / "stats.db", days=2, values=values)
    front = desk(tmp_path)
    front.sign_in()
    pages = [f"/?period=today&{group}={key}" for group, keys in GROUPS.items() for key in keys]
    for path in (*pages, *(f"/list?card={name}&period=today&q=<script>" for name in names)):
        page = front.get(path)
        assert all(' src="/static/' in tag for tag in re.findall(r"<script[^>]*>", page)), path
        assert "<img" not in page
        assert "49os" not in page
        assert set() == dangerous(page)


def test_hostile_values_are_no_formulas_in_files(tmp_path: Path) -> None:
    """A spreadsheet runs nothing, and every row stays one row."""
    values = {name: dict.fromkeys(HOSTILE, 10) for name in VALUES}
    make_sink(tmp_path / "stats.db", days=2, values=values)
    front = desk(tmp_path)
    front.sign_in()
    for name in VALUES:
        content = front.client.get(f"/list.csv?card={name}&period=today").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(content, newline="")))[1:]
        assert len(HOSTILE) == len(rows)
        assert set() == {row[0] for row in rows if row[0][:1] in "=+-@\t\r"}


def test_a_sink_that_cannot_be_read_is_said_without_details(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the kind of error and nothing else."""
    (tmp_path / "stats.db").write_bytes(b"this is no database, it holds secret-value " * 100)
    front = desk(tmp_path)
    front.client.get(
        f"/sign-in/link?token={Signed(KEYS, clock=lambda: NOW).link('ann')}", headers=OPENED, follow_redirects=False
    )
    response = front.client.get("/")
    assert 503 == response.status_code
    assert "cannot be read right now" in response.text
    (logged,) = [record.getMessage() for record in caplog.records]
    assert logged.startswith("the dashboard cannot read the figures, or its own file: DatabaseError SQLITE_NOTADB at ")


def test_every_response_has_the_security_headers(reader: Desk) -> None:
    """Pages, files, redirects, errors; only assets may be stored."""
    asset = re.search(r'href="([^"]+\.css)"', reader.get("/"))
    assert asset is not None
    paths = [reader.root + path for path in ("/", "/list?card=page", "/days.csv", "/nothing", "/sign-in")]
    for path in (*paths, asset[1]):
        response = reader.client.get(path, follow_redirects=False)
        assert POLICY == response.headers["content-security-policy"]
        assert "nosniff" == response.headers["x-content-type-options"]
        assert "same-origin" == response.headers["referrer-policy"]
        expected = "immutable" if path == asset[1] else "no-store"
        assert expected in response.headers["cache-control"]
    assert 200 == reader.client.get(asset[1]).status_code


def test_no_page_has_inline_style_or_script(reader: Desk) -> None:
    """The policy would drop them."""
    for path in ("/", "/list?card=page", "/sign-in"):
        page = reader.get(path)
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=", page)


def test_links_stay_below_the_root_path(reader: Desk) -> None:
    """Mounted anywhere, no link leads out of the dashboard."""
    for path in ("/", "/list?card=page", "/nothing"):
        addresses = re.findall(r'(?:href|src|action)="([^"]*)"', reader.get(path))
        outside = {a for a in addresses if not a.startswith((reader.root + "/", "#", "data:"))}
        assert set() == outside
