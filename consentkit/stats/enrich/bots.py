"""What a user agent says of the program behind it. The one module that knows crawleruseragents.

The list's 1,500 patterns take 170 µs one after the other. Nearly all are plain texts, so they are filed under four
letters of theirs that few others have, and a user agent is looked through once, four letters at a time: 30 µs.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import crawleruseragents

from consentkit.stats.classes import AI_CRAWLER, AI_FETCH, CRAWLER, FEED_READER, LIBRARY, MONITOR, PROBE

BY_RANK = (AI_FETCH, AI_CRAWLER, PROBE, MONITOR, FEED_READER, CRAWLER, LIBRARY)
"""Of several classes that fit, the first counts: the narrower one."""

BY_TAG = {
    "ai-crawler": AI_CRAWLER,
    "monitoring": MONITOR,
    "feed-reader": FEED_READER,
    "http-library": LIBRARY,
    "browser-automation": LIBRARY,
}

FETCHES = re.compile(
    r"-?User\b|Google-(?:Agent|NotebookLM|Gemini-CLI)|GoogleAgent|Gemini-Deep-Research|DuckAssistBot|AmazonBuyForMe"
    r"|kagi-fetcher|Bedrock-AgentCore|externalfetcher"
)
"""Among what the list tags as AI: those that fetch because a person asked just now, by their makers' own account."""

INTRUDERS = re.compile(
    r"Nikto|sqlmap|ZmEu|masscan|WPScan|cunetix|Nessus|uster|OpenVAS|zgrab|l9|Nmap|WhatWeb|nuclei|gobuster|ferox|ffuf",
)
"""Among what the list tags as scanners: tools that look for a way in."""

AI_CRAWLERS = """
    gptbot claudebot ccbot bytespider amazonbot youbot diffbot timpibot imagesiftbot ai2bot tiktokspider cohere-
    meta-externalagent omgili webzio
"""
LIBRARY_WORDS = """
    python curl/ wget go-http java/ okhttp axios node-fetch undici libwww httpclient
    headless phantomjs selenium puppeteer playwright guzzle postman lua-resty
"""
MONITOR_WORDS = """
    monitor prometheus/ googlehc/ uptime pingdom healthcheck health-check kube-probe statuscake diagnostics observatory
    measurement infrawatch
"""
CRAWLER_WORDS = """
    crawl spider scrap archiver +http (http preview google- googlead transcoder
    inspector inspici checker proxy thumbnail prospect
"""
OF_AI = (
    (AI_FETCH, ("-user/", "meta-externalfetcher", "novaact", "manus-user")),
    (AI_CRAWLER, tuple(AI_CRAWLERS.split())),
)
"""Of AI companies by their own account, though the list has many as crawlers of no kind."""

GENERAL = (
    (PROBE, ("nuclei", "gobuster", "feroxbuster", "fuzz faster", "sqlmap", "nikto", "masscan", "zgrab", "scanner")),
    (MONITOR, tuple(MONITOR_WORDS.split())),
    (FEED_READER, ("feedfetcher", "feedparser", "rss reader", "rssreader", "feed reader", "feedreader", "podcast")),
    (CRAWLER, (" http://", " https://", "page speed", "search console", *CRAWLER_WORDS.split())),
    (LIBRARY, tuple(LIBRARY_WORDS.split())),
)
"""Words that name a program's kind wherever they stand, for the many that no list has; compared in lower case."""

BOT = re.compile(r"(?<!cu)(?<!ab)bots?(?![a-z])(?![ _-]?\d{2,3}(?![\d.]))(?!_tab)|(?<![a-z])robots?")
"""`bot` at the end of a word, but not the telephones of Cubot and the likes of `M_bot_60`."""

MAIL = re.compile(r"[\w+-]@[\w-]+\.[a-z]{2,}")
"""Begun at one character: what stands before it does not matter, and looking for it would take long."""
ENDINGS = (".com", ".org", ".net", ".io", ".ai", ".party", ".info")
SITE = re.compile(rf"[(;] ?(?:via )?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:{'|'.join(map(re.escape, ENDINGS))})\b")
"""A program's own site in its comments, in lower case; packages of Android's begin with `com.` instead."""

BROWSER_START = ("mozilla/", "opera/")
HANDSET = re.compile(
    r"\A(?:nokia|samsung|sonyericsson|blackberry|lg|mot-|ucweb|zte|huawei|alcatel|docomo)"
    r"|midp|cldc|up\.(?:browser|link)|uc ?browser|opera mini|netfront|obigo|teleca|openwave|polaris|dolfin|hbbtv"
    r"|\bwap\b|browser/applewebkit|applewebkit/|mozilla/[45]\.0|iphone|web0s|smarttv"
)
"""Old telephones, televisions and a few others alone are browsers and not called Mozilla; in lower case."""

ENGINE = re.compile(
    r"gecko|webkit|khtml|msie |trident/|presto|opera|konqueror|netfront|goanna|servo|edge/|netsurf|dillo|lynx"
    r"|nintendo|playstation|psp|ibrowse|nettv|ucbrowser|browser/"
)
"""What every browser names, in lower case: its engine, or itself if it is old or odd."""
ENGINE_OF_TODAY = re.compile(r"Chrome/|Firefox/|Safari/")
ADDED = "like Gecko; "
"""Programs have their names behind these words in the comment on the engine; browsers have nothing there."""


