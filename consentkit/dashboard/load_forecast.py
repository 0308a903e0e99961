"""The forecast in words and as a chart."""

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup

from consentkit.dashboard.charts import Point, Words
from consentkit.dashboard.load_charts import Expected, forecast_chart
from consentkit.dashboard.load_figures import Ahead
from consentkit.dashboard.load_words import FULL_ROOMS
from consentkit.dashboard.people import Fact
from consentkit.dashboard.scale import label_places
from consentkit.dashboard.wording import NO_BREAK, Wording
from consentkit.stats.breakdowns import REQUESTS, VIEWS
from consentkit.stats.forecast import Day, Forecast


def forecast_svg(ahead: Ahead | None, words: Wording) -> Markup | None:
    """The requests of the last weeks and those of the next four, as they are expected."""
    if ahead is None:
        return None
    days = [*(day for day, _ in ahead.history), *(day.day for day in ahead.forecast.days)]
    shown = {name: label_places(len(days), room) for name, room in FULL_ROOMS.items()}
    rooms = [tuple(name for name, places in shown.items() if place in places) for place in range(len(days))]
    came = [_came(day, requests, rooms[place], words) for place, (day, requests) in enumerate(ahead.history)]
    expected = [_expected(day, rooms[len(came) + place], words) for place, day in enumerate(ahead.forecast.days)]
    texts = Words(words.text("operations.forecast"), forecast_text(ahead, words), "forecast")
    return forecast_chart([*came, *expected], texts, tick_label=words.compact)


def _came(day: date, requests: int, rooms: tuple[str, ...], words: Wording) -> Expected:
    said = words.text("operations.came", day=words.weekday(day), requests=words.number(requests))
    return Expected(Point(words.day(day), said, (requests,), rooms), requests)


def _expected(day: Day, rooms: tuple[str, ...], words: Wording) -> Expected:
    said = words.text(
        "operations.expected",
        day=words.weekday(day.day),
        requests=words.number(round(day.value)),
        low=words.number(round(day.low)),
        high=words.number(round(day.high)),
    )
    return Expected(Point(words.day(day.day), said, (round(day.value),), rooms), day.value, day.low, day.high)


def forecast_text(ahead: Ahead | None, words: Wording) -> str:
    """The forecast in a sentence: how many in all, the busiest day and its upper bound."""
    if ahead is None:
        return words.text("operations.no_forecast")
    days = ahead.forecast.days
    top = max(days, key=lambda day: day.value)
    return words.text(
        "operations.forecast_text",
        span=words.span(days[0].day, days[-1].day),
        requests=words.compact(round(sum(day.value for day in days))),
        day=words.weekday(top.day),
        value=words.number(round(top.value)),
        high=words.number(round(top.high)),
    )


def forecast_error(ahead: Ahead | None, words: Wording) -> str:
    """By how much the same method was off before."""
    if ahead is None:
        return ""
    found = ahead.forecast
    return words.text("operations.forecast_error", error=words.percent(found.error), days=words.number(found.tested))


def ahead_facts(outlook: Mapping[str, Forecast | None], words: Wording) -> list[Fact]:
    """What the next four weeks will bring, in a line for each metric of which it can be told; views first."""
    return [
        Fact(words.text(f"operations.ahead_{metric}"), _about(found, words), _ahead_note(found, words))
        for metric in (VIEWS, REQUESTS)
        if (found := outlook[metric]) is not None
    ]


def _about(found: Forecast, words: Wording) -> str:
    return "≈" + NO_BREAK + words.compact(round(sum(day.value for day in found.days)))


def _ahead_note(found: Forecast, words: Wording) -> str:
    top = max(found.days, key=lambda day: day.value)
    return words.text(
        "operations.ahead_note",
        day=words.weekday(top.day),
        value=words.number(round(top.value)),
        high=words.number(round(top.high)),
        error=words.percent(found.error),
    )
