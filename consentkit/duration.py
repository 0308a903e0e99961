"""How long something is kept, as people write it: "14 days", "3 months", "session"."""

import re

from consentkit.reader import shown

UNITS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30.5, "year": 365}

SESSION = "session"


def days_of(text: str) -> int:
    """The number of days in a duration, at least 1, and 0 for "session"; ValueError says what is allowed."""
    if text.strip() == SESSION:
        return 0
    match = re.fullmatch(r"\s*(\d{1,4})\s+([a-z]+?)s?\s*", text)
    if not match or match[2] not in UNITS or int(match[1]) == 0:
        allowed = ", ".join(f"{unit}s" for unit in UNITS)
        raise ValueError(
            f'{shown(text)} is no duration; write "session" or a number and a unit ({allowed}), as "14 days"'
        )
    return max(1, round(int(match[1]) * UNITS[match[2]]))


def parts(text: str) -> tuple[int, str]:
    """The number and the unit of a valid duration ("3 months" → (3, "month")); "session" is (0, "session")."""
    if text.strip() == SESSION:
        return 0, SESSION
    number, unit = text.split()
    return int(number), unit.removesuffix("s")
