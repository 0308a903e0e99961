"""What a benchmark found, for people and for programs, with the conditions under which it was found."""

import os
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.table import Table

PACKAGES = ("starlette", "uvicorn", "starlette-exporter", "opentelemetry-instrumentation-asgi", "python-lolhtml")


@dataclass(frozen=True, slots=True)
class Report:
    """One table. `columns` are the keys of each row's figures, with their unit; `notes` say how they were taken."""

    title: str
    columns: tuple[str, ...]
    rows: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return asdict(self)


def show(console: Console, report: Report) -> None:
    """Print a report."""
    table = Table(title=report.title, caption=" ".join(report.notes), caption_justify="left", title_justify="left")
    table.add_column("")
    for column in report.columns:
        table.add_column(column, justify="right")
    for name, figures in report.rows.items():
        table.add_row(name, *(_text(figures.get(column)) for column in report.columns))
    console.print(table)


def _text(figure: float | None) -> str:
    if figure is None:
        return "-"
    return f"{figure:,.0f}" if abs(figure) >= 1000 else f"{figure:.2f}" if abs(figure) < 10 else f"{figure:.1f}"


def conditions() -> dict[str, Any]:
    """The machine, the interpreter, and how busy others keep it."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "cores": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
        **{package: version(package) for package in PACKAGES},
    }
