"""Errors of ours stay ours."""

import asyncio
import logging

import pytest

from consentkit.guard import Guard


def fail() -> int:
    """An error that quotes a visitor."""
    raise ValueError("secret@example.com")


def test_failing_step_gives_the_fallback() -> None:
    """The request goes on with the safe answer."""
    assert 7 == Guard().run("adding", fail, lambda: 7)
    assert 3 == Guard().run("adding", lambda: 3, lambda: 7)


def test_log_tells_place_and_type_once_and_never_the_message(caplog: pytest.LogCaptureFixture) -> None:
    """The line helps to mend and holds nothing that a visitor sent; repeats are counted."""
    guard = Guard()
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            guard.run("adding", fail, int)
    assert 1 == len(caplog.records)
    assert "adding failed with ValueError" in caplog.text
    assert "test_guard.py:" in caplog.text
    assert "secret" not in caplog.text
    assert caplog.records[0].exc_info is None
    assert {("adding", "ValueError"): 3} == dict(guard.failures)


def test_end_of_the_process_is_not_held_up() -> None:
    """Cancellation and interrupts are no errors of a step."""

    def cancel() -> int:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        Guard().run("waiting", cancel, int)
