"""`consentkit observed`, and what `consentkit check` says of it, as a user runs them."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentkit.cli import main
from consentkit.config import load
from consentkit.consent.observed import REQUEST, Key, Sight
from consentkit.consent.observed_store import ObservedStore, observed_store_of

ROOT = Path(__file__).parents[1]
ALLOWED = {Key("session", "/sign-in"): Sight(3, 14), Key("_ads_*", REQUEST): Sight(9, 0)}
WRONG = {Key("other", f"/{page}"): Sight(1, 400) for page in ("a", "b", "c", "d")}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The file that `consentkit init` writes."""
    path = tmp_path / "consentkit.toml"
    path.write_text((ROOT / "consentkit" / "starter.toml").read_text("utf-8"), "utf-8")
    return path


@pytest.fixture
def store(config: Path) -> ObservedStore:
    """Its store, which has seen what is allowed."""
    kept = observed_store_of(load(config))
    kept.add(ALLOWED, today())
    return kept


def today() -> date:
    """Today, as the commands read the clock."""
    return datetime.now(UTC).date()


def run(config: Path, *arguments: str) -> Result:
    """Run a command on the file."""
    return CliRunner().invoke(main, [*arguments, "--config", str(config)])


def test_without_a_store_it_says_so(config: Path) -> None:
    """Nothing was observed yet, and `check` does not mind."""
    result = run(config, "observed")
    assert 2 == result.exit_code
    assert "it is made when the site runs" in result.output
    assert 0 == run(config, "check").exit_code
    assert not (config.parent / "var").exists()


def test_what_is_declared_is_shown_without_a_finding(config: Path, store: ObservedStore) -> None:
    """A line for each cookie and place."""
    result = run(config, "observed")
    assert 0 == result.exit_code
    assert "Everything that was seen is declared." in result.output
    (line,) = (line for line in result.output.splitlines() if "/sign-in" in line)
    assert 2 == line.count("14 days")
    assert len(ALLOWED) == len(store.rows())


def test_our_own_cookies_are_shown_as_declared(config: Path, store: ObservedStore) -> None:
    """The cookie of staff who sign in to the dashboard is in every declaration, so its line tells for how long."""
    store.add({Key("consentkit_staff", "/dashboard/sign-in"): Sight(1, 1)}, today())
    result = run(config, "observed")
    assert 0 == result.exit_code
    (line,) = (line for line in result.output.splitlines() if "consentkit_staff" in line)
    assert "12 hours" in line
    assert "1 day " in line


def test_an_undeclared_cookie_is_a_finding(config: Path, store: ObservedStore) -> None:
    """With where it is set; `check` fails too, under rule C19."""
    store.add(WRONG, today())
    result = run(config, "observed")
    assert 1 == result.exit_code
    assert "other is set by the app, for 400 days, and not declared (at /a, /b, /c and 1 more)" in result.output
    checked = run(config, "check")
    assert 1 == checked.exit_code
    assert "1 finding in what the site really stores" in checked.output
    assert ["C19"] == [finding["rule"] for finding in json.loads(run(config, "check", "--json").output)["findings"]]


def test_json_holds_all_of_it(config: Path, store: ObservedStore) -> None:
    """For a job that watches."""
    store.add(WRONG, today())
    data = json.loads(run(config, "observed", "--json").output)
    assert [("undeclared", "other")] == [(finding["kind"], finding["name"]) for finding in data["findings"]]
    assert {"name": "_ads_*", "route": None, "by": "request", "count": 9, "days": 0} == {
        key: data["seen"][0][key] for key in ("name", "route", "by", "count", "days")
    }
    assert data["since"] == data["last"] == today().isoformat()


def test_it_can_begin_anew(config: Path, store: ObservedStore) -> None:
    """After what was found has been mended."""
    store.add(WRONG, today())
    assert 0 == run(config, "observed", "--forget").exit_code
    assert 0 == run(config, "observed").exit_code


def test_brackets_in_a_name_are_shown(config: Path, store: ObservedStore) -> None:
    """The table says what the app set, and does not read it as markup."""
    store.add({Key("prefs[theme]", "/x"): Sight(1, 1), Key("a[/b]", "/y"): Sight(1, 1)}, today())
    shown = [line for line in run(config, "observed").output.splitlines() if line.startswith("\u2502")]
    assert ["prefs[theme]", "a[/b]"] == [
        name for name in ("prefs[theme]", "a[/b]") if any(name in line for line in shown)
    ]
