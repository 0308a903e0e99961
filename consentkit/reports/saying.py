"""A report in words: numbers and dates in the reader's form, ready for a page or a plain text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from consentkit.dashboard.people import OF_SHOWN
from consentkit.dashboard.wording import Wording
from consentkit.reports.content import Column, Content, Listed
from consentkit.stats.answers import PREFIX
from consentkit.stats.breakdowns import REQUESTS, SHOWN, VIEWS, VISITS
from consentkit.stats.model import RESTORED

UNCHANGED = 0.0005
"""A change smaller than this (as a share) is none."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline figure. `tone` of its change is up, down or plain; `change`, `was` and `verdict` may be "".

    `verdict` says whether the change is more than chance.
    """

    label: str
    value: str
    change: str
    tone: str
    was: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A place of the chart: how it is read out, and its two heights from 0 to 1 of the highest place."""

    label: str
    views: str
    visits: str
    height: float
    inner: float


@dataclass(frozen=True, slots=True)
class Line:
    """A value of a list; `share` as it is read, `width` from 0 to 1 of the longest; `note` says more of it."""

    label: str
    count: str
    share: str = ""
    width: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list; `unit` is what its values are counted in."""

    key: str
    title: str
    unit: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A whole report in words. `empty` is a sentence where there is nothing to tell, else ""."""

    language: str
    title: str
    subject: str
    span: str
    compared: str
    empty: str
    sample: str
    tiles: tuple[Tile, ...]
    chart_title: str
    chart_unit: str
    chart_views: str
    chart_visits: str
    chart_highest: str
    chart_description: str
    bars: tuple[Bar, ...]
    sections: tuple[Section, ...]
    gaps: tuple[str, ...]
    notes: tuple[str, ...]
    link: str
    link_text: str


def say(content: Content, words: Wording, link: str = "") -> Said:
    """A report in a language; `link` leads to the dashboard."""
    span = words.span(*content.days)
    tiles = () if content.empty else tuple(_tiles(content, words))
    weekly = any(column.first != column.last for column in content.columns)
    highest = max(content.columns, key=lambda column: column.views)
    return Said(
        language=words.language,
        title=content.site,
        subject=_subject(content, words, span),
        span=span,
        compared=words.text("period.compared", span=words.span(*content.days_before)) if content.before else "",
        empty=words.text("report.empty", span=span) if content.empty else "",
        sample=words.text("report.sample") if content.sampled else "",
        tiles=tiles,
        chart_title=words.text("chart.title"),
        chart_unit=words.text("chart.per_week" if weekly else "chart.per_day"),
        chart_views=words.text("figures.views"),
        chart_visits=words.text("figures.visits"),
        chart_highest=words.text("report.highest", views=words.number(highest.views), place=_place(highest, words)),
        chart_description=_described(content, highest, words),
        bars=() if content.empty else _bars(content.columns, words),
        sections=() if content.empty else tuple(_sections(content, words)),
        gaps=_gaps(content, words),
        notes=_notes(content, words),
        link=link,
        link_text=words.text("report.link"),
    )


def _subject(content: Content, words: Wording, span: str) -> str:
    if content.empty:
        return f"{content.site}: {span}"
    return words.text("report.subject", site=content.site, span=span, views=words.number(content.counts.views))


def _tiles(content: Content, words: Wording) -> Iterator[Tile]:
    now, was = content.counts, content.before
    for metric, count, before in (
        (VIEWS, now.views, was.views if was else None),
        (VISITS, now.visits, was.visits if was else None),
    ):
        tile = _tile(words.text(f"figures.{metric}"), count, before, words, news=True)
        yield _judged(tile, metric, content, words)
    if content.visitors is not None:
        estimate = content.visitors.estimate
        if estimate is not None:
            low, high = words.compact(estimate.low), words.compact(estimate.high)
            note = words.text("report.between", low=low, high=high)
            yield Tile(words.text("report.visitors"), words.compact(estimate.value), "", "plain", note)
    if content.goals or content.goals_before:
        yield _tile(words.text("cards.goal"), content.goals, content.goals_before if was else None, words, news=True)
    yield _ratio(content, words)
    tile = _tile(words.text("figures.requests"), now.requests, was.requests if was else None, words, news=False)
    yield _judged(tile, REQUESTS, content, words)
    bots = words.text("figures.was", value=words.percent(was.bots_share)) if was else ""
    yield Tile(words.text("figures.bots"), words.percent(now.bots_share), "", "plain", bots)


def _judged(tile: Tile, metric: str, content: Content, words: Wording) -> Tile:
    """With what is to be thought of its change; one that may be chance is neither good news nor bad."""
    if metric not in content.changes:
        return tile
    change = content.changes[metric]
    kind = "unknown" if change is None else "real" if change.real else "usual"
    tone = tile.tone if kind == "real" else "plain"
    return replace(tile, tone=tone, verdict=words.text(f"figures.verdict_{kind}"))


