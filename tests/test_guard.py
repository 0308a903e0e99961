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


def test_log_tells_place_and_type_and_never_the_message(caplog: pytest.LogCaptureFixture) -> None:
    """The line helps to mend and holds nothing that a visitor sent."""
    guard = Guard()
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            guard.run("adding", fail, int)
    assert 1 == len(caplog.records)
    assert "adding failed: ValueError at test_guard.py:" in caplog.text
    assert "secret" not in caplog.text
    assert caplog.records[0].exc_info is None
    assert {("adding", "ValueError"): 3} == dict(guard.failures)


def test_what_goes_on_failing_is_logged_ever_more_rarely(caplog: pytest.LogCaptureFixture) -> None:
    """Who reads the log of a day sees that it goes on, and how often it was; no flood fills a disk."""
    guard = Guard()
    for _ in range(1001):
        guard.run("adding", fail, int)
    told = [record.getMessage().partition(":")[0] for record in caplog.records]
    assert ["adding failed", *(f"adding failed for the {n}th time" for n in (10, 100, 1000))] == told


def test_end_of_the_process_is_not_held_up() -> None:
    """Cancellation and interrupts are no errors of a step."""

    def cancel() -> int:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        Guard().run("waiting", cancel, int)
