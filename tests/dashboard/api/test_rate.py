"""How often a token may ask."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from consentkit.dashboard.api.rate import AT_ONCE, NAMES, PER_SECOND, Rate
from tests.dashboard.api.desk import program


def test_a_flood_is_told_when_to_come_back(tmp_path: Path) -> None:
    """One token's requests do not use up another's; those without any share what they have."""
    made = program(tmp_path)
    other = made.desk.store.tokens.add("excel")
    statuses = [made.get("/meta").status_code for _ in range(AT_ONCE + 1)]
    assert [200] * AT_ONCE + [429] == statuses
    refused = made.get("/meta")
    assert ("1", "application/problem+json") == (refused.headers["retry-after"], refused.headers["content-type"])
    assert 200 == made.get("/meta", token=other).status_code
    assert {401, 429} == {made.get("/meta", token=f"ck_{number}").status_code for number in range(AT_ONCE + 5)}


@given(st.lists(st.floats(0, 10), min_size=1, max_size=300))
def test_no_more_than_the_bucket_holds_and_what_flows_in(gaps: list[float]) -> None:
    """Whatever the times between requests; and who waits as long as told is answered."""
    rate, now, taken = Rate(), 0.0, 0
    for gap in gaps:
        now += gap
        wait = rate.wait("name", now)
        taken += wait == 0
        assert wait <= 1 / PER_SECOND
        if wait:
            now += wait + 1e-9
            taken += 1
            assert 0 == rate.wait("name", now)
    assert taken <= AT_ONCE + now * PER_SECOND + 1


def test_few_names_are_remembered() -> None:
    """However many there are."""
    rate = Rate()
    for number in range(NAMES + 100):
        rate.wait(str(number), 0.0)
    assert NAMES == len(rate._buckets)
