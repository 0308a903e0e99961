"""The page behind a partner's link. It shows what was chosen for it, takes nothing from its address but the language,
and leads nowhere else."""

import threading
from collections import OrderedDict
from dataclasses import replace

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consentkit.dashboard.cards import Card, card
from consentkit.dashboard.charts import ROOMS, Point, Words, line_chart
from consentkit.dashboard.context import Context
from consentkit.dashboard.figures import Facts, read_facts
from consentkit.dashboard.groups import CLASSES, is_told
from consentkit.dashboard.packing import packed
from consentkit.dashboard.rankings import LAST, Ranking
from consentkit.dashboard.scale import label_places
from consentkit.dashboard.sharing.figures import Day, Shown, read_shown
from consentkit.dashboard.store.shares import BudgetUsedUp, Share
from consentkit.dashboard.wording import Wording

ROWS = 10
REMEMBERED = 64
"""Links whose figures of the day are kept in memory, so that a page does not gather a year's counts anew."""
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}


def routes(context: Context) -> list[BaseRoute]:
    """The page of every link."""
    shown = SharedPage(context)

    async def in_turn(request: Request) -> Response:
        return await context.threads.run(lambda asked: packed(asked, shown.page(asked)), request)

    return [Route("/shared/{secret}", in_turn, methods=["GET"])]


class SharedPage:
    """Answers with what a link shows."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._shown: OrderedDict[tuple[object, ...], Shown] = OrderedDict()

    def page(self, request: Request) -> Response:
        """The figures; for a link that is over, revoked or never was, always the same page."""
        context = self._context
        today = context.moment().date()
        share = context.store.shares.open(request.path_params["secret"], today)
        if share is None:
            return self._answer(request, "shared_over.html", status=404)
        facts, words = read_facts(context.reader), context.pages.words(request)
        try:
            shown = self._figures(share, facts)
        except BudgetUsedUp:
            return self._answer(request, "shared_waiting.html", title=share.wish.title, key="budget")
        if facts.span is None or shown.period is None:
            return self._answer(request, "shared_waiting.html", title=share.wish.title, key="waiting")
        return self._answer(
            request,
            "shared.html",
            share=share,
            threshold=max(share.wish.threshold, facts.threshold or 0),
            period=shown.period,
            held=shown.held,
            facts=_sample_within(facts, shown),
            totals=_totals(shown.days, words),
            days=[(words.weekday(day.day), day) for day in shown.days],
            chart=_chart(shown, words) if shown.days else None,
            cards=[
                _card(ranking, words, share)
                for ranking in shown.rankings
                if ranking.rows or is_told(ranking.key, facts.breakdowns)
            ],
        )

    def _figures(self, share: Share, facts: Facts) -> Shown:
        """The link's figures of today. They stay the same all day, for today's own are not among them."""
        today = self._context.moment().date()
        # An import of history changes the days before, and with them what the sink begins with.
        key = (share.id, today, facts.span and facts.span[0], facts.threshold)
        with self._lock:
            found = self._shown.get(key)
        if found is None:
            store, reader = self._context.store, self._context.reader
            found = read_shown(reader, store.shares, share, facts.threshold or 0, today)
            with self._lock:
                self._shown[key] = found
                while len(self._shown) > REMEMBERED:
                    self._shown.popitem(last=False)
        return found

    def _answer(self, request: Request, template: str, *, status: int = 200, **context: object) -> Response:
        response = self._context.pages.page(request, template, status=status, session=None, **context)
        response.headers.update(HEADERS)
        return response


def _sample_within(facts: Facts, shown: Shown) -> Facts:
    """Sample data is named where the period holds some."""
    period = shown.period
    return facts if period and facts.sampled(period.first, period.last) else replace(facts, sample=None)


def _totals(days: tuple[Day, ...], words: Wording) -> list[tuple[str, str]]:
    """The headline figures as (text key, value)."""
    if not days:
        return []
    views, visits = sum(day.views for day in days), sum(day.visits for day in days)
    each = words.decimal(views / visits, 2) if visits else "–"
    return [("views", words.compact(views)), ("visits", words.compact(visits)), ("views_per_visit", each)]


def _chart(shown: Shown, words: Wording) -> Markup:
    days = shown.days
    shown_at = {name: label_places(len(days), room) for name, room in ROOMS.items()}
    points = [
        Point(
            label=words.day(day.day),
            reading=words.text(
                "chart.reading",
                place=words.weekday(day.day),
                views=words.number(day.views),
                visits=words.number(day.visits),
            ),
            values=(day.views, day.visits),
            rooms=tuple(name for name, places in shown_at.items() if place in places),
        )
        for place, day in enumerate(days)
    ]
    top = max(days, key=lambda day: day.views)
    description = words.text(
        "chart.description",
        title=words.text("chart.title"),
        span=words.span(days[0].day, days[-1].day),
        highest=words.number(top.views),
        day=words.weekday(top.day),
        views=words.number(sum(day.views for day in days)),
        visits=words.number(sum(day.visits for day in days)),
    )
    return line_chart(points, Words(words.text("chart.title"), description, "days"), tick_label=words.compact)


def _card(ranking: Ranking, words: Wording, share: Share) -> Card:
    threshold = None if ranking.key == CLASSES else share.wish.threshold
    found = card(ranking, words, threshold, ROWS)
    named = sum(value not in LAST for value, _ in ranking.rows)
    listed = ROWS - (len(ranking.rows) - named)
    if named <= listed:
        return found
    # No page lists the others here, so the card says how many there are.
    part = words.text("list.found", first=words.number(1), last=words.number(listed), count=words.number(named))
    return replace(found, note=f"{found.note} · {part}" if found.note else part)
