"""Times of which counts are missing: as values, and in the reader's language."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from consentkit.dashboard.periods import Period
from consentkit.dashboard.wording import Wording
from consentkit.stats.model import RESTORED, Gap
from consentkit.stats.stores import SinkReader

MOST_LOST = 3
"""Times that are told one by one."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A time (in the site's time zone) of which counts are missing, or `twice` around which some may be double."""

    begin: dt.datetime
    until: dt.datetime
    twice: bool


def read_lost(reader: SinkReader, period: Period, timezone: ZoneInfo) -> list[Lost]:
    """The times of a period of which the counts are not what they should be, the latest first."""
    gaps = reversed(reader.gaps(period.first, period.last))
    return [_lost(gap, timezone) for gap in gaps]


def _lost(gap: Gap, timezone: ZoneInfo) -> Lost:
    begin, until = (dt.datetime.fromisoformat(text).astimezone(timezone) for text in (gap.begin, gap.until))
    return Lost(begin, until, gap.reason == RESTORED)


def lost_times(lost: Sequence[Lost], words: Wording) -> list[str]:
    """What is said of times without all counts: the latest ones one by one, of the others how many there are."""
    said = [
        words.text(
            "lost.twice" if one.twice else "lost.between",
            begin=f"{words.date(one.begin.date())} {one.begin:%H:%M}",
            until=f"{words.date(one.until.date())} {one.until:%H:%M}",
        )
        for one in lost[:MOST_LOST]
    ]
    more = len(lost) - len(said)
    return [*said, words.text("lost.more", count=words.number(more))] if more else said
