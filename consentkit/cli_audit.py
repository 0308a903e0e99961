"""`consentkit audit`: a real browser over a site, and what its declaration does not allow."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from rich.console import Console

from consentkit.cli_options import FINDING

if TYPE_CHECKING:
    from consentkit.audit.declared import Declared
    from consentkit.audit.plan import Plan

STATES = ("before_choice", "refused", "accepted", "withdrawn")
CRAWLED = 10
NEEDS_PLAYWRIGHT = "consentkit audit needs Playwright: pip install 'consentkit[audit]'"


@click.command()
@click.argument("url")
@click.option("--path", "paths", multiple=True, help="A page to open, as /contact; may be repeated.")
@click.option(
    "--paths",
    "paths_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with a path a line; # begins a comment.",
)
@click.option(
    "--crawl", type=click.IntRange(1, 500), help=f"How many pages to find by links; {CRAWLED} if no path is named."
)
@click.option(
    "--declaration",
    "declaration",
    metavar="FILE|URL|none",
    help="The declaration as JSON; default: the one that the site publishes. none allows nothing.",
)
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    help="The configuration file whose declaration to use instead.",
)
@click.option("--consent-path", default="", help="Path of consentkit's pages, where the site shows no link to them.")
@click.option("--own", multiple=True, help="A host name that belongs to the site too; may hold * and be repeated.")
@click.option("--states", default=",".join(STATES), show_default=True, help="Which states to check.")
@click.option("--refuse", default="", help="Label or css=SELECTOR of the control that refuses everything.")
@click.option("--accept", default="", help="Label or css=SELECTOR of the control that accepts everything.")
@click.option("--withdraw", default="", help='Controls to press one after the other, as "Cookies > Reject all".')
@click.option("--language", default="en-GB", show_default=True, help="The language that the browser asks for.")
@click.option(
    "--wait",
    type=click.FloatRange(0, 60),
    default=2.0,
    show_default=True,
    help="Seconds to stay on each page after it has loaded.",
)
@click.option(
    "--timeout", type=click.FloatRange(1, 300), default=30.0, show_default=True, help="Seconds that one step may take."
)
@click.option("--browser", "browser_path", type=click.Path(path_type=Path), help="The Chromium or Chrome to use.")
@click.option("--user-agent", default="", help="What the browser calls itself; default: its own name.")
@click.option("--no-sandbox", is_flag=True, help="For containers without user namespaces; root needs no option.")
@click.option("--json", "json_path", metavar="FILE|-", help="Write the audit as JSON; - prints it instead of the text.")
@click.option(
    "--html",
    "html_path",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Write a page with screenshots: one file, or a folder.",
)
def audit(url: str, json_path: str | None, html_path: Path | None, **options: Any) -> None:
    """Drive a real browser over a site and report what its declaration does not allow.

    Before a choice, after a refusal, after consent and after withdrawal: each storage item and each contact with
    another party, with where it came from. Exit status 1 on any finding, 2 if the site or a browser cannot be reached.
    """
    try:
        from consentkit.audit.report import as_data  # noqa: PLC0415 -- the extra `audit` brings Playwright
        from consentkit.audit.run import run  # noqa: PLC0415
    except ModuleNotFoundError as problem:
        if problem.name != "playwright":
            raise
        raise click.UsageError(NEEDS_PLAYWRIGHT) from None
    if json_path not in (None, "-") and not Path(str(json_path)).absolute().parent.is_dir():
        raise click.UsageError(f"--json {json_path}: there is no such folder")
    given = _given(options)
    plan = _plan(url, options)
    console = Console(stderr=True)
    with console.status("starting the browser") as status:
        audited = run(plan, given, clock=time.time, tell=status.update)
    data = as_data(audited)
    _write(data, audited.states, json_path, html_path)
    sys.exit(FINDING if data["findings"] else 0)


def _plan(url: str, options: dict[str, Any]) -> "Plan":
    from consentkit.audit.crawl import addresses, lines  # noqa: PLC0415
    from consentkit.audit.model import State  # noqa: PLC0415
    from consentkit.audit.plan import BrowserSettings, Plan  # noqa: PLC0415

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.UsageError(f"{url!r} is no address of a site; write it as https://www.example.com/")
    paths = tuple(options["paths"])
    if options["paths_file"]:
        paths += lines(_text(options["paths_file"], "--paths"))
    try:
        addresses(url, paths)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    if paths and options["crawl"]:
        raise click.UsageError("--crawl finds the pages and --path names them; use one of the two")
    asked = [name.strip() for name in options["states"].split(",") if name.strip()]
    unknown = [name for name in asked if name not in STATES]
    if unknown or not asked:
        raise click.UsageError(f"--states {options['states']!r}: write some of {','.join(STATES)}")
    return Plan(
        url=url,
        paths=paths,
        crawl=0 if paths else options["crawl"] or CRAWLED,
        states=tuple(state for state in State if state in asked),
        wait=options["wait"],
        timeout=options["timeout"],
        own=options["own"],
        named={choice: options[choice] for choice in ("refuse", "accept", "withdraw") if options[choice]},
        consent_path=options["consent_path"],
        browser=BrowserSettings(
            options["browser_path"], options["language"], options["user_agent"], sandbox=not options["no_sandbox"]
        ),
    )


def _given(options: dict[str, Any]) -> "Declared | str":
    """The declaration that the options name, or its address; "" for the site's own."""
    from consentkit.audit.declared import NOTHING, Declared, of_config, parse_declaration, with_own  # noqa: PLC0415
    from consentkit.config import load  # noqa: PLC0415

    named, config_path = options["declaration"], options["config_path"]
    if named and config_path:
        raise click.UsageError("--declaration and --config both name a declaration; use one of the two")
    if config_path:
        config = load(config_path)
        options["consent_path"] = options["consent_path"] or config.consent.path
        return of_config(config, str(config_path))
    if named == "none":
        return Declared(with_own(NOTHING), "none: nothing is allowed")
    if not named or named.startswith(("http://", "https://")):
        return named or ""
    return parse_declaration(_text(Path(named), "--declaration"), named)


def _text(path: Path, option: str) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise click.UsageError(f"{option} {path}: this is no text in UTF-8") from None


def _write(data: dict[str, Any], states: Any, json_path: str | None, html_path: Path | None) -> None:
    from consentkit.audit.page import write_page  # noqa: PLC0415
    from consentkit.audit.text import print_report  # noqa: PLC0415

    text = json.dumps(data, indent=2)
    if json_path == "-":
        click.echo(text)
    else:
        print_report(data, Console())
        if json_path:
            Path(json_path).write_text(text + "\n", "utf-8")
            click.echo(f"JSON: {json_path}")
    if html_path:
        click.echo(f"HTML: {write_page(data, states, html_path)}", err=json_path == "-")
