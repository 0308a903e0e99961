"""`consentkit ledger`: checks, shows, exports and erases the proof of consent."""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from consentkit.cli_options import DAY, FINDING, Group, config_option, json_option
from consentkit.config import load
from consentkit.consent.ledger.chain import Head, Row
from consentkit.consent.ledger.receipt import ReceiptError, public_keys
from consentkit.consent.ledger.receipt import verify as verify_jws
from consentkit.consent.ledger.store import Ledger, ledger_of
from consentkit.keys import keys_from
from consentkit.stats.stores.protocol import StoreError
from consentkit.stats.stores.sqlite import naming
from consentkit.stats.stores.urls import file_of

# An id may begin with a hyphen.
ID_COMMAND = {"ignore_unknown_options": True}


@contextmanager
def opened(config_path: Path) -> Iterator[Ledger]:
    """The ledger of a configuration file; StoreError if there is none, sqlite3.Error with its path."""
    config = load(config_path)
    path = file_of(config.consent.ledger, config.base)
    if not path.is_file():
        raise StoreError(
            f"there is no ledger at {path}: nothing is recorded yet, or [consent] ledger names another file"
        )
    with naming(path), closing(ledger_of(config)) as kept:
        yield kept


@click.group(cls=Group)
def ledger() -> None:
    """Check, show, export and erase the proof of consent."""


@ledger.command(short_help="Check the hash chain and all beside it.")
@click.option("--head", "noted", help="The hash of a last row that was noted before: it must still be in the chain.")
@json_option
@config_option
def verify(noted: str | None, as_json: bool, config_path: Path) -> None:
    """Check the hash chain and everything beside it; exit status 1 with the place of what does not fit."""
    with opened(config_path) as kept:
        findings = [str(finding) for finding in kept.verify()]
        head = None if findings else kept.head()
        if noted and not findings and noted not in {row.hash for row in kept.rows()}:
            findings.append(f"head: no row has the hash {noted}, which was noted before: the chain was made anew")
    if as_json:
        click.echo(json.dumps({"findings": findings, "head": asdict(head) if head else None}))
    elif findings:
        click.echo("\n".join(findings))
    else:
        click.echo(_holds(head))
    sys.exit(FINDING if findings else 0)


def _holds(head: Head | None) -> str:
    if head is None:
        return "The ledger holds no event."
    return f"The chain holds: {head.sequence} events, the last with hash {head.hash}"


@ledger.command(short_help="Show the record of one person.", context_settings=ID_COMMAND)
@click.argument("id_", metavar="ID")
@json_option
@config_option
def show(id_: str, as_json: bool, config_path: Path) -> None:
    """Show the record of one person, by the id in their consent cookie or receipt."""
    with opened(config_path) as kept:
        rows = kept.of_subject(id_)
    if not rows:
        click.echo("There is no record under this id.", err=True)
        sys.exit(FINDING)
    if as_json:
        click.echo(json.dumps([_as_data(row) for row in rows], ensure_ascii=False, indent=2))
        return
    for row in rows:
        content = json.loads(row.content or "{}")
        states = ", ".join(f"{purpose['id']} {purpose['state']}" for purpose in content["processing"]["purposes"])
        kind = content["events"][0]["event_type"]
        click.echo(f"{row.sequence}  {datetime.fromtimestamp(row.time, UTC).isoformat()}  {kind}: {states}")
        click.echo(f"   {_shown(content['processing'])}")


def _shown(processing: dict[str, Any]) -> str:
    notice = processing["privacy_notice"]
    named = "which the form named" if notice["confirmed"] else "which the form did not name"
    where = f"{notice['layout']}, {processing['language']}"
    return f"policy {processing['policy_version']}, notice {notice['hash']} ({where}), {named}"


