"""Days that were counted already, by an export or a log, are not counted again."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.importers.counted import days_of_logs, log_source, logs_known
from consentkit.importers.exports import import_exports
from consentkit.importers.run import LogFileError, import_logs
from tests.importers.exported import HEADER, as_csv, counted, plausible_files, view, zipped
from tests.stats.page_requests import CHROME


def test_days_of_a_log_are_left_out(config, tmp_path):
    """They must not count twice, from an export of whatever tool; unless it is another site's."""
    moments = [f"{day:02}/Mar/2026:10:00:{second:02} +0100" for day in (2, 3) for second in range(12)]
    lines = [f'192.0.2.7 - - [{moment}] "GET /products HTTP/1.1" 200 9 "-" "{CHROME}"\n' for moment in moments]
    (tmp_path / "access.log").write_text("".join(lines), "ascii")
    import_logs(config, [tmp_path / "access.log"], lambda _: None)
    views = [view(Date=f"2026-03-0{day}T10:00:00Z") for day in (1, 2, 3)] * 12
    (tmp_path / "a.csv").write_bytes(as_csv(HEADER, views))
    outcome = import_exports(config, [tmp_path / "a.csv"])
    assert (1, 2, 12) == (outcome.days, outcome.days_known, outcome.totals["views"])
    assert 36 == counted(config)["", "views"]
    (tmp_path / "b.csv").write_bytes(as_csv(HEADER, views[:-1]))
    assert 35 == import_exports(config, [tmp_path / "b.csv"], another_site=True).totals["views"]


def test_a_log_with_days_of_an_export_is_refused(config, tmp_path):
    """By an error that names the days and says how to mend it; nothing of it counts, unless it is another site's."""
    (tmp_path / "a.csv").write_bytes(as_csv(HEADER, [view(Date="2026-03-02T10:00:00Z")] * 12))
    import_exports(config, [tmp_path / "a.csv"])
    moments = [f"{day:02}/Mar/2026:10:00:{second:02} +0100" for day in (1, 2, 3) for second in range(12)]
    lines = [f'192.0.2.7 - - [{moment}] "GET /products HTTP/1.1" 200 9 "-" "{CHROME}"\n' for moment in moments]
    log = tmp_path / "access.log"
    log.write_text("".join(lines), "ascii")
    with pytest.raises(LogFileError) as refused:
        import_logs(config, [log], lambda _: None)
    assert str(refused.value).endswith(
        "access.log: has requests of 2026-03-02, which an export of goatcounter brought already, and would count them "
        "twice. Nothing of it was counted; import only what the log has of other days or, if it is another site's and "
        "is to be added, use --another-site."
    )
    assert 12 == counted(config)["", "views"]
    assert 36 == import_logs(config, [log], lambda _: None, another_site=True).views


DAYS = st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1)).map(str), min_size=1)


@given(DAYS)
def test_the_name_of_a_log_tells_its_days(days):
    """However they lie, beside how much was counted of it; names of logs that were imported earlier tell none."""
    name = log_source(7, "d1", days)
    assert days == days_of_logs([name, "log:9:d2", "sample"])
    assert {7: {"d1"}, 9: {"d2"}} == logs_known([name, "log:9:d2", "sample"])


def test_a_later_export_adds_only_its_new_days(config, tmp_path):
    """It holds the days of the one before, which must not count twice."""
    first, later = ([view(Date=f"2026-03-0{day}T10:00:00Z")] * 12 for day in (2, 3))
    (tmp_path / "a.csv").write_bytes(as_csv(HEADER, first))
    (tmp_path / "b.csv").write_bytes(as_csv(HEADER, first + later))
    import_exports(config, [tmp_path / "a.csv"])
    outcome = import_exports(config, [tmp_path / "b.csv"])
    assert (1, 1, 12) == (outcome.days, outcome.days_known, outcome.totals["views"])
    assert 24 == counted(config)["", "views"]
    again = import_exports(config, [tmp_path / "b.csv"], another_site=True)
    assert (0, ["b.csv"]) == (again.totals["views"], again.already_counted)


def test_days_of_another_site_are_added(config, tmp_path):
    """Where two sites become one."""
    for name, path in (("a.csv", "/a"), ("b.csv", "/b")):
        (tmp_path / name).write_bytes(as_csv(HEADER, [view(path)] * 12))
    import_exports(config, [tmp_path / "a.csv"])
    assert 12 == import_exports(config, [tmp_path / "b.csv"], another_site=True).totals["views"]


def test_the_same_export_counts_once(config, tmp_path):
    """Whatever its name."""
    first = zipped(tmp_path / "a.zip", plausible_files())
    import_exports(config, [first])
    again = import_exports(config, [zipped(tmp_path / "b.zip", plausible_files())])
    assert (0, ["b.zip"]) == (again.totals["views"], again.already_counted)
    assert 160 == counted(config)["", "views"]
