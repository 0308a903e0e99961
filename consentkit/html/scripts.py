"""Which strings of an import map or of speculation rules would make a browser load from a closed origin."""

import json
import re
from typing import Any

from consentkit.html.tags import Addresses

IMPORT_MAP, SPECULATION_RULES = "importmap", "speculationrules"
STRING = re.compile(rb'"((?:[^"\\]|\\.)*+)"', re.S)
OWN_PATTERN = re.compile(r"/(?![/\\])[^\\]*")
ANY_LINK = ("where", "document")
"""What says in speculation rules that the links of the page are candidates (Speculation Rules §3.2)."""


def closed_strings(content: bytes, kind: str, addresses: Addresses) -> list[int]:
    """Where in the JSON the strings begin that must not be understood."""
    watched = ANY_LINK if kind == SPECULATION_RULES and not _is_confined(content) else ()
    found = []
    for match in STRING.finditer(content):
        try:
            text = json.loads(match[0])
        except ValueError:
            continue
        if text in watched or addresses.closed_by(text):
            found.append(match.start(1))
    return found


def _is_confined(content: bytes) -> bool:
    """Whether rules that choose among the links of the page choose own ones only."""
    try:
        rules = json.loads(content)
        each = [rule for action in rules.values() if isinstance(action, list) for rule in action]
        return all(_is_own(rule["where"]) for rule in each if "where" in rule or rule.get("source") == "document")
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return False


def _is_own(condition: Any) -> bool:
    if "and" in condition:
        return any(map(_is_own, condition["and"]))
    patterns = condition.get("href_matches", [None])
    return all(
        isinstance(pattern, str) and OWN_PATTERN.fullmatch(pattern)
        for pattern in (patterns if isinstance(patterns, list) else [patterns])
    )
