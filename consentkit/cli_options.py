"""What the commands share: their common options and exit statuses."""

from pathlib import Path

import click

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
DAY = click.DateTime(formats=["%Y-%m-%d"])
