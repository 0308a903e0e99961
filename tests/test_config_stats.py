"""The table [stats]."""

import tomllib
from pathlib import Path

import pytest

import consentkit
from consentkit.advice import advice
from consentkit.config import parse
from consentkit.config_stats import Funnel, Goal
from consentkit.errors import ConfigError
from consentkit.stats.breakdowns import BREAKDOWNS, DEFAULT_CROSSINGS, crossings_of
from tests.support.sites import config_of, settings


def stats(tmp_path, **values):
    site = {
        "name": "Site", "controller": "Site", "contact": "x@example.com", "hosts": ["www.example.com"],
        "privacy_policy": "/privacy",
    }  # fmt: skip
    return parse({"site": site, "stats": values}, base=tmp_path).stats


def test_goals_and_funnels_are_read(tmp_path):
    """A goal without a path is reached in code."""
    found = stats(
        tmp_path,
        goals=[{"id": "contact", "path": "/thanks"}, {"id": "called"}],
        funnels=[{"id": "order", "steps": ["/basket", "/order"]}],
    )
    assert found.goals == (Goal("contact", "/thanks"), Goal("called", ""))
    assert found.funnels == (Funnel("order", ("/basket", "/order")),)


def test_the_starting_file_shows_the_default_crossings():
    """Whoever adds one to them keeps the six."""
    text = (Path(consentkit.__file__).parent / "starter.toml").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("# crossings = "))
    assert list(map(list, DEFAULT_CROSSINGS)) == tomllib.loads(line.removeprefix("# "))["crossings"]


def test_crossings_have_a_default_and_may_be_none(tmp_path):
    """Six pairs; an empty list is none."""
    assert stats(tmp_path, geoip=["x.mmdb"]).crossings == crossings_of(DEFAULT_CROSSINGS)
    assert stats(tmp_path, crossings=[]).crossings == ()
    assert [one.name for one in stats(tmp_path, crossings=[["os", "page"], ["os", "page"]]).crossings] == ["os_by_page"]


def test_all_breakdowns_are_counted_unless_some_are_named(tmp_path):
    """And those without which nothing can be told; in one order, whatever was written."""
    assert tuple(BREAKDOWNS) == stats(tmp_path).breakdowns
    assert ("page", "country", "device", "status", "reason") == stats(
        tmp_path, breakdowns=["device", "country", "country", "page"]
    ).breakdowns
    assert ("page", "status", "reason") == stats(tmp_path, breakdowns=[]).breakdowns


def test_the_default_crossings_are_those_of_what_is_counted(tmp_path):
    """Without a word, as nobody asked for them; named ones of other breakdowns are an error."""
    found = stats(tmp_path, breakdowns=["device", "channel"]).crossings
    assert ["page_by_channel", "page_by_device", "channel_by_device"] == [one.name for one in found]
    assert not [one for one in stats(tmp_path).crossings if "country" in one.name], "without a database there is none"


def advised(values):
    """What is advised about these statistics on a site of one language."""
    return advice(config_of(settings(stats=values, site={"languages": ["en"]})))


def test_addresses_are_looked_up_only_for_what_is_counted(tmp_path):
    """And `consentkit check` says that a database is there for nothing."""
    assert not stats(tmp_path, geoip=["x.mmdb"], breakdowns=["device"]).looks_up_places
    assert stats(tmp_path, geoip=["x.mmdb"], breakdowns=["network"]).looks_up_places
    assert not stats(tmp_path, breakdowns=["network"]).looks_up_places
    assert "country" in stats(tmp_path).breakdowns, "an import may bring what no request tells"
    assert "country" not in stats(tmp_path).told_by_requests
    [finding] = advised({"geoip": ["x.mmdb"], "breakdowns": ["device"]})
    assert ("stats.geoip", True) == (finding.key, "none of country, region, network, organisation" in finding.message)
    assert [] == advised({"geoip": ["x.mmdb"], "breakdowns": ["network"]})
    [finding] = advised({"crossings": [["page", "os"], ["page", "country"]]})
    assert ("stats.crossings", True) == (finding.key, "nothing counts in page_by_country: country" in finding.message)


@pytest.mark.parametrize(
    ("message", "values"),
    [
        (
            r"stats.breakdowns: \"contry\" is no breakdown; did you mean 'country'\?; allowed are page, ",
            {"breakdowns": ["contry"]},
        ),
        (r"stats.breakdowns: \"page_by_os\" is no breakdown", {"breakdowns": ["page_by_os"]}),
        (r"stats.crossings\[0\]: \"os\" is not counted by; add it", {"breakdowns": [], "crossings": [["page", "os"]]}),
        (r"stats.breakdowns: lacks \"goal\", which the key goals needs", {"breakdowns": [], "goals": [{"id": "a"}]}),
        (
            r"stats.breakdowns: lacks \"funnel\", which the key funnels needs",
            {"breakdowns": [], "funnels": [{"id": "a", "steps": ["/a", "/b"]}]},
        ),
        (r"stats.breakdowns: lacks \"country\", which \"region\" tells", {"breakdowns": ["region"]}),
        (r"stats.breakdowns: lacks \"search\", which the key search_", {"breakdowns": [], "search_parameters": ["q"]}),
        (
            r"stats.breakdowns: lacks \"outbound\", which the key outbound needs",
            {"breakdowns": [], "outbound": True, "visitor_state": True},
        ),
        (r"stats.goals\[0\].id: \"a b\" is no id", {"goals": [{"id": "a b"}]}),
        (r"stats.goals: has an id twice", {"goals": [{"id": "a"}, {"id": "a"}]}),
        (r"stats.goals\[0\].path: \"x\" is no path", {"goals": [{"id": "a", "path": "x"}]}),
        (r"stats.funnels\[0\].steps: has fewer than two pages", {"funnels": [{"id": "a", "steps": ["/a"]}]}),
        (r"stats.funnels\[0\].steps: names a page twice", {"funnels": [{"id": "a", "steps": ["/a", "/b", "/a"]}]}),
        (r"has 16 pages; a funnel has at most 15", {"funnels": [{"id": "a", "steps": [f"/{n}" for n in range(16)]}]}),
        (r"stats.funnels\[0\].steps: \"b\" is no path", {"funnels": [{"id": "a", "steps": ["/a", "b"]}]}),
        (r"stats.crossings\[0\]: \[\"page\"\] is no pair", {"crossings": [["page"]]}),
        (r"stats.crossings\[0\]: 'pages' cannot be crossed", {"crossings": [["pages", "os"]]}),
        (
            r"stats.crossings: has 21 pairs",
            {
                "crossings": [
                    [a, b]
                    for a in ("page", "channel", "country")
                    for b in ("os", "browser", "device", "language", "host", "region", "network")
                ]
            },
        ),
        (r"stats.search_parameters: \"q r\" is not a query parameter", {"search_parameters": ["q r"]}),
        (r"stats.referrer_spam: \"Spam\" is not a domain", {"referrer_spam": ["Spam"]}),
        (r"stats.referrer_spam: 5 is neither a list of domains nor the name of a file", {"referrer_spam": 5}),
        (
            r"stats.referrer_spam: \"none.txt\" cannot be read \(No such file or directory\); name a file beside",
            {"referrer_spam": "none.txt"},
        ),
        (r"stats.public_parameters: \"a/b\" is not a route parameter", {"public_parameters": ["a/b"]}),
    ],
)
def test_what_is_wrong_is_told_with_its_key(tmp_path, message, values):
    """And what is allowed."""
    with pytest.raises(ConfigError, match=message):
        stats(tmp_path, **values)
