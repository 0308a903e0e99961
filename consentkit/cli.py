"""The command line. Exit status: 0 done, 1 a finding, 2 wrong use or configuration."""

import sqlite3
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import click

from consentkit.cli_errors import told
from consentkit.cli_options import WRONG_USE, Group
from consentkit.errors import ConsentKitError


class Home(NamedTuple):
    """The module that has a command, and what the list of commands says of it."""

    module: str
    text: str


COMMANDS = {
    "audit": Home("cli_audit", "Report what a site stores and contacts, by state."),
    "backup": Home("cli_backup", "Copy the files of a running site."),
    "check": Home("cli_site", "Validate a configuration file."),
    "dashboard": Home("cli_site", "Serve the dashboard by itself."),
    "declaration": Home("cli_declaration", "Print the storage declaration."),
    "demo": Home("cli_site", "Serve the example site with sample traffic."),
    "export": Home("cli_export", "Write what is published to a file."),
    "import-log": Home("cli_import", "Read access logs into the statistics."),
    "import-stats": Home("cli_import", "Read exports of GoatCounter or Plausible."),
    "init": Home("cli_site", "Write a commented configuration file."),
    "ledger": Home("cli_ledger", "Check, show, export and erase the proof of consent."),
    "observed": Home("cli_observed", "Compare the cookies really set with the declaration."),
    "report": Home("cli_report", "Print or send what the sink holds."),
    "stats": Home("cli_stats", "Look after the statistics."),
    "token": Home("cli_users", "Tokens with which programs read the dashboard's figures."),
    "user": Home("cli_users", "Who may sign in to the dashboard."),
}


class Commands(Group):
    """Loads a command's module when the command is asked for, so that none waits for what others need.

    Turns consentkit's own errors into a message and exit status 2.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """A command by its name."""
        home = COMMANDS.get(cmd_name)
        if home is None:
            return None
        command: click.Command = getattr(import_module(f"consentkit.{home.module}"), cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, home.text) for name, home in sorted(COMMANDS.items())])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Who reads has had enough, as `head` has: click ends the command without a word.
            raise
        except (ConsentKitError, OSError, sqlite3.Error) as problem:
            click.echo(f"consentkit: {told(problem)}", err=True)
            ctx.exit(WRONG_USE)


def _build() -> str:
    """What tells a compiled build from the sources, which are all that most installations have."""
    found = find_spec("consentkit.exchange")
    return "" if found is None or str(found.origin).endswith(".py") else " (compiled)"


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done, 1 a finding, 2 wrong use or configuration. `consentkit COMMAND --help` tells more.",
)
@click.version_option(package_name="consentkit", message=f"%(prog)s, version %(version)s{_build()}")
def main() -> None:
    """A cookie gate that obeys consent, and site statistics that identify nobody."""
