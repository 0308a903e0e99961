"""Countries of addresses."""

import logging
import os

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from consentkit.stats.enrich.place import Place


def write_database(path, networks, kind="GeoLite2-Country"):
    writer = MMDBWriter(6, kind, languages=["en"], ipv4_compatible=True)
    for network, record in networks.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


def nested(code):
    return {"country": {"iso_code": code, "names": {"en": "name"}}}


def placed(*paths):
    place = Place(paths)
    place.refresh()
    return place


def country(place, address):
    return place.facet(address).values["country"]


def test_both_schemas_are_read(tmp_path):
    """MaxMind's and the flat one, IPv4 and IPv6."""
    maxmind = write_database(tmp_path / "a.mmdb", {"192.0.2.0/24": nested("NL"), "2001:db8::/32": nested("ES")})
    flat = write_database(tmp_path / "b.mmdb", {"198.51.100.0/24": {"country_code": "be"}}, "flat")
    place = placed(maxmind, flat)
    assert ["NL", "ES", "BE"] == [country(place, one) for one in ("192.0.2.7", "2001:db8::7", "198.51.100.7")]


def test_the_first_file_that_knows_an_address_answers(tmp_path):
    """An ASN database, or one without this address, is passed over."""
    asn = write_database(tmp_path / "asn.mmdb", {"192.0.2.0/24": {"autonomous_system_number": 64496}}, "ASN")
    first = write_database(tmp_path / "a.mmdb", {"192.0.2.0/25": nested("NL")})
    second = write_database(tmp_path / "b.mmdb", {"192.0.2.0/24": nested("DE")})
    place = placed(asn, first, second)
    assert ["NL", "DE"] == [country(place, "192.0.2.7"), country(place, "192.0.2.200")]


@pytest.mark.parametrize("address", [None, "", "192.0.2.7", "testclient", "unix:", "fe80::1%eth0", "\x00", "é" * 1000])
def test_what_is_not_known_is_unknown(tmp_path, address):
    """No address, no entry, no address at all, no database."""
    place = placed(write_database(tmp_path / "a.mmdb", {"198.51.100.0/24": nested("NL")}))
    assert country(place, address) == "(unknown)"
    assert country(placed(), address) == "(unknown)"


@pytest.mark.parametrize(
    "record",
    [nested("not a code"), {"country": {"iso_code": 7}}, {"country_code": ""}, {"country": {}}],
)
def test_a_value_that_is_no_code_is_unknown(tmp_path, record):
    """A database is somebody else's text."""
    assert country(placed(write_database(tmp_path / "a.mmdb", {"192.0.2.0/24": record})), "192.0.2.7") == "(unknown)"


@pytest.mark.parametrize("content", [None, b"", b"no database", b"\xab\xcd\xefMaxMind.com"])
def test_a_missing_or_broken_file_is_reported_once(tmp_path, caplog, content):
    """With its name, the kind of error and the remedy; never with an address."""
    path = tmp_path / "broken.mmdb"
    if content is not None:
        path.write_bytes(content)
    place = placed(path)
    for _ in range(3):
        place.refresh()
        assert country(place, "192.0.2.7") == "(unknown)"
    [record] = caplog.records
    assert (logging.WARNING, "consentkit.stats") == (record.levelno, record.name)
    assert record.getMessage().startswith("stats.geoip: broken.mmdb cannot be used")
    assert "192.0.2.7" not in caplog.text


def test_a_damaged_file_says_nothing_of_the_address(tmp_path, caplog):
    """Damage is met when an address leads to it; the libraries' error texts quote it."""
    path = write_database(tmp_path / "a.mmdb", {f"192.0.{n}.0/24": nested("NL") for n in range(0, 200, 2)})
    data = bytearray(path.read_bytes())
    middle = data.index(b"iso_code") - 40
    data[middle : middle + 60] = b"\xff" * 60
    path.write_bytes(data)
    place = placed(path)
    assert {country(place, f"192.0.{n}.7") for n in range(200)} <= {"NL", "(unknown)"}
    assert "192.0." not in caplog.text


def test_a_replaced_file_is_read_again_at_the_next_look(tmp_path):
    """By rename, as updaters do it."""
    path = write_database(tmp_path / "a.mmdb", {"192.0.2.0/24": nested("NL")})
    place = placed(path)
    assert country(place, "192.0.2.7") == "NL"
    write_database(tmp_path / "new.mmdb", {"192.0.2.0/24": nested("FR")}).replace(path)
    assert country(place, "192.0.2.7") == "NL"
    place.refresh()
    assert country(place, "192.0.2.7") == "FR"


