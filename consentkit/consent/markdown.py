"""The declaration as Markdown, for privacy policies that are kept as text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from consentkit.config import Config
from consentkit.consent.describe import describe
from consentkit.consent.statistics_text import Part, statistics_parts
from consentkit.texts import day_text, texts


def declaration_markdown(config: Config, language: str, checked: date | None) -> str:
    """The storage declaration and what is said about the statistics; `checked` as for the declaration as data."""
    t = texts(language)
    purposes = describe(config, language)
    lines = [f"## {escaped(t['declaration']['title'])}", ""]
    for purpose in purposes:
        lines += [f"### {escaped(purpose['title'])}", "", escaped(purpose["description"]), ""]
        for service in purpose["services"]:
            lines += [*_service(service, t), ""]
    lines += [
        f"### {escaped(t['declaration']['statistics_title'])}",
        *(line for part in statistics_parts(config, language) for line in _part(part)),
    ]
    if checked:
        lines += ["", escaped(t["declaration"]["checked"].format(day=day_text(checked, language)))]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """A text that no reader of Markdown takes for markup."""
    return re.sub(r"([\\`*_\[\]<>|#~&])", r"\\\1", " ".join(text.split()))


def _service(service: Mapping[str, Any], t: Mapping[str, Any]) -> Iterator[str]:
    why = f" ({escaped(service['exemption'])})" if service["exemption"] else ""
    yield f"#### {escaped(service['name'])}"
    yield ""
    yield f"{escaped(service['description'])}{why}"
    yield ""
    words = t["table"]
    if not service["items"]:
        third = f" {words['third_parties']}: {escaped(service['third_party'])}." if service["third_party"] else ""
        yield f"{escaped(words['nothing'])}{third}"
    else:
        yield _row([words["name"], words["kind"], words["duration"], words["third_parties"]])
        yield "|---|---|---|---|"
    for item in service["items"]:
        yield _row([item["name"], item["kind"], item["duration"], service["third_party"] or words["nobody"]])
    if service["privacy_policy"]:
        named = f"{service['third_party'] or service['name']}: {t['banner']['privacy']}"
        yield from ("", f"[{escaped(named)}](<{_in_angles(service['privacy_policy'])}>)")


def _in_angles(address: str) -> str:
    """An address that stays inside the angle brackets around it."""
    return address.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")


def _part(part: Part) -> Iterator[str]:
    if part.title:
        yield from ("", f"#### {escaped(part.title)}")
    if part.items:
        yield from ("", *(f"- {escaped(item)}" for item in part.items))
    for paragraph in part.paragraphs:
        yield from ("", escaped(paragraph))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"
