"""User agents that the lists in use here were not made from, as two packages on PyPI ship them.

`device_detector` has Matomo's own test fixtures: programs, and browsers on some ten thousand devices. `fake_useragent`
has user agents seen in real traffic of 2025. Neither has anything to do with crawler-user-agents or ua-parser.
"""

import json
import re
from importlib.resources import files

KINDS = ("smartphone", "desktop", "tablet", "phablet", "tv", "console", "feature_phone", "car_browser", "camera")
USER_AGENT = re.compile(r"user_agent:\s*(.*)")
BROWSER = re.compile(r"client:\s*\n\s+type: browser")
HTTP_LIBRARY = re.compile(r"Dalvik/|CFNetwork/|Cronet/")
"""Android's and Apple's libraries with which apps fetch; the fixtures file some of them under browsers."""


def bots() -> list[str]:
    """About 1,350 programs."""
    return [found for block in _blocks("bots.yml") if (found := _user_agent(block))]


def browsers() -> list[str]:
    """About 33,000 browsers, old and odd ones included: telephones without a name, televisions, cars."""
    folder = files("device_detector") / "tests" / "fixtures" / "upstream"
    names = sorted(file.name for file in folder.iterdir() if file.name.startswith(KINDS))
    found = [_user_agent(block) for name in names for block in _blocks(name) if BROWSER.search(block)]
    return [one for one in found if one and not HTTP_LIBRARY.search(one)]


def browsers_of_today() -> list[str]:
    """About 6,900 browsers as sites saw them in 2025."""
    lines = (files("fake_useragent") / "data" / "browsers.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["useragent"].strip('"') for line in lines]


def _blocks(name: str) -> list[str]:
    text = (files("device_detector") / "tests" / "fixtures" / "upstream" / name).read_text("utf-8")
    return re.split(r"\n(?=-)", text)


def _user_agent(block: str) -> str:
    match = USER_AGENT.search(block)
    text = match[1].strip() if match else ""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
