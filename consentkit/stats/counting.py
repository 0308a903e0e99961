"""Counting for one site in one worker: from a request that is over to this worker's recorder."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from starlette.types import Scope

from consentkit.config import Config
from consentkit.consent.consent import SCOPE_KEY
from consentkit.stats.answers import metric_of
from consentkit.stats.enrich.place import Place
from consentkit.stats.facts import RequestFacts
from consentkit.stats.flusher import Stores
from consentkit.stats.history import History
from consentkit.stats.observer import Observer
from consentkit.stats.recorder import Recorder
from consentkit.stats.release import Rule
from consentkit.stats.routes import route_of
from consentkit.stats.stores import PrivateStore, Sink, open_private, open_sink
from consentkit.stats.tally import Tally
from consentkit.stats.visitor.carrier import Carrier, Step

STREAM = "text/event-stream"
"""Stays open for as long as somebody reads it (WHATWG HTML §9.2), which is no time to answer."""


def rule_of(config: Config) -> Rule:
    """When counts of this site may be published."""
    return Rule(config.stats.threshold, config.stats.patience_days, config.site.timezone)


def observer_of(config: Config) -> Observer:
    """What turns this site's requests into observations; `prepare()` is to be called before or beside."""
    stats = config.stats
    return Observer(
        config.site.hosts,
        config.site.timezone,
        Place(stats.geoip),
        goals={goal.id: goal.path or None for goal in stats.goals},
        search=stats.search_parameters,
        spam=stats.referrer_spam,
        public=stats.public_parameters,
        policy=config.declaration.policy_version,
    )


def history_of(config: Config) -> History:
    """What counts this site's past."""
    return History(rule_of(config), config.stats.crossings)


def private_of(config: Config) -> PrivateStore:
    """This site's private store, opened."""
    return open_private(config.stats.private, config.base)


def sink_of(config: Config) -> Sink:
    """This site's sink, opened."""
    return open_sink(config.stats.sink, config.base, config.stats.crossings)


def facts_of(config: Config) -> dict[str, str]:
    """What the sink says about itself to those who read it."""
    return {
        "site": config.site.name,
        "threshold": str(config.stats.threshold),
        "timezone": str(config.site.timezone),
    }


class Counting:
    """Counts requests; an error leaves a request uncounted and the page untouched. `clock` gives epoch seconds.

    `chore` is called each second, with the time, by the thread that writes the counts; it must not raise. `keys` sign
    what a visitor's browser carries.
    """

    def __init__(
        self,
        config: Config,
        clock: Callable[[], float],
        chore: Callable[[float], None] = lambda _: None,
        *,
        keys: Sequence[str] = (),
    ) -> None:
        stores = Stores(
            lambda: private_of(config), lambda: sink_of(config), facts_of(config), config.stats.retention_months
        )
        self._observer = observer_of(config)
        self._carrier = Carrier(keys, self._observer.view)
        self.recorder = Recorder(
            stores,
            rule_of(config),
            clock=clock,
            new_tally=lambda: Tally(config.stats.crossings),
            prepare=self._observer.prepare,
            chore=chore,
        )

    def open(self) -> None:
        """Begin, so that a worker that is killed while it answers its first requests leaves a gap."""
        self.recorder.open()

    def began(self) -> None:
        """Note that a request is being answered, which `count` will end."""
        self.recorder.began()

    def count(
        self,
        headers: Mapping[bytes, bytes],
        scope: Scope,
        *,
        status: int,
        content_type: str,
        size: int,
        when: float,
        took: float,
        own: bool,
        step: Step | None = None,
        answer: str = "",
    ) -> None:
        """Count one request that is over; `scope` is the one that the app was given, where its router left the route.

        `headers` holds the last of each name, in lower case; `size` is in bytes, `when` in epoch seconds, `took` in
        seconds from the request to the last byte of its answer; `step` is what `carry` found; `answer` tells that a
        banner was `shown`, or how it was answered.
        """
        try:
            self.recorder.ended()
            facts = step.facts if step else _facts(headers, scope, status, content_type, when)
            facts.size, facts.own, facts.carried = size, own, step and step.carried
            facts.took = None if content_type.startswith(STREAM) else took
            facts.answer = answer and metric_of(answer)
            self.recorder.count(self._observer.observe(facts))
        except Exception as error:
            self.recorder.note_uncounted(error)

    def carry(
        self,
        headers: Mapping[bytes, bytes],
        scope: Scope,
        cookies: Iterable[bytes],
        *,
        status: int,
        content_type: str,
        when: float,
    ) -> Step | None:
        """What a view whose answer begins adds by the state in its cookies, and the cookie for the visitor's browser.

        To be asked only where the visitor may be measured. None if the request is no view of a person's. May raise.
        """
        return self._carrier.step(_facts(headers, scope, status, content_type, when), cookies)

    def close(self) -> None:
        """Write what has been counted."""
        self.recorder.close()


def _facts(headers: Mapping[bytes, bytes], scope: Scope, status: int, content_type: str, when: float) -> RequestFacts:
    client = scope.get("client")
    return RequestFacts(
        when=when,
        method=scope["method"],
        path=scope["path"],
        status=status,
        headers=headers,
        query=scope.get("query_string", b""),
        content_type=content_type,
        address=client[0] if client else None,
        secure=scope.get("scheme") == "https",
        route=route_of(scope),
        goals=consent.goals if (consent := scope.get(SCOPE_KEY)) else (),
    )


def count_samples(config: Config, traffic: Iterable[RequestFacts], on_request: Callable[[], None]) -> bool:
    """Count sample traffic on its own clock and mark its period as sample; False if the stores hold it already."""
    private, sink = private_of(config), sink_of(config)
    try:
        if "sample" in private.adopted():
            return False
        history, observer = history_of(config), observer_of(config)
        observer.prepare()
        days: set[str] = set()
        for facts in traffic:
            observation = observer.observe(facts)
            history.add(observation, facts.when)
            days.add(observation.request[0])
            on_request()
        if days:
            sink.describe({**facts_of(config), "sample": f"{min(days)}/{max(days)}"})
        return history.commit(private, sink, "sample")
    finally:
        private.close()
        sink.close()
