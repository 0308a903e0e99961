"""What a sink says about itself, as its readers need it: the threshold, and the days that hold sample data."""

from collections.abc import Mapping
from datetime import date


def threshold_of(meta: Mapping[str, str]) -> int | None:
    """The threshold that the figures were published by; None before anything was."""
    return int(meta["threshold"]) if "threshold" in meta else None


def sample_of(meta: Mapping[str, str]) -> tuple[date, date] | None:
    """The days whose figures are sample data, made up for a demonstration; None in the sink of a real site."""
    first, _, last = meta.get("sample", "").partition("/")
    return (date.fromisoformat(first), date.fromisoformat(last)) if last else None


def holds_sample(sample: tuple[date, date] | None, first: date, last: date) -> bool:
    """Whether any of the days from `first` to `last` is one of `sample`."""
    return sample is not None and sample[0] <= last and first <= sample[1]
