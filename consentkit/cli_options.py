"""What the commands share: their common options and exit statuses."""

from pathlib import Path
from typing import Any

import click

from consentkit.reader import nearest

FINDING, WRONG_USE = 1, 2

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("consentkit.toml"),
    show_default=True,
    help="The configuration file.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Group(click.Group):
    """Commands under one name; of a mistyped one the nearest is told."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}{nearest(args[0], known)}")
        return super().resolve_command(ctx, args)


class Port(click.IntRange):
    """A port that can be listened at."""

    name = "port"

    def __init__(self) -> None:
        super().__init__(1, 65_535)


class Day(click.DateTime):
    """A day of the calendar, as 2026-11-01."""

    def __init__(self) -> None:
        super().__init__(formats=["%Y-%m-%d"])

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        """What the help calls it."""
        return "DAY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The midnight that a day begins with."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no day; write it as 2026-11-01", param, ctx)


PORT, DAY = Port(), Day()
