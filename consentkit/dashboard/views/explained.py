"""The pages that say how figures are counted, and why they differ from those of other tools."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.charts import bar
from consentkit.dashboard.context import Context
from consentkit.dashboard.figures import read_facts
from consentkit.dashboard.groups import is_told
from consentkit.dashboard.honesty import KINDS, LISTS, SECTIONS, title_of
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.wording import Wording

DIFFERENCES = Path(__file__).parents[1] / "differences.json"
"""What the tests counted of one stream of requests by the rules of several tools (docs/differences.md)."""
TOOLS = {"goaccess": "GoAccess", "plausible": "Plausible", "cloudflare": "Cloudflare Web Analytics"}


def routes(context: Context) -> list[BaseRoute]:
    """Both pages."""
    pages = Explained(context)
    return [context.route("/explained", pages.glossary), context.route("/differences", pages.differences)]


class Explained:
    """Answers with texts, for those who are signed in."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def glossary(self, request: Request, session: Session) -> Response:
        """Every figure, list of what is counted by, and word, each with an anchor."""
        words = self._context.pages.words(request)
        counted = read_facts(self._context.reader).breakdowns
        left_out = {key for key in LISTS if not is_told(key, counted)}
        sections = [
            (
                name,
                words.text(f"honesty.{name}"),
                [_explained(key, words) for key in keys if key not in left_out],
            )
            for name, keys in SECTIONS.items()
        ]
        return self._page(request, session, "explained.html", sections=sections)

    def differences(self, request: Request, session: Session) -> Response:
        """One stream of requests as four tools count it."""
        words = self._context.pages.words(request)
        return self._page(request, session, "differences.html", rows=[_row(one, words) for one in differences()])

    def _page(self, request: Request, session: Session, template: str, **context: Any) -> Response:
        reader = self._context.reader
        with reader.snapshot():
            facts = read_facts(reader)
        period = self._context.period(request, facts)
        return self._context.page(request, session, facts, template, period=period, **context)


@cache
def differences() -> list[dict[str, Any]]:
    """The figures of the run, as they are kept."""
    found: list[dict[str, Any]] = json.loads(DIFFERENCES.read_text("utf-8"))
    return found


def _explained(key: str, words: Wording) -> tuple[str, str, str, str]:
    kind = words.text(f"honesty.{KINDS[key]}") if key in KINDS else ""
    return key, title_of(key, words), words.text(f"explained.{key}"), kind


def _row(one: dict[str, Any], words: Wording) -> dict[str, Any]:
    """A figure of a tool beside ours, in words; bars are as long as the longest reason of the figure."""
    longest = max((abs(count) for count in one["reasons"].values()), default=1)
    return {
        "tool": TOOLS[one["tool"]],
        "figure": words.text(f"differences.figure_{one['figure']}"),
        "theirs": words.number(one["theirs"]),
        "ours": words.number(one["ours"]),
        "ratio": words.decimal(one["theirs"] / one["ours"], 2),
        "difference": signed(one["theirs"] - one["ours"], words),
        "reasons": [
            (words.text(f"differences.reason_{reason}"), signed(count, words), bar(abs(count) / longest), count < 0)
            for reason, count in one["reasons"].items()
        ],
    }


def signed(count: int, words: Wording) -> str:
    """A number with its sign, a true minus."""
    return f"{'+' if count > 0 else '−' if count else ''}{words.number(abs(count))}"
