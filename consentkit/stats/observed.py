"""What requests add to the counts: one by one, or those of a day by columns, so that no object is made for each.

Nothing in it could recognise a visitor again.
"""

from collections.abc import Sequence
from typing import NamedTuple

from consentkit.stats.load import Entry, Served
from consentkit.stats.model import PERSON, Agent, Facet, Metrics, Verdict

RequestKey = tuple[str, Agent, Verdict, int]
"""ISO day in the site's time zone, user agent, verdict, status."""

EventKey = tuple[str, Agent, Verdict, Metrics, tuple[Facet, ...]]
"""ISO day, user agent, verdict, the metrics that it counts for, and where it stands in the dimensions.

Events of the same metrics that have as many facets stand in the same dimensions, and these in the same order.
"""


class Observation(NamedTuple):
    """What one request adds to the counts.

    Requests that have the same key count together; `events` count only if the request turns out to be a person's.
    """

    request: RequestKey
    events: tuple[EventKey, ...]
    load: Entry

    @property
    def request_class(self) -> str:
        """The one class of the request; the user agent is looked up now."""
        return self.request[2].judged(self.request[1])[0]

    def counts(self, metric: str) -> int:
        """How many events of a metric the request brings if it is a person's."""
        return sum(metric in event[3] for event in self.events) if self.request_class == PERSON else 0


Who = tuple[Agent, Verdict]
"""The user agent that did something, and the verdict under which that counts."""


class Events:
    """Events of one day that count for the same metrics and stand in the same dimensions.

    `rows` are the numbers of the requests that brought them; `columns` are where each event stands in some of the
    dimensions. They count only if the request turns out to be a person's.
    """

    __slots__ = ("agents", "columns", "metrics", "rows", "verdicts")

    def __init__(
        self,
        metrics: Metrics,
        rows: list[int],
        agents: list[Agent],
        verdicts: list[Verdict],
        columns: Sequence[list[Facet]],
    ) -> None:
        self.metrics = metrics
        self.rows = rows
        self.agents = agents
        self.verdicts = verdicts
        self.columns = columns

    def add(self, row: int, who: Who, facets: Sequence[Facet]) -> None:
        """Add an event."""
        agent, verdict = who
        self.rows.append(row)
        self.agents.append(agent)
        self.verdicts.append(verdict)
        for column, facet in zip(self.columns, facets, strict=True):
            column.append(facet)

    def keys(self, day: str) -> list[EventKey]:
        """The events of an ISO day one by one."""
        facets = zip(*self.columns, strict=True) if self.columns else [()] * len(self.rows)
        return [
            (day, agent, verdict, self.metrics, standing)
            for agent, verdict, standing in zip(self.agents, self.verdicts, facets, strict=True)
        ]


class Observed:
    """Requests of an ISO day: the agent of each, the verdict on it, how it was served; `events` are what they bring."""

    __slots__ = ("_by_layout", "agents", "day", "events", "served", "verdicts")

    def __init__(self, day: str, agents: list[Agent], verdicts: list[Verdict], served: Served) -> None:
        self.day = day
        self.agents = agents
        self.verdicts = verdicts
        self.served = served
        self.events: list[Events] = []
        self._by_layout: dict[tuple[Metrics, int], Events] = {}

    def add_all(self, metrics: Metrics, rows: list[int], columns: Sequence[list[Facet]]) -> None:
        """Add an event that each of some requests brings."""
        agents, verdicts = self.agents, self.verdicts
        self.events.append(
            Events(metrics, rows, [agents[row] for row in rows], [verdicts[row] for row in rows], columns)
        )

    def add(self, row: int, metrics: Metrics, facets: Sequence[Facet], who: Who | None = None) -> None:
        """Add an event that a request brings, after those that were added together; `who` did it if not its sender."""
        layout = metrics, len(facets)
        events = self._by_layout.get(layout)
        if events is None:
            events = self._by_layout[layout] = Events(metrics, [], [], [], [[] for _ in facets])
            self.events.append(events)
        events.add(row, who or (self.agents[row], self.verdicts[row]), facets)

    def observations(self) -> list[Observation]:
        """The requests one by one."""
        brought: list[list[EventKey]] = [[] for _ in self.agents]
        for events in self.events:
            for row, key in zip(events.rows, events.keys(self.day), strict=True):
                brought[row].append(key)
        return [
            Observation((self.day, agent, verdict, entry[4]), tuple(events), entry)
            for agent, verdict, events, entry in zip(
                self.agents, self.verdicts, brought, self.served.entries(self.day), strict=True
            )
        ]