def _tile(label: str, now: int, was: int | None, words: Wording, *, news: bool) -> Tile:
    """`news`: more is good to hear, less is not."""
    change, tone = _change(now, was, words) if was else ("", "plain")
    before = "" if was is None else words.text("figures.was", value=words.compact(was))
    return Tile(label, words.compact(now), change, tone if news else "plain", before)


def _ratio(content: Content, words: Wording) -> Tile:
    now, was = content.counts.views_per_visit, content.before.views_per_visit if content.before else 0.0
    value = words.decimal(now, 2) if content.counts.visits else "–"
    before = words.text("figures.was", value=words.decimal(was, 2)) if was else ""
    return Tile(words.text("figures.views_per_visit"), value, "", "plain", before)


def _change(now: int, was: int, words: Wording) -> tuple[str, str]:
    difference = (now - was) / was
    if abs(difference) < UNCHANGED:
        return words.text("figures.same"), "plain"
    tone = "up" if difference > 0 else "down"
    arrow = "▲" if difference > 0 else "▼"
    return f"{arrow} {words.percent(abs(difference))}", tone


def _bars(columns: Sequence[Column], words: Wording) -> tuple[Bar, ...]:
    highest = max((column.views for column in columns), default=0) or 1
    return tuple(
        Bar(
            label=_place(column, words),
            views=words.number(column.views),
            visits=words.number(column.visits),
            height=column.views / highest,
            inner=min(column.visits, column.views) / highest,
        )
        for column in columns
    )


def _place(column: Column, words: Wording) -> str:
    return words.weekday(column.first) if column.first == column.last else words.span(column.first, column.last)


def _described(content: Content, highest: Column, words: Wording) -> str:
    return words.text(
        "chart.description",
        title=words.text("chart.title"),
        span=words.span(*content.days),
        highest=words.number(highest.views),
        day=_place(highest, words),
        views=words.number(content.counts.views),
        visits=words.number(content.counts.visits),
    )


def _sections(content: Content, words: Wording) -> Iterator[Section]:
    for listed in content.lists:
        yield _section(listed, words)
    if content.consent:
        yield _consent(content, words)
    yield _load(content, words)


def _section(listed: Listed, words: Wording) -> Section:
    longest = max(count for _, count in listed.rows) or 1
    lines = (
        Line(words.value(listed.key, value), words.number(count), _share(count, listed.whole, words), count / longest)
        for value, count in listed.rows
    )
    unit = words.text(f"units.{listed.metric}")
    return Section(listed.key, words.text(f"cards.{listed.key}"), unit, tuple(lines))


def _share(count: int, whole: int, words: Wording) -> str:
    return words.percent(count / whole) if whole else ""


def _consent(content: Content, words: Wording) -> Section:
    shown = content.consent[SHOWN.removeprefix(PREFIX)]
    lines = (
        Line(
            words.text(f"people.{answer}"),
            words.number(count),
            _share(count, shown, words) if answer in OF_SHOWN else "",
            count / shown if shown and answer in OF_SHOWN else 0.0,
        )
        for answer, count in content.consent.items()
    )
    return Section("consent", words.text("people.consent"), "", tuple(lines))


def _load(content: Content, words: Wording) -> Section:
    load = content.load
    lines = [
        Line(words.text("figures.requests"), words.number(load.requests)),
        Line(words.text("load.errors"), words.number(load.errors), _share(load.errors, load.requests, words)),
        Line(words.text("load.sent"), words.bytes(load.bytes)),
    ]
    if content.busiest_minute is not None:
        moment, requests = content.busiest_minute
        place = datetime.fromisoformat(moment.removesuffix("Z")).replace(tzinfo=UTC).astimezone(content.timezone)
        said = words.text("load.requests_in_minute", requests=words.number(requests))
        when = f"{words.weekday(place.date())} {place:%H:%M}"
        lines.append(Line(words.text("load.busiest_minute"), said, note=when))
    p50, p95 = load.times["p50_ms"], load.times["p95_ms"]
    if p50 is not None and p95 is not None:
        half = words.text("load.answered_half", p50=words.milliseconds(p50))
        most = words.text("report.most", p95=words.milliseconds(p95))
        lines.append(Line(words.text("load.answered"), half, note=most))
    return Section("load", words.text("load.title"), "", tuple(lines))


def _gaps(content: Content, words: Wording) -> tuple[str, ...]:
    def local(text: str) -> str:
        moment = datetime.fromisoformat(text).astimezone(content.timezone)
        return f"{words.date(moment.date())} {moment:%H:%M}"

    return tuple(
        words.text(
            "lost.twice" if gap.reason == RESTORED else "lost.between", begin=local(gap.begin), until=local(gap.until)
        )
        for gap in content.gaps
    )


def _notes(content: Content, words: Wording) -> tuple[str, ...]:
    notes = [words.text("page.principle")]
    if content.threshold is not None:
        threshold = words.text("cards.threshold", threshold=content.threshold, metric=words.text("units.views"))
        notes.append(threshold)
    return (*notes, words.text("page.timezone", timezone=content.timezone.key))
