"""Where counts are kept: the private store, the sink, and what reads the sink."""

from consentkit.stats.stores.drain import drain, renew
from consentkit.stats.stores.protocol import Health, HealthReader, PrivateStore, Sink, StoreError
from consentkit.stats.stores.reading import SinkReader
from consentkit.stats.stores.urls import open_health, open_private, open_reader, open_sink

__all__ = [
    "Health",
    "HealthReader",
    "PrivateStore",
    "Sink",
    "SinkReader",
    "StoreError",
    "drain",
    "open_health",
    "open_private",
    "open_reader",
    "open_sink",
    "renew",
]
