"""Prints what `consentkit report` tells, as tables."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from consentkit.cli_visitors import print_consent, print_visitors

GAPS = {
    "killed": "a worker was killed before it had written its last second",
    "batches": "a worker's counts did not arrive",
    "restored": "the private store was put back from a backup; what it had released since may count twice",
    "replaced": "the sink was deleted or put back from a backup",
}


def print_report(data: dict[str, Any], rows: int | None) -> None:
    """Print a report as JSON holds it; of each breakdown at most so many rows, None for all of them."""
    console = Console()
    if not any(data["totals"].values()):
        console.print(f"There are no figures of {data['from']} to {data['to']}: nothing had been published yet.")
        return
    threshold = data["threshold"] or 1
    only = f", the only one of a breakdown from {2 * threshold}" if threshold > 1 else ""
    console.print(f"\n[bold]{data['from']} to {data['to']}[/], values from {threshold} events on{only}")
    for title, values in (("totals", data["totals"]), ("classes", data["classes"])):
        table = Table(title=title, title_justify="left", box=None, show_header=False)
        for name, count in values.items():
            table.add_row(name, f"{count:,}")
        console.print(table)
    for gap in data["gaps"]:
        console.print(f"[bold]counts are missing[/] from {gap['from']} to {gap['to']}: {GAPS[gap['reason']]}")
    if data["by_month_before"]:
        console.print(f"Counts by value before {data['by_month_before']} are known by whole months of the period only.")
    print_visitors(console, data["visitors"])
    print_consent(console, data["consent"])
    _print_forecast(console, data["forecast"])
    _print_load(console, data["load"], rows)
    for name, cells in data["breakdowns"].items():
        if not cells:
            continue
        metrics = [key for key in (cells[0] if cells else {}) if key != "value"]
        table = Table(title=name, title_justify="left", box=None)
        table.add_column(name)
        for metric in metrics:
            table.add_column(metric, justify="right")
        for cell in cells[:rows]:
            # As a text, because a visitor may have written it: of a plain string rich reads brackets as its markup.
            table.add_row(Text(cell["value"]), *(f"{cell[metric]:,}" for metric in metrics))
        console.print(table)


def _print_forecast(console: Console, forecast: dict[str, Any]) -> None:
    for metric, found in forecast.items():
        if found:
            days = found["days"]
            values = [sum(day[name] for day in days) / len(days) for name in ("value", "low", "high")]
            value, low, high = (f"{round(each):,}" for each in values)
            console.print(
                f"[bold]{metric}, forecast[/] {days[0]['day']} to {days[-1]['day']}: {value} a day, between {low} and "
                f"{high}; forecasts of the last weeks were off by {found['error']:.0%}"
            )


def _print_load(console: Console, load: dict[str, Any], rows: int | None) -> None:
    table = Table(title="load", title_justify="left", box=None)
    for column in ("route", "requests", "bytes", "errors", "p50 ms", "p95 ms", "p99 ms"):
        table.add_column(column, justify="left" if column == "route" else "right")
    for row in ({"route": "(all)", **load}, *load["routes"][:rows]):
        times = ("-" if row[name] is None else f"{row[name]:.1f}" for name in ("p50_ms", "p95_ms", "p99_ms"))
        table.add_row(Text(row["route"]), f"{row['requests']:,}", f"{row['bytes']:,}", f"{row['errors']:,}", *times)
    console.print(table)
    # What was imported tells no most at once.
    at_once = f"{load['most_at_once']:,}" if load["most_at_once"] else "-"
    console.print(f"busiest second {load['busiest_second']:,} requests; most at once {at_once}")
