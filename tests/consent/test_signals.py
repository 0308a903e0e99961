"""Global Privacy Control, header by header."""

import pytest

from consentkit.consent.signals import gpc_is_on
from tests.support.asgi import DOCUMENT, answering, ask
from tests.support.sites import kit_of


@pytest.mark.parametrize(
    ("values", "on"),
    [([], False), ([b"1"], True), ([b"0"], False), ([b"true"], False), ([b"1;x"], False), ([b'"1"'], False),
     ([b"1", b"1"], True), ([b"0", b"1"], True), ([b"1, 1"], False), ([b""], False), ([b"01"], False), ([b"?1"],
     False)],
)  # fmt: skip
def test_only_an_exact_one_counts(values: list[bytes], on: bool) -> None:
    """The table of rule C25, as a value and as headers of a request."""
    assert on == gpc_is_on(values)
    answer = ask(kit_of().wrap(answering(DOCUMENT)), headers=[(b"sec-gpc", value) for value in values])
    assert on == (b'id="consentkit"' not in answer.body)


def test_support_is_announced() -> None:
    """The well-known address tells that the signal is honoured, as JSON with exactly these fields."""
    answer = ask(kit_of().wrap(answering()), "/.well-known/gpc.json")
    assert b"application/json" == answer.get(b"content-type")
    assert b'{"gpc": true, "lastUpdate": "' in answer.body
