"""What a sink says about itself, as its readers need it: the threshold, what is counted by, which days are samples."""

from collections.abc import Mapping
from datetime import date

from consentkit.stats.breakdowns import BREAKDOWNS


def threshold_of(meta: Mapping[str, str]) -> int | None:
    """The threshold that the figures were published by; None before anything was."""
    return int(meta["threshold"]) if "threshold" in meta else None


def counted_by(meta: Mapping[str, str]) -> tuple[str, ...]:
    """What the site counts by now, in the order of BREAKDOWNS; everything where the sink does not say."""
    named = meta["breakdowns"].split(", ") if "breakdowns" in meta else BREAKDOWNS
    return tuple(name for name in BREAKDOWNS if name in named)


def sample_of(meta: Mapping[str, str]) -> tuple[date, date] | None:
    """The days whose figures are sample data, made up for a demonstration; None in the sink of a real site."""
    first, _, last = meta.get("sample", "").partition("/")
    return (date.fromisoformat(first), date.fromisoformat(last)) if last else None


def holds_sample(sample: tuple[date, date] | None, first: date, last: date) -> bool:
    """Whether any of the days from `first` to `last` is one of `sample`."""
    return sample is not None and sample[0] <= last and first <= sample[1]
