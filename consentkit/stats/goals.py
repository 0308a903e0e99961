"""Goals that the site's own code reaches: `count_goal(request, "contact")` where no page of its own tells of it."""

from typing import Any

from consentkit.consent.consent import consent_of

MAX_GOALS = 20
"""Of one request; code in a loop does no harm."""


def count_goal(request_or_scope: Any, goal: str) -> None:
    """Count that this request reached a goal of `goals` in [stats]; each once a request, an id not named there never.

    Takes what `consent_of` takes; NotWrappedError if the request did not pass through consentkit's middleware.
    """
    consent = consent_of(request_or_scope)
    if len(consent.goals) < MAX_GOALS and goal not in consent.goals:
        consent.goals = (*consent.goals, goal)
