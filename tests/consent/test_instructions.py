"""Response headers by which a site makes browsers keep or send something."""

import logging

import pytest

from consentkit.consent.instructions import INSTRUCTIONS
from tests.support.asgi import DOCUMENT, HTML, answering, ask
from tests.support.sites import consent_cookie, kit_of, necessary, service, settings

SENT = [HTML, (b"Accept-CH", b"Sec-CH-UA-Model"), (b"nel", b'{"report_to":"x","max_age":9}'), (b"x-own", b"1")]
HINTS = {"name": "Accept-CH", "kind": "response_header", "duration": "session"}


def left(kit: object, cookie: bytes = b"") -> set[bytes]:
    """Which of the headers that the app sent leave the site."""
    app = kit.wrap(answering(DOCUMENT, headers=SENT))  # type: ignore[attr-defined]
    answer = ask(app, headers=[(b"cookie", cookie)] if cookie else [])
    return {name.lower() for name, _ in answer.start["headers"]} & {b"accept-ch", b"nel", b"x-own"}


def test_what_nobody_declared_is_held_back() -> None:
    """Like an undeclared cookie; other headers of the app pass."""
    assert {b"x-own"} == left(kit_of())


def test_a_declared_one_passes_when_its_service_is_granted() -> None:
    """Whatever the case of its letters."""
    kit = kit_of(settings(services=[{**service("shape", "preferences"), "storage": [HINTS]}]))
    assert {b"x-own"} == left(kit)
    assert {b"x-own", b"accept-ch"} == left(kit, consent_cookie(kit, "shape"))


def test_a_necessary_one_always_passes() -> None:
    """It needs its exemption and its reason, as any necessary item does."""
    assert {b"x-own", b"accept-ch"} == left(kit_of(settings(services=[{**necessary("shape"), "storage": [HINTS]}])))


def test_a_declared_one_makes_no_cookie_of_its_name_allowed() -> None:
    """Kinds are kept apart."""
    kit = kit_of(settings(services=[{**necessary("shape"), "storage": [HINTS]}]))
    app = kit.wrap(answering(DOCUMENT, headers=[HTML, (b"set-cookie", b"Accept-CH=1")]))
    assert [] == ask(app).all(b"set-cookie")


@pytest.mark.parametrize(("mode", "lines"), [("enforce", 1), ("warn", 1), ("observe", 0)])
def test_the_log_tells_once_how_to_declare_it(mode: str, lines: int, caplog: pytest.LogCaptureFixture) -> None:
    """Only `enforce` holds it back."""
    kit = kit_of(settings(consent={"mode": mode}))
    app = kit.wrap(answering(DOCUMENT, headers=[HTML, (b"Critical-CH", b"Sec-CH-UA-Model")]))
    with caplog.at_level(logging.WARNING):
        answers = [ask(app), ask(app)]
    assert (mode == "enforce") == (answers[0].get(b"critical-ch") is None)
    told = [record.getMessage() for record in caplog.records]
    assert lines == len(told)
    assert all('kind = "response_header"' in line for line in told)


def test_all_of_them_are_known_in_lower_case() -> None:
    """As names of headers are compared."""
    assert all(name == name.lower() for name in INSTRUCTIONS)