def test_a_file_that_is_cut_short_in_place_does_not_end_the_process(tmp_path):
    """`cp` over a database that is in use: the copy read before goes on answering."""
    path = write_database(tmp_path / "a.mmdb", {"192.0.2.0/24": nested("NL")})
    place = placed(path)
    assert country(place, "192.0.2.7") == "NL"
    os.truncate(path, 0)
    assert country(place, "192.0.2.7") == "NL"
    place.refresh()
    assert country(place, "192.0.2.7") == "NL"


def test_a_file_that_appears_later_is_used(tmp_path):
    """A site may start before its first download."""
    path = tmp_path / "a.mmdb"
    place = placed(path)
    assert country(place, "192.0.2.7") == "(unknown)"
    write_database(path, {"192.0.2.0/24": nested("NL")})
    place.refresh()
    assert country(place, "192.0.2.7") == "NL"


def test_everything_known_of_an_address_comes_together(tmp_path):
    """City, ASN, Connection-Type and Domain databases, each for its part."""
    city = {"country": {"iso_code": "NL"}, "subdivisions": [{"iso_code": "DR", "names": {"en": "Drenthe"}}]}
    paths = [
        write_database(tmp_path / "city.mmdb", {"192.0.2.0/24": city}, "GeoLite2-City"),
        write_database(
            tmp_path / "asn.mmdb", {"192.0.2.0/24": {"autonomous_system_organization": "Nijehorst Telecom B.V."}}, "ASN"
        ),
        write_database(tmp_path / "type.mmdb", {"192.0.2.0/25": {"connection_type": "Cellular"}}, "Connection-Type"),
        write_database(tmp_path / "domain.mmdb", {"192.0.2.0/25": {"domain": "nijehorst.example.nl"}}, "Domain"),
    ]
    place = placed(*paths)
    assert {
        "country": "NL", "region": "NL-DR", "network": "mobile", "organisation": "nijehorst.example.nl",
    } == place.facet("192.0.2.7").values  # fmt: skip
    assert {
        "country": "NL", "region": "NL-DR", "network": "residential", "organisation": "Nijehorst Telecom B.V.",
    } == place.facet("192.0.2.200").values  # fmt: skip


@pytest.mark.parametrize("name", ["North × South", "a\nb", "x" * 500])
def test_an_operators_name_that_no_list_can_hold_is_other(tmp_path, name):
    """One with the mark of crossings would be cut in two, as if it were a page and a channel."""
    records = {"192.0.2.0/24": {"autonomous_system_organization": name}}
    place = placed(write_database(tmp_path / "asn.mmdb", records, "ASN"))
    assert "(other)" == place.facet("192.0.2.7").values["organisation"]


def test_equal_places_are_one_and_addresses_are_kept_nowhere(tmp_path):
    """What is remembered is a place's values, bounded, never an address."""
    place = placed(write_database(tmp_path / "a.mmdb", {"192.0.2.0/24": nested("NL")}))
    assert place.facet("192.0.2.7") is place.facet("192.0.2.8")
    assert list(place._facets) == [("NL",)]


@pytest.mark.parametrize(
    ("expected", "record"),
    [
        ("education", {"traits": {"user_type": "college"}}),
        ("hosting", {"is_hosting_provider": True}),
        ("hosting", {"autonomous_system_organization": "Hetzner Online GmbH"}),
        ("education", {"autonomous_system_organization": "SURF B.V.", "connection_type": ""}),
        ("education", {"domain": "rug.ac.uk", "connection_type": "Corporate"}),
        ("government", {"domain": "minez.gov"}),
        ("government", {"autonomous_system_organization": "Gemeente Amsterdam"}),
        ("mobile", {"connection_type": "Cellular"}),
        ("residential", {"connection_type": "Cable/DSL"}),
        ("business", {"connection_type": "Corporate"}),
        ("(unknown)", {"autonomous_system_organization": "Xyzzy"}),
        ("(unknown)", {"connection_type": 7, "domain": "no domain", "organization": 7}),
    ],
)
def test_the_network_is_told_by_the_surest_of_what_is_known(expected, record, tmp_path):
    """A user type before a domain before a connection type before the name of the operator."""
    place = placed(write_database(tmp_path / "a.mmdb", {"192.0.2.0/24": record}))
    assert expected == place.facet("192.0.2.7").values["network"]
