"""Prints the part of a report about visitors and their consent."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

ESTIMATE = "visitors: those measured are exact; everybody is an estimate from them"


def print_visitors(console: Console, visitors: Mapping[str, Mapping[str, Any]]) -> None:
    """The visitors of each day, week and month; nothing where nobody is measured."""
    if not any(visitors.values()):
        return
    table = Table(title=ESTIMATE, title_justify="left", box=None)
    for column in ("period", "measured", "everybody (estimate)", "between", "share of visits measured"):
        table.add_column(column, justify="left" if column == "period" else "right")
    for periods in visitors.values():
        for name, period in periods.items():
            found = period["estimate"]
            estimated = (
                (f"{found['value']:,}", f"{found['low']:,} and {found['high']:,}", f"{found['measured_share']:.0%}")
                if found
                else ("too few measured", "", "")
            )
            table.add_row(name, f"{period['measured']:,}", *estimated)
    console.print(table)


def print_consent(console: Console, consent: Mapping[str, int]) -> None:
    """How often was asked and what was answered; nothing where nobody was asked."""
    if any(consent.values()):
        table = Table(title="consent", title_justify="left", box=None, show_header=False)
        for name, count in consent.items():
            table.add_row(name, f"{count:,}")
        console.print(table)
