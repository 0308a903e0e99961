"""Where months end and begin."""

from calendar import monthrange
from datetime import date


def month_end(day: date) -> date:
    """The last day of the month in which a day lies; that of the calendar's last month too."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def next_month(day: date) -> date:
    """The first day of the month after that in which a day lies; ValueError after December 9999."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
