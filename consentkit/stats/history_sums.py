"""The past of which only the sums of whole days are known, as other tools export it, released by the same rule."""

from consentkit.stats.model import Increments
from consentkit.stats.release import Rule
from consentkit.stats.stores import PrivateStore, Sink, drain
from consentkit.stats.stores.sqlite_private import MAX_VALUES
from consentkit.stats.stores.wire import dumped
from consentkit.stats.waiting_room import WaitingRoom


class SummedHistory:
    """Counts the sums of days, oldest first, and hands them over at once by `commit`; each day is released once."""

    def __init__(self, rule: Rule, *, max_values: int = MAX_VALUES) -> None:
        self._room = WaitingRoom(rule, max_values)
        self._days: list[str] = []

    def add_day(self, increments: Increments, day: str) -> None:
        """Count an ISO day; days come in order."""
        self._room.add(increments, day)
        release = self._room.release(day, over=0)
        if release is not None:
            self._days.append(dumped(release))

    def commit(self, private: PrivateStore, sink: Sink, source: str) -> bool:
        """Store and bring to the sink all that was added, as `History.commit` does."""
        taken = private.adopt(source, self._days, self._room.remainder())
        drain(private, sink)
        return taken
