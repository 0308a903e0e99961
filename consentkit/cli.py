"""The command line. Exit status: 0 done, 1 a finding, 2 wrong use or configuration."""

import json
import sqlite3
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from consentkit.advice import advice
from consentkit.cli_audit import audit
from consentkit.cli_declaration import declaration
from consentkit.cli_export import export
from consentkit.cli_ledger import ledger
from consentkit.cli_observed import line_of, observed, observed_findings
from consentkit.cli_options import DAY, FINDING, WRONG_USE, config_option, json_option
from consentkit.cli_report import nothing_yet, report
from consentkit.cli_users import token, user
from consentkit.config import DELIVERIES, LAYOUTS, load
from consentkit.errors import ConfigError, ConsentKitError
from consentkit.importers.formats import FORMATS
from consentkit.keys import keys_from

STARTER = Path(__file__).parent / "starter.toml"


class Failing(click.Group):
    """Turns consentkit's own errors into a message and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (ConsentKitError, OSError, sqlite3.Error) as problem:
            click.echo(f"consentkit: {problem}", err=True)
            ctx.exit(WRONG_USE)


@click.group(cls=Failing, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="consentkit")
def main() -> None:
    """A cookie gate that obeys consent, and site statistics that identify nobody."""


main.add_command(audit)
main.add_command(ledger)
main.add_command(declaration)
main.add_command(export)
main.add_command(observed)
main.add_command(report)
main.add_command(user)
main.add_command(token)


@main.command(short_help="Serve the example site with sample traffic.")
@click.option("--port", default=8000, show_default=True, help="Port of the site; its tags use the next one.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Folder of its databases.",
)
@click.option("--layout", type=click.Choice(LAYOUTS), default="bar", show_default=True, help="Of the banner.")
@click.option("--delivery", type=click.Choice(DELIVERIES), default="server", show_default=True, help="Of the pages.")
def demo(port: int, data: Path, layout: str, delivery: str) -> None:
    """Serve the example company website, with 90 days of sample traffic."""
    from consentkit.demo import serve  # noqa: PLC0415 -- the other commands need no web server

    serve(port=port, data=data, layout=layout, delivery=delivery)


@main.command()
@config_option
def init(config_path: Path) -> None:
    """Write a commented configuration file."""
    if config_path.exists():
        raise click.UsageError(f"{config_path} is there already; remove it first, or name another with --config")
    config_path.write_text(STARTER.read_text("utf-8"), "utf-8")
    click.echo(f"{config_path} is written. Change it to your site, then run: consentkit check {config_path}")
    click.echo("The site needs a secret of at least 32 characters in CONSENTKIT_SECRET; this makes one:")
    click.echo("  python -c 'import secrets; print(secrets.token_urlsafe(32))'")


@main.command(short_help="Validate a configuration file.")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@config_option
@json_option
def check(file: Path | None, config_path: Path, as_json: bool) -> None:
    """Validate a configuration file and report every finding with its rule."""
    path = file or config_path
    try:
        config = load(path)
    except ConfigError as problem:
        findings = [{"key": f.key, "message": f.message, "rule": f.rule or None} for f in problem.findings]
        click.echo(json.dumps({"file": str(path), "findings": findings}, indent=2) if as_json else str(problem))
        sys.exit(WRONG_USE if problem.findings[0].key == "file" else FINDING)
    seen = [line_of(finding) for finding in observed_findings(config)]
    if as_json:
        differences = [{"key": "services", "message": message, "rule": "C19"} for message in seen]
        warnings = [{"key": warning.key, "message": warning.message} for warning in advice(config)]
        click.echo(json.dumps({"file": str(path), "findings": differences, "warnings": warnings}, indent=2))
        sys.exit(FINDING if seen else 0)
    declaration = config.declaration
    names = ", ".join(purpose.id for purpose in declaration.purposes)
    found = (
        f"{len(seen)} finding{'' if len(seen) == 1 else 's'} in what the site really stores" if seen else "no findings"
    )
    click.echo(f"{path}: {found}. {len(declaration.services)} services, purposes: {names}.")
    click.echo(f"Policy version {declaration.policy_version}.")
    for message in seen:
        click.echo(f"services: {message} [C19]")
    for warning in advice(config):
        click.echo(f"warning: {warning}")
    sys.exit(FINDING if seen else 0)


@main.command("import-log", short_help="Read access logs into the statistics.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "log_format", type=click.Choice(FORMATS), help="Default: told by the first line that can be read."
)
@config_option
@json_option
def import_log(files: tuple[Path, ...], log_format: str | None, config_path: Path, as_json: bool) -> None:
    """Read access logs into the statistics; `-` is standard input.

    Formats: combined, common (nginx, Apache, Traefik; with a virtual host in front or more behind), JSON of Caddy and
    Traefik, W3C extended (IIS, CloudFront), AWS load balancers; plain, gzip or Zstandard. Rotated logs may be named in
    any order. What was counted before is left out: the same file, and the beginning of a log that has grown. Import
    logs of the time before consentkit counted.
    """
    from consentkit.importers.run import import_logs  # noqa: PLC0415

    config = load(config_path)
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=console, disable=as_json or not console.is_terminal,
    ) as progress:  # fmt: skip
        task = progress.add_task("reading", total=sum(path.stat().st_size for path in files if path.exists()))
        outcome = import_logs(config, files, lambda count: progress.advance(task, count), log_format=log_format or "")
    if as_json:
        click.echo(json.dumps(outcome.as_json()))
        return
    for line in outcome.lines_for_people():
        click.echo(line)


@main.command("import-stats", short_help="Read exports of GoatCounter or Plausible.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
@json_option
def import_stats(files: tuple[Path, ...], config_path: Path, as_json: bool) -> None:
    """Read what GoatCounter or Plausible counted into the statistics.

    GoatCounter's CSV export, plain or gzip; Plausible's, its zip file or the CSV files in it. What was counted before
    is left out. Visitors, which they tell by address and user agent, are not taken over.
    """
    from consentkit.importers.exports import import_exports  # noqa: PLC0415

    outcome = import_exports(load(config_path), files)
    if as_json:
        click.echo(json.dumps(outcome.as_json()))
        return
    click.echo(
        f"{outcome.rows:,} rows of {outcome.days:,} days: {outcome.totals['views']:,} views, "
        f"{outcome.totals['visits']:,} visits; {outcome.left_out:,} rows of bots and events left out, "
        f"{outcome.rejected:,} unreadable."
    )
    for name in outcome.already_counted:
        click.echo(f"{name} was counted before and is left out.")


@main.group()
def stats() -> None:
    """Look after the statistics."""


@stats.command()
@json_option
@config_option
def verify(as_json: bool, config_path: Path) -> None:
    """Prove the release rule over the sink."""
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


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@config_option
def dashboard(host: str, port: int, config_path: Path) -> None:
    """Serve the dashboard by itself."""
    import os  # noqa: PLC0415

    import uvicorn  # noqa: PLC0415

    from consentkit.assets import Assets  # noqa: PLC0415
    from consentkit.dashboard import build_dashboard  # noqa: PLC0415

    config = load(config_path)
    app = build_dashboard(config, keys_from(os.environ), Assets())
    click.echo(f"The dashboard is at http://{host}:{port}/")
    uvicorn.run(app, host=host, port=port, log_level="warning")
