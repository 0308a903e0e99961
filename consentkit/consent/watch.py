"""Watches what the app stores: from the lines of its answers to the file beside the ledger, and to the log."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from consentkit.config import Config
from consentkit.consent.observed import UNDECLARED_COOKIE, Finding, Sightings
from consentkit.consent.observed_store import findings_of, observed_store_of
from consentkit.guard import Guard

FLUSH_SECONDS = 60.0

log = logging.getLogger("consentkit.observed")


class Watch:
    """One worker's view. `tick` is called by the thread that writes the statistics, never by the event loop.

    `requested` takes away the counts of the cookies that requests brought, by their declared name.
    """

    def __init__(
        self, config: Config, guard: Guard, sightings: Sightings, requested: Callable[[], Counter[str]]
    ) -> None:
        self._config = config
        self._sightings = sightings
        self._store = observed_store_of(config)
        self._guard = guard
        self._requested = requested
        self._due = 0.0
        self._told: set[tuple[str, str]] = set()

    def tick(self, now: float) -> None:
        """Write what was seen if a minute has passed since the last time; `now` in epoch seconds."""
        if now >= self._due or self._due - now > FLUSH_SECONDS:
            self._due = now + FLUSH_SECONDS
            self.flush(now)

    def flush(self, now: float) -> None:
        """Write what was seen and compare; an error loses that and stops nothing."""
        self._guard.run("noting what the site stores", lambda: self._flush(now), lambda: None)

    def _flush(self, now: float) -> None:
        today = datetime.fromtimestamp(now, self._config.site.timezone).date()
        seen = self._sightings.take(self._requested())
        if seen:
            self._store.add(seen, today)
        if (seen or today != self._sightings.checked) and self._store.path.is_file():
            for finding in findings_of(self._store, self._config, today):
                self._tell(finding)
            self._sightings.checked = today

    def _tell(self, finding: Finding) -> None:
        """Log a finding, once; of undeclared cookies the gate has told, with what to paste."""
        key = (finding.kind, finding.name)
        if finding.kind != UNDECLARED_COOKIE and key not in self._told:
            self._told.add(key)
            log.warning("the cookie %r %s", finding.name, finding.message)
