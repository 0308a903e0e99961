"""Browser, operating system and kind of device by user agent. The one module that knows user_agents and ua_parser.

`user_agents.parse` uses ua-parser's old entry point and takes about 1 ms for an unseen user agent; its object built
from ua-parser 1.x takes 25 µs. The parser is loaded in the recorder's thread: 0.16 s once, and about 31 MB.
"""

import re
import sys
from functools import lru_cache
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import Any, NamedTuple

from consentkit.stats.model import OTHER, UNKNOWN

BROWSERS = {
    "Chrome": "Chrome",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chromium": "Chromium",
    "Chrome Mobile WebView": "Android WebView",
    "Android": "Android Browser",
    "Firefox": "Firefox",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Firefox Focus": "Firefox Focus",
    "Safari": "Safari",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "iOS WebView",
    "Edge": "Edge",
    "Edge Mobile": "Edge",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "Opera": "Opera",
    "Opera Mobile": "Opera",
    "Opera Mini": "Opera Mini",
    "Opera Touch": "Opera",
    "Opera GX": "Opera",
    "Samsung Internet": "Samsung Internet",
    "Brave": "Brave",
    "DuckDuckGo": "DuckDuckGo",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Ecosia iOS": "Ecosia",
    "Ecosia Android": "Ecosia",
    "Vivaldi": "Vivaldi",
    "Yandex Browser": "Yandex Browser",
    "YandexSearch": "Yandex Browser",
    "UC Browser": "UC Browser",
    "QQ Browser": "QQ Browser",
    "QQ Browser Mobile": "QQ Browser",
    "MiuiBrowser": "Mi Browser",
    "HuaweiBrowser": "Huawei Browser",
    "Huawei Browser": "Huawei Browser",
    "Whale": "Whale",
    "Amazon Silk": "Amazon Silk",
    "Epiphany": "GNOME Web",
    "Konqueror": "Konqueror",
    "Falkon": "Falkon",
    "SeaMonkey": "SeaMonkey",
    "Pale Moon": "Pale Moon",
    "Google": "Google app",
    "Facebook": "Facebook app",
    "Instagram": "Instagram app",
    "Messenger": "Messenger app",
    "LinkedIn": "LinkedIn app",
    "Pinterest": "Pinterest app",
    "Snapchat": "Snapchat app",
    "TikTok": "TikTok app",
    "Twitter": "X app",
    "WeChat": "WeChat app",
    "Electron": "Electron",
}
"""ua-parser's families → the name shown. A family on no list may carry text of the user agent itself."""

SYSTEMS = {
    "Windows": "Windows",
    "Windows Phone": "Windows Phone",
    "Mac OS X": "macOS",
    "Mac OS": "macOS",
    "iOS": "iOS",
    "iPadOS": "iPadOS",
    "Android": "Android",
    "HarmonyOS": "HarmonyOS",
    "OpenHarmony": "HarmonyOS",
    "KaiOS": "KaiOS",
    "Chrome OS": "ChromeOS",
    "Linux": "Linux",
    "Ubuntu": "Linux",
    "Debian": "Linux",
    "Fedora": "Linux",
    "Red Hat": "Linux",
    "SUSE": "Linux",
    "Mint": "Linux",
    "Arch Linux": "Linux",
    "Gentoo": "Linux",
    "FreeBSD": "BSD",
    "OpenBSD": "BSD",
    "NetBSD": "BSD",
    "Tizen": "Tizen",
    "webOS": "webOS",
    "Web0S": "webOS",
    "WebTV": "webOS",
    "tvOS": "tvOS",
    "ATV OS X": "tvOS",
    "PlayStation": "PlayStation",
    "PlayStation 4": "PlayStation",
    "PlayStation 5": "PlayStation",
    "Nintendo Switch": "Nintendo",
    "BlackBerry OS": "BlackBerry OS",
}

TELEVISION = re.compile(
    r"Smart-?TV|SMART-TV|HbbTV|NetCast|Web0S|AppleTV|Apple TV|GoogleTV|Google TV|Android TV|BRAVIA|AFT[A-Z]|CrKey|Roku"
    r"|Large Screen|Tizen.{1,40} TV |VIDAA|DTV"
)
CONSOLE = re.compile(r"PlayStation|PLAYSTATION|Xbox|Nintendo")


