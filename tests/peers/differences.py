"""The figures side by side, and each difference cut into its reasons, so that the reasons add up to it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.peers.rules import HALF_HOUR, Counted, Key, by_cloudflare, by_goaccess, by_plausible, by_us, our_visitors
from tests.peers.stream import Asked

NO_PAGE = {
    **dict.fromkeys(("post", "missing"), "no_page"),
    **{kind: kind for kind in ("static", "api", "prefetch", "own")},
}
"""Kinds of requests that show no page, and the reason that they stand under."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of another tool beside ours; `reasons` add up to theirs less ours."""

    tool: str
    figure: str
    ours: int
    theirs: int
    reasons: tuple[tuple[str, int], ...]

    def as_json(self) -> dict[str, object]:
        """As it is kept."""
        return {
            "tool": self.tool, "figure": self.figure, "ours": self.ours, "theirs": self.theirs,
            "reasons": dict(self.reasons),
        }  # fmt: skip


def differences(happened: Sequence[Asked]) -> list[Difference]:
    """All of them, of one stream."""
    ours, goaccess = by_us(happened), by_goaccess(happened)
    plausible, cloudflare = by_plausible(happened), by_cloudflare(happened)
    estimate = our_visitors(happened, ours)
    truth = {
        asked.who for asked, is_view in zip(happened, ours.views, strict=True) if is_view and asked.who is not None
    }
    return [
        _views("goaccess", "requests", happened, ours, goaccess),
        _visitors("goaccess", happened, goaccess, estimate, truth),
        _views("plausible", "views", happened, ours, plausible),
        _visits("plausible", happened, ours, plausible),
        _visitors("plausible", happened, plausible, estimate, truth),
        _views("cloudflare", "views", happened, ours, cloudflare),
        _visits("cloudflare", happened, ours, cloudflare),
    ]


def _made(tool: str, figure: str, ours: int, theirs: int, reasons: Counter[str]) -> Difference:
    order = sorted(
        ((reason, count) for reason, count in reasons.items() if count), key=lambda item: (-abs(item[1]), item[0])
    )
    return Difference(tool, figure, ours, theirs, tuple(order))


def _views(tool: str, figure: str, happened: Sequence[Asked], ours: Counted, theirs: Counted) -> Difference:
    reasons: Counter[str] = Counter()
    for asked, is_ours, is_theirs in zip(happened, ours.views, theirs.views, strict=True):
        if is_theirs and not is_ours:
            reasons[_not_ours(asked)] += 1
        elif is_ours and not is_theirs:
            reasons[_not_theirs(asked)] -= 1
    return _made(tool, figure, sum(ours.views), sum(theirs.views), reasons)


def _not_ours(asked: Asked) -> str:
    return "programs" if asked.who is None else NO_PAGE.get(asked.kind, asked.kind)


def _not_theirs(asked: Asked) -> str:
    return "hosted" if asked.who is None else "blocked"


def _visits(tool: str, happened: Sequence[Asked], ours: Counted, theirs: Counted) -> Difference:
    reasons: Counter[str] = Counter()
    # Who was seen last by the other tool at an address with a user agent, and when a person was.
    last_there: dict[tuple[str, str], Asked] = {}
    last_of: dict[int | None, Asked] = {}
    for number, asked in enumerate(happened):
        there = (asked.address, asked.user_agent)
        if theirs.begins[number] and not ours.begins[number]:
            reasons[_only_theirs(tool, asked, last_of.get(asked.who))] += 1
        elif ours.begins[number] and not theirs.begins[number]:
            reasons[_only_ours(asked, last_there.get(there), counted=theirs.views[number])] -= 1
        if theirs.views[number]:
            last_there[there] = last_of[asked.who] = asked
    return _made(tool, "visits", sum(ours.begins), sum(theirs.begins), reasons)


def _only_theirs(tool: str, asked: Asked, before: Asked | None) -> str:
    if asked.who is None:
        return "programs"
    if tool == "cloudflare":
        return "reload" if asked.kind == "reload" else "no_referrer"
    return "silence" if before is not None and asked.when - before.when > HALF_HOUR else "moved"


def _only_ours(asked: Asked, before: Asked | None, *, counted: bool) -> str:
    if not counted:
        return _not_theirs(asked)
    return "shared" if before is not None and before.who != asked.who else "again"


def _visitors(
    tool: str, happened: Sequence[Asked], theirs: Counted, estimate: int, truth: set[int | None]
) -> Difference:
    """Keys of persons are their days, and more where one had several keys in a day, less where several had one."""
    of_key: defaultdict[Key, set[int | None]] = defaultdict(set)
    of_day: defaultdict[tuple[int | None, int], set[Key]] = defaultdict(set)
    for asked, key in zip(happened, theirs.keys, strict=True):
        if key is not None:
            of_key[key].add(asked.who)
            of_day[asked.who, key[2]].add(key)
    programs = sum(people == {None} for people in of_key.values())
    days = {place: keys for place, keys in of_day.items() if place[0] is not None}
    known = {who for who, _ in days}
    reasons = Counter(
        {
            "programs": programs,
            "days": len(days) - len(known),
            "split": sum(len(keys) - 1 for keys in days.values()),
            "shared": -sum(len(people - {None}) - 1 for people in of_key.values() if people != {None}),
            "blocked": len(known) - len(truth),
            "estimate": len(truth) - estimate,
        }
    )
    return _made(tool, "visitors", estimate, theirs.visitors, reasons)
