"""Days that were counted already, by an export or a log, are not counted again."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.importers.counted import days_of_logs, log_source, logs_known
from consentkit.importers.exports import import_exports
from consentkit.importers.run import LogFileError, import_logs
from tests.importers.exported import counted, goatcounter_csv, plausible_archive, view
from tests.stats.page_requests import CHROME


def a_log(path, days):
    """Twelve views on each of some days of March."""
    moments = [f"{day:02}/Mar/2026:10:00:{second:02} +0100" for day in days for second in range(12)]
    lines = [f'192.0.2.7 - - [{moment}] "GET /products HTTP/1.1" 200 9 "-" "{CHROME}"\n' for moment in moments]
    path.write_text("".join(lines), "ascii")
    return path


def test_days_of_a_log_are_left_out(config, tmp_path):
    """They must not count twice, from an export of whatever tool; unless it is another site's."""
    import_logs(config, [a_log(tmp_path / "access.log", days=(2, 3))], lambda _: None)
    views = [view(Date=f"2026-03-0{day}T10:00:00Z") for day in (1, 2, 3)] * 12
    outcome = import_exports(config, [goatcounter_csv(tmp_path / "a.csv", views)])
    assert (1, 2, 12) == (outcome.days, outcome.days_known, outcome.totals["views"])
    assert 36 == counted(config)["", "views"]
    of_another = goatcounter_csv(tmp_path / "b.csv", views[:-1])
    assert 35 == import_exports(config, [of_another], another_site=True).totals["views"]


def test_a_log_with_days_of_an_export_is_refused(config, tmp_path):
    """By an error that names the days and says how to mend it; nothing of it counts, unless it is another site's."""
    import_exports(config, [goatcounter_csv(tmp_path / "a.csv", [view(Date="2026-03-02T10:00:00Z")] * 12)])
    log = a_log(tmp_path / "access.log", days=(1, 2, 3))
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
    import_exports(config, [goatcounter_csv(tmp_path / "a.csv", first)])
    both = goatcounter_csv(tmp_path / "b.csv", first + later)
    outcome = import_exports(config, [both])
    assert (1, 1, 12) == (outcome.days, outcome.days_known, outcome.totals["views"])
    assert 24 == counted(config)["", "views"]
    again = import_exports(config, [both], another_site=True)
    assert (0, ["b.csv"]) == (again.totals["views"], again.already_counted)


def test_days_of_another_site_are_added(config, tmp_path):
    """Where two sites become one."""
    one, another = (goatcounter_csv(tmp_path / f"{name}.csv", [view(f"/{name}")] * 12) for name in "ab")
    import_exports(config, [one])
    assert 12 == import_exports(config, [another], another_site=True).totals["views"]


def test_the_same_export_counts_once(config, tmp_path):
    """Whatever its name."""
    import_exports(config, [plausible_archive(tmp_path / "a.zip")])
    again = import_exports(config, [plausible_archive(tmp_path / "b.zip")])
    assert (0, ["b.zip"]) == (again.totals["views"], again.already_counted)
    assert 160 == counted(config)["", "views"]
