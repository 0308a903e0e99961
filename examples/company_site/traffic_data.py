"""What the sample traffic is made of: browsers, programs, sources, pages and how people move between them."""

from typing import NamedTuple

HOSTS = (("www.noordlicht.example", 93), ("noordlicht.example", 7))

HOURS = (6, 3, 2, 1, 1, 3, 9, 20, 34, 44, 50, 49, 42, 45, 44, 42, 40, 39, 38, 48, 58, 54, 36, 16)
"""Weight of each local hour: office hours, and the evening on the couch."""

WEEKDAYS = (1.08, 1.10, 1.06, 1.03, 0.97, 0.79, 0.90)


class Browser(NamedTuple):
    """A browser by its user agent, how common it is, and whether it sends Sec-Fetch headers."""

    user_agent: str
    weight: float
    mobile: bool


CHROME_VERSIONS = ((156, 0.62), (155, 0.26), (153, 0.12))
FIREFOX_VERSIONS = ((153, 0.7), (152, 0.3))
SAFARI_VERSIONS = (("26.3", "18_7", 0.55), ("26.1", "18_7", 0.3), ("18.6", "18_6", 0.15))

WINDOWS = "Windows NT 10.0; Win64; x64"
MAC = "Macintosh; Intel Mac OS X 10_15_7"
LINUX = "X11; Linux x86_64"


def _chrome(platform: str, version: int, mobile: str = "", more: str = "") -> str:
    return (
        f"Mozilla/5.0 ({platform}) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{version}.0.0.0 {mobile}Safari/537.36{more.format(v=version)}"
    )


def _chromium_family() -> list[Browser]:
    kinds = (
        (WINDOWS, "", "", 22.0, False), (MAC, "", "", 5.0, False), (LINUX, "", "", 1.6, False),
        ("Linux; Android 10; K", "Mobile ", "", 24.0, True), (WINDOWS, "", " Edg/{v}.0.0.0", 9.0, False),
        (WINDOWS, "", " OPR/{v}.0.0.0", 0.9, False),
    )  # fmt: skip
    found = [
        Browser(_chrome(platform, version, mobile, more), weight * share, handheld)
        for platform, mobile, more, weight, handheld in kinds
        for version, share in CHROME_VERSIONS
    ]
    samsung = (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "SamsungBrowser/{own}.0 Chrome/{chrome}.0.0.0 Mobile Safari/537.36"
    )
    found += [
        Browser(samsung.format(own=own, chrome=chrome), w, True) for own, chrome, w in ((30, 148, 3.4), (29, 136, 1.2))
    ]
    found.append(Browser(_chrome("Linux; Android 10; K", 156), 1.1, True))
    return found


def _firefox_and_safari() -> list[Browser]:
    firefox = "Mozilla/5.0 ({platform}; rv:{v}.0) Gecko/20100101 Firefox/{v}.0"
    found = [
        Browser(firefox.format(platform=platform, v=version), weight * share, False)
        for platform, weight in ((WINDOWS, 3.4), ("X11; Linux x86_64", 1.0), ("Macintosh; Intel Mac OS X 10.15", 0.8))
        for version, share in FIREFOX_VERSIONS
    ]
    android = "Mozilla/5.0 (Android 15; Mobile; rv:{v}.0) Gecko/{v}.0 Firefox/{v}.0"
    found += [Browser(android.format(v=version), 0.9 * share, True) for version, share in FIREFOX_VERSIONS]
    for version, system, share in SAFARI_VERSIONS:
        webkit = f"AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version}"
        iphone = f"Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X)"
        ipad = f"Mozilla/5.0 (iPad; CPU OS {system} like Mac OS X)"
        found += [
            Browser(f"{iphone} {webkit} Mobile/15E148 Safari/604.1", 19.0 * share, True),
            Browser(f"{ipad} {webkit} Mobile/15E148 Safari/604.1", 2.2 * share, True),
            Browser(f"Mozilla/5.0 ({MAC}) {webkit} Safari/605.1.15", 5.5 * share, False),
        ]
    return found


BROWSERS = (*_chromium_family(), *_firefox_and_safari())

SOURCES = (
    ("", 29), ("https://www.google.com/", 31), ("https://www.google.nl/", 5), ("https://www.bing.com/", 5),
    ("https://duckduckgo.com/", 3.4), ("https://www.ecosia.org/", 1.2), ("https://www.startpage.com/", 0.9),
    ("https://www.facebook.com/", 4.2), ("https://l.instagram.com/", 1.9), ("https://www.linkedin.com/", 2.4),
    ("https://www.reddit.com/", 1.1), ("https://mastodon.social/", 0.5), ("https://www.rtvnoord.nl/", 2.2),
    ("https://dvhn.nl/", 1.8), ("https://tweakers.net/", 3.1), ("https://www.independer.nl/", 2.3),
    ("https://www.consumentenbond.nl/", 1.1), ("https://chatgpt.com/", 2.0), ("https://www.perplexity.ai/", 0.6),
    ("https://outlook.live.com/", 0.7),
)  # fmt: skip

