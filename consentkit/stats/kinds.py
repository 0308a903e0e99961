"""Observations without when they were made: what many requests have in common, so that only their moments are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from consentkit.stats.model import Agent, Facet, Verdict
from consentkit.stats.observed import Observation

REMEMBERED = 50_000

Happening = tuple[Verdict, tuple[str, ...], tuple[Facet, ...]]
"""The verdict under which something counts, the metrics that it counts for, where it stands in the dimensions."""


class Standing:
    """What user agents are asked about for kinds of requests: the verdict of the request and of each of its happenings,
    and what each of these counts for. Equal only to itself."""

    __slots__ = ("metrics", "verdicts")

    def __init__(self, verdict: Verdict, happened: Sequence[Happening]) -> None:
        self.verdicts = (verdict, *[happening[0] for happening in happened])
        self.metrics = tuple([happening[1] for happening in happened])


class Kind:
    """What requests of any user agent that count alike have in common: `status` is 0 for what is none.

    Equal only to itself, so that counting need not look at what is in it: two that have the same add up.
    """

    __slots__ = ("happened", "route", "standing", "status")

    def __init__(self, standing: Standing, status: int, happened: tuple[Happening, ...], route: str) -> None:
        self.standing = standing
        self.status = status
        self.happened = happened
        self.route = route


Seen = tuple[Kind, Agent, int, int, float | None]
"""A request: its kind and user agent, when it came (epoch seconds), its bytes, how long its answer took (seconds, None
if that is not told)."""


@dataclass(slots=True)
class Rows:
    """Requests in the order in which they came, each in the same place of every column; `took` may be empty."""

    kinds: list[Kind] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    whens: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    took: list[float | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.whens)

    def add(self, kind: Kind, agent: Agent, when: int, size: int, took: float | None) -> None:
        """Add a request."""
        self.kinds.append(kind)
        self.agents.append(agent)
        self.whens.append(when)
        self.sizes.append(size)
        self.took.append(took)

    def part(self, begin: int, end: int | None = None) -> "Rows":
        """The requests from one place to another."""
        some = slice(begin, end)
        return Rows(self.kinds[some], self.agents[some], self.whens[some], self.sizes[some], self.took[some])

    def of_places(self, places: Sequence[int]) -> "Rows":
        """The requests at some places."""
        return Rows(
            [self.kinds[place] for place in places],
            [self.agents[place] for place in places],
            [self.whens[place] for place in places],
            [self.sizes[place] for place in places],
            [self.took[place] for place in places] if self.took else [],
        )


class Kinds:
    """The kinds that were met, so that what counts alike is of one; bounded."""

    def __init__(self) -> None:
        self._known: dict[tuple[Verdict, int, tuple[Happening, ...], str], Kind] = {}
        self._standings: dict[tuple[object, ...], Standing] = {}

    def of(self, observation: Observation) -> Kind:
        """The kind of an observation."""
        (_, _, verdict, status), events, (_, _, _, _, _, route) = observation
        key = (verdict, status, tuple([event[2:] for event in events]), route)
        kind = self._known.get(key)
        if kind is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
                self._standings.clear()
            kind = self._known[key] = Kind(self._standing(verdict, key[2]), *key[1:])
        return kind

    def _standing(self, verdict: Verdict, happened: Sequence[Happening]) -> Standing:
        found = Standing(verdict, happened)
        return self._standings.setdefault((found.verdicts, found.metrics), found)

    def seen(self, observation: Observation) -> Seen:
        """An observation as history takes it."""
        _, when, took, size, _, _ = observation.load
        return self.of(observation), observation.request[1], int(when), size, took
