"""Lists of which nothing is stored under the filters: why, and what would have to be counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consentkit.dashboard.rankings import Ranking
from consentkit.dashboard.state import FILTERED
from consentkit.dashboard.wording import Wording


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Why `lists`, named in words, are not shown; `pairs` are to be added to the configuration, if any."""

    lists: str
    why: str
    pairs: tuple[str, ...]


def unlisted(named: Iterable[tuple[str, Ranking]], words: Wording) -> list[Unlisted]:
    """The lists, each with its title, that share a reason, together."""
    reasons: dict[str, list[tuple[str, Sequence[str]]]] = {}
    for title, ranking in named:
        reasons.setdefault(_reason(ranking.missing), []).append((title, ranking.missing))
    return [
        Unlisted(
            lists=", ".join(title for title, _ in those),
            why=words.text(f"filters.{reason}"),
            pairs=tuple(_pair(missing) for _, missing in those) if reason == "not_stored" else (),
        )
        for reason, those in reasons.items()
    ]


def _reason(missing: Sequence[str]) -> str:
    """The key of the text that says why there is no list of these breakdowns together."""
    if len(missing) > 2:
        return "three"
    return "not_stored" if missing[-1] in FILTERED else "never"


def _pair(missing: Sequence[str]) -> str:
    """A pair of breakdowns as the configuration has it."""
    first, second = missing
    return f'["{first}", "{second}"]'
