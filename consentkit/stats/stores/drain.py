"""From the private store's outbox into the sink."""

from collections.abc import Iterator

from consentkit.stats.model import BatchId, Release
from consentkit.stats.stores.protocol import PrivateStore, Sink

AT_ONCE = 200_000
"""Figures of releases that are brought in one transaction: a month of history of a site of ordinary size."""


def drain(private: PrivateStore, sink: Sink) -> int:
    """Bring every release of the outbox to the sink; returns how many the sink did not have yet.

    It may be interrupted between any two steps, and two workers may do it at once: a release leaves the outbox only
    after the sink has it, and the sink takes each number once, in order.
    """
    brought = 0
    for some in _together(private.outbox()):
        brought += sink.apply_all(some)
        private.sent(some[-1][0])
    return brought


def _together(outbox: Iterator[tuple[BatchId, Release]]) -> Iterator[list[tuple[BatchId, Release]]]:
    """The releases in parts that fit into memory."""
    some: list[tuple[BatchId, Release]] = []
    held = 0
    for batch, release in outbox:
        some.append((batch, release))
        held += len(release.cells) + sum(map(len, release.load.values()))
        if held >= AT_ONCE:
            yield some
            some, held = [], 0
    if some:
        yield some


def renew(private: PrivateStore, sink: Sink) -> None:
    """Give a private store that was put back from a backup a new name; to be called before it makes a release.

    Its next releases would have numbers that the sink has seen, and be taken for repetitions.
    """
    if private.behind(sink.applied(private.source())):
        private.begin_anew()
