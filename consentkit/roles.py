"""What somebody may do on the dashboard."""

from enum import StrEnum


class Role(StrEnum):
    """Each may do what the ones before may."""

    READER = "reader"
    """Reads and downloads."""
    EDITOR = "editor"
    """Writes annotations and makes links for partners."""
    ADMINISTRATOR = "administrator"
    """Looks after users and tokens, and reads the audit trail."""

    def may(self, needed: "Role") -> bool:
        """Whether this role does for what needs another."""
        return _ORDER.index(self) >= _ORDER.index(needed)


_ORDER = (Role.READER, Role.EDITOR, Role.ADMINISTRATOR)
