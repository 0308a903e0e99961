"""`consentkit init`, `check`, `demo` and `dashboard`: from a configuration file to a site and its figures."""

import json
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

import click

from consentkit.advice import advice
from consentkit.cli_observed import line_of, observed_findings
from consentkit.cli_options import FINDING, PORT, WRONG_USE, config_option, json_option
from consentkit.config import DELIVERIES, LAYOUTS, load
from consentkit.consent.statistics_text import breakdowns_of
from consentkit.errors import ConfigError, ConsentKitError
from consentkit.keys import keys_from

STARTER = Path(__file__).parent / "starter.toml"


@click.command()
@click.option("--port", type=PORT, default=8000, show_default=True, help="Port of the site; its tags use the next one.")
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


@click.command()
@config_option
def init(config_path: Path) -> None:
    """Write a commented configuration file."""
    if config_path.exists():
        raise click.UsageError(f"{config_path} is there already; remove it first, or name another with --config")
    config_path.write_text(STARTER.read_text("utf-8"), "utf-8")
    click.echo(f"{config_path} is written. Change it to your site, then run: consentkit check {config_path}")
    click.echo("The site needs a secret of at least 32 characters in CONSENTKIT_SECRET; this makes one:")
    click.echo("  python -c 'import secrets; print(secrets.token_urlsafe(32))'")


@click.command()
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
    click.echo(f"Counted by {', '.join(breakdowns_of(config))}.")
    for message in seen:
        click.echo(f"services: {message} [C19]")
    for warning in advice(config):
        click.echo(f"warning: {warning}")
    sys.exit(FINDING if seen else 0)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at; 0.0.0.0 for all.")
@click.option("--port", type=PORT, default=8080, show_default=True, help="Its port.")
@config_option
def dashboard(host: str, port: int, config_path: Path) -> None:
    """Serve the dashboard by itself."""
    import uvicorn  # noqa: PLC0415

    from consentkit.assets import Assets  # noqa: PLC0415
    from consentkit.dashboard import build_dashboard, open_store  # noqa: PLC0415

    config = load(config_path)
    app = build_dashboard(config, keys_from(os.environ), Assets())
    if not open_store(config).users.all() and not any(config.dashboard.roles.values()):
        click.echo(
            "Nobody may sign in yet; this lets the first person in: consentkit user add NAME --role administrator"
        )
    with listening(host, port) as server:
        click.echo(f"The dashboard is at http://{host}:{port}/")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[server])


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens at an address; ConsentKitError, with what to name instead, where there can be none."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as problem:
        known = problem.errno is not None and problem.errno > 0
        why = os.strerror(problem.errno or 0) if known else problem.strerror
        raise ConsentKitError(f"{host}:{port} cannot be used ({why}); name others with --host and --port") from None
