"""Counts sample traffic, made up for a demonstration, on its own clock, as if it had come in over the past months."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from consentkit.config import Config
from consentkit.stats.counting import facts_of, history_of, observer_of, private_of, sink_of
from consentkit.stats.facts import RequestFacts
from consentkit.stats.history import undisturbed
from consentkit.stats.observer import Observer
from consentkit.stats.visitor.state import Carried, State, advance

AT_ONCE = 200
"""Samples that are looked at together."""


@dataclass(slots=True)
class Person:
    """Somebody invented, whose browser carries the state of the visit from one request to the next."""

    state: State | None = None


class Sample(NamedTuple):
    """A request of sample traffic; `person` is who made it, None where nobody may be measured."""

    facts: RequestFacts
    person: Person | None = None


def count_samples(config: Config, traffic: Iterable[Sample], on_request: Callable[[], None]) -> bool:
    """Count samples, oldest first, and mark their period as sample; False if the stores hold them already."""
    private, sink = private_of(config), sink_of(config)
    try:
        if "sample" in private.adopted():
            return False
        history, observer = history_of(config), observer_of(config)
        observer.prepare()
        with undisturbed():
            days: set[str] = set()
            counted = (_carried(observer, sample) for sample in traffic)
            while some := list(islice(counted, AT_ONCE)):
                for observation in observer.observations(some):
                    history.add(observation)
                    days.add(observation.request[0])
                    on_request()
            if days:
                sink.describe({**facts_of(config), "sample": f"{min(days)}/{max(days)}"})
            return history.commit(private, sink, "sample")
    finally:
        private.close()
        sink.close()


def _carried(observer: Observer, sample: Sample) -> RequestFacts:
    """The facts with what a view adds by its visitor's own state, which is one view further then."""
    facts, person = sample
    view = observer.view(facts) if person else None
    if person is None or view is None:
        return facts
    person.state, marks = advance(person.state, view)
    return facts._replace(carried=Carried(marks, person.state.source))