NEWS_SITES = (("https://www.nu.nl/", 34), ("https://www.rtvnoord.nl/", 26), ("https://tweakers.net/", 22),
              ("https://dvhn.nl/", 12), ("https://news.ycombinator.com/", 6))  # fmt: skip

CAMPAIGN = (
    ("https://www.google.com/", "utm_source=google&utm_medium=cpc&utm_campaign=najaar", 50),
    ("https://www.facebook.com/", "utm_source=facebook&utm_medium=paid-social&utm_campaign=najaar", 30),
    ("https://www.linkedin.com/", "utm_source=linkedin&utm_medium=paid-social&utm_campaign=najaar", 8),
    ("", "utm_source=nieuwsbrief&utm_medium=email&utm_campaign=najaar", 12),
)

ALWAYS = (
    ("https://www.google.com/", "utm_source=google&utm_medium=cpc&utm_campaign=merk&utm_term=glasvezel&gclid=EAI", 2.6),
    (
        "https://www.google.com/",
        "utm_source=google&utm_medium=cpc&utm_campaign=merk&utm_term=noordlicht&gclid=EAI",
        1.9,
    ),
    ("", "utm_source=nieuwsbrief&utm_medium=email&utm_campaign=maandbrief&utm_content=kop", 1.5),
    ("", "utm_source=nieuwsbrief&utm_medium=email&utm_campaign=maandbrief&utm_content=voet", 0.6),
)
"""Campaigns that run all the time, with their weight among SOURCES."""

ANSWERS = (("accepted", 43), ("refused", 41), ("chosen", 16))
"""To the banner."""

TERMS = {
    "nl": (("storing", 24), ("wifi 7", 15), ("prijzen", 14), ("nijehorst", 12), ("router", 9), ("verhuizen", 7)),
    "en": (("outage", 20), ("wifi 7", 16), ("prices", 12), ("router", 8), ("moving house", 6)),
    "es": (("avería", 18), ("wifi 7", 14), ("precios", 12), ("router", 8)),
}
"""What is searched for in the news."""

OUTBOUND = (("www.degeschillencommissie.nl", 62), ("www.consuwijzer.nl", 38))
"""The other sites to which the contact page links."""

PRICES_TABLE = "/products/prices.csv"

HOME, PRODUCTS, NEWS, ABOUT, CONTACT, THANKS = "/", "/products", "/news", "/about", "/contact", "/contact/thanks"
FIBRE, BUSINESS, MOBILE, TV = "/products/fibre-home", "/products/fibre-business", "/products/mobile", "/products/tv"
CHECK, PRIVACY, SIGN_IN, ACCOUNT = "/check", "/privacy", "/account/sign-in", "/account"
FAULT, DIGGER, ROUTER, PRICES = "/news/october-fault", "/news/nijehorst", "/news/wifi7", "/news/prices-2027"

LANDINGS = (
    (HOME, 40), (FIBRE, 15), (SIGN_IN, 9), (MOBILE, 6), (TV, 6), (BUSINESS, 4), (CONTACT, 4), (DIGGER, 5),
    (ROUTER, 4), (PRICES, 3), (FAULT, 2), (PRODUCTS, 2),
)  # fmt: skip

MOVES: dict[str, tuple[tuple[str, float], ...]] = {
    HOME: ((CHECK, 26), (FIBRE, 17), (PRODUCTS, 13), (SIGN_IN, 12), (TV, 7), (MOBILE, 7), (BUSINESS, 4),
           (DIGGER, 6), (NEWS, 4), (CONTACT, 3), (ABOUT, 2)),
    CHECK: ((CONTACT, 30), (FIBRE, 34), (PRODUCTS, 16), (CHECK, 14), (HOME, 6)),
    PRODUCTS: ((FIBRE, 38), (TV, 22), (MOBILE, 20), (BUSINESS, 10), (HOME, 5), (CONTACT, 5)),
    FIBRE: ((CONTACT, 24), (PRODUCTS, 18), (TV, 20), (MOBILE, 12), (HOME, 14), (CHECK, 12)),
    NEWS: ((DIGGER, 34), (FAULT, 24), (ROUTER, 24), (PRICES, 18)),
    SIGN_IN: ((ACCOUNT, 78), (HOME, 8), (CONTACT, 14)),
    ACCOUNT: ((CONTACT, 24), (HOME, 26), (MOBILE, 20), (ROUTER, 30)),
    CONTACT: ((THANKS, 38), (HOME, 24), (ABOUT, 14), (PRIVACY, 10), (PRODUCTS, 14)),
    THANKS: ((NEWS, 60), (HOME, 40)),
    ABOUT: ((CONTACT, 30), (NEWS, 34), (HOME, 36)),
    PRIVACY: ((HOME, 60), (CONTACT, 40)),
}  # fmt: skip

