"""What each operation answers, read from the sink: figures as JSON's own values."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from consentkit.dashboard.api.parameters import (
    BY,
    COMPARE,
    LIMIT,
    METRIC,
    OFFSET,
    SEARCH,
    WHERE,
    compared_with,
    period_of,
)
from consentkit.dashboard.api.problems import Problem, wrong
from consentkit.dashboard.api.series import load_series
from consentkit.dashboard.figures import CLASS
from consentkit.dashboard.periods import Period
from consentkit.stats.about import holds_sample, sample_of, threshold_of
from consentkit.stats.answers import consent_figures
from consentkit.stats.breakdowns import BREAKDOWNS, REQUESTS, VIEWS, VISITS, crossing_named, metrics_of
from consentkit.stats.model import Gap
from consentkit.stats.report import share_of, told_breakdowns
from consentkit.stats.served import read_load
from consentkit.stats.stores import SinkReader
from consentkit.stats.visitors import read_visitors

ALWAYS = (REQUESTS, VIEWS, VISITS, "bytes")

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A request's query, checked, with the name in its path, and what it is answered from."""

    reader: SinkReader
    query: Mapping[str, str]
    today: dt.date
    timezone: ZoneInfo
    name: str = ""

    @property
    def period(self) -> Period:
        """The days asked for."""
        return period_of(self.query, self.today)

    @property
    def compared(self) -> Period | None:
        """The days to compare with."""
        return compared_with(COMPARE.of(self.query), self.period)


def meta(question: Question) -> Answer:
    """What the figures are of."""
    facts, span = question.reader.meta(), question.reader.span()
    sample = sample_of(facts)
    return {
        "site": facts.get("site", ""),
        "timezone": facts.get("timezone", question.timezone.key),
        "threshold": threshold_of(facts),
        "first": span[0].isoformat() if span else None,
        "last": span[1].isoformat() if span else None,
        "sample": {"from": sample[0].isoformat(), "to": sample[1].isoformat()} if sample else None,
    }


def totals(question: Question) -> Answer:
    """The sums of the period."""
    compared = question.compared
    before = {"compared": _period(question, compared), "compared_totals": _totals(question, compared)}
    return {
        "period": _period(question, question.period),
        "totals": _totals(question, question.period),
        **(before if compared else {"compared": None, "compared_totals": None}),
    }


def days(question: Question) -> Answer:
    """The sums of each day; a day without figures has none but zeros."""
    period = question.period
    found: dict[str, dict[str, int]] = {}
    for day, metric, count in question.reader.days(period.first, period.last):
        found.setdefault(day, {})[metric] = count
    metrics = list(dict.fromkeys((*ALWAYS, *sorted({name for counts in found.values() for name in counts}))))
    metrics = [name for name in metrics if not name.startswith(CLASS)]
    texts = [(period.first + dt.timedelta(days=number)).isoformat() for number in range(period.length)]
    rows = [{"day": day, **{name: found.get(day, {}).get(name, 0) for name in metrics}} for day in texts]
    return {"period": _period(question, period), "data": rows}


def classes(question: Question) -> Answer:
    """All requests by the class that each falls into."""
    sums = question.reader.totals(question.period.first, question.period.last)
    counts = {name.removeprefix(CLASS): count for name, count in sums.items() if name.startswith(CLASS)}
    whole = sum(counts.values())
    rows = [
        {"class": name, "requests": counts[name], "share": _share(counts[name], whole)}
        for name in sorted(counts, key=lambda name: (-counts[name], name))
    ]
    return {"period": _period(question, question.period), "requests": whole, "data": rows}


def breakdowns(question: Question) -> Answer:
    """What can be asked for by value."""
    period = question.period
    rows = []
    for name in told_breakdowns(question.reader, period.first, period.last):
        found = crossing_named(name) if name not in BREAKDOWNS else None
        rows.append(
            {"name": name, "metrics": list(metrics_of(name)), "crosses": [found.first, found.second] if found else None}
        )
    return {"period": _period(question, period), "data": rows}