MISTAKEN = frozenset({r"AP3A\.240617\.008", "MetaIAB Facebook", "Sogou"})
"""Of the list, but on the telephones of people: a build of Android 15, and the browsers of Facebook and Sogou (whose
crawlers call themselves spiders as well)."""

EDGES = re.compile(r"^\^|^\(\^\| \)|\$$|\(\[\^-\]\|\$\)$")
CASES = re.compile(r"\[([A-Za-z]{2})\]")
MORE_THAN_TEXT = re.compile(r"\\\w|(?<!\\)[][(){}^$*+?.|]")

GRAM = 4

LISTED = "listed"
WORD = "word"
NO_USER_AGENT = "no_user_agent"
NO_BROWSER = "no_browser"
"""Why a user agent is taken for a program's: it is on the list; a general word; there is none; no browser begins so."""


class Known(NamedTuple):
    """A pattern of the list: a text that must stand in the user agent, and an expression where that is not enough."""

    text: str
    expression: re.Pattern[str] | None
    request_class: str


def declared(user_agent: str) -> tuple[str, str] | None:
    """The class that a program declares by its user agent, and why; None where it calls itself a browser."""
    if not user_agent.strip():
        return LIBRARY, NO_USER_AGENT
    listed, lower = _listed(user_agent), user_agent.lower()
    if listed in (None, CRAWLER, LIBRARY) and (found := _worded(lower, OF_AI)):
        return found
    if listed is not None and listed != LIBRARY:
        return listed, LISTED
    return _general(user_agent, lower) or ((listed, LISTED) if listed else None)


def _worded(lower: str, kinds: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, str] | None:
    for request_class, words in kinds:
        if any(word in lower for word in words):
            return request_class, WORD
    return None


def _general(user_agent: str, lower: str) -> tuple[str, str] | None:
    found = _worded(lower, GENERAL)
    if found is not None:
        return found
    if _signed(lower):
        return CRAWLER, WORD
    if not lower.startswith(BROWSER_START):
        return None if HANDSET.search(lower) else (LIBRARY, NO_BROWSER)
    added = ADDED in user_agent or ("compatible;" in lower and ENGINE_OF_TODAY.search(user_agent))
    return (CRAWLER, NO_BROWSER) if added or not ENGINE.search(lower) else None


def _signed(lower: str) -> bool:
    """Whether a user agent calls itself a bot or says where its maker is to be found."""
    # The plain texts are looked for first: they take a tenth of the time of the expressions.
    return bool(
        ("bot" in lower and BOT.search(lower))
        or ("@" in lower and MAIL.search(lower))
        or (any(ending in lower for ending in ENDINGS) and SITE.search(lower))
    )


def _listed(user_agent: str) -> str | None:
    filed, keys, loose = _index()
    found = {known.request_class for known in loose if known.expression and known.expression.search(user_agent)}
    grams = map("".join, zip(*(user_agent[start:] for start in range(GRAM)), strict=False))
    for gram in keys.intersection(grams):
        for known in filed[gram]:
            if known.text in user_agent and (known.expression is None or known.expression.search(user_agent)):
                found.add(known.request_class)
    return min(found, key=BY_RANK.index, default=None)


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, list[Known]], frozenset[str], list[Known]]:
    """The list's texts, each under its rarest four letters, and the expressions that have no such text."""
    entries = [entry for entry in crawleruseragents.CRAWLER_USER_AGENTS_DATA if entry["pattern"] not in MISTAKEN]
    known = [one for entry in entries for one in _known(entry["pattern"], entry.get("tags", ()))]
    common = Counter(gram for one in known for gram in _grams(one.text))
    filed: dict[str, list[Known]] = {}
    for one in known:
        if one.text:
            filed.setdefault(min(_grams(one.text), key=common.__getitem__), []).append(one)
    return filed, frozenset(filed), [one for one in known if not one.text]


def _known(pattern: str, tags: Iterable[str]) -> list[Known]:
    request_class = _class_of(pattern, tags)
    bare = EDGES.sub("", pattern)
    texts = [re.sub(r"\\(\W)", r"\1", text) for text in _spelled(bare)]
    if MORE_THAN_TEXT.search(CASES.sub("", bare)) or min(map(len, texts)) < GRAM:
        return [Known("", re.compile(pattern), request_class)]
    expression = None if bare == pattern else re.compile(pattern)
    return [Known(text, expression, request_class) for text in texts]


def _spelled(pattern: str) -> list[str]:
    """A pattern with letters in either case (`[cC]laude`) as the texts that it stands for."""
    parts = CASES.split(pattern)
    return [
        "".join(choice) for choice in itertools.product(*(part if n % 2 else [part] for n, part in enumerate(parts)))
    ]


def _grams(text: str) -> list[str]:
    return [text[start : start + GRAM] for start in range(len(text) - GRAM + 1)]


def _class_of(pattern: str, tags: Iterable[str]) -> str:
    tags = set(tags)
    if tags & {"ai-crawler", "browser-automation"} and FETCHES.search(pattern):
        return AI_FETCH
    if "scanner" in tags and INTRUDERS.search(pattern):
        return PROBE
    return next((known for tag, known in BY_TAG.items() if tag in tags), CRAWLER)
