"""`consentkit observed`: what the site really stores, beside what it declares."""

import json
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consentkit.cli_options import FINDING, config_option, json_option
from consentkit.config import Config, load
from consentkit.consent.choice import kept_for
from consentkit.consent.describe import own_items
from consentkit.consent.observed import REQUEST, Finding, Row
from consentkit.consent.observed_store import findings_of, observed_store_of

SHOWN_ROUTES = 3


@click.command()
@click.option("--forget", is_flag=True, help="Begin anew: forget everything that was observed.")
@json_option
@config_option
def observed(forget: bool, as_json: bool, config_path: Path) -> None:
    """Compare the cookies that the site really sets and gets with the declaration.

    Exit status 1 if one is undeclared, lives longer than declared, or is declared and was not seen for a month.
    """
    config = load(config_path)
    store = observed_store_of(config)
    if not store.path.is_file():
        raise click.UsageError(
            f"there is nothing at {store.path} yet: it is made when the site runs, or [consent] observed names another"
        )
    if forget:
        store.forget()
        click.echo("What was observed is forgotten; it begins anew.")
        return
    rows, findings = store.rows(), observed_findings(config)
    since, last = store.since(), store.last()
    if as_json:
        click.echo(json.dumps(_data(rows, findings, since, last), indent=2))
    else:
        _print(rows, findings, since, last, config)
    sys.exit(FINDING if findings else 0)


def observed_findings(config: Config) -> list[Finding]:
    """How what the site really stores differs from its declaration; nothing where nothing was observed."""
    store = observed_store_of(config)
    today = datetime.now(config.site.timezone).date()
    return findings_of(store, config, today) if store.path.is_file() else []


def line_of(finding: Finding) -> str:
    """A finding as a line of text."""
    shown = ", ".join(finding.routes[:SHOWN_ROUTES])
    more = f" and {len(finding.routes) - SHOWN_ROUTES} more" if len(finding.routes) > SHOWN_ROUTES else ""
    return f"{finding.name} {finding.message}{f' (at {shown}{more})' if shown else ''}"


def _data(rows: Iterable[Row], findings: Iterable[Finding], since: date | None, last: date | None) -> dict[str, Any]:
    return {
        "since": since.isoformat() if since else None,
        "last": last.isoformat() if last else None,
        "findings": [
            {"kind": finding.kind, "name": finding.name, "message": finding.message, "routes": list(finding.routes)}
            for finding in findings
        ],
        "seen": [
            {
                "name": row.name,
                "route": row.route or None,
                "by": "request" if row.route == REQUEST else "app",
                "count": row.count,
                "days": row.longest,
                "first": row.first.isoformat(),
                "last": row.last.isoformat(),
            }
            for row in rows
        ],
    }


def _days(longest: int) -> str:
    return f"{longest} day{'' if longest == 1 else 's'}" if longest else "session"


def _print(rows: list[Row], findings: list[Finding], since: date | None, last: date | None, config: Config) -> None:
    table = Table("cookie", "declared for", "set for", "by", "times", "last", title=f"Seen from {since} to {last}")
    declared_items = (item for s in config.declaration.services.values() for item in s.storage)
    kept = kept_for(config.declaration, config.consent.validity_days)
    durations = {item.name: item.duration_text for item in (*own_items(kept), *declared_items)}
    for row in rows:
        declared = durations.get(config.declaration.declared_name(row.name) or row.name, "")
        by_request = row.route == REQUEST
        lives = "" if by_request else _days(row.longest)
        # As texts: a name may hold brackets, as `prefs[theme]`, which rich would take for its markup.
        name, route = Text(row.name), Text(row.route or "requests")
        table.add_row(name, declared, lives, route, str(row.count), row.last.isoformat())
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    for finding in findings:
        click.echo(line_of(finding))
    if not findings:
        click.echo("Everything that was seen is declared.")
