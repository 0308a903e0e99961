"""Ledgers for the tests: rows, and files with events in them."""

from pathlib import Path

from consentkit.consent.ledger.chain import Head, Row, canonical, digest, next_row
from consentkit.consent.ledger.store import Ledger

HTML = "<section>May we?</section>"
NOTICE = (digest(HTML), HTML)


def content(subject: str, number: int = 0) -> str:
    """The content of an event of somebody."""
    data = {
        "header": {"pii_principal_id": subject, "record_id": f"r{number}"},
        "processing": {"privacy_notice": {"hash": NOTICE[0]}},
    }
    return canonical(data)


def chain_of(count: int) -> list[Row]:
    """Rows of as many people."""
    rows: list[Row] = []
    for number in range(count):
        subject = f"person{number}"
        head = Head(rows[-1].sequence, rows[-1].hash) if rows else None
        rows.append(next_row(head, time=1_000 + number, subject=subject, content=content(subject, number)))
    return rows


def head_of(rows: list[Row]) -> Head | None:
    """What the ledger notes about its last row."""
    return Head(rows[-1].sequence, rows[-1].hash) if rows else None


def ledger_with(path: Path | None, *subjects: str) -> Ledger:
    """A ledger with one event for each of these, and a refusal."""
    ledger = Ledger(path)
    for number, subject in enumerate(subjects):
        ledger.append(
            time=1_000 + number, day="2026-11-23", kind="accepted", subject=subject,
            content=content(subject, number), notice=NOTICE,
        )  # fmt: skip
    ledger.append(time=2_000, day="2026-11-23", kind="refused")
    return ledger
