"""`consentkit import-log` and `consentkit import-stats`: the past, from access logs and other tools' exports."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from consentkit.cli_options import config_option, json_option
from consentkit.config import load
from consentkit.importers import FORMATS


@click.command("import-log")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "log_format", type=click.Choice(FORMATS), help="Default: told by the first line that can be read."
)
@click.option(
    "--another-site", is_flag=True, help="Count days that an export brought already: the log is another site's."
)
@config_option
@json_option
def import_log(
    files: tuple[Path, ...], log_format: str | None, another_site: bool, config_path: Path, as_json: bool
) -> None:
    """Read access logs into the statistics; `-` is standard input.

    Formats: combined, common (nginx, Apache, Traefik; with a virtual host in front or more behind), JSON of Caddy and
    Traefik, W3C extended (IIS, CloudFront), AWS load balancers; plain, gzip, Zstandard, xz or bzip2. Rotated logs
    may be named in any order. What was counted before is left out: the same file, and the beginning of a log that has
    grown. A log with days that import-stats brought is refused: they would count twice. Import logs of the time before
    consentkit counted.
    """
    from consentkit.importers.run import import_logs  # noqa: PLC0415

    config = load(config_path)
    with _progress(files, shown=not as_json and sys.stderr.isatty()) as advance:
        outcome = import_logs(config, files, advance, log_format=log_format or "", another_site=another_site)
    if as_json:
        click.echo(json.dumps(outcome.as_json()))
        return
    for line in outcome.lines_for_people():
        click.echo(line)


@contextmanager
def _progress(files: Sequence[Path], *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, and what tells it how many more bytes have been read."""
    if not shown:
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 -- 60 ms that an import without a bar need not wait
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("reading", total=sum(path.stat().st_size for path in files if path.exists()))
        yield lambda count: progress.advance(task, count)


@click.command("import-stats")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--another-site", is_flag=True, help="Add days that were counted already: the export is another site's.")
@config_option
@json_option
def import_stats(files: tuple[Path, ...], another_site: bool, config_path: Path, as_json: bool) -> None:
    """Read what GoatCounter or Plausible counted into the statistics.

    GoatCounter's JSON export (its zip file) or CSV export, plain or gzip; Plausible's, its zip file or the CSV files in
    it. Days that were counted before, from an export or a log, are left out. Visitors, which they tell by address and
    user agent, are not taken over.
    """
    from consentkit.importers.exports import import_exports  # noqa: PLC0415

    outcome = import_exports(load(config_path), files, another_site=another_site)
    if as_json:
        click.echo(json.dumps(outcome.as_json()))
        return
    click.echo(
        f"{outcome.rows:,} rows of {outcome.days:,} days: {outcome.totals['views']:,} views, "
        f"{outcome.totals['visits']:,} visits; {outcome.left_out:,} rows of bots and events left out, "
        f"{outcome.rejected:,} unreadable."
    )
    if outcome.not_counted:
        names = ", ".join(sorted(outcome.not_counted))
        click.echo(f"Not counted, as [stats] breakdowns does not name it: {names}.")
    for name in outcome.already_counted:
        click.echo(f"{name} was counted before and is left out.")
    if outcome.days_known:
        click.echo(f"{outcome.days_known:,} days that an earlier export or a log brought are left out.")
