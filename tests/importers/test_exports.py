"""What all exports of other tools have in common: the release rule, what is left out, what is refused."""

import gzip
import json
from dataclasses import replace
from datetime import datetime

import pytest
from click.testing import CliRunner

from consentkit.cli import main
from consentkit.importers.days import browser_named, source_named, system_named
from consentkit.importers.exports import ExportFileError, import_exports
from consentkit.stats.stores import open_reader
from tests.importers.exported import (
    GOATCOUNTER,
    HEADER,
    as_csv,
    cells,
    counted,
    goatcounter_archive,
    goatcounter_csv,
    plausible_archive,
    view,
    zipped,
)


def test_what_is_below_the_threshold_waits(config, tmp_path):
    """The same rule as for live requests: nine views of a page are not shown."""
    import_exports(config, [goatcounter_csv(tmp_path / "export.csv", [view()] * 15 + [view("/rare")] * 9)])
    reader = open_reader(config.stats.sink, base=config.base)
    assert ["/products"] == [row.value for row in reader.cells(breakdown="page") if row.metric == "views"]
    assert 24 == counted(config)["page", "views"]


def test_what_the_site_does_not_count_by_is_left_out(config, tmp_path):
    """The days are counted all the same, and which breakdowns are dropped is said."""
    few = replace(config, stats=replace(config.stats, breakdowns=("page", "country", "goal", "status", "reason")))
    outcome = import_exports(few, [plausible_archive(tmp_path / "export.zip")])
    assert (160, 70, 2) == (outcome.totals["views"], outcome.totals["visits"], outcome.days)
    assert {"page", "country", "goal"} == {breakdown for breakdown, _, _ in cells(few)}
    assert {"region", "referrer", "channel", "browser", "outbound"} <= outcome.not_counted
    assert outcome.as_json()["not_counted"] == sorted(outcome.not_counted)


NO_DAYS = {name: [] for name in GOATCOUNTER if "_stats" in name}

LATER = {
    "a.csv": as_csv(
        HEADER, [view()] * 12 + [view(Date="9999-03-02T10:00:00Z"), view(Date="0001-01-01T00:00:00+14:00")]
    ),
    "imported_pages.csv": (
        b"date,hostname,page,visits,visitors,pageviews\n2026-03-02,,/,12,12,12\n2027-01-01,,/,9,9,9\n,,/,1,1,1\n"
    ),
}


@pytest.mark.parametrize("name", ["a.csv", "imported_pages.csv", "export.zip"])
def test_days_that_are_yet_to_come_are_rejected(name, config, tmp_path):
    """Else all days until then would pass for counted when the next export comes."""

    def at(day):
        return lambda: datetime.fromisoformat(f"{day}T12:00:00Z").timestamp()

    path = tmp_path / name
    if name in LATER:
        path.write_bytes(LATER[name])
    else:
        later = {"hour": "2026-12-02T09:00:00Z", "path_id": 211, "ref_id": 2, "count": 30}
        rows = [later | {"hour": "2026-03-02T09:00:00Z"}, later, {}]
        goatcounter_archive(path, **NO_DAYS | {"hit_stats.jsonl": rows})
    outcome = import_exports(config, [path], clock=at("2026-11-26"))
    assert (1, 2) == (outcome.days, outcome.rejected)
    if name == "export.zip":
        next_one = goatcounter_archive(path, **NO_DAYS | {"hit_stats.jsonl": [later]})
        assert 30 == import_exports(config, [next_one], clock=at("2026-12-01")).totals["views"]


def test_an_export_of_which_nothing_can_be_read_says_so(config, tmp_path):
    """In place of no rows at all."""
    path = goatcounter_archive(tmp_path / "export.zip", **{name: [{}] for name in GOATCOUNTER if "stats" in name})
    outcome = import_exports(config, [path])
    assert (5, 5, []) == (outcome.rows, outcome.rejected, outcome.already_counted)


def test_a_line_without_end_is_held_in_parts(config, tmp_path):
    """Each of which is rejected."""
    tables = {name: "\n".join(map(json.dumps, rows)).encode() for name, rows in GOATCOUNTER.items()}
    tables["hit_stats.jsonl"] += b"\n" + b"x" * 300_000 + b"\n" + tables["hit_stats.jsonl"]
    outcome = import_exports(config, [zipped(tmp_path / "export.zip", tables)])
    assert (100, 2 + 2 + 5) == (outcome.totals["views"], outcome.rejected)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"a,b\n1,2\n", "neither an export of GoatCounter nor"),
        ("a.csv", as_csv(["9Path", *HEADER[1:]], []), "has the format 9; only 2 can be read"),
        ("a.csv", b"\xff\xfe\x00", "can't decode"),
        ("a.csv.gz", gzip.compress(b"2Path" * 9000, mtime=0)[:60], "ended before"),
        ("a.csv", b"", "neither"),
    ],
    ids=["another table", "another version", "no text", "cut off", "empty"],
)
def test_what_is_no_export_is_refused_whole(name, data, said, config, tmp_path):
    """With what may be named instead; nothing is counted."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ExportFileError, match=said):
        import_exports(config, [path])
    assert not any(counted(config).values())


def test_an_archive_without_tables_is_refused(config, tmp_path):
    """It may be anything."""
    with pytest.raises(ExportFileError, match="holds no table"):
        import_exports(config, [zipped(tmp_path / "a.zip", {"../../etc/passwd": b"x"})])


def test_the_command_prints_what_it_counted(tmp_path, monkeypatch):
    """For people and as JSON, and says what is wrong without a trace."""
    path = goatcounter_csv(tmp_path / "a.csv", [view()] * 12)
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert 0 == runner.invoke(main, ["init"]).exit_code
    outcome = runner.invoke(main, ["import-stats", str(path), "--json"])
    assert (0, 12) == (outcome.exit_code, json.loads(outcome.stdout)["views"])
    again = runner.invoke(main, ["import-stats", str(path)])
    assert "a.csv was counted before and is left out." in again.stdout


def test_names_of_other_tools_become_ours():
    """Unknown ones are `(other)`, missing ones `(unknown)`."""
    assert [("Chrome", "Chrome 145"), ("(other)", "(other)"), ("(unknown)", "(unknown)"), ("Safari", "Safari")] == [
        browser_named(name) for name in ("Chrome 145.0.1", "Mosaic 2", " ", "Mobile Safari")
    ]
    assert ["Windows", "macOS", "Linux", "(other)", "(unknown)"] == [
        system_named(name) for name in ("Windows 11", "Mac", "GNU/Linux", "Plan 9", "")
    ]
    assert [("(direct)", "direct"), ("google.com", "search"), ("example.org", "referral"), ("(other)", "referral")] == [
        source_named(name) for name in ("", "Google", "https://www.example.org/a?b", "My Friend")
    ]
