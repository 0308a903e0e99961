"""The report for a terminal or the log of a CI job."""

from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from consentkit.html.urls import origin

LOG_WIDTH = 120
"""Columns where the output goes to a file or a pipe, which have no width of their own."""

HOW = {
    "script": "script",
    "response": "response of",
    "markup": "markup of",
    "header": "header of",
    "policy": "stopped in",
    "page": "page",
}


def print_report(data: dict[str, Any], console: Console) -> None:
    """Print an audit (`report.as_data`). Texts of the site are never read as markup."""
    if not console.is_terminal:
        console.width = max(console.width, LOG_WIDTH)
    console.print(Text.assemble("\nAudit of ", (data["url"], "bold"), f", {data['browser']}"))
    console.print(Text(f"Declaration: {data['declaration']['source']} ({data['declaration']['services']} services)"))
    home = origin(data["url"]) or ""
    for state in data["states"]:
        _print_state(state, [each for each in data["findings"] if each["state"] == state["state"]], console, home)
    if data["notes"]:
        console.print(Text("\nNotes, which break no rule", "bold"))
        told, unseen = apart(data["notes"])
        if told:
            console.print(_table(told, home))
        if unseen:
            _print_unseen(unseen, console)
    console.print(_summary(data["summary"]))


def apart(notes: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The notes to be told one by one, and those on what was declared and not seen: of them a site may have dozens."""
    unseen = [note for note in notes if note["kind"] == "never_seen"]
    return [note for note in notes if note not in unseen], unseen


def by_service(unseen: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What was not seen, by its service."""
    found: dict[str, list[str]] = {}
    for note in unseen:
        found.setdefault(", ".join(note["services"]), []).append(note["name"])
    return found


def _print_unseen(unseen: list[dict[str, Any]], console: Console) -> None:
    first = unseen[0]
    console.print(Text.assemble((f"{first['rule']}    {first['title'].capitalize()}:", "bold")))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(width=6)
    table.add_column(overflow="fold", min_width=12)
    table.add_column(overflow="fold")
    for service, names in by_service(unseen).items():
        table.add_row("", Text(service), Text(", ".join(names)))
    console.print(table)
    console.print(Text(f"       {first['advice']}", "dim"))


def _print_state(state: dict[str, Any], findings: list[dict[str, Any]], console: Console, home: str) -> None:
    seen = f"{len(state['storage'])} stored, {len(state['contacts'])} other parties, {len(state['pages'])} pages"
    title = state["title"].capitalize()
    if not state["reached"]:
        console.print(Text.assemble("\n", (title, "bold"), ": ", ("not reached, so not checked", "bold yellow")))
        if not findings:
            console.print(Text(f"  {state['why_not']}"))
    elif not findings:
        console.print(Text.assemble("\n", (title, "bold"), ": ", ("nothing found", "bold green"), f" ({seen})"))
    else:
        count = _count(len(findings), "finding")
        console.print(Text.assemble("\n", (title, "bold"), ": ", (count, "bold red"), f" ({seen})"))
    new = [each for each in findings if each["first_in"] == state["state"]]
    if new:
        console.print(_table(new, home))
    again = [each for each in findings if each not in new]
    if again:
        console.print(Text("As found above:"))
        console.print(_short_table(again))


def _short_table(findings: list[dict[str, Any]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(width=4)
    table.add_column(overflow="fold")
    for each in findings:
        table.add_row(each["rule"], Text.assemble((each["name"], "bold"), f"{_place(each)}, {each['title']}"))
    return table


def _place(each: dict[str, Any]) -> str:
    return f" at {each['place']}" if each["place"] else ""


def _table(findings: list[dict[str, Any]], home: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, expand=True)
    table.add_column("Rule", width=4)
    table.add_column("What, and what to do", ratio=3, overflow="fold")
    table.add_column("Where from", ratio=2, overflow="fold")
    for each in findings:
        table.add_row(each["rule"], _what(each), _where(each, home))
    return table


def _what(each: dict[str, Any]) -> RenderableType:
    times = f" ({each['count']} of them)" if each["count"] > 1 and each["what"] != "contact" else ""
    return Group(
        Text.assemble((each["name"], "bold"), f"{_place(each)}{times}"),
        Text(f"{each['title']}: {each['message']}"),
        Text(each["advice"], "dim"),
        *([Text(each["paste"])] if each["paste"] else []),
        Text(),
    )


def _where(each: dict[str, Any], home: str) -> Text:
    return Text("\n").join(Text(where(source, home)) for source in each["sources"])


def where(source: dict[str, Any], home: str) -> str:
    """A source in words: what it was, its address and line, and the page that was open; of `home` only the paths."""
    url, page = (address.removeprefix(home) or address for address in (source["url"], source["page"]))
    if not url or source["how"] == "page":
        return f"on {url or page}"
    line = f", line {source['line']}" if source["line"] else ""
    return f"{HOW[source['how']]} {url}{line}{'' if url == page else f' on {page}'}"


def _summary(summary: dict[str, int]) -> Text:
    findings, missing = summary["findings"], summary["states_asked"] - summary["states_reached"]
    words = _count(findings, "finding") if findings else "No findings"
    things = summary["things"]
    more = [f"about {_count(things, 'different thing')}"] if findings > things else []
    more += [_count(summary["notes"], "note")] if summary["notes"] else []
    more += [f"{_count(missing, 'state')} not checked"] if missing else []
    return Text.assemble("\n", (words, "bold red" if findings else "bold green"), "".join(f", {each}" for each in more))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
