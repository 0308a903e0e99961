"""Keeps an error of ours from becoming an error of the company's page."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from consentkit.errors import kind_of

log = logging.getLogger("consentkit")

T = TypeVar("T")


class Guard:
    """Runs steps that must not break a request; `failures` counts what went wrong, by step and type of error."""

    def __init__(self) -> None:
        self.failures: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def run(self, what: str, step: Callable[[], T], fallback: Callable[[], T]) -> T:
        """The step's result, or the fallback's if the step fails."""
        try:
            return step()
        except Exception as problem:
            self.note(what, problem)
            return fallback()

    def note(self, what: str, problem: Exception) -> None:
        """Count an error that was caught, and log the first, tenth, hundredth … of each step and type.

        The line tells the place and not the message, which could quote what a visitor sent.
        """
        key = (what, type(problem).__name__)
        with self._lock:
            self.failures[key] += 1
            times = self.failures[key]
        if times == 1:
            log.error("%s failed: %s. Of more such errors the 10th, 100th … are logged.", what, kind_of(problem))
        elif str(times).strip("0") == "1":
            log.error("%s failed for the %dth time: %s", what, times, kind_of(problem))
