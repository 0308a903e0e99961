"""User agents as counting holds them."""

import subprocess
import sys

from consentkit.stats.enrich import agent
from consentkit.stats.enrich.agent import CACHED_AGENTS, CACHED_LENGTH, agent_of
from tests.stats.page_requests import CHROME, SAFARI

BRAVE = b'"Chromium";v="142", "Brave";v="142", "Not_A Brand";v="99"'
PLAIN = b'"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"'


def test_equal_user_agents_are_one():
    """So that their requests count together."""
    assert agent_of(CHROME.encode()) is agent_of(CHROME.encode())
    assert agent_of(CHROME.encode(), BRAVE) is agent_of(CHROME.encode(), BRAVE)
    assert agent_of(CHROME.encode(), PLAIN) is agent_of(CHROME.encode())


def test_hints_name_a_browser_whose_user_agent_does_not():
    """Brave says Chrome, but for its hints; an unknown brand changes nothing."""
    assert agent_of(CHROME.encode(), BRAVE).facet.values["browser_version"] == "Brave 142"
    assert agent_of(CHROME.encode(), b'"Canary7f3a";v="1"').facet.values["browser"] == "Chrome"


def test_headers_that_a_browser_sends_are_known():
    """By name and version."""
    chrome, safari = agent_of(CHROME.encode()), agent_of(SAFARI.encode())
    assert (True, True) == (chrome.sends_fetch_metadata, chrome.sends_client_hints)
    assert (False, False) == (safari.sends_fetch_metadata, safari.sends_client_hints)
    assert not agent_of(CHROME.replace("Chrome/142", "Chrome/70").encode()).sends_fetch_metadata


def test_what_is_remembered_is_bounded():
    """A flood of unseen user agents evicts, long ones are not kept at all, and brands are few."""
    for number in range(CACHED_AGENTS + 100):
        agent_of(f"curl/{number}".encode())
    assert agent_of(b"x" * (CACHED_LENGTH + 1)) is not agent_of(b"x" * (CACHED_LENGTH + 1))
    assert agent._remembered.cache_info().currsize == CACHED_AGENTS
    known = agent_of(CHROME.encode())
    for number in range(300):
        agent_of(CHROME.encode(), f'"Brand {number}";v="1"'.encode())
    assert len(known._branded) <= len(agent.BRANDS)


def test_nothing_is_parsed_before_somebody_asks():
    """Neither list nor parser is loaded by observing a request: the recorder's thread does that."""
    program = (
        "import sys, consentkit.stats.observer; from consentkit.stats.enrich.agent import agent_of; agent_of(b'UA');"
        "print({'ua_parser', 'user_agents'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
