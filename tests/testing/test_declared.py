"""What a declaration says of itself, judged without a browser."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from consentkit.testing.declared import declaration_is_true
from consentkit.testing.evidence import Evidence
from tests.support.sites import TODAY


def evidence(checked: date | None) -> Evidence:
    """What a browser saw of a site that stores nothing, whose declaration was last compared on a day."""
    declaration: dict[str, Any] = {
        "services": [],
        "checked": checked and checked.isoformat(),
        "page": 200,
        "today": TODAY,
    }
    accepted = SimpleNamespace(chosen=SimpleNamespace(stock=SimpleNamespace(items=())))
    return cast("Evidence", SimpleNamespace(declaration=declaration, accepted=accepted))


@pytest.mark.parametrize(("days", "found"), [(None, False), (0, False), (30, False), (31, True), (400, True)])
def test_a_declaration_that_nobody_compares_any_more_is_told(days: int | None, found: bool) -> None:
    """A month is long enough for a tag to change what it stores (rule C19); a site that has just begun is free."""
    checked = None if days is None else TODAY - timedelta(days=days)
    findings = [finding.value for finding in declaration_is_true(evidence(checked))]
    assert [f"it was last compared with what the site stores on {checked}"] * found == findings
