"""From the private store's outbox into the sink."""

from consentkit.stats.stores.protocol import PrivateStore, Sink


def drain(private: PrivateStore, sink: Sink) -> int:
    """Bring every release of the outbox to the sink; returns how many the sink did not have yet.

    It may be interrupted between any two steps, and two workers may do it at once: a release leaves the outbox only
    after the sink has it, and the sink takes each number once, in order.
    """
    brought = 0
    for batch, release in private.outbox():
        brought += sink.apply(batch, release)
        private.sent(batch)
    return brought


def renew(private: PrivateStore, sink: Sink) -> None:
    """Give a private store that was put back from a backup a new name; to be called before it makes a release.

    Its next releases would have numbers that the sink has seen, and be taken for repetitions.
    """
    if private.behind(sink.applied(private.source())):
        private.begin_anew()
