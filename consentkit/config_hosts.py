"""Reads a list of domains of the configuration: written there, or in a file of its own."""

import re
from pathlib import Path

from consentkit.reader import Table, shown

DOMAIN = re.compile(r"(?=.{3,253}\Z)[a-z0-9-]+(?:\.[a-z0-9-]+)+")
LIKE = 'as "spam.example"'


def read_domains(table: Table, name: str, base: Path) -> tuple[str, ...]:
    """The domains under a key: a list, or the name of a file beside the configuration with one on each line.

    In a file blank lines do not count, nor what stands after a #; names in other scripts become what browsers send.
    """
    value = table.data.get(name)
    if isinstance(value, str):
        return _in_file(table, name, base)
    if value is not None and not isinstance(value, list):
        table.wrong(name, f"{shown(value)} is neither a list of domains nor the name of a file with one on each line")
    domains = table.texts(name) if isinstance(value, list | None) else ()
    for domain in domains:
        if not DOMAIN.fullmatch(domain):
            table.wrong(name, f"{shown(domain)} is not a domain in small letters, {LIKE}")
    return domains


def _in_file(table: Table, name: str, base: Path) -> tuple[str, ...]:
    file = table.text(name)
    try:
        lines = (base / file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        table.wrong(
            name,
            f"{shown(file)} cannot be read ({why}); name a file beside the configuration with one domain on each line, "
            "or list them here",
        )
        return ()
    domains = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if text and not DOMAIN.fullmatch(domain := _as_sent(text)):
            message = f"line {number} of {shown(file)} is {shown(text)}, which is no domain; write one a line, {LIKE}"
            table.wrong(name, message)
            break
        if text:
            domains.append(domain)
    return tuple(domains)


def _as_sent(name: str) -> str:
    """A host name as browsers send it: small letters, other scripts in ASCII (RFC 3490); as it is if it is none."""
    try:
        return name.lower().encode("idna").decode()
    except UnicodeError:
        return name
