"""Guessing passwords is slow."""

from consentkit.dashboard.throttle import FREE, LONGEST_WAIT, MEMORY, NAMES, Throttle


def fail(throttle: Throttle, name: str, times: int, now: float = 0) -> None:
    """Give a wrong password several times."""
    for _ in range(times):
        throttle.wait(name, now)


def test_the_first_wrong_passwords_cost_nothing() -> None:
    """People mistype."""
    throttle = Throttle()
    fail(throttle, "ann", FREE - 1)
    assert 0 == throttle.wait("ann", 0)


def test_further_tries_wait_longer_and_longer() -> None:
    """Each try doubles the wait of the next."""
    throttle, now, waits = Throttle(), 0.0, []
    fail(throttle, "ann", FREE)
    for _ in range(4):
        wait = throttle.wait("ann", now)
        assert wait is not None
        waits.append(wait)
        now += wait
    assert waits == sorted(waits)
    assert waits[-1] >= 4


def test_tries_made_at_once_gain_nothing() -> None:
    """They stand in a row, and the row is short."""
    throttle = Throttle()
    fail(throttle, "ann", FREE + 2)
    waits = [throttle.wait("ann", 0) for _ in range(50)]
    served = [wait for wait in waits if wait is not None]
    assert len(set(served)) == len(served) < 6
    assert max(served) <= LONGEST_WAIT


def test_tries_that_are_still_under_way_count() -> None:
    """So the first of many at once are few, before it is known that any of them was wrong."""
    throttle = Throttle()
    assert FREE == [throttle.wait("ann", 0) for _ in range(50)].count(0)


def test_a_name_that_is_attacked_for_days_still_takes_tries() -> None:
    """The wait grows no further, however many there were."""
    throttle, now = Throttle(), 0.0
    for _ in range(2000):
        now += throttle.wait("ann", now) or 0
    assert LONGEST_WAIT >= (throttle.wait("ann", now) or 0) > 1


def test_an_attack_on_one_name_does_not_slow_down_another() -> None:
    """Nobody is locked out by what happens to somebody else."""
    throttle = Throttle()
    fail(throttle, "ann", 100)
    assert 0 == throttle.wait("bob", 0)


def test_all_names_together_are_slowed_down_too() -> None:
    """Trying one password with many names makes a row as well."""
    throttle = Throttle()
    waits = [throttle.wait(f"name{number}", 0) for number in range(400)]
    assert 0 == waits[0]
    assert None is waits[-1]


def test_the_right_password_and_time_forget_the_wrong_ones() -> None:
    """A success at once, time after a quarter of an hour."""
    throttle = Throttle()
    fail(throttle, "ann", 9)
    throttle.succeeded("ann")
    assert 0 == throttle.wait("ann", 0)
    fail(throttle, "bob", 9)
    assert 0 == throttle.wait("bob", MEMORY + 1)


def test_the_memory_is_bounded() -> None:
    """However many names are tried."""
    throttle = Throttle()
    for number in range(NAMES * 3):
        throttle.wait(str(number), 0)
    assert NAMES == len(throttle._names)
