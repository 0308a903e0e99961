"""From the private store's outbox into the sink."""

from collections.abc import Iterator

from consentkit.stats.model import REPLACED, RESTORED, BatchId, Release
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
        held += sum(map(len, release.counts.values())) + sum(map(len, release.load.values()))
        if held >= AT_ONCE:
            yield some
            some, held = [], 0
    if some:
        yield some


def renew(private: PrivateStore, sink: Sink) -> None:
    """Give a private store a new name where it or the sink was put back from a backup, or the sink is another one.

    To be called before it makes a release: that of a store that was put back would have a number that the sink has
    seen, and be taken for a repetition. What was brought to a sink that is gone is not counted as published.
    """
    # What was brought was applied before, so it is to be asked first.
    brought, applied = private.brought(), sink.applied(private.source())
    if private.behind(applied):
        private.begin_anew(RESTORED)
    elif applied < brought:
        private.begin_anew(REPLACED)
