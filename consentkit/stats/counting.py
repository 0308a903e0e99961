"""Counting for one site in one worker: from a request that is over to this worker's recorder."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote, urljoin

from consentkit.asgi import Scope
from consentkit.config import Config
from consentkit.sent import Sent
from consentkit.stats.answers import metric_of
from consentkit.stats.enrich.place import Place
from consentkit.stats.facets import Facets
from consentkit.stats.facts import FOLLOWED_KEY, PATH_CAP, QUERY_CAP, REFERER_CAP, SENT_ON_KEY, RequestFacts
from consentkit.stats.flusher import Stores
from consentkit.stats.history import History
from consentkit.stats.observer import Observer
from consentkit.stats.recorder import Recorder
from consentkit.stats.release import Rule
from consentkit.stats.retention import Kept
from consentkit.stats.routes import route_of
from consentkit.stats.shown_later import LOADED_KEY, Loaded, view_of
from consentkit.stats.site import SiteReader
from consentkit.stats.stores import PrivateStore, Sink, open_private, open_sink
from consentkit.stats.tally import Tally
from consentkit.stats.visitor.carrier import Carrier, Step


def rule_of(config: Config) -> Rule:
    """When counts of this site may be published."""
    return Rule(config.stats.threshold, config.stats.patience_days, config.site.timezone)


def observer_of(config: Config) -> Observer:
    """What turns this site's requests into observations; `prepare()` is to be called before or beside."""
    stats = config.stats
    facets = Facets(stats.told_by_requests)
    site = SiteReader(
        config.site.hosts,
        Place(stats.geoip, facets),
        goals={goal.id: goal.path or None for goal in stats.goals},
        funnels=[(funnel.id, funnel.steps) for funnel in stats.funnels],
        search=stats.search_parameters,
        spam=stats.referrer_spam,
        public=stats.public_parameters,
        policy=config.declaration.policy_version,
        facets=facets,
    )
    return Observer(site, config.site.timezone)


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
        "breakdowns": ", ".join(config.stats.told_by_requests),
    }


def kept_of(config: Config) -> Kept:
    """How long a site keeps its figures."""
    return Kept(config.stats.retention_months, config.stats.day_months)


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
        stores = Stores(lambda: private_of(config), lambda: sink_of(config), facts_of(config), kept_of(config))
        self.observer = observer = observer_of(config)
        self._carrier = Carrier(keys, observer.view)
        self.recorder = Recorder(
            stores,
            rule_of(config),
            lambda note: Tally(observer.observe_all, config.stats.crossings, note=note),
            clock=clock,
            prepare=observer.prepare,
            chore=chore,
        )

    def open(self) -> None:
        """Begin, so that a worker that is killed while it answers its first requests leaves a gap."""
        self.recorder.open()

    def happened(self, what: str) -> None:
        """Note that something of HAPPENINGS was the case, for who looks after the workers."""
        self.recorder.happened(what)

    def began(self) -> bool:
        """Note that a request is being answered, which `count` will end; False, and nothing noted, before `open`."""
        tally: Tally | None = self.recorder.tally
        if tally is None:
            return False
        tally.began()
        return True

    def count(self, sent: Sent, took: float) -> None:
        """Count one request whose answer is over, `took` seconds after the request came.

        What counts of it is handed to the recorder's thread, without its cookies and without the address.
        """
        try:
            tally: Tally = self.recorder.tally or self.recorder.start()
            tally.ended()
            if sent.step is None:
                tally.add(self._values(sent, took))
            else:
                facts, carried = sent.step.facts, sent.step.carried
                facts = facts._replace(size=sent.size, took=took, carried=carried, answer=metric_of(sent.answer))
                tally.add(tuple(facts))
        except Exception as error:
            self.recorder.note_uncounted(error)

    def carry(self, sent: Sent, cookies: Iterable[bytes]) -> Step | None:
        """What a view whose answer begins adds by the state in its cookies, and the cookie for the visitor's browser.

        To be asked only where the visitor may be measured. None if the request is no view of a person's. May raise.
        """
        facts = RequestFacts._make(self._values(sent, None))
        if facts.shown is None:
            return self._carrier.step(facts, cookies)
        step = self._carrier.step(facts.shown, cookies)
        return step and step._replace(facts=facts._replace(shown=facts.shown._replace(carried=step.carried)))

    def close(self) -> None:
        """Write what has been counted."""
        self.recorder.close()

    def _values(self, sent: Sent, took: float | None) -> tuple[Any, ...]:
        """The facts of a request, in their order."""
        scope, incoming = sent.scope, sent.incoming
        client, answer = scope.get("client"), sent.answer
        path: str = scope["path"]
        query = scope.get("query_string")
        values = (
            sent.when,
            path[:PATH_CAP],
            incoming.traits,
            scope["method"],
            sent.status,
            sent.content_type,
            incoming.is_secure,
            sent.is_own,
            False,
            incoming.get(b"referer")[:REFERER_CAP],
            query[:QUERY_CAP] if query else b"",
            sent.size,
            took,
            None,
            self.observer.place(client[0] if client else None),
            route_of(scope),
            sent.goals,
            None,
            answer and metric_of(answer),
            scope.get(FOLLOWED_KEY, "") if sent.is_own else "",
            None,
            _sent_on(scope, incoming.get(b"host")) if 300 < sent.status < 304 and SENT_ON_KEY in scope else b"",
        )
        loaded = scope.get(LOADED_KEY) if sent.is_own else None
        return values if loaded is None else _with_view(RequestFacts._make(values), loaded)


def _with_view(facts: RequestFacts, loaded: Loaded) -> tuple[Any, ...]:
    """The facts with the view of a page that was loaded ahead and is shown now."""
    return tuple(facts._replace(shown=view_of(facts, loaded)))


def _sent_on(scope: Scope, host: bytes) -> bytes:
    """The whole address that a Location means (RFC 9110 §10.2.2), b"" where it cannot be read."""
    base = b"%s://%s%s" % (scope["scheme"].encode(), host, quote(scope["path"]).encode())
    location = scope[SENT_ON_KEY][:REFERER_CAP]
    try:
        return urljoin(base, location) if location else b""
    except ValueError:
        return b""
