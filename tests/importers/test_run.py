"""Importing whole logs."""

import gzip

import pytest

from consentkit.config import parse
from consentkit.importers import run
from consentkit.importers.run import LogFileError, import_logs
from consentkit.importers.source import MAX_LINE
from consentkit.stats.stores import open_private, open_reader
from tests.importers.exported import counted
from tests.stats.page_requests import CHROME
from tests.support.sites import settings


def line(path="/products", status=200, size=100, *, second=0, address="192.0.2.7", referer="-", agent=CHROME):
    moment = f"23/Nov/2026:10:{second // 60:02}:{second % 60:02} +0100"
    return f'{address} - - [{moment}] "GET {path} HTTP/1.1" {status} {size} "{referer}" "{agent}"\n'


def a_log(count=30, **changes):
    return "".join(line(second=second, **changes) for second in range(count))


@pytest.fixture
def config(tmp_path):
    return parse(settings(), base=tmp_path)


def imported(config, *paths):
    return import_logs(config, paths, lambda count: None)


def write(path, text):
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_a_file_without_requests_counts_nothing(config, tmp_path):
    """An error log, say: its lines are rejected."""
    path = write(tmp_path / "error.log", "[error] 7#7: no such file\n" * 5)
    assert (5, 0) == (imported(config, path).rejected, imported(config, path).requests)


def test_a_line_of_the_future_is_rejected(config, tmp_path):
    """A clock that was wrong for a moment would carry all that follows to its day."""
    lines = [line(second=second) for second in range(24)]
    lines[7] = lines[7].replace("/2026:", "/2099:")
    path = write(tmp_path / "access.log", "not a line\n" + "".join(lines))
    totals = imported(config, path)
    assert (25, 2, 23, 23) == (totals.lines, totals.rejected, totals.requests, totals.views)
    assert [("access.log", 1), ("access.log", 9)] == totals.rejected_lines
    reader = open_reader(config.stats.sink, base=config.base)
    assert {"2026-11-23"} == {row.day for row in reader.cells()}
    assert ["access.log"] == imported(config, path).already_counted


def test_a_log_that_tells_no_user_agents_counts_views(config, tmp_path):
    """The common format: programs among them cannot be told, which the reason says."""
    moment = "23/Nov/2026:10:00:00 +0100"
    text = "".join(
        f'192.0.2.7 - - [{moment}] "GET {path} HTTP/1.1" 200 9\n' for path in ("/a", "/b.css") for _ in range(12)
    )
    totals = imported(config, write(tmp_path / "access.log", text))
    assert (12, {"person": 12, "asset": 12}) == (totals.views, dict(totals.classes))
    private = open_private(config.stats.private, config.base)
    found = private.balance().cells
    private.close()
    assert (12, 12) == (found["reason", "person: not_told", "requests"], found["browser", "(unknown)", "views"])


def test_the_totals_are_those_of_the_contract(config, tmp_path):
    """Requests, views, visits, bytes, and requests by status and by class."""
    text = (
        line("/", size=10, referer="https://example.org/")
        + line("/products", size=20, referer="https://www.example.com/")
        + line("/site.css", size=30)
        + line("/none", 404, 40)
        + line("/.env", 404, 50)
        + line("/", size=60, agent="curl/8.5.0")
        + "\n# a comment\nno line of a log\n"
    )
    assert imported(config, write(tmp_path / "access.log", text)).as_json() == {
        "lines": 7,
        "rejected": 1,
        "requests": 6,
        "views": 2,
        "visits": 1,
        "bytes": 210,
        "status": {"200": 4, "404": 2},
        "classes": {"asset": 1, "library": 1, "person": 3, "probe": 1},
        "already_counted": [],
    }


def test_it_counts_by_the_same_rules_as_live_requests(config, tmp_path):
    """What was counted is in the stores, released or waiting."""
    totals = imported(config, write(tmp_path / "access.log", a_log(30)))
    assert (30, 30, 30) == (totals.requests, totals.views, totals.visits)
    assert (30, 30) == (counted(config)["", "requests"], counted(config)["page", "views"])


def test_gzip_is_told_by_its_first_bytes(config, tmp_path):
    """Whatever the file is called."""
    zipped = tmp_path / "access.log"
    zipped.write_bytes(gzip.compress(a_log(5).encode()))
    assert imported(config, zipped).requests == 5


def test_the_same_log_twice_is_counted_once(config, tmp_path):
    """Under another name, zipped, or in the same run too."""
    first = write(tmp_path / "access.log", a_log())
    again = write(tmp_path / "access.log.1.gz", a_log())
    assert imported(config, first).requests == 30
    before = counted(config)
    second = imported(config, first, again)
    assert (0, ["access.log", "access.log.1.gz"]) == (second.requests, second.already_counted)
    assert before == counted(config)