def breakdown(question: Question) -> Answer:
    """A stretch of a breakdown, largest values first."""
    reader, name, period = question.reader, question.name, question.period
    metrics = metrics_of(name)
    if not metrics:
        raise Problem(404, f"{name[:80]!r} is no breakdown; /breakdowns lists all", allowed=list(BREAKDOWNS))
    metric = METRIC.of(question.query) or metrics[0]
    if metric not in metrics:
        raise wrong("metric", metric, f"{name} is counted by {', '.join(metrics)}", list(metrics))
    limit, offset = LIMIT.of(question.query), OFFSET.of(question.query)
    search, where = SEARCH.of(question.query) or None, _where(question)
    rows = reader.top(name, metric, period.first, period.last, limit, offset=offset, search=search, where=where)
    total = _total(question, period, metric, where)
    named = reader.shown(period.first, period.last).get((name, metric), 0) if where is None else None
    compared = question.compared
    before = _counts_of(question, compared, metric, [value for value, _ in rows]) if compared else {}
    return {
        "period": _period(question, period),
        "compared": _period(question, compared),
        "breakdown": name,
        "metric": metric,
        "where": where and {"breakdown": where[0], "value": where[1]},
        "total": total,
        "shown": None if named is None else _share(named, total),
        "count": reader.count_values(name, metric, period.first, period.last, search, where=where),
        "limit": limit,
        "offset": offset,
        "data": [
            {"value": value, "count": count, "share": _share(count, total), "compared": before.get(value)}
            for value, count in rows
        ],
    }


def _where(question: Question) -> tuple[str, str] | None:
    """The value that events must have too; Problem 400 where no crossing of the two breakdowns is stored."""
    where: tuple[str, str] | None = WHERE.of(question.query)
    if where is None or question.reader.crossing(question.name, where[0]) is not None:
        return where
    raise wrong(
        WHERE.name,
        ":".join(where),
        f"no crossing of {question.name} and {where[0]} is stored; [stats] crossings of the configuration adds one",
    )


def _total(question: Question, period: Period, metric: str, where: tuple[str, str] | None) -> int:
    """What the shares are of: the events of the period, or of the value that they must have too."""
    if where is None:
        return question.reader.totals(period.first, period.last).get(metric, 0)
    return question.reader.value_totals(*where, period.first, period.last).get(metric, 0)


def load(question: Question) -> Answer:
    """How requests were served: all together, by route, and hour by hour or day by day."""
    period = question.period
    found = read_load(question.reader, period.first, period.last, question.timezone).as_json()
    by = BY.of(question.query)
    minute = found.pop("busiest_minute")
    return {
        "period": _period(question, period),
        **found,
        "busiest_minute": minute and {"begin": minute["minute"], "requests": minute["requests"]},
        "by": by,
        "data": load_series(question.reader, period, question.timezone, by),
    }


def visitors(question: Question) -> Answer:
    """The visitors of each day, week and month that begins in the period: those measured, and of all an estimate."""
    period = question.period
    found = read_visitors(question.reader, period.first, period.last)
    kinds = {kind: [{"name": one.name, **one.as_json()} for one in ones] for kind, ones in found.items()}
    return {"period": _period(question, period), "days": kinds["day"], "weeks": kinds["week"], "months": kinds["month"]}


def consent(question: Question) -> Answer:
    """How often a banner was shown, and what was answered."""
    period = question.period
    figures = consent_figures(question.reader.totals(period.first, period.last))
    return {"period": _period(question, period), "answers": figures}


def gaps(question: Question) -> Answer:
    """The times of which counts are missing."""
    found = question.reader.gaps(question.period.first, question.period.last)
    return {"period": _period(question, question.period), "data": [_gap(gap) for gap in found]}


def _gap(gap: Gap) -> Answer:
    return {"from": gap.begin, "to": gap.until, "reason": gap.reason, "batches": gap.batches}


def _period(question: Question, period: Period | None) -> Answer | None:
    if period is None:
        return None
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "days": period.length,
        "running": period.running,
        "sample": holds_sample(sample_of(question.reader.meta()), period.first, period.last),
    }


def _totals(question: Question, period: Period | None) -> Answer | None:
    if period is None:
        return None
    sums = question.reader.totals(period.first, period.last)
    named = {name: count for name, count in sorted(sums.items()) if not name.startswith(CLASS)}
    return {**dict.fromkeys(ALWAYS, 0), **named}


def _counts_of(question: Question, period: Period, metric: str, values: list[str]) -> dict[str, int]:
    """The counts of some values in another period; a value without one has none published in it."""
    wanted = set(values)
    where = WHERE.of(question.query)
    rows = question.reader.top(question.name, metric, period.first, period.last, None, where=where)
    return {value: count for value, count in rows if value in wanted}


def _share(count: int, whole: int) -> float:
    return round(share_of(count, whole), 4)
