"""`consentkit declaration`: prints what is declared, for the site's own privacy policy."""

import json
from pathlib import Path

import click

from consentkit.cli_options import config_option
from consentkit.config import load

FORMATS = ("html", "json", "markdown")


@click.command()
@click.option("--language", default="", help="One of [site] languages; default: the first of them.")
@click.option("--format", "as_format", type=click.Choice(FORMATS), default="html", show_default=True)
@config_option
def declaration(language: str, as_format: str, config_path: Path) -> None:
    """Print the storage declaration, with what visitors are told of the statistics.

    As an HTML fragment or as Markdown in one language, or as JSON in all of them.
    """
    from consentkit.assets import Assets  # noqa: PLC0415 -- the other commands make no pages
    from consentkit.consent.markdown import declaration_markdown  # noqa: PLC0415
    from consentkit.consent.observed_store import observed_store_of  # noqa: PLC0415
    from consentkit.consent.published import as_data  # noqa: PLC0415
    from consentkit.consent.render import Renderer  # noqa: PLC0415

    config = load(config_path)
    offered = config.site.languages
    if language and language not in offered:
        raise click.UsageError(f"--language {language!r} is not offered; [site] languages has {', '.join(offered)}")
    store = observed_store_of(config)
    checked = store.last() if store.path.is_file() else None
    if as_format == "json":
        click.echo(json.dumps(as_data(config, checked), indent=2, ensure_ascii=False))
    elif as_format == "markdown":
        click.echo(declaration_markdown(config, language or offered[0], checked), nl=False)
    else:
        click.echo(Renderer(config, Assets(), lambda: checked).declaration(language or offered[0]))
