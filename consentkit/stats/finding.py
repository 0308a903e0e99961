"""A broken promise of the figures, as `consentkit stats verify` tells it."""

from dataclasses import dataclass

RESTORE = "somebody changed the sink: restore it from a backup, or forget this day"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise: `rule` names it, `where` the place, `what` the figures, `mend` what to do.

    Findings name published values only.
    """

    rule: str
    where: str
    what: str
    mend: str = RESTORE

    def __str__(self) -> str:
        return f"{self.rule}: {self.where}: {self.what}; {self.mend}"


def named(breakdown: str, metric: str) -> str:
    """How a finding names all that is counted of a metric by a breakdown, "" for its total."""
    return f"{metric} by {breakdown}" if breakdown else f"total of {metric}"