OTHERWISE = ((HOME, 30), (PRODUCTS, 26), (FIBRE, 16), (NEWS, 16), (CONTACT, 12))
"""Where people go from a page without moves of its own."""

BYTES = {HOME: 19_800, PRODUCTS: 11_300, NEWS: 9_900, ABOUT: 9_700, CONTACT: 9_900, THANKS: 7_600, CHECK: 8_300,
         FIBRE: 14_900, BUSINESS: 15_000, MOBILE: 14_700, TV: 15_400, PRIVACY: 11_900, SIGN_IN: 8_200,
         ACCOUNT: 10_800, FAULT: 12_600, DIGGER: 12_200, ROUTER: 12_100, PRICES: 12_000}  # fmt: skip

SECONDS = {HOME: 0.021, PRODUCTS: 0.014, NEWS: 0.017, CHECK: 0.034, ACCOUNT: 0.052, CONTACT: 0.012, THANKS: 0.011}
"""The usual time to an answer, where it is not USUAL_SECONDS."""
USUAL_SECONDS, FORM_SECONDS, FILE_SECONDS, FAILING_SECONDS = 0.013, 0.045, 0.0012, 0.9

STYLES = (("site.css", "text/css", 7_500), ("pages.css", "text/css", 15_600), ("mark.svg", "image/svg+xml", 930))
PICTURES = {HOME: ("hero.svg", 55_000), ABOUT: ("about.svg", 13_300), FIBRE: ("product-fibre-home.svg", 4_500),
            BUSINESS: ("product-fibre-business.svg", 3_600), MOBILE: ("product-mobile.svg", 2_700),
            TV: ("product-tv.svg", 8_100), DIGGER: ("news-nijehorst.svg", 8_500),
            FAULT: ("news-october-fault.svg", 10_200), ROUTER: ("news-wifi7.svg", 2_000),
            PRICES: ("news-prices-2027.svg", 3_300)}  # fmt: skip

WRONG_PATHS = (("/favicon.ico", 40), ("/apple-touch-icon.png", 22), ("/nl/products/internet", 14), ("/glasvezel", 10),
               ("/nl/storing", 9), ("/contact.html", 4))  # fmt: skip
BROKEN_LINK = "/nl/products/internet"
"""A link of the site's own that leads nowhere any more."""

LANGUAGES: dict[str, tuple[tuple[str, float], ...]] = {
    "NL": (("nl-NL,nl;q=0.9,en-US;q=0.8,en;q=0.7", 80), ("en-US,en;q=0.9,nl;q=0.8", 15), ("pl-PL,pl;q=0.9,en;q=0.7", 2),
           ("es-ES,es;q=0.9,en;q=0.8", 1), ("uk-UA,uk;q=0.9,en;q=0.6", 1), ("ar,en;q=0.7,nl;q=0.6", 1)),
    "BE": (("nl-BE,nl;q=0.9,en;q=0.7", 68), ("fr-BE,fr;q=0.9,en;q=0.7", 20), ("en-GB,en;q=0.9", 12)),
    "DE": (("de-DE,de;q=0.9,en;q=0.7", 72), ("nl-NL,nl;q=0.9,de;q=0.7", 16), ("en-US,en;q=0.9", 12)),
    "ES": (("es-ES,es;q=0.9,en;q=0.7", 82), ("ca-ES,ca;q=0.9,es;q=0.8", 10), ("nl-NL,nl;q=0.9,es;q=0.7", 8)),
    "MX": (("es-MX,es;q=0.9,en;q=0.6", 100),),
    "AR": (("es-AR,es;q=0.9", 100),),
    "SR": (("nl-NL,nl;q=0.9,en;q=0.8", 100),),
    "FR": (("fr-FR,fr;q=0.9,en;q=0.7", 88), ("en-GB,en;q=0.9", 12)),
    "PL": (("pl-PL,pl;q=0.9,en;q=0.7", 100),),
}  # fmt: skip

ENGLISH = (("en-US,en;q=0.9", 55), ("en-GB,en;q=0.9", 45))
