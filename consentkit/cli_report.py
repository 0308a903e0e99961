"""`consentkit report`: what the sink holds, as tables, for people, on paper, or by e-mail."""

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli_options import DAY, Group, config_option, json_option
from consentkit.cli_tables import print_report
from consentkit.config import Config, load
from consentkit.config_report import LANGUAGES
from consentkit.reports.periods import KINDS, Days, last_whole

if TYPE_CHECKING:
    from consentkit.reports.saying import Said

FORMATS = ("json", "text", "html", "pdf")
STANDARD_OUTPUT = Path("-")

language_option = click.option("--language", type=click.Choice(LANGUAGES), help="Default: as [report] language says.")
browser_option = click.option(
    "--browser",
    type=click.Path(path_type=Path),
    help="The Chromium that makes the PDF; default: the one that is there.",
)


@click.group(cls=Group, invoke_without_command=True)
@click.option("--from", "first", type=DAY, help="First day, as 2026-11-01; default: 28 days up to the last.")
@click.option("--to", "last", type=DAY, help="Last day; default: today.")
@click.option("--period", type=click.Choice(KINDS), help="The last whole week or month, in place of --from and --to.")
@click.option("--by", "breakdown", help="Only this breakdown (page, referrer, country …), all of its values.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="text, html and pdf are for people to read.")
@click.option("--out", type=click.Path(path_type=Path), default=STANDARD_OUTPUT, help="A file; pdf needs one.")
@language_option
@browser_option
@json_option
@config_option
@click.pass_context
def report(
    context: click.Context, *, first: datetime | None, last: datetime | None, period: str | None, breakdown: str | None,
    form: str | None, out: Path, language: str | None, browser: Path | None, as_json: bool, config_path: Path,
) -> None:  # fmt: skip
    """Print what the sink holds: all of it as tables, or with --format as JSON or as a report for people."""
    if context.invoked_subcommand is not None:
        return
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} contradict each other; give one")
    form = "json" if as_json else form or ""
    if form == "pdf" and out == STANDARD_OUTPUT:
        raise click.UsageError("--format pdf is written to a file; name it with --out")
    if not form and out != STANDARD_OUTPUT:
        raise click.UsageError("the tables go to the terminal; add --format json, text, html or pdf to --out")
    if breakdown and form in ("text", "html", "pdf"):
        raise click.UsageError(f"--by goes with the tables and with json; --format {form} has lists of its own")
    config = load(config_path)
    days = _days(first, last, period, datetime.now(config.site.timezone).date())
    if form in ("text", "html", "pdf"):
        _write(_made(said_of(config, days, language or config.report.language), form, browser), out)
    else:
        _print(config, days, breakdown, form, out)


@report.command(short_help="Send a report by e-mail.")
@click.option("--period", type=click.Choice(KINDS), default="week", show_default=True, help="The last whole one.")
@click.option("--pdf", "with_pdf", is_flag=True, help="Attach the report as PDF too.")
@language_option
@browser_option
@config_option
def send(*, period: str, with_pdf: bool, language: str | None, browser: Path | None, config_path: Path) -> None:
    """Send the report of the last whole week or month to the recipients of [report]; for a timer to call."""
    from consentkit.reports.mail import PASSWORD, message_of  # noqa: PLC0415
    from consentkit.reports.mail import send as send_messages  # noqa: PLC0415

    config = load(config_path)
    settings, password = config.report, os.environ.get(PASSWORD, "")
    if not settings.smtp:
        raise click.UsageError("the configuration names no mail server; set smtp, sender and recipients in [report]")
    if settings.user and not password:
        raise click.UsageError(f"[report] user is {settings.user!r}, but {PASSWORD} is not set; it holds the password")
    days = last_whole(period, datetime.now(config.site.timezone).date())
    said = said_of(config, days, language or settings.language)
    if said.empty:
        click.echo(f"Nothing is sent: {said.empty}")
        return
    pdf = _made(said, "pdf", browser) if with_pdf else None
    now = datetime.now(UTC)
    messages = [message_of(said, settings.sender, one, now, pdf) for one in settings.recipients]
    send_messages(messages, settings, password)
    click.echo(f"The report of {days[0]} to {days[1]} is sent to {len(messages)} recipients.")


def said_of(config: Config, days: Days, language: str) -> "Said":
    """The report of some days in words."""
    from consentkit.dashboard.wording import Wording  # noqa: PLC0415 -- the other commands need no dashboard
    from consentkit.reports.content import read_content  # noqa: PLC0415
    from consentkit.reports.saying import say  # noqa: PLC0415
    from consentkit.stats.stores import open_reader  # noqa: PLC0415

    reader = open_reader(config.stats.sink, base=config.base)
    content = read_content(reader, config.site.name, days, config.site.timezone)
    return say(content, Wording(language), config.report.link)


def _days(first: datetime | None, last: datetime | None, period: str | None, today: date) -> Days:
    if period is not None:
        if first or last:
            raise click.UsageError("--period names the days already; leave out --from and --to")
        return last_whole(period, today)
    end = last.date() if last else today
    start = first.date() if first else end - timedelta(days=27)
    if start > end:
        raise click.UsageError(f"--from {start} lies after --to {end}")
    return start, end


def _print(config: Config, days: Days, breakdown: str | None, form: str, out: Path) -> None:
    """Everything that is known of the days, as tables or as JSON."""
    from consentkit.stats.breakdowns import BREAKDOWNS  # noqa: PLC0415
    from consentkit.stats.report import build_report  # noqa: PLC0415
    from consentkit.stats.stores import open_reader  # noqa: PLC0415

    reader = open_reader(config.stats.sink, base=config.base)
    breakdowns = [breakdown] if breakdown else None
    data: dict[str, Any] = build_report(reader, *days, breakdowns, funnels=config.stats.funnels).as_json()
    data["threshold"] = data["threshold"] or config.stats.threshold
    if form == "json":
        _write((json.dumps(data) + "\n").encode(), out)
    elif reader.span() is None:
        click.echo(nothing_yet(config))
    else:
        print_report(data, rows=None if breakdown else 10)
        if breakdown in set(BREAKDOWNS) - set(config.stats.breakdowns):
            click.echo(f"{breakdown} is not counted by: [stats] breakdowns does not name it.")


def nothing_yet(config: Config) -> str:
    """What is said in place of figures while the sink holds none."""
    stats = config.stats
    return (
        f"Nothing is published yet in {stats.sink}: figures appear there when {stats.threshold} requests have come in, "
        'at most a minute later.\nIf the site has had them, look for "consentkit.stats" in its log, and whether it '
        "runs with this configuration."
    )


def _made(said: "Said", form: str, browser: Path | None) -> bytes:
    if form == "text":
        from consentkit.reports.text import as_text  # noqa: PLC0415

        return as_text(said).encode()
    from consentkit.reports.html import as_html  # noqa: PLC0415

    html = as_html(said)
    if form == "html":
        return html.encode()
    from consentkit.reports.pdf import as_pdf  # noqa: PLC0415

    return as_pdf(html, browser)


def _write(content: bytes, out: Path) -> None:
    if out == STANDARD_OUTPUT:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        out.write_bytes(content)
