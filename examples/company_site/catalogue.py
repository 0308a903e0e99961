"""What Noordlicht sells, writes and digs: the facts that are the same in every language."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Product:
    """A product page: prices are in euro cents a month, one for each plan in the texts."""

    slug: str
    prices: tuple[int, ...]
    favourite: int
    video: bool = False

    @property
    def lowest(self) -> int:
        """The price of the cheapest plan."""
        return min(self.prices)


@dataclass(frozen=True, slots=True)
class Article:
    """A news article and the day on which it appeared."""

    slug: str
    day: date


@dataclass(frozen=True, slots=True)
class Village:
    """A place on the network map; `state` is live, digging or planned."""

    name: str
    homes: int
    state: str


PRODUCTS = (
    Product("fibre-home", (3750, 4500, 5500), favourite=1),
    Product("fibre-business", (6900, 11900, 24900), favourite=1),
    Product("mobile", (900, 1400, 2200), favourite=1),
    Product("tv", (1250, 750, 1700), favourite=2, video=True),
)

ARTICLES = (
    Article("nijehorst", date(2026, 11, 16)),
    Article("october-fault", date(2026, 10, 22)),
    Article("wifi7", date(2026, 10, 1)),
    Article("prices-2027", date(2026, 8, 31)),
)

VILLAGES = (
    Village("Aakerveen", 2870, "live"),
    Village("Wolddijk", 1940, "live"),
    Village("Marhuizen", 1115, "digging"),
    Village("Tolveld", 860, "digging"),
    Village("Nijehorst", 1330, "planned"),
)

BILLS = ((date(2026, 11, 2), 4500), (date(2026, 10, 1), 4500), (date(2026, 9, 1), 4500))

USAGE = (14, 11, 17, 12, 23, 31, 28)
"""Gigabytes a day of the demo customer, Monday first."""


def product(slug: str) -> Product | None:
    """The product with this slug, if there is one."""
    return next((item for item in PRODUCTS if item.slug == slug), None)


def article(slug: str) -> Article | None:
    """The article with this slug, if there is one."""
    return next((item for item in ARTICLES if item.slug == slug), None)


def area_state(postcode: str) -> str:
    """What the network offers at a Dutch postcode ("9712AB"): available, digging, planned or unknown."""
    area = int(postcode[:4])
    if 9600 <= area <= 9799:
        return "available"
    if 9800 <= area <= 9999:
        return "digging"
    if 8400 <= area <= 9599 or 7900 <= area <= 7999:
        return "planned"
    return "unknown"
