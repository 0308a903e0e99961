"""One stream of requests by our rules and those of others: the reasons add up, and the pages say what came out."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from consentkit.dashboard.wording import LANGUAGES, table
from tests.peers.differences import Difference, differences
from tests.peers.kept import DATA, FIGURES, REASONS, TOOLS, as_data, as_tables, kept_tables
from tests.peers.rules import by_cloudflare, by_goaccess, by_plausible, by_us, is_bot
from tests.peers.stream import DAYS, HOST, KINDS, Asked, World, day_of, log_lines, stream


@pytest.fixture(scope="module")
def happened() -> list[Asked]:
    """The stream that the pages tell of."""
    return stream()


@pytest.fixture(scope="module")
def found(happened: list[Asked]) -> list[Difference]:
    """Its differences."""
    return differences(happened)


def test_the_stream_has_everything_that_is_counted_differently(happened: list[Asked]) -> None:
    """Each kind of request, of people and programs, in the order of time and the same each time."""
    kinds = Counter(asked.kind for asked in happened)
    assert {*KINDS, "restored"} == set(kinds)
    assert min(kinds.values()) > 20
    assert {True, False} == {asked.who is None for asked in happened} == {asked.agreed for asked in happened}
    assert [asked.when for asked in happened] == sorted(asked.when for asked in happened)
    assert (1, DAYS) == (day_of(happened[0].when), day_of(happened[-1].when))
    assert list(log_lines(stream(World(people=9), 7))) == list(log_lines(stream(World(people=9), 7)))


def test_reasons_add_up_to_each_difference_and_have_words(found: list[Difference]) -> None:
    """In this stream and in one where everything is otherwise."""
    hard = World(people=150, visits=8, blocks=0.6, shared=0.8, moving=0.9, bare=0.3, reloads=0.3, back=0.4, pauses=0.3)
    for one in [*found, *differences(stream(hard, 3))]:
        assert one.theirs - one.ours == sum(count for _, count in one.reasons), (one.tool, one.figure)
        assert {reason for reason, _ in one.reasons} <= set(REASONS)
        assert (one.tool in TOOLS, one.figure in FIGURES) == (True, True)
    for language in LANGUAGES:
        texts = table(language)["differences"]
        assert {f"reason_{name}" for name in REASONS} <= set(texts)
        assert {f"figure_{name}" for name in FIGURES} <= set(texts)


def test_the_pages_say_what_comes_out(found: list[Difference]) -> None:
    """`python -m tests.peers` writes them; by hand nothing is to be changed in them."""
    assert as_data(found) == DATA.read_text("utf-8")
    assert as_tables(found) == kept_tables()
    assert len(found) == len(json.loads(DATA.read_text("utf-8")))


def test_what_a_rule_says_of_single_things(happened: list[Asked]) -> None:
    """A reload, a page from memory, a prefetch, a program that runs scripts, somebody who blocks them."""
    rules = {"us": by_us, "plausible": by_plausible, "cloudflare": by_cloudflare, "goaccess": by_goaccess}
    views = {name: rule(happened).views for name, rule in rules.items()}

    def counted(tool: str, **wanted: object) -> set[bool]:
        return {
            counts
            for counts, asked in zip(views[tool], happened, strict=True)
            if asked.who is not None and all(getattr(asked, name) == value for name, value in wanted.items())
        }

    assert {True} == counted("us", kind="reload") == counted("us", kind="page")
    assert (
        {False} == counted("us", kind="restored") == counted("us", kind="prefetch") == counted("plausible", runs=False)
    )
    assert {True} == counted("plausible", kind="restored", runs=True) == counted("cloudflare", kind="reload", runs=True)
    assert {False} == counted("cloudflare", kind="restored") == counted("goaccess", kind="restored")
    google = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    seen = [number for number, asked in enumerate(happened) if asked.user_agent == google]
    assert (False, False, True) == tuple(
        {views[tool][n] for n in seen}.pop() for tool in ("us", "plausible", "cloudflare")
    )
    assert (True, False) == (is_bot(google), is_bot(happened[0].user_agent) and happened[0].who is not None)


@pytest.mark.server
def test_the_rules_of_goaccess_are_those_of_the_program(happened: list[Asked], tmp_path: Path) -> None:
    """The same log through Debian's goaccess: requests and visitors, of each day and of all."""
    if shutil.which("goaccess") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("goaccess is missing; on Debian: apt-get install goaccess")
        pytest.skip("goaccess is missing; on Debian: apt-get install goaccess")
    log, out = tmp_path / "access.log", tmp_path / "goaccess.json"
    log.write_text("".join(log_lines(happened)), "latin-1")
    command = ["goaccess", str(log), "--log-format=COMBINED", "--no-global-config", "-o", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    report = json.loads(out.read_bytes())
    counted = by_goaccess(happened)
    keys = {key for key in counted.keys if key is not None}
    hits = Counter(day_of(asked.when) for asked in happened if asked.facts)
    visitors = Counter(day for _, _, day in keys)
    assert (sum(counted.views), counted.visitors) == (
        report["general"]["total_requests"], report["general"]["unique_visitors"],
    )  # fmt: skip
    assert {f"202612{day:02}": (hits[day], visitors[day]) for day in hits} == {
        day["data"]: (day["hits"]["count"], day["visitors"]["count"]) for day in report["visitors"]["data"]
    }
    assert HOST in log.read_text("latin-1")
