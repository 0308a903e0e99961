"""The funnels of a site as cards: the views of each step, and how many moved on to it from the step before."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from consentkit.config_stats import Funnel
from consentkit.dashboard.charts import bar
from consentkit.dashboard.periods import Period
from consentkit.dashboard.wording import Wording
from consentkit.stats.served import Step, read_funnel
from consentkit.stats.stores import SinkReader


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """A step: its page, its views, and what moved on to it, of which share of the step before; "" for the first.

    `reached` are the measured visits that came so far, and `reached_share` their share of those of the first step.
    """

    page: str
    views: str
    moved: str
    share: str
    reached: str
    reached_share: str
    bar: Markup


@dataclass(frozen=True, slots=True)
class FunnelCard:
    """A funnel by its id; `is_measured` if visits that carry their state went through it."""

    id: str
    is_measured: bool
    rows: tuple[FunnelRow, ...]


def read_funnels(reader: SinkReader, funnels: Sequence[Funnel], period: Period) -> list[tuple[str, tuple[Step, ...]]]:
    """Each funnel's steps in a period."""
    return [(funnel.id, read_funnel(reader, funnel.id, funnel.steps, period.first, period.last)) for funnel in funnels]


def funnel_cards(
    found: Sequence[tuple[str, Sequence[Step]]], words: Wording, threshold: int | None
) -> list[FunnelCard]:
    """The funnels in words; a count that nobody may see yet is said to be fewer than the threshold."""

    def number(count: int) -> str:
        return words.number(count) if count or not threshold else words.text("funnels.few", threshold=threshold)

    cards = []
    for id_, steps in found:
        entered = steps[0].reached
        largest = max((step.views for step in steps), default=0) or 1
        rows = [
            FunnelRow(
                page=step.page,
                views=number(step.views),
                moved="" if step.moves is None else number(step.moves),
                share=words.percent(min(step.moves / before.views, 1.0)) if step.moves and before.views else "",
                reached=number(step.reached),
                reached_share=words.percent(min(step.reached / entered, 1.0)) if entered and step.reached else "",
                bar=bar(step.views / largest),
            )
            for before, step in zip([steps[0], *steps], steps, strict=False)
        ]
        cards.append(FunnelCard(id_, entered > 0, tuple(rows)))
    return cards
