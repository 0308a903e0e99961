"""Requests as a busy site gets them: few pages, browsers and sources often, many seldom, by Zipf's law.

So that counting is measured with the variety that it meets in life: what thousands of equal requests would flatter is a
table that is asked for the same again and again.
"""

import itertools
import random
from collections.abc import Sequence
from typing import Any, TypeVar

from tests.benchmarks.places import ADDRESSES
from tests.benchmarks.sites import request

T = TypeVar("T")

PAGES, BROWSERS, SOURCES, NETWORK = 500, 200, 40, 25
"""Distinct paths, user agents and referring sites, and addresses of each of the networks."""
LINKS = 12
"""Pages that have a link to a page."""

NOUNS = (
    *(
        "shoes",
        "boots",
        "coats",
        "hats",
        "gloves",
        "scarves",
        "belts",
        "bags",
        "socks",
        "shirts",
        "trousers",
        "jackets",
    ),
    *("dresses", "skirts", "sweaters", "jeans", "shorts", "sandals", "sneakers", "slippers", "blankets", "curtains"),
)
COLOURS = (
    *("red", "blue", "green", "black", "white", "brown", "grey", "pink", "orange", "purple", "yellow", "silver"),
    *("golden", "navy", "olive", "beige", "maroon", "teal", "coral", "ivory", "indigo", "violet", "amber", "crimson"),
)
SYSTEMS = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
    "Linux; Android 10; K",
    "X11; CrOS x86_64 14541.0.0",
)
LANGUAGES = (b"nl-NL,nl;q=0.9,en;q=0.8", b"en-US,en;q=0.9", b"de-DE,de;q=0.9", b"fr-FR,fr;q=0.9", b"es-ES,es;q=0.9")
SEARCHES = (
    b"https://www.google.com/",
    b"https://www.bing.com/",
    b"https://duckduckgo.com/",
    b"https://www.facebook.com/",
)
CAMPAIGN = b"utm_source=newsletter&utm_medium=email&utm_campaign=spring"

WITHIN = 0.55
"""Of the views the share that comes from another page of the site."""
TYPED = 0.4
"""Of the others the share that comes from nowhere."""
CAMPAIGNS = 0.05
"""The share of views with values of a campaign in the address."""


class Traffic:
    """So many requests, the same each time."""

    def __init__(self, count: int) -> None:
        chance = random.Random(11)
        names = [f"{colour}-{noun}" for colour, noun in itertools.product(COLOURS, NOUNS)]
        chance.shuffle(names)
        known = [f"/products/{name}" for name in names[:PAGES]]
        linked = {path: chance.sample(known, LINKS) for path in known}
        agents = [
            f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0 Safari/537.36".encode()
            for version, system in itertools.product(range(140, 140 - BROWSERS // len(SYSTEMS), -1), SYSTEMS)
        ]
        stories = [f"https://{names[number]}.example.org/story".encode() for number in range(SOURCES - len(SEARCHES))]
        heads = [address.rpartition(".")[0] for address in ADDRESSES]
        addresses = [f"{head}.{number}" for head, number in itertools.product(heads, range(1, NETWORK + 1))]
        self._rows = list(
            zip(
                (paths := _zipf(chance, list(linked), count)),
                [chance.choice(linked[path]) for path in paths],
                _zipf(chance, agents, count),
                _zipf(chance, [*SEARCHES, *stories], count),
                _zipf(chance, LANGUAGES, count),
                chance.choices(addresses, k=count),
                [chance.random() for _ in range(count)],
                strict=True,
            )
        )

    def request(self, number: int, *more: tuple[bytes, bytes]) -> dict[str, Any]:
        """The request of a number, with headers beside a browser's usual ones."""
        path, before, agent, source, language, address, share = self._rows[number % len(self._rows)]
        headers = {b"user-agent": agent, b"accept-language": language, b"sec-fetch-user": b"?1"}
        if share < WITHIN:
            headers |= {b"referer": b"https://example.com" + before.encode(), b"sec-fetch-site": b"same-origin"}
        elif share < WITHIN + (1 - WITHIN) * TYPED:
            headers |= {b"referer": b"", b"sec-fetch-site": b"none"}
        else:
            headers[b"referer"] = source
        query = CAMPAIGN if share > 1 - CAMPAIGNS else b""
        seen = {"path": path, "raw_path": path.encode(), "query_string": query, "client": (address, 1234)}
        return request(number, *headers.items(), *more) | seen


def _zipf(chance: random.Random, items: Sequence[T], count: int) -> list[T]:
    return chance.choices(items, [1 / rank for rank in range(1, len(items) + 1)], k=count)
