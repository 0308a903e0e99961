"""Where things come from: read from what the browser and a page tell, and reduced to a few."""

import re
from collections.abc import Iterable
from typing import Any

from consentkit.audit.model import How, Source

FRAME_OF_STACK = re.compile(r"(https?://[^\s()]+?):(\d+):\d+")
MAX_SOURCES = 6
"""That are told of one thing."""


def caller(stack: str, page: str, frame: str) -> Source:
    """The script that a stack or a source location names first, else the frame where it ran."""
    match = FRAME_OF_STACK.search(stack)
    return Source("script", page, match[1], int(match[2][:9])) if match else Source("page", page, frame)


def initiator(event: dict[str, Any], page: str) -> Source | None:
    """Where a request came from, as the DevTools Protocol tells it (Network.Initiator); None if it does not."""
    stack = event.get("stack")
    while stack:
        for frame in stack.get("callFrames", []):
            if frame.get("url"):
                return Source("script", page, frame["url"], int(frame.get("lineNumber", -1)) + 1)
        stack = stack.get("parent")
    if event.get("url"):
        how: How = "markup" if event.get("type") == "parser" else "script"
        return Source(how, page, event["url"], int(event.get("lineNumber", -1)) + 1)
    return None


def first_of(sources: Iterable[Source]) -> tuple[Source, ...]:
    """A few different sources, those that tell the most first, one for each script or address."""
    different: dict[tuple[str, str, int], Source] = {}
    for source in sources:
        different.setdefault((source.how, source.url, source.line), source)
    best = sorted(different.values(), key=lambda source: (not source.url, not source.line, source))
    return tuple(best[:MAX_SOURCES])
