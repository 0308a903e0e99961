"""`consentkit stats`: look after the statistics."""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

import click

from consentkit.cli_options import DAY, FINDING, Group, config_option, json_option
from consentkit.config import load


@click.group(cls=Group)
def stats() -> None:
    """Look after the statistics."""


@stats.command()
@json_option
@config_option
def verify(as_json: bool, config_path: Path) -> None:
    """Prove the release rule over the sink."""
    from consentkit.cli_report import nothing_yet  # noqa: PLC0415
    from consentkit.stats.stores import open_private, open_reader  # noqa: PLC0415
    from consentkit.stats.stores.urls import file_of  # noqa: PLC0415
    from consentkit.stats.verify import verify as verify_release  # noqa: PLC0415

    config = load(config_path)
    # Opening would make an empty store, against which everything would seem lost or nothing be proved.
    has_private = file_of(config.stats.private, config.base).exists()
    private = open_private(config.stats.private, base=config.base) if has_private else None
    reader = open_reader(config.stats.sink, base=config.base)
    findings = verify_release(reader, private)
    if private is None:
        click.echo(f"There is no private store at {config.stats.private}: only the sink is checked.", err=True)
    else:
        private.close()
    if as_json:
        click.echo(json.dumps({"findings": [str(finding) for finding in findings]}))
    elif findings:
        click.echo("\n".join(str(finding) for finding in findings))
    elif reader.span() is None:
        click.echo(nothing_yet(config))
    else:
        click.echo("The release rule holds: no value and no change of one below the threshold, every event once.")
    sys.exit(FINDING if findings else 0)


@stats.command()
@config_option
def release(config_path: Path) -> None:
    """Release now what may be released."""
    from consentkit.stats.counting import private_of, rule_of, sink_of  # noqa: PLC0415
    from consentkit.stats.stores import drain, renew  # noqa: PLC0415

    config = load(config_path)
    rule = rule_of(config)
    private, sink = private_of(config), sink_of(config)
    today = rule.day(time.time())
    renew(private, sink)
    private.release(
        threshold=rule.threshold, patience_days=rule.patience_days, today=today, running=rule.minute(time.time())
    )
    released = drain(private, sink)
    private.close()
    sink.close()
    waits = f"Nothing may be released yet: fewer than {rule.threshold} new events of each kind have come in."
    click.echo("Released." if released else waits)


@stats.command()
@click.option("--before", type=DAY, help="Forget the days before this one; default: as the configuration says.")
@config_option
def forget(before: datetime | None, config_path: Path) -> None:
    """Remove old figures."""
    from consentkit.stats.counting import kept_of, sink_of  # noqa: PLC0415
    from consentkit.stats.retention import retain  # noqa: PLC0415

    config = load(config_path)
    today = datetime.now(config.site.timezone).date()
    if before and before.date() > today:
        raise click.UsageError(f"--before {before.date()} lies after today, {today}: all figures would be removed")
    sink = sink_of(config)
    removed = sink.forget(before.date()) if before else retain(sink, today, kept_of(config))
    sink.close()
    click.echo(f"{removed} days are removed.")
