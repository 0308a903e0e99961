"""The pages that every page leads to."""

from dataclasses import dataclass

from consentkit.roles import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation: its address below the dashboard's root, the key of its name among the texts, and the
    role that it takes."""

    page: str
    text: str
    needs: Role = Role.READER


ENTRIES: tuple[Entry, ...] = (
    Entry("", "navigation.overview"),
    Entry("load", "navigation.load"),
    Entry("shares", "navigation.shares", Role.EDITOR),
    Entry("users", "navigation.users", Role.ADMINISTRATOR),
    Entry("trail", "navigation.trail", Role.ADMINISTRATOR),
)
"""In this order. A single one is not shown."""


def entries_for(role: Role) -> tuple[Entry, ...]:
    """The pages that somebody may open."""
    return tuple(entry for entry in ENTRIES if role.may(entry.needs))
