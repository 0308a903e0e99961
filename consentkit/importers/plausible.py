"""Plausible's export: a CSV file for each report, with the sums of each day."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from consentkit.importers.days import (
    Days,
    browser_named,
    country_of,
    device_named,
    host_of,
    page_of,
    region_of,
    source_named,
    system_named,
)
from consentkit.stats.breakdowns import DOWNLOADS, ENGAGED, GOALS, MISSING, OUTBOUND, VIEWS, VISITS
from consentkit.stats.enrich.campaign import campaign_value
from consentkit.stats.enrich.channel import channel_of

FILE = re.compile(r"imported_([a-z_]+?)(?:_\d{8}_\d{8})?\.csv")
EVENTS = "custom_events"
MOST = 1 << 40
"""Of a figure of one row; a larger one is no count."""

NO_PAGE = ""
"""The first and last page of a visit of events alone."""

Row = Mapping[str, str]
Figures = Mapping[str, int]


def table_named(file_name: str) -> str:
    """The table of a file of an export, as `pages` of `imported_pages_20250101_20251231.csv`; "" for another."""
    match = FILE.fullmatch(file_name.rpartition("/")[2])
    return match[1] if match and match[1] in (*TABLES, EVENTS) else ""


def count_plausible(table: str, rows: Iterable[Row], days: Days, goals: Collection[str] = ()) -> None:
    """Add the rows of one table to the counts; a malformed row is only counted. `goals` are the ids of the site's."""
    if table == EVENTS:
        _count_events(rows, days, {goal.lower(): goal for goal in goals})
        return
    values_of = TABLES[table]
    for row in rows:
        days.rows += 1
        try:
            day = days.checked(date.fromisoformat(row["date"]))
            counts = {name: _figure(row.get(name)) for name in ("visits", "entrances", "pageviews", "bounces", "exits")}
            values = values_of(row)
        except (KeyError, ValueError):
            days.rejected += 1
            continue
        if values.get("page") == NO_PAGE:
            days.left_out += 1
            continue
        if table == "exit_pages":
            days.exits[day][values["page"]] += counts["exits"]
            continue
        for metric, count in _metrics(table, counts).items():
            days.add(day, metric, values, count)
            if table == "visitors":
                days.add_total(day, metric, count)


def _count_events(rows: Iterable[Row], days: Days, goals: Mapping[str, str]) -> None:
    """Events that are counted here too: goals of the site by their ids, and what Plausible itself names so."""
    for row in rows:
        days.rows += 1
        try:
            day, name = days.checked(date.fromisoformat(row["date"])), row["name"]
            count, address, path = _figure(row.get("events")), row.get("link_url") or "", row.get("path") or ""
        except (KeyError, ValueError):
            days.rejected += 1
            continue
        goal = goals.get(name.lower())
        if goal is not None:
            days.add(day, GOALS, {"goal": goal}, count)
            days.add_total(day, GOALS, count)
            days.add_total(day, f"goal:{goal}", count)
        elif name == "Outbound Link: Click" and address:
            days.add(day, OUTBOUND, {"outbound": source_named(address)[0]}, count)
        elif name == "File Download" and address:
            days.add(day, DOWNLOADS, {"download": page_of(f"/{address.partition('://')[2].partition('/')[2]}")}, count)
        elif name == "404" and path:
            days.add(day, MISSING, {"missing": page_of(path)}, count)
        else:
            days.left_out += 1


def _metrics(table: str, counts: Figures) -> dict[str, int]:
    """What a row of a table adds to each metric.

    A page's views are told with the pages, its visits with the entry pages; a bounce is a visit that was not engaged.
    """
    if table == "pages":
        return {VIEWS: counts["pageviews"]}
    if table == "entry_pages":
        visits = counts["entrances"] or counts["visits"]
        return {VISITS: visits, ENGAGED: max(0, visits - counts["bounces"])}
    visits = counts["visits"]
    return {VIEWS: counts["pageviews"], VISITS: visits, ENGAGED: max(0, visits - counts["bounces"])}


def _figure(text: str | None) -> int:
    number = int(text or 0)
    if not 0 <= number <= MOST:
        raise ValueError("no count")
    return number


def _page(row: Row) -> dict[str, str]:
    return {"page": page_of(row["page"]), "host": host_of(row.get("hostname", ""))}


def _visited(page: str) -> dict[str, str]:
    return {"page": page_of(page) if page else NO_PAGE}


def _source(row: Row) -> dict[str, str]:
    parts = ("campaign", "source", "medium", "term", "content")
    utm = {name: campaign_value(row.get(f"utm_{name}") or "") for name in parts}
    referrer, referred = source_named(row.get("referrer") or row.get("source") or "")
    return {
        "referrer": referrer,
        "channel": channel_of(referred, medium=utm["medium"], source=utm["source"]),
        "campaign": utm["campaign"],
        **{f"campaign_{name}": utm[name] for name in parts[1:]},
    }


def _browser(row: Row) -> dict[str, str]:
    browser, version = browser_named(f"{row['browser']} {row.get('browser_version') or ''}")
    return {"browser": browser, "browser_version": version}


TABLES: dict[str, Callable[[Row], dict[str, str]]] = {
    "visitors": lambda _: {},
    "pages": _page,
    "entry_pages": lambda row: _visited(row["entry_page"]),
    "exit_pages": lambda row: _visited(row["exit_page"]),
    "sources": _source,
    "locations": lambda row: {"country": country_of(row["country"]), "region": region_of(row.get("region") or "")},
    "devices": lambda row: {"device": device_named(row["device"])},
    "browsers": _browser,
    "operating_systems": lambda row: {"os": system_named(row["operating_system"])},
}
"""The tables of an export that can be counted, and the values that a row stands for."""
