"""Counting for one site in one worker: from a request that is over to this worker's recorder."""

from starlette.types import Scope

from consentkit.config import Config
from consentkit.guard import Guard


class Counting:
    """Counts requests; an error leaves a request uncounted and the page untouched."""

    def __init__(self, config: Config, guard: Guard) -> None:
        self._guard = guard

    def count(
        self, scope: Scope, *, status: int, content_type: str, size: int, when: float, own: bool
    ) -> None:
        """Count one request that is over. `size` in bytes, `when` in epoch seconds."""

    def close(self) -> None:
        """Write what has been counted."""
