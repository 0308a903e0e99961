"""A database of places as the makers of such files have them: of every address the names in eight languages."""

import random
from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

LANGUAGES = ("de", "en", "es", "fr", "ja", "pt-BR", "ru", "zh-CN")
COUNTRIES = ("NL", "DE", "FR", "BE", "ES", "GB", "US", "PL", "SE", "IT")
NETWORKS = 4000
ADDRESSES = [f"{20 + number}.{number}.{3 * number}.7" for number in range(80)]
"""Those that requests come from, each in a network of 256 addresses."""


def database(path: Path) -> Path:
    """Write the file: NETWORKS networks of 256 addresses by chance, and those of ADDRESSES."""
    chance = random.Random(7)
    heads = {address.rpartition(".")[0] for address in ADDRESSES}
    while len(heads) < NETWORKS:
        heads.add(f"{chance.randint(1, 223)}.{chance.randint(0, 255)}.{chance.randint(0, 255)}")
    writer = MMDBWriter(6, "GeoLite2-Country", languages=list(LANGUAGES), ipv4_compatible=True)
    for number, head in enumerate(sorted(heads)):
        writer.insert_network(IPSet([f"{head}.0/24"]), _record(COUNTRIES[number % len(COUNTRIES)]))
    path.parent.mkdir(parents=True, exist_ok=True)
    writer.to_db_file(str(path))
    return path


def _record(code: str) -> dict[str, Any]:
    country = {"geoname_id": 2750405, "iso_code": code, "names": dict.fromkeys(LANGUAGES, f"Country {code}")}
    continent = {"code": "EU", "geoname_id": 6255148, "names": dict.fromkeys(LANGUAGES, "Europe")}
    return {"continent": continent, "country": country, "registered_country": country}
