"""The forecast in words and as a chart."""

from markupsafe import Markup

from consentkit.dashboard.charts import ROOMS, Point, Words
from consentkit.dashboard.load_charts import Expected, forecast_chart
from consentkit.dashboard.load_figures import Ahead
from consentkit.dashboard.scale import label_places
from consentkit.dashboard.wording import Wording


def forecast_svg(ahead: Ahead | None, words: Wording) -> Markup | None:
    """The requests of the last weeks and those of the next four, as they are expected."""
    if ahead is None:
        return None
    days = [*(day for day, _ in ahead.history), *(day.day for day in ahead.forecast.days)]
    shown = {name: label_places(len(days), room) for name, room in ROOMS.items()}
    rooms = [tuple(name for name, places in shown.items() if place in places) for place in range(len(days))]
    came = [
        Expected(
            Point(
                words.day(day),
                words.text("operations.came", day=words.weekday(day), requests=words.number(requests)),
                (requests,),
                rooms[place],
            ),
            requests,
        )
        for place, (day, requests) in enumerate(ahead.history)
    ]
    expected = [
        Expected(
            Point(
                words.day(day.day),
                words.text(
                    "operations.expected",
                    day=words.weekday(day.day),
                    requests=words.number(round(day.value)),
                    low=words.number(round(day.low)),
                    high=words.number(round(day.high)),
                ),
                (round(day.value),),
                rooms[len(came) + place],
            ),
            day.value,
            day.low,
            day.high,
        )
        for place, day in enumerate(ahead.forecast.days)
    ]
    texts = Words(words.text("operations.forecast"), forecast_text(ahead, words), "forecast")
    return forecast_chart([*came, *expected], texts, tick_label=words.compact)


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
