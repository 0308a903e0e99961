"""The countries of the sample addresses: documentation ranges (RFC 5737, RFC 3849) dealt out to 25 countries.

Regions are real ones (ISO 3166-2); the networks' operators are invented.
"""

import ipaddress
import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from typing import NamedTuple

IPv4 = ipaddress.IPv4Network
IPv6 = ipaddress.IPv6Network


class Line(NamedTuple):
    """A part of a country's networks: its region ("" where none is told), kind of user and operator, its weight."""

    region: str
    user_type: str
    operator: str
    weight: int


@dataclass(frozen=True)
class Country:
    """A country, how often the sample's visitors come from it (in per mille), its two networks and what is in them."""

    code: str
    name: str
    continent: str
    weight: int
    ipv4: IPv4
    ipv6: IPv6
    lines: tuple[Line, ...]

    @cached_property
    def parts(self) -> tuple[tuple[Line, IPv4 | None, IPv6], ...]:
        """Each line with its own networks; a network too small to be divided is the first line's."""
        small: Iterable[IPv4 | None] = self.ipv4.subnets(new_prefix=28) if self.ipv4.prefixlen < 28 else (self.ipv4,)
        return tuple(zip(self.lines, chain(small, repeat(None)), self.ipv6.subnets(new_prefix=48), strict=False))

    def address(self, rng: random.Random) -> str:
        """One address in this country; most visitors of fibre networks come by IPv6."""
        _, small, large = rng.choices(self.parts, [line.weight for line in self.lines])[0]
        network = large if small is None or rng.random() < 0.7 else small
        return str(network[rng.randrange(1, min(network.num_addresses, 1 << 40) - 1)])


# Code, name, continent, visitors per mille.
_SHARES = (
    ("NL", "Netherlands", "EU", 640), ("DE", "Germany", "EU", 92), ("BE", "Belgium", "EU", 64),
    ("ES", "Spain", "EU", 52), ("US", "United States", "NA", 31), ("GB", "United Kingdom", "EU", 26),
    ("FR", "France", "EU", 16), ("DK", "Denmark", "EU", 9), ("SE", "Sweden", "EU", 8), ("PL", "Poland", "EU", 8),
    ("IT", "Italy", "EU", 7), ("MX", "Mexico", "NA", 6), ("NO", "Norway", "EU", 5), ("CH", "Switzerland", "EU", 5),
    ("AT", "Austria", "EU", 5), ("PT", "Portugal", "EU", 4), ("TR", "Türkiye", "AS", 4), ("CA", "Canada", "NA", 4),
    ("IN", "India", "AS", 3), ("IE", "Ireland", "EU", 3), ("AR", "Argentina", "SA", 2), ("MA", "Morocco", "AF", 2),
    ("SR", "Suriname", "SA", 2), ("AU", "Australia", "OC", 1), ("CN", "China", "AS", 1),
)  # fmt: skip


_LINES = {
    "NL": (
        Line("GR", "residential", "noordlicht.example", 26), Line("DR", "residential", "noordlicht.example", 14),
        Line("FR", "residential", "noordlicht.example", 9), Line("NH", "residential", "polderkabel.example", 8),
        Line("ZH", "residential", "polderkabel.example", 8), Line("UT", "residential", "polderkabel.example", 5),
        Line("NB", "residential", "polderkabel.example", 5), Line("OV", "residential", "polderkabel.example", 5),
        Line("GE", "residential", "polderkabel.example", 5), Line("GR", "cellular", "veldmobiel.example", 10),
        Line("NH", "cellular", "veldmobiel.example", 7), Line("GR", "college", "noorderuniversiteit.example", 4),
        Line("GR", "government", "gemeente-nijehorst.example", 3), Line("DR", "business", "staalbouw.example", 3),
        Line("ZH", "business", "havenbeheer.example", 2), Line("NH", "hosting", "wolkhuis.example", 1),
    ),
    "DE": (
        Line("NI", "residential", "nordkabel.example", 8), Line("NW", "residential", "rheinnetz.example", 5),
        Line("HB", "cellular", "funkwelle.example", 3), Line("HH", "hosting", "serverhafen.example", 1),
    ),
    "BE": (
        Line("VAN", "residential", "scheldekabel.example", 6), Line("BRU", "cellular", "zennemobiel.example", 2),
        Line("VOV", "college", "scheldeschool.example", 1),
    ),
    "ES": (Line("MD", "residential", "redcentral.example", 5), Line("CT", "cellular", "ondamovil.example", 3)),
}  # fmt: skip


def _lines(code: str) -> tuple[Line, ...]:
    elsewhere = (
        Line("", "residential", f"cable-{code.lower()}.example", 6),
        Line("", "cellular", f"mobile-{code.lower()}.example", 3),
        Line("", "hosting", f"cloud-{code.lower()}.example", 1),
    )
    return _LINES.get(code, elsewhere)


def _ipv4_networks() -> list[IPv4]:
    parts = [part for block in ("198.51.100.0/24", "203.0.113.0/24") for part in IPv4(block).subnets(new_prefix=28)]
    return [IPv4("192.0.2.0/24"), *parts]


def _ipv6_networks() -> list[IPv6]:
    return list(IPv6("2001:db8::/32").subnets(new_prefix=40))


COUNTRIES = tuple(
    Country(*share, ipv4, ipv6, _lines(share[0]))
    for share, ipv4, ipv6 in zip(_SHARES, _ipv4_networks(), _ipv6_networks(), strict=False)
)
