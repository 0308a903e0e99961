"""The pages that every page leads to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation: its address below the dashboard's root, and the key of its name among the texts."""

    page: str
    text: str


ENTRIES: tuple[Entry, ...] = (
    Entry("", "navigation.overview"),
    Entry("load", "navigation.load"),
)
"""In this order. A single one is not shown."""