def test_the_name_of_a_log_holds_nothing_of_a_visitor(config, tmp_path):
    """Address, user agent and path of the same length make no difference to it."""
    one = write(tmp_path / "a.log", a_log(address="192.0.2.7", path="/jan"))
    two = write(tmp_path / "b.log", a_log(address="192.0.2.8", path="/eva"))
    assert imported(config, one, two).already_counted == ["b.log"]


def test_malformed_lines_are_counted_by_number(config, tmp_path):
    """The first three are named, none is quoted."""
    text = line() + "secret\n" * 4 + line(second=1)
    totals = imported(config, write(tmp_path / "access.log", text))
    assert (2, 4) == (totals.requests, totals.rejected)
    shown = "\n".join(totals.lines_for_people())
    left_out = "4 lines are no log lines, or of the future, and were left out; the first: "
    assert f"{left_out}access.log:2, access.log:3, access.log:4." in shown
    assert "secret" not in shown
    assert "--format" not in shown


def test_a_file_of_another_kind_is_told(config, tmp_path):
    """With where the formats are named: such a file is easily taken for a log of nothing."""
    totals = imported(config, write(tmp_path / "letter.txt", "dear reader\n" * 3))
    assert "No line was one: `consentkit import-log --help` names the formats" in "\n".join(totals.lines_for_people())
    assert "No line was one" not in "\n".join(imported(config, write(tmp_path / "empty.log", "")).lines_for_people())


def test_an_overlong_line_is_one_rejected_line(config, tmp_path):
    """It is never held whole."""
    text = line("/" + "a" * MAX_LINE * 3) + line() + "a" * MAX_LINE * 2
    totals = imported(config, write(tmp_path / "access.log", text))
    assert (1, 2) == (totals.requests, totals.rejected)


def test_progress_is_told_in_bytes_of_the_file(config, tmp_path):
    """Of what lies on the disk, zipped or not, so that a bar can be drawn."""
    for name in ("access.log", "access.log.gz"):
        path = write(tmp_path / name, a_log(3000, path=f"/{name}"))
        steps = []
        import_logs(config, [path], steps.append)
        assert path.stat().st_size == sum(steps)


def test_a_log_that_is_cut_off_is_not_counted(config, tmp_path):
    """Half of a gzip file could never be told from the whole later."""
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress(a_log(2000).encode())[:-200])
    with pytest.raises(LogFileError, match=r"access\.log\.gz: cannot be read .* Nothing of it was counted"):
        imported(config, path)
    assert not any(counted(config).values())


def test_a_missing_log_is_named(config, tmp_path):
    """With what the system says."""
    with pytest.raises(LogFileError, match=r"none\.log: cannot be read \(No such file or directory\)"):
        imported(config, tmp_path / "none.log")


def test_a_log_without_a_request_changes_nothing(config, tmp_path):
    """An empty file can be imported again when it has filled."""
    empty = write(tmp_path / "access.log", "")
    assert imported(config, empty, empty).already_counted == []


def test_a_log_that_has_grown_is_counted_from_where_it_was(config, tmp_path):
    """Under another name and zipped meanwhile, too."""
    first = imported(config, write(tmp_path / "access.log", a_log(30)))
    second = imported(config, write(tmp_path / "access.log.1.gz", a_log(45)))
    third = imported(config, write(tmp_path / "access.log", a_log(45)))
    assert [(30, []), (15, ["access.log.1.gz"]), (0, ["access.log"])] == [
        (totals.requests, totals.already_counted) for totals in (first, second, third)
    ]
    assert counted(config)["status", "requests"] == 45


def test_an_interrupted_import_goes_on_behind_its_last_part(config, tmp_path, monkeypatch):
    """And counts nothing twice."""
    monkeypatch.setattr(run, "PART_LINES", 100)
    damaged = tmp_path / "access.log.gz"
    damaged.write_bytes(gzip.compress(a_log(2500).encode(), mtime=0)[:-40])
    with pytest.raises(LogFileError, match=r"Its first [\d,]+00 lines are counted"):
        imported(config, damaged)
    before = counted(config)["status", "requests"]
    totals = imported(config, write(tmp_path / "access.log", a_log(2500)))
    assert before > 0
    assert (2500, 2500 - before) == (counted(config)["status", "requests"], totals.requests)


def test_parts_count_what_the_whole_would(config, tmp_path, monkeypatch):
    """The totals and what the store counted are those of one part."""
    monkeypatch.setattr(run, "PART_LINES", 7)
    totals = imported(config, write(tmp_path / "access.log", a_log(30, referer="https://example.org/")))
    assert (30, 30, 30) == (totals.requests, totals.views, counted(config)["page", "views"])


def test_a_rotated_set_is_read_oldest_first(tmp_path):
    """In whatever order its files are named; one without a request comes last."""
    late = write(tmp_path / "access.log", line(second=59))
    early = write(tmp_path / "access.log.2.gz", line(second=1))
    middle = write(tmp_path / "access.log.1", line(second=30))
    empty = write(tmp_path / "access.log.0", "")
    assert [early, middle, late, empty] == run.oldest_first([late, empty, early, middle])