@ledger.command(short_help="Print a notice as it was shown.")
@click.argument("hash_", metavar="HASH")
@config_option
def notice(hash_: str, config_path: Path) -> None:
    """Print the HTML of a notice that visitors were shown, by its hash or the beginning of it."""
    with opened(config_path) as kept:
        found = [html for known, html in kept.notices() if known.startswith(hash_)]
    if len(found) != 1:
        many = f"{len(found)} notices begin so; give more of the hash." if found else "There is no notice of this hash."
        click.echo(many, err=True)
        sys.exit(FINDING)
    click.echo(found[0])


@ledger.command(short_help="Print the whole ledger as JSON lines.")
@config_option
def export(config_path: Path) -> None:
    """Print the whole ledger as JSON lines: events, then notices, then daily counts."""
    with opened(config_path) as kept:
        for row in kept.rows():
            click.echo(json.dumps({"event": _as_data(row)}, ensure_ascii=False))
        for hash_, html in kept.notices():
            click.echo(json.dumps({"notice": {"hash": hash_, "html": html}}, ensure_ascii=False))
        for (day, kind), count in kept.counts().items():
            click.echo(json.dumps({"count": {"day": day, "kind": kind, "count": count}}, ensure_ascii=False))


@ledger.command(short_help="Erase the record of one person.", context_settings=ID_COMMAND)
@click.argument("id_", metavar="ID")
@click.confirmation_option(prompt="The content of this record goes for good, its hash stays. Erase it?")
@config_option
def erase(id_: str, config_path: Path) -> None:
    """Erase the record of one person; its hash stays and the chain still verifies."""
    config = load(config_path)
    now = time.time()
    day = datetime.fromtimestamp(now, config.site.timezone).date().isoformat()
    with opened(config_path) as kept:
        count = kept.erase(id_, time=int(now), day=day)
    if not count:
        click.echo("There is no record under this id.", err=True)
        sys.exit(FINDING)
    click.echo("One event is erased." if count == 1 else f"{count} events are erased.")


@ledger.command(short_help="Erase the records that are over.")
@click.option("--before", type=DAY, required=True, help="Of consent that was over before this day.")
@click.confirmation_option(prompt="The content of these records goes for good, their hashes stay. Erase them?")
@config_option
def forget(before: datetime, config_path: Path) -> None:
    """Erase the records of those whose consent expired or was withdrawn before a day; the chain still verifies."""
    config = load(config_path)
    now = time.time()
    begin = before.replace(tzinfo=config.site.timezone).timestamp()
    if begin > now:
        raise click.UsageError(f"--before {before.date()} lies after today: consent that is in force needs its proof")
    with opened(config_path) as kept:
        people, events = kept.forget(begin, time=int(now))
    click.echo(f"The records of {people} people are erased, {events} events.")


@ledger.command("verify-receipt", short_help="Check the signature of a receipt.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), help="The published key file; default: from CONSENTKIT_SECRET.")
@json_option
def verify_receipt(file: Path, key: Path | None, as_json: bool) -> None:
    """Check the signature of a receipt, without the ledger and without network."""
    try:
        text = file.read_text("utf-8")
        receipt = json.loads(text)["receipt"] if text.lstrip().startswith("{") else text
    except (ValueError, KeyError):
        raise click.UsageError(f"{file} is no record or receipt; visitors download theirs at /consent/record") from None
    try:
        keys = json.loads(key.read_text("utf-8")) if key else public_keys(keys_from(os.environ))
    except ValueError:
        raise click.UsageError(
            f"{key} is no key file; the site publishes it at /.well-known/consentkit-receipt-key.json"
        ) from None
    try:
        content = verify_jws(str(receipt), keys)
    except ReceiptError as problem:
        click.echo(str(problem), err=True)
        sys.exit(FINDING)
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    click.echo(f"The signature holds: issued {content['issued']} by {content['controller']}")


def _as_data(row: Row) -> dict[str, Any]:
    return {**asdict(row), "content": json.loads(row.content) if row.content else None}
