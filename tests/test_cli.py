"""The command line: what it prints, and its exit status."""

import errno
import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentkit.cli import COMMANDS, main
from consentkit.config import load
from consentkit.dashboard import open_store

SECRET = {"CONSENTKIT_SECRET": "a secret for tests only with 40 characters"}


def run(*arguments: str, **options: object) -> Result:
    """Run a command as the shell would."""
    return CliRunner(env=SECRET).invoke(main, list(arguments), **options)  # type: ignore[arg-type]


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A configuration file that `init` wrote."""
    path = tmp_path / "consentkit.toml"
    assert 0 == run("init", "--config", str(path)).exit_code
    return str(path)


def test_init_writes_a_file_that_check_accepts(config: str) -> None:
    """The commented file is a valid one."""
    result = run("check", config)
    assert (0, True) == (result.exit_code, "no findings" in result.output)


def test_init_never_overwrites(config: str) -> None:
    """A file that is there stays as it is, and the message says what to do."""
    before = Path(config).read_text()
    result = run("init", "--config", config)
    assert (2, before) == (result.exit_code, Path(config).read_text())
    assert "--config" in result.output


def test_check_reports_every_finding_with_its_rule(config: str) -> None:
    """Two mistakes, two findings, exit status 1."""
    text = Path(config).read_text().replace("validity_days = 180", "validity_days = 500").replace("_ads_*", "_ga")
    Path(config).write_text(text.replace('purpose = "marketing"', 'purpose = "necessary"'))
    result = run("check", config, "--json")
    findings = json.loads(result.output)["findings"]
    assert 1 == result.exit_code
    assert {"C18", "C21"} <= {finding["rule"] for finding in findings}


def test_check_says_what_is_counted_by(config: str) -> None:
    """As a data protection officer would ask."""
    text = Path(config).read_text()
    Path(config).write_text(text.replace("# breakdowns = ", "breakdowns = "))
    assert (
        "\nCounted by page, referrer, channel, campaign, device, language, status, reason.\n"
        in run("check", config).output
    )


def test_check_warns_of_settings_that_do_less_than_they_seem_to(config: str) -> None:
    """Nothing is wrong with them, so the exit status is 0."""
    text = Path(config).read_text().replace('delivery = "server"', 'delivery = "edge"')
    Path(config).write_text(text.replace("csp = true", "csp = false"))
    result = run("check", config)
    assert (0, True) == (result.exit_code, "warning: consent.csp: " in result.output)
    assert ["consent.csp"] == [
        warning["key"] for warning in json.loads(run("check", config, "--json").output)["warnings"]
    ]
    Path(config).write_text(text)
    assert "warning" not in run("check", config).output


def test_check_warns_of_texts_in_one_language_on_a_site_of_several(config: str) -> None:
    """Visitors would read a foreign language in the middle of their own; a site of one language has no other."""
    text = re.sub(r"justification = .*", 'justification = "Keeps you signed in."', Path(config).read_text())
    Path(config).write_text(text)
    said = run("check", config).output
    assert "warning: services.justification: one text for en, nl, es in session; write justification = { en =" in said
    Path(config).write_text(re.sub(r"\nlanguages = .*", '\nlanguages = ["en"]', text))
    assert "warning: services" not in run("check", config).output


def test_a_reader_that_has_had_enough_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `consentkit ledger export | head -1`."""

    def cut_off(*_: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("consentkit.cli_site.load", cut_off)
    result = CliRunner().invoke(main, ["check"])
    assert (1, "") == (result.exit_code, result.output)


def test_a_missing_configuration_says_how_to_make_one(tmp_path: Path) -> None:
    """Exit status 2, and `consentkit init` is named."""
    result = run("report", "--config", str(tmp_path / "none.toml"))
    assert (2, True) == (result.exit_code, "consentkit init" in result.output)


def test_report_of_nothing_is_empty_and_valid(config: str) -> None:
    """Before the first release there are no figures, and that is no error."""
    result = run("report", "--json", "--config", config)
    data = json.loads(result.output)
    assert 0 == result.exit_code
    assert {"from", "to", "threshold", "totals", "classes", "breakdowns"} <= set(data)


@pytest.mark.parametrize("command", [["report"], ["stats", "verify"]])
def test_before_anything_is_published_a_sentence_says_so(config: str, command: list[str]) -> None:
    """Instead of empty tables: from when on there will be something, and where to look if there should be already."""
    result = run(*command, "--config", config)
    assert (0, True) == (result.exit_code, "Nothing is published yet in sqlite:///var/stats.db" in result.output)
    assert "when 10 requests have come in" in result.output
    assert "views" not in result.output


def test_a_period_that_ends_before_it_begins_is_refused(config: str) -> None:
    """Exit status 2, and both days are named."""
    result = run("report", "--from", "2026-02-01", "--to", "2026-01-01", "--config", config)
    assert 2 == result.exit_code
    assert "2026-02-01" in result.output
    assert "2026-01-01" in result.output


LINE = '192.0.2.{n} - - [23/Nov/2026:10:00:{n:02d} +0000] "GET /products HTTP/1.1" 200 512 "-" "{agent}"\n'
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)


