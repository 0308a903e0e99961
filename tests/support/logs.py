"""Lines of an access log, as a site of ordinary size writes them."""

import random
from collections.abc import Iterator

AGENTS = [
    *(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 "
        "Safari/537.36"
        for major in range(100, 145)
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.5.0",
]
PAGES = ("/", "/products/item-{n}", "/news/article-{n}", "/assets/site.css", "/images/{n}.png", "/contact")
REFERERS = ("-", "https://www.google.com/", "https://www.example.com/a")


def combined_lines(chance: random.Random, count: int, days: int = 1) -> Iterator[str]:
    """Lines of some days of September, in order, in the combined format."""
    for number in range(count):
        day, second = divmod(number * 86_400 * days // count, 86_400)
        moment = f"{day + 1:02}/Sep/2026:{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02} +0200"
        page = chance.choice(PAGES).format(n=chance.randrange(300))
        yield (
            f'192.0.2.{chance.randrange(255)} - - [{moment}] "GET {page} HTTP/1.1" 200 {chance.randrange(9000)} '
            f'"{chance.choice(REFERERS)}" "{chance.choice(AGENTS)}"\n'
        )
