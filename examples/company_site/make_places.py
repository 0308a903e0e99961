"""Writes sample-country.mmdb, which says where a sample address lies and whose it is. Run it after changing places.py:

    python -m examples.company_site.make_places

It needs the development dependency mmdb-writer; the site itself does not.
"""

from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet  # type: ignore[import-untyped]

from .places import COUNTRIES, Country, Line

FILE = Path(__file__).parent / "sample-country.mmdb"
BUILT = 1_767_225_600  # 2026-01-01T00:00:00Z: a fixed time, so that the same countries give the same bytes


class FixedTimeWriter(MMDBWriter):
    """Writes the same file whenever it runs."""

    def _build_meta(self) -> dict[str, Any]:
        return {**super()._build_meta(), "build_epoch": BUILT}


def write(path: Path) -> None:
    """Write the database in the schema of MaxMind's databases of cities."""
    writer = FixedTimeWriter(
        ip_version=6,
        database_type="Noordlicht-Sample-Country",
        languages=["en"],
        description="Documentation addresses with invented countries, for the consentkit demonstration",
        ipv4_compatible=True,
    )
    for country in COUNTRIES:
        for line, small, large in country.parts:
            networks = [str(network) for network in (small, large) if network is not None]
            writer.insert_network(IPSet(networks), record(country, line))
    writer.to_db_file(str(path))


def record(country: Country, line: Line) -> dict[str, Any]:
    """What the database says about a part of a country's networks."""
    named = {"iso_code": country.code, "names": {"en": country.name}}
    return {
        "continent": {"code": country.continent},
        "country": named,
        "registered_country": named,
        **({"subdivisions": [{"iso_code": line.region}]} if line.region else {}),
        "traits": {"user_type": line.user_type, "domain": line.operator},
    }


if __name__ == "__main__":
    write(FILE)