def test_an_imported_log_is_reported_and_verified_and_counted_once(config: str, tmp_path: Path) -> None:
    """import-log, report and stats verify work together; the same file again changes nothing."""
    log = tmp_path / "access.log"
    log.write_text("".join(LINE.format(n=n, agent=AGENT) for n in range(25)) + "not a line\n")
    first = json.loads(run("import-log", "--json", str(log), "--config", config).output)
    again = run("import-log", "--json", str(log), "--config", config)
    assert (26, 1, 25, 25) == (first["lines"], first["rejected"], first["requests"], first["views"])
    assert 0 == again.exit_code
    released = run("stats", "release", "--config", config)
    assert 0 == released.exit_code
    report = run("report", "--json", "--from", "2026-11-20", "--to", "2026-11-30", "--config", config)
    data = json.loads(report.output)
    assert (25, 25) == (data["totals"]["requests"], data["totals"]["views"])
    assert [] == [cell for cells in data["breakdowns"].values() for cell in cells if cell.get("views", 10) < 10]
    assert 0 == run("stats", "verify", "--config", config).exit_code


def test_a_sink_that_was_deleted_is_told_once_and_until_the_next_import(config: str, tmp_path: Path) -> None:
    """Before anything is brought to the sink that was made anew, so that it is not taken for the one that is gone."""
    logs = [tmp_path / f"{day}.log" for day in (23, 24, 25)]
    for log in logs:
        log.write_text("".join(LINE.format(n=n, agent=AGENT).replace("23/Nov", f"{log.stem}/Nov") for n in range(25)))
    for log in logs[:2]:
        run("import-log", str(log), "--config", config)
    for file in tmp_path.rglob("stats.db*"):
        file.unlink()
    told = run("stats", "verify", "--config", config)
    assert (1, 1) == (told.exit_code, told.output.count("\n"))
    assert told.output.startswith("apart: sink and private store: the private store has brought 2 releases to its sink")
    run("import-log", str(logs[2]), "--config", config)
    run("stats", "release", "--config", config)
    verified = run("stats", "verify", "--config", config)
    assert 0 == verified.exit_code, verified.output


def test_no_visitor_gets_a_command_into_a_printed_report(config: str, tmp_path: Path) -> None:
    """A campaign's name is whatever a link says; in brackets it is neither obeyed nor an error."""
    log = tmp_path / "access.log"
    lines = (
        LINE.format(n=n, agent=AGENT).replace("/products", f"/products?utm_campaign={name}")
        for name in ("sale[/b]", "[bold]sale")
        for n in range(25)
    )
    log.write_text("".join(lines))
    run("import-log", str(log), "--config", config)
    run("stats", "release", "--config", config)
    report = run("report", "--from", "2026-11-20", "--to", "2026-11-30", "--config", config)
    assert 0 == report.exit_code
    assert "sale[/b]" in report.output
    assert "[bold]sale" in report.output
    assert "most at once -" in report.output, "no figure that an import cannot tell"


def test_a_dashboard_user_is_added(config: str) -> None:
    """`user add` reads a password that is piped in once, and asks for nothing."""
    result = run("user", "add", "maria", "--config", config, input="a long password\r\n")
    assert (0, "maria may sign in as reader.\n") == (result.exit_code, result.output)
    assert open_store(load(Path(config))).users.check("maria", "a long password")
    empty = run("user", "password", "maria", "--config", config, input="")
    assert (2, True) == (empty.exit_code, "standard input has no password" in empty.output)


def test_at_a_terminal_a_password_is_typed_twice(config: str) -> None:
    """Unseen; two that differ are asked for again."""
    ours, theirs = os.openpty()
    command = [
        sys.executable,
        "-c",
        "from consentkit.cli import main; main()",
        "user",
        "add",
        "maria",
        "--config",
        config,
    ]
    # A session of its own has no other terminal, at which the password would be asked for.
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = b""
    right, wrong = "a long password", "a lung password"
    for question, typed in [
        ("Password:", right),
        ("confirmation:", wrong),
        ("Password:", right),
        ("confirmation:", right),
    ]:
        asked = b""
        while question.encode() not in asked:
            asked += os.read(ours, 1000)
        shown += asked
        os.write(ours, f"{typed}\n".encode())
    assert 0 == process.wait(timeout=30)
    os.close(ours)
    assert b"do not match" in shown
    assert b"long password" not in shown
    assert open_store(load(Path(config))).users.check("maria", "a long password")


