"""ConsentKit: builds everything from one configuration, wraps an app and gives the dashboard."""

import logging
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from markupsafe import Markup
from starlette.types import ASGIApp

from consentkit.assets import Assets
from consentkit.config import Config, load
from consentkit.consent.changes import Announcer, F
from consentkit.consent.consent import own_pages
from consentkit.consent.observed import Sightings
from consentkit.consent.proof import Proof
from consentkit.consent.watch import Watch
from consentkit.engine import Engine
from consentkit.errors import ConsentKitError
from consentkit.guard import Guard
from consentkit.keys import keys_from
from consentkit.middleware import ConsentMiddleware
from consentkit.sent import Counts
from consentkit.stats.counting import Counting
from consentkit.stats.stores.protocol import LEDGER_FAILED

log = logging.getLogger("consentkit")


class ConsentKit:
    """Everything that one configuration makes. `keys`: the first signs, all verify. `clock` gives epoch seconds.

    `timer` gives seconds that never go back, to measure how long an answer takes.
    """

    def __init__(
        self,
        config: Config,
        keys: Sequence[str],
        *,
        make_id: Callable[[], str] = lambda: secrets.token_urlsafe(12),
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.config = config
        self.clock = clock
        self.timer = timer
        self.guard = Guard()
        self.proof = Proof(config, keys, self.guard, clock, on_failure=lambda: self.counting.happened(LEDGER_FAILED))
        self._keys = tuple(keys)
        self._noted_twice = False
        self._assets = Assets()
        self._announcer = Announcer(config.declaration, self.guard, clock)
        sightings = Sightings(clock)
        self.engine = Engine(
            config,
            keys,
            self._assets,
            self.guard,
            make_id,
            proof=self.proof,
            announcer=self._announcer,
            sightings=sightings,
        )
        self.watch = Watch(config, self.guard, sightings, self.engine.gate.take_seen)
        self.counting: Counts = Counting(config, clock, chore=self.watch.tick, keys=keys)

    @classmethod
    def from_file(cls, path: str | Path, *, environ: Mapping[str, str] = os.environ) -> "ConsentKit":
        """The kit of a configuration file; ConfigError and SecretError say what to mend."""
        return cls(load(Path(path)), keys_from(environ))

    def wrap(self, app: ASGIApp) -> ConsentMiddleware:
        """The app with the gate, the banner and the counting around it."""
        return ConsentMiddleware(app, kit=self)

    def on_change(self, callback: F) -> F:
        """Call this, a function or coroutine function, with a ConsentChange when a visitor chose or withdrew.

        It runs after the choice is in the ledger and the answer has gone out; errors are logged once a kind.
        """
        return self._announcer.add(callback)

    def note_wrapped_twice(self) -> None:
        """Say, once, that two middlewares of consentkit are around one app."""
        if not self._noted_twice:
            self._noted_twice = True
            log.warning("consentkit is wrapped around this app twice; the inner one does nothing. Remove one of them.")

    @cached_property
    def dashboard(self) -> ASGIApp:
        """The dashboard as an ASGI app, to mount anywhere or to run alone; it reads only the sink."""
        from consentkit.dashboard import build_dashboard  # noqa: PLC0415 -- a site without dashboard need not load it

        return own_pages(build_dashboard(self.config, self._keys, self._assets))

    @cached_property
    def metrics(self) -> ASGIApp:
        """The released figures for Prometheus as an ASGI app, to be mounted where only Prometheus comes.

        ConsentKitError without the extra `prometheus`.
        """
        try:
            from consentkit.metrics import build_metrics  # noqa: PLC0415 -- an extra
        except ModuleNotFoundError as problem:
            raise ConsentKitError(
                f"{problem.name} is not installed, which kit.metrics needs; run: pip install 'consentkit[prometheus]'"
            ) from None
        return own_pages(build_metrics(self.config, self.clock))

    def sign_in_link(self, name: str, dashboard: str) -> str:
        """An address that signs a dashboard user in, for one hour; `dashboard` is the dashboard's own address."""
        from consentkit.dashboard.sessions import sign_in_link  # noqa: PLC0415 -- as above

        return sign_in_link(self._keys, name, dashboard, self.clock())

    def declaration_html(self, language: str) -> Markup:
        """The storage declaration and what is said about the statistics, for the site's privacy page."""
        return self.engine.declaration_html(language)

    def open(self) -> None:
        """Note that this worker is there before it answers anything; called when the server starts."""
        self.guard.run("beginning to count", self.counting.open, lambda: None)

    def close(self) -> None:
        """Write what has been counted and seen, and give the ledger back; called when the server stops."""
        self.guard.run("closing the ledger", self.proof.close, lambda: None)
        self.guard.run("writing the last counts", self.counting.close, lambda: None)
        self.watch.flush(self.clock())
