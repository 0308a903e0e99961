"""Keeps an error of ours from becoming an error of the company's page."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

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
        """Count an error that was caught, and log the first of each step and type.

        The line tells the place and not the message, which could quote what a visitor sent.
        """
        key = (what, type(problem).__name__)
        with self._lock:
            self.failures[key] += 1
            first = self.failures[key] == 1
        if first:
            trace = problem.__traceback__
            while trace and trace.tb_next:
                trace = trace.tb_next
            place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
            log.error(
                "%s failed with %s at %s; such errors are counted from now on, not logged again",
                what,
                key[1],
                place,
            )
