"""The names under which imports are known again: what was counted of logs and of other tools' exports, and its days."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

LOG = "log"
EXPORT = "export"

Known = Mapping[int, set[str]]
"""Digests of what was counted of logs before, by how many lines it was."""


def log_source(lines: int, digest: str, days: Collection[str]) -> str:
    """The name of what was counted of a log: so many lines from its beginning on, what is new of them of ISO days."""
    return f"{LOG}:{lines}:{digest}:{','.join(_stretches(days))}"


def export_source(tool: str, digest: str, days: Collection[str]) -> str:
    """The name of an export of a tool that has counts of ISO days."""
    return f"{EXPORT}:{tool}:{min(days)}:{max(days)}:{digest}"


def logs_known(sources: Iterable[str]) -> Known:
    """The beginnings of logs that were counted."""
    known: dict[int, set[str]] = defaultdict(set)
    for kind, parts in _parts(sources):
        if kind == LOG and parts[0].isdigit():
            known[int(parts[0])].add(parts[1])
    return known


def is_known_export(sources: Iterable[str], digest: str) -> bool:
    """Whether the very same export was counted."""
    return any(kind == EXPORT and parts[3] == digest for kind, parts in _parts(sources))


def days_of_exports(sources: Iterable[str]) -> dict[str, str]:
    """The ISO days that exports brought, each with the tool that made one."""
    found: dict[str, str] = {}
    for kind, parts in _parts(sources):
        if kind == EXPORT:
            found.update(dict.fromkeys(_days(f"{parts[1]}/{parts[2]}"), parts[0]))
    return found


def days_of_logs(sources: Iterable[str]) -> set[str]:
    """The ISO days of which logs were counted; those that were before names told days are not among them."""
    return {
        day
        for kind, parts in _parts(sources)
        if kind == LOG and len(parts) > 2
        for stretch in filter(None, parts[2].split(","))
        for day in _days(stretch)
    }


def _parts(sources: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    for source in sources:
        kind, *parts = source.split(":")
        yield kind, parts


def _stretches(days: Collection[str]) -> Iterator[str]:
    """Days without a gap between them as the first and the last, in order."""
    numbers = sorted(date.fromisoformat(day).toordinal() for day in days)
    begin = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] > numbers[place - 1] + 1:
            yield "/".join(date.fromordinal(numbers[end]).isoformat() for end in (begin, place - 1))
            begin = place


def _days(stretch: str) -> Iterator[str]:
    first, last = (date.fromisoformat(text).toordinal() for text in stretch.split("/"))
    return (date.fromordinal(number).isoformat() for number in range(first, last + 1))
