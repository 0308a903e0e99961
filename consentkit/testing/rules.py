"""The rules that a regulator checks, as tests know them: each with its number, its title and what judges it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consentkit.testing.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: the `rule` (`C4`), the `value` that was seen and where, and how to `mend` it."""

    rule: str
    value: str
    mend: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.value}\n    mend: {self.mend}"


class NotSeen(Exception):  # noqa: N818 -- it is no error: what the rule is about is not there, or not to be seen
    """Raised by a judge when a site has nothing that its rule is about, or when only its owner can see it."""


Judge = Callable[["Evidence"], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its number, its title, where it comes from, the walks its judge looks at, and the judge."""

    number: str
    title: str
    source: str
    walks: tuple[str, ...]
    judge: Judge

    def findings(self, evidence: "Evidence") -> list[Finding]:
        """What is wrong by this rule, [] if nothing is; NotSeen if there is nothing to judge."""
        return list(self.judge(evidence))

    @property
    def slug(self) -> str:
        """Number and title as a name of a test."""
        words = "".join(letter if letter.isalnum() else " " for letter in self.title.lower()).split()
        return "-".join([self.number, *words])


_REGISTRY: dict[str, Rule] = {}


def rule(number: str, title: str, source: str, *walks: str) -> Callable[[Judge], Judge]:
    """Make a function the judge of a rule; `walks` are the attributes of the evidence that it reads."""

    def register(judge: Judge) -> Judge:
        _REGISTRY[number] = Rule(number, title, source, walks, judge)
        return judge

    return register


INSIDE = {
    "C20": ("Consent can be proven", "GDPR 7(1)", "run `consentkit ledger verify` beside the site's ledger"),
    "C22": ("A changed purpose is asked again", "EDPB 05/2020 ¶110", "only a change of the configuration shows it"),
    "C23": ("Data go when their time is over", "CNIL 2020-091", "run `consentkit stats verify` beside its stores"),
    "C32": ("Children, transfers and the like", "GDPR 8, 44", "no machine can judge it"),
}
"""Rules that cannot be judged from outside: title, source, and what to do instead."""


def _inside(number: str, title: str, source: str, instead: str) -> None:
    @rule(number, title, source)
    def judge(_: "Evidence") -> Iterator[Finding]:
        raise NotSeen(f"cannot be seen from outside: {instead}")


def all_rules() -> tuple[Rule, ...]:
    """Every rule, by number."""
    from consentkit.testing import access, banner, declared, preferences, signals, storage, words  # noqa: F401, PLC0415

    for number, (title, source, instead) in INSIDE.items():
        _inside(number, title, source, instead)
    return tuple(sorted(_REGISTRY.values(), key=lambda entry: int(entry.number[1:])))
