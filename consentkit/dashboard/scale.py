"""Round steps for an axis, and which of many places on it get a label."""

import math


def ticks(highest: float, wanted: int = 5) -> list[int]:
    """Round numbers from 0 to at least `highest`, in `wanted` steps or fewer of 1, 2, 2.5 or 5 times ten to a power."""
    raw = max(highest, 1) / wanted
    power = 10 ** math.floor(math.log10(raw))
    factors = (1, 2, 2.5, 5, 10) if power >= 10 else (1, 2, 5, 10)
    step = max(round(next(factor * power for factor in factors if factor * power >= raw - 1e-9)), 1)
    return [step * number for number in range(math.ceil(max(highest, 1) / step) + 1)]


def label_places(count: int, room: int) -> list[int]:
    """The places out of `count` that get a label when there is room for `room`: evenly spaced, with the last."""
    step = max(math.ceil(count / max(room, 1)), 1)
    return sorted(range(count - 1, -1, -step))
