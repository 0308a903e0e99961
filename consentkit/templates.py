"""How templates are read, for all pages that consentkit makes."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def environment(folder: Path) -> Environment:
    """The templates in a folder, compiled once in a process.

    Autoescape is on for all of them, because values of visitors reach every page.

    A name that a template is not given is an error, so that no page is served with a hole in it.
    """
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