BRANDS = {
    "Brave": "Brave",
    "Vivaldi": "Vivaldi",
    "DuckDuckGo": "DuckDuckGo",
    "Opera GX": "Opera",
    "Ecosia": "Ecosia",
    "Avast Secure Browser": "Avast Secure Browser",
    "AVG Secure Browser": "AVG Secure Browser",
    "Norton Private Browser": "Norton Private Browser",
    "Whale": "Whale",
    "YaBrowser": "Yandex Browser",
    "Android WebView": "Android WebView",
    "Samsung Internet": "Samsung Internet",
}
"""Names in Sec-CH-UA of browsers whose user agent may say Chrome only → the name shown."""

HIGHEST_VERSION = 999


class Client(NamedTuple):
    """What a view was seen with, each from a fixed list of names; the version with its major number."""

    browser: str
    browser_version: str
    os: str
    device: str


def client(user_agent: str, brand: str = "") -> Client:
    """What a user agent names; what is on no list is `(other)`. `brand` is one of BRANDS and goes before it."""
    if not user_agent:
        return Client(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    agent = _parser()(user_agent)
    browser = BRANDS[brand] if brand else BROWSERS.get(agent.browser.family, OTHER)
    return Client(
        browser,
        _versioned(browser, agent.browser.version),
        SYSTEMS.get(agent.os.family, OTHER),
        _device(user_agent, agent),
    )


def _versioned(browser: str, version: tuple[int | str, ...]) -> str:
    major = version[0] if version else None
    known = browser != OTHER and isinstance(major, int) and 0 < major <= HIGHEST_VERSION
    return f"{browser} {major}" if known else browser


def _device(user_agent: str, agent: Any) -> str:
    if CONSOLE.search(user_agent):
        return "console"
    if TELEVISION.search(user_agent):
        return "tv"
    telephone = "Mobile" in user_agent or agent.browser.family == "Opera Mini"
    # user_agents calls every Android without "Mobile Safari" a tablet; built-in browsers of apps leave that out.
    if "Tablet" in user_agent or (agent.is_tablet and not ("Android" in user_agent and telephone)):
        return "tablet"
    if agent.is_mobile or agent.is_tablet or agent.os.family == "KaiOS":
        return "mobile"
    return "desktop" if agent.is_pc or SYSTEMS.get(agent.os.family) in ("Linux", "BSD") else OTHER


@lru_cache(maxsize=1)
def _parser() -> Any:
    """A function from a user agent to user_agents' object, filled from ua-parser's Rust resolver without its cache."""
    from ua_parser import BestAvailableResolver, Domain, load_lazy_builtins  # noqa: PLC0415

    _put_off("ua_parser", "user_agent_parser")
    from user_agents import parsers  # noqa: PLC0415

    resolve = BestAvailableResolver(load_lazy_builtins())

    class Agent(parsers.UserAgent):  # type: ignore[misc]
        """user_agents' object from a result that is there already."""

        def __init__(self, user_agent: str) -> None:
            result = resolve(user_agent, Domain.ALL).complete().with_defaults()
            browser, system, device = result.user_agent, result.os, result.device
            self.ua_string = user_agent
            self.browser = parsers.parse_browser(browser.family, browser.major, browser.minor, browser.patch)
            self.os = parsers.parse_operating_system(system.family, system.major, system.minor, system.patch)
            self.device = parsers.parse_device(device.family, device.brand, device.model)

    return Agent


def _put_off(package: str, name: str) -> None:
    """Load a module of a package only when something in it is asked for.

    user_agents imports ua-parser's old entry point, and that its list in a second form: 90 ms that nothing here needs.
    """
    full = f"{package}.{name}"
    spec = find_spec(full)
    if full in sys.modules or spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[full] = module
    spec.loader.exec_module(module)
    # As importing does: `from package import name` looks there first.
    setattr(sys.modules[package], name, module)
