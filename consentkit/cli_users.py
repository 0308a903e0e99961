"""`consentkit user` and `consentkit token`: who may read the dashboard."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from consentkit.cli_options import Group, config_option, json_option
from consentkit.config import load
from consentkit.roles import Role

if TYPE_CHECKING:
    from consentkit.dashboard.store import Store

role_type = click.Choice([role.value for role in Role])


def _password(context: click.Context, _option: click.Parameter, given: str | None) -> str:
    """The password given, else typed twice at a terminal, else the line that is piped in: nobody mistypes that."""
    if given is not None or context.resilient_parsing:
        return given or ""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError(
            "standard input has no password; type it at a terminal, pipe it in as one line, or give --password"
        )
    return line


password_option = click.option(
    "--password", callback=_password, help="If not given: asked for, or one line of what is piped in."
)


def _store(config_path: Path) -> "Store":
    from consentkit.dashboard import open_store  # noqa: PLC0415 -- other commands need no web framework

    return open_store(load(config_path))


def _note(store: "Store", what: str, subject: str) -> None:
    from consentkit.dashboard.store.trail import COMMAND_LINE, Did  # noqa: PLC0415 -- likewise

    store.trail.note(COMMAND_LINE, Did(what), subject)


@click.group(cls=Group)
def user() -> None:
    """Who may sign in to the dashboard."""


@user.command()
@click.argument("name")
@click.option("--role", type=role_type, default=Role.READER.value, show_default=True, help="What the user may do.")
@password_option
@config_option
def add(name: str, role: str, password: str, config_path: Path) -> None:
    """Add a user."""
    store = _store(config_path)
    store.users.add(name, password, Role(role))
    _note(store, "user_added", name)
    click.echo(f"{name} may sign in as {role}.")


@user.command("list")
@json_option
@config_option
def list_users(as_json: bool, config_path: Path) -> None:
    """List the users with their roles."""
    users = _store(config_path).users.all()
    if as_json:
        rows = [
            {"name": one.name, "role": one.role, "disabled": one.disabled, "created": one.created.isoformat()}
            for one in users
        ]
        click.echo(json.dumps(rows))
        return
    for one in users:
        click.echo(f"{one.name}  {one.role}{'  disabled' if one.disabled else ''}  since {one.created}")
    if not users:
        click.echo("There are no users yet; `consentkit user add NAME` adds one.")


@user.command()
@click.argument("name")
@click.argument("new_role", metavar="ROLE", type=role_type)
@config_option
def role(name: str, new_role: str, config_path: Path) -> None:
    """Give a user another role: reader, editor or administrator."""
    store = _store(config_path)
    store.users.set_role(name, Role(new_role))
    _note(store, "role_changed", f"{name}: {new_role}")
    click.echo(f"{name} is {new_role} now. Open sessions of {name} are ended.")


@user.command()
@click.argument("name")
@config_option
def disable(name: str, config_path: Path) -> None:
    """Keep a user out, and end the sessions."""
    store = _store(config_path)
    store.users.set_disabled(name, True)
    _note(store, "user_disabled", name)
    click.echo(f"{name} may not sign in until `consentkit user enable {name}`. Open sessions are ended.")


@user.command()
@click.argument("name")
@config_option
def enable(name: str, config_path: Path) -> None:
    """Let a disabled user in again."""
    store = _store(config_path)
    store.users.set_disabled(name, False)
    _note(store, "user_enabled", name)
    click.echo(f"{name} may sign in again.")


@user.command()
@click.argument("name")
@config_option
def remove(name: str, config_path: Path) -> None:
    """Take a user away, and end the sessions."""
    store = _store(config_path)
    store.users.remove(name)
    _note(store, "user_removed", name)
    click.echo(f"{name} is removed. Open sessions are ended.")


@user.command()
@click.argument("name")
@password_option
@config_option
def password(name: str, password: str, config_path: Path) -> None:
    """Give a user a new password, and end the sessions."""
    store = _store(config_path)
    store.users.set_password(name, password)
    _note(store, "password_changed", name)
    click.echo(f"{name} has a new password. Open sessions are ended.")


@click.group(cls=Group)
def token() -> None:
    """Tokens with which programs read the dashboard's figures."""


@token.command("add")
@click.argument("name")
@config_option
def add_token(name: str, config_path: Path) -> None:
    """Make a token and print it, this once."""
    store = _store(config_path)
    secret = store.tokens.add(name)
    _note(store, "token_added", name)
    click.echo(secret)
    click.echo("Keep it now: only a hash of it is stored, and it is not shown again.", err=True)


@token.command("list")
@json_option
@config_option
def list_tokens(as_json: bool, config_path: Path) -> None:
    """List the tokens with the day of their last use."""
    tokens = _store(config_path).tokens.all()
    if as_json:
        rows = [
            {
                "name": one.name,
                "created": one.created.isoformat(),
                "last_used": one.last_used.isoformat() if one.last_used else None,
            }
            for one in tokens
        ]
        click.echo(json.dumps(rows))
        return
    for one in tokens:
        click.echo(f"{one.name}  since {one.created}  last used {one.last_used or 'never'}")
    if not tokens:
        click.echo("There are no tokens yet; `consentkit token add NAME` makes one.")


@token.command()
@click.argument("name")
@config_option
def revoke(name: str, config_path: Path) -> None:
    """Take a token away."""
    store = _store(config_path)
    store.tokens.revoke(name)
    _note(store, "token_revoked", name)
    click.echo(f"The token {name} is revoked.")
