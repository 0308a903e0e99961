"""`consentkit report`: formats, periods, sending, and errors that say what is allowed."""

import datetime as dt
import json
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from consentkit.reports.periods import last_whole
from consentkit.stats.model import BatchId
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.sinks import VALUES, release_of
from tests.test_cli import run

ZONE = ZoneInfo("Europe/Amsterdam")
"""Of the file that `init` writes."""
TABLE = """
[report]
smtp = "mail.example.com"
sender = "Statistics <statistics@example.com>"
recipients = ["ann@example.com", "bob@example.com"]
language = "nl"
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A site with figures of the last seventy days, which sends reports."""
    folder = tmp_path_factory.mktemp("site")
    path = folder / "consentkit.toml"
    assert 0 == run("init", "--config", str(path)).exit_code
    text = path.read_text().split("\n[report]")[0]
    path.write_text(text + TABLE)
    sink = SqliteSink(folder / "var" / "stats.db")
    today = dt.datetime.now(ZONE).date()
    for ago in range(70):
        sink.apply(BatchId("test", ago + 1), release_of(today - dt.timedelta(days=ago), VALUES))
    sink.close()
    return str(path)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EmailMessage]]:
    """What is handed to the mail server, which is tested with a real one elsewhere."""
    messages: list[EmailMessage] = []

    class Server:
        def __init__(self, host: str, port: int, timeout: float) -> None:
            assert ("mail.example.com", 587) == (host, port)

        def __enter__(self) -> "Server":
            return self

        def __exit__(self, *error: object) -> None:
            return None

        def starttls(self, context: object) -> None:
            assert context is not None

        def send_message(self, message: EmailMessage) -> None:
            messages.append(message)

    monkeypatch.setattr(smtplib, "SMTP", Server)
    return messages


def test_a_report_for_people_is_printed_or_written(config: str, tmp_path: Path) -> None:
    """In the configured language unless another is asked for."""
    dutch = run("report", "--period", "week", "--format", "text", "--config", config)
    assert (0, True) == (dutch.exit_code, "Weergaven" in dutch.output), dutch.output
    page = tmp_path / "report.html"
    arguments = ("--format", "html", "--language", "en", "--out", str(page))
    assert 0 == run("report", *arguments, "--config", config).exit_code
    assert '<html lang="en">' in page.read_text()
    read = json.loads(run("report", "--format", "json", "--period", "month", "--config", config).output)
    assert read["from"].endswith("-01")


def test_a_report_on_an_empty_site_is_a_sentence(tmp_path: Path) -> None:
    """As tables and for people alike, and nothing is sent."""
    path = str(tmp_path / "consentkit.toml")
    run("init", "--config", path)
    for arguments, said in (
        (("report",), "Nothing is published yet"),
        (("report", "--format", "text"), "no figures of"),
    ):
        result = run(*arguments, "--config", path)
        assert (0, True) == (result.exit_code, said in result.output), result.output


def test_the_last_whole_week_is_sent_to_everybody(config: str, sent: list[EmailMessage]) -> None:
    """A message each; the command says so."""
    result = run("report", "send", "--config", config)
    assert 0 == result.exit_code, result.output
    first, last = last_whole("week", dt.datetime.now(ZONE).date())
    assert f"The report of {first} to {last} is sent to 2 recipients." in result.output
    assert ["ann@example.com", "bob@example.com"] == [message["To"] for message in sent]
    assert [] == [message["Subject"] for message in sent if "weergaven" not in message["Subject"]]


def test_nothing_is_sent_where_there_is_nothing_to_tell(tmp_path: Path, sent: list[EmailMessage]) -> None:
    """A timer that began too early does no harm."""
    path = tmp_path / "consentkit.toml"
    run("init", "--config", str(path))
    path.write_text(path.read_text().split("\n[report]")[0] + TABLE)
    result = run("report", "send", "--config", str(path))
    assert (0, True, []) == (result.exit_code, "Nothing is sent: " in result.output, sent)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "pdf"), "name it with --out"),
        (("--format", "xml"), "'json', 'text', 'html', 'pdf'"),
        (("--json", "--format", "html"), "contradict each other"),
        (("--period", "week", "--from", "2026-11-01"), "leave out --from and --to"),
        (("--format", "html", "--by", "page"), "has lists of its own"),
        (("--out", "x.txt"), "add --format"),
        (("--format", "pdf", "--out", "x.pdf", "--browser", "/nowhere/chromium"), "is no program that can be started"),
        (("--by", "pages"), "'pages' is no breakdown"),
    ],
    ids=["pdf", "format", "json", "period", "by", "out", "browser", "breakdown"],
)
def test_wrong_use_is_named_with_what_is_allowed(config: str, arguments: tuple[str, ...], message: str) -> None:
    """Exit status 2, and no file."""
    result = run("report", *arguments, "--config", config)
    assert (2, True) == (result.exit_code, message in " ".join(result.output.split())), result.output
    assert not Path("x.txt").exists()


def test_sending_needs_a_server_and_the_password_of_a_user(config: str, tmp_path: Path) -> None:
    """Both are named, with where they belong."""
    path = tmp_path / "consentkit.toml"
    run("init", "--config", str(path))
    plain = path.read_text().split("\n[report]")[0]
    path.write_text(plain)
    assert "set smtp, sender and recipients in [report]" in " ".join(
        run("report", "send", "--config", str(path)).output.split()
    )
    path.write_text(plain + TABLE + 'user = "reports"\n')
    result = run("report", "send", "--config", str(path))
    assert (2, True) == (result.exit_code, "CONSENTKIT_SMTP_PASSWORD is not set" in " ".join(result.output.split()))
