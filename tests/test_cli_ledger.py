"""`consentkit ledger`: what it prints, and its exit status."""

import json
import re
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentkit import ConsentKit
from consentkit.cli import main
from consentkit.config import load
from consentkit.consent.ledger.chain import Row, verify_rows
from tests.support.asgi import answering, ask

SECRET = "a secret for tests only with 40 characters"
FORM = (b"content-type", b"application/x-www-form-urlencoded")
OURS = (b"sec-fetch-site", b"same-origin")


def run(*arguments: str, secret: str = SECRET) -> Result:
    """Run a command of the group as the shell would."""
    return CliRunner(env={"CONSENTKIT_SECRET": secret}).invoke(main, ["ledger", *arguments])


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A configuration file that `init` wrote."""
    path = tmp_path / "consentkit.toml"
    assert 0 == CliRunner().invoke(main, ["init", "--config", str(path)]).exit_code
    return str(path)


@pytest.fixture
def receipt(config: str, tmp_path: Path) -> Path:
    """The downloaded record of one of the two visitors who have accepted; a third has refused."""
    kit = ConsentKit.from_file(config, environ={"CONSENTKIT_SECRET": SECRET})
    app = kit.wrap(answering())
    for choice in ("accept_all", "refuse_all", "accept_all"):
        body = f"choice={choice}".encode()
        answer = ask(app, "/consent/", method="POST", headers=[FORM, OURS], body=body)
    cookie = next(line for line in answer.all(b"set-cookie") if b"consentkit=" in line).partition(b";")[0]
    path = tmp_path / "consent-record.json"
    path.write_bytes(ask(app, "/consent/record", headers=[(b"cookie", cookie)]).body)
    (tmp_path / "key.json").write_bytes(ask(app, "/.well-known/consentkit-receipt-key.json").body)
    kit.close()
    return path


def id_of(receipt: Path) -> str:
    """The id that a record is kept under."""
    return str(json.loads(receipt.read_text())["record"]["pii_principal_id"])


def damage(config: str, statement: str) -> None:
    """Change the ledger behind its back."""
    with sqlite3.connect(Path(config).parent / "var" / "consent.db") as connection:
        connection.execute(statement)
    connection.close()


def test_untouched_ledger_verifies(config: str, receipt: Path) -> None:
    """Exit status 0, with the number of events and the hash to note."""
    result = run("verify", "--config", config)
    assert (0, True) == (result.exit_code, "2 events" in result.output)
    data = json.loads(run("verify", "--json", "--config", config).output)
    assert ([], 2) == (data["findings"], data["head"]["sequence"])


def test_damage_is_named_by_its_row(config: str, receipt: Path) -> None:
    """Exit status 1, and the first line names the first broken row."""
    damage(config, "UPDATE events SET content = replace(content, 'granted', 'denied_') WHERE sequence = 2")
    result = run("verify", "--config", config)
    assert (1, "event 2: its content does not fit its hash") == (result.exit_code, result.output.splitlines()[0])
    data = json.loads(run("verify", "--json", "--config", config).output)
    assert (None, 1) == (data["head"], len(data["findings"]))


def test_chain_that_was_made_anew_lacks_the_noted_head(config: str, receipt: Path) -> None:
    """Who can write the file can compute new hashes; what was noted elsewhere shows it, a receipt too."""
    noted = json.loads(receipt.read_text())["record"]["events"][0]["hash"]
    assert 0 == run("verify", "--head", noted, "--config", config).exit_code
    result = run("verify", "--head", "f" * 64, "--config", config)
    assert (1, True) == (result.exit_code, "made anew" in result.output)


def test_record_is_shown_by_its_id(config: str, receipt: Path) -> None:
    """As a line per event, or as JSON; an id that is not there gives exit status 1."""
    result = run("show", "--config", config, "--", id_of(receipt))
    assert (0, True) == (result.exit_code, "grant: marketing granted" in result.output)
    (event,) = json.loads(run("show", "--json", "--config", config, "--", id_of(receipt)).output)
    assert id_of(receipt) == event["content"]["header"]["pii_principal_id"]
    assert 1 == run("show", "nobody", "--config", config).exit_code


def test_what_a_person_was_shown_can_be_looked_up(config: str, receipt: Path) -> None:
    """The record names the notice, and its hash, or the beginning of it, gives its words."""
    record = run("show", "--config", config, "--", id_of(receipt)).output
    found = re.search(r"policy \S+, notice ([0-9a-f]{64}) \(bar, en\), which the form did not name", record)
    assert found is not None
    for hash_ in (found[1], found[1][:12]):
        shown = run("notice", hash_, "--config", config)
        assert (0, True) == (shown.exit_code, "would like to store cookies" in shown.output)
    assert (1, "There is no notice of this hash.\n") == (
        (missing := run("notice", "0" * 64, "--config", config)).exit_code,
        missing.output,
    )


def test_export_holds_everything_and_can_be_checked_elsewhere(config: str, receipt: Path) -> None:
    """JSON lines: the events chain, the notices are there, and so are the counts of refusals."""
    lines = [json.loads(line) for line in run("export", "--config", config).output.splitlines()]
    events = [line["event"] for line in lines if "event" in line]
    assert [1, 2] == [event["sequence"] for event in events]
    assert events[0]["hash"] == events[1]["previous"]
    assert 1 == sum("notice" in line for line in lines)
    counts = {line["count"]["kind"]: line["count"]["count"] for line in lines if "count" in line}
    assert {"accepted": 2, "refused": 1} == counts
    rows = [
        Row(**{**e, "content": json.dumps(e["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)})
        for e in events
    ]
    kept = frozenset(line["notice"]["hash"] for line in lines if "notice" in line)
    assert ["head"] == [finding.place for finding in verify_rows(rows, None, kept)]


def test_record_is_erased_by_its_id(config: str, receipt: Path) -> None:
    """After a question; the chain still verifies, and a second time there is nothing."""
    assert 1 == run("erase", "--config", config, "--", id_of(receipt)).exit_code, "nobody said yes"
    result = run("erase", "--yes", "--config", config, "--", id_of(receipt))
    assert (0, True) == (result.exit_code, "One event is erased" in result.output)
    assert id_of(receipt) not in run("export", "--config", config).output
    assert 0 == run("verify", "--config", config).exit_code
    assert 1 == run("erase", "--yes", "--config", config, "--", id_of(receipt)).exit_code


def choose(config: str, when: str, choice: str, cookie: bytes = b"") -> bytes:
    """Choose as a visitor did on an ISO date; returns the consent cookie."""
    clock = datetime.fromisoformat(f"{when}T12:00:00+00:00").timestamp()
    kit = ConsentKit(load(Path(config)), [SECRET], clock=lambda: clock)
    headers = [FORM, OURS, *([(b"cookie", cookie)] if cookie else [])]
    answer = ask(kit.wrap(answering()), "/consent/", method="POST", headers=headers, body=f"choice={choice}".encode())
    kit.close()
    return next(line for line in answer.all(b"set-cookie") if b"consentkit=" in line).partition(b";")[0]


def test_records_that_are_over_are_erased(config: str) -> None:
    """All of it of those whose consent expired (180 days) or was withdrawn before the day; nothing of the others."""
    choose(config, "2025-01-10", "accept_all")
    choose(config, "2025-03-01", "refuse_all", choose(config, "2025-02-20", "accept_all"))
    choose(config, "2025-06-20", "accept_all", choose(config, "2025-01-05", "accept_all"))
    choose(config, "2025-02-01", "accept_all")
    assert 1 == run("forget", "--before", "2025-07-20", "--config", config).exit_code, "nobody said yes"
    result = run("forget", "--before", "2025-07-20", "--yes", "--config", config)
    assert (0, "The records of 2 people are erased, 3 events.\n") == (result.exit_code, result.output)
    lines = [json.loads(line) for line in run("export", "--config", config).output.splitlines()]
    events = [line["event"] for line in lines if "event" in line]
    assert [False, False, False, True, True, True] == [bool(event["subject"]) for event in events[:6]]
    assert {"erasure": {"rows": [1, 2, 3]}} == events[6]["content"]
    assert 0 == run("verify", "--config", config).exit_code
    again = run("forget", "--before", "2025-07-20", "--yes", "--config", config)
    assert "The records of 0 people are erased" in again.output
    ahead = run("forget", "--before", "2125-07-20", "--yes", "--config", config)
    assert (2, True) == (ahead.exit_code, "consent that is in force needs its proof" in ahead.output)


def test_a_damaged_record_is_said_and_nothing_erased(config: str) -> None:
    """Who wants to forget hears which event is damaged."""
    choose(config, "2025-01-10", "accept_all")
    damage(config, "UPDATE events SET content = '{}'")
    result = run("forget", "--before", "2025-09-20", "--yes", "--config", config)
    assert (2, True) == (result.exit_code, "event 1 cannot be read; `consentkit ledger verify`" in result.output)


def test_receipt_is_verified_without_ledger_and_secret(receipt: Path, tmp_path: Path) -> None:
    """With the published key file alone; with the secret too."""
    key = str(tmp_path / "key.json")
    result = run("verify-receipt", str(receipt), "--key", key, secret="")
    assert (0, True) == (result.exit_code, "The signature holds" in result.output)
    data = json.loads(run("verify-receipt", str(receipt), "--json").output)
    assert data == json.loads(receipt.read_text())["record"]


def test_changed_receipt_is_a_finding(receipt: Path, tmp_path: Path) -> None:
    """Exit status 1 for a changed one and for another site's key, 2 for what cannot be read."""
    data = json.loads(receipt.read_text())
    header, payload, signature = data["receipt"].split(".")
    (tmp_path / "changed").write_text(f"{header}.{payload[:-4]}AAAA.{signature}")
    assert 1 == run("verify-receipt", str(tmp_path / "changed")).exit_code
    assert 1 == run("verify-receipt", str(receipt), secret="another secret for tests only with 40 characters").exit_code
    assert 2 == run("verify-receipt", str(tmp_path / "none")).exit_code


@pytest.mark.parametrize("command", [["verify"], ["show", "x"], ["export"], ["erase", "--yes", "x"]])
def test_missing_ledger_is_said_and_not_made(config: str, command: list[str]) -> None:
    """Exit status 2, and no file appears."""
    result = run(*command, "--config", config)
    assert (2, True) == (result.exit_code, "there is no ledger" in result.output)
    assert not (Path(config).parent / "var").exists()


def test_file_that_is_no_ledger_is_said(config: str) -> None:
    """A damaged file ends in a message, not in a trace."""
    path = Path(config).parent / "var" / "consent.db"
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1000)
    assert (1, 2) == (run("verify", "--config", config).exit_code, run("export", "--config", config).exit_code)
