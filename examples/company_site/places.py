"""The countries of the sample addresses: documentation ranges (RFC 5737, RFC 3849) dealt out to 25 countries."""

import ipaddress
import random
from dataclasses import dataclass

IPv4 = ipaddress.IPv4Network
IPv6 = ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Country:
    """A country, how often the sample's visitors come from it (in per mille), and its two networks."""

    code: str
    name: str
    continent: str
    weight: int
    ipv4: IPv4
    ipv6: IPv6

    def address(self, rng: random.Random) -> str:
        """One address in this country; most visitors of fibre networks come by IPv6."""
        network = self.ipv6 if rng.random() < 0.7 else self.ipv4
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


def _ipv4_networks() -> list[IPv4]:
    parts = [part for block in ("198.51.100.0/24", "203.0.113.0/24") for part in IPv4(block).subnets(new_prefix=28)]
    return [IPv4("192.0.2.0/24"), *parts]


def _ipv6_networks() -> list[IPv6]:
    return list(IPv6("2001:db8::/32").subnets(new_prefix=40))


COUNTRIES = tuple(
    Country(*share, ipv4, ipv6) for share, ipv4, ipv6 in zip(_SHARES, _ipv4_networks(), _ipv6_networks(), strict=False)
)