def test_a_dashboard_user_is_looked_after(config: str) -> None:
    """Each change is told, ends with the user's removal, and stands in the audit trail."""
    at = ("--config", config)
    run("user", "add", "maria", "--role", "editor", "--password", "a long password", *at)
    assert "maria" in run("user", "list", *at).output
    assert 0 == run("user", "role", "maria", "administrator", *at).exit_code
    assert 0 == run("user", "password", "maria", "--password", "another long password", *at).exit_code
    assert 0 == run("user", "disable", "maria", *at).exit_code
    (user,) = json.loads(run("user", "list", "--json", *at).output)
    assert ("maria", "administrator", True) == (user["name"], user["role"], user["disabled"])
    assert 0 == run("user", "enable", "maria", *at).exit_code
    assert 0 == run("user", "remove", "maria", *at).exit_code
    again = run("user", "remove", "maria", *at)
    assert (2, True) == (again.exit_code, "there is no user 'maria'" in again.output)
    trail = open_store(load(Path(config))).trail.latest(9)
    assert ["user_removed", "user_enabled", "user_disabled", "password_changed", "role_changed", "user_added"] == [
        entry.what.value for entry in trail
    ]
    assert {"(command line)"} == {entry.who for entry in trail}


def test_a_token_is_made_once_and_revoked(config: str) -> None:
    """Its secret is the only thing on standard output, and is in no list."""
    at = ("--config", config)
    made = run("token", "add", "grafana", *at)
    secret = made.stdout.strip()
    assert secret.startswith("ck_")
    listed = run("token", "list", "--json", *at).stdout
    assert [("grafana", None)] == [(token["name"], token["last_used"]) for token in json.loads(listed)]
    assert secret not in listed
    assert 0 == run("token", "revoke", "grafana", *at).exit_code
    assert None is open_store(load(Path(config))).tokens.check(secret)


def test_the_secret_is_asked_for(config: str) -> None:
    """Without a secret the dashboard does not start, and says how to make one."""
    result = CliRunner(env={"CONSENTKIT_SECRET": ""}).invoke(main, ["dashboard", "--config", config])
    assert (2, True) == (result.exit_code, "secrets.token_urlsafe" in result.output)


def test_every_command_has_help() -> None:
    """`--help` works everywhere and exits with 0."""
    for command in COMMANDS:
        assert 0 == run(command, "--help").exit_code


def test_the_list_of_commands_needs_none_of_them() -> None:
    """It names every command with what it is for, and loads neither the site nor what single commands need."""
    program = (
        "import sys; from consentkit.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert [] == [name for name, home in COMMANDS.items() if f"  {name} " not in said or home.text not in said]
    loaded = set(said.split())
    assert set() == loaded & {"starlette", "jinja2", "rich", "consentkit.kit", "consentkit.config"}


def test_the_starter_file_holds_no_secret() -> None:
    """Secrets come from the environment only."""
    data = tomllib.loads((Path(__file__).parents[1] / "consentkit" / "starter.toml").read_text())
    assert [] == [key for table in data.values() if isinstance(table, dict) for key in table if "secret" in key]


def test_verify_says_when_only_the_sink_can_be_checked(config: str) -> None:
    """Without the private store nothing is made up, and no store is made."""
    result = run("stats", "verify", "--config", config)
    assert "only the sink is checked" in result.output
    assert not (Path(config).parent / "var" / "private.db").exists()


def test_forgetting_everything_by_a_slip_is_refused(config: str) -> None:
    """A day in the future is a slip of the pen."""
    result = run("stats", "forget", "--before", "2099-01-01", "--config", config)
    assert (2, True) == (result.exit_code, "2099-01-01" in result.output)


def test_a_damaged_sink_is_an_error_in_one_line(config: str) -> None:
    """Exit status 2 and no traceback."""
    sink = Path(config).parent / "var" / "stats.db"
    sink.parent.mkdir()
    sink.write_bytes(b"not a database at all" * 100)
    result = run("report", "--config", config)
    assert (2, 1) == (result.exit_code, result.output.count("\n"))


def test_the_demo_says_at_once_that_a_port_is_taken(tmp_path: Path) -> None:
    """Its own or that of its tags: before anything is counted, with what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for asked in (port, port - 1):
            result = CliRunner().invoke(main, ["demo", "--port", str(asked), "--data", str(tmp_path / "demo")])
            assert 2 == result.exit_code
            assert "cannot be used" in result.output
            assert "--port" in result.output
    assert [] == list(tmp_path.iterdir())
