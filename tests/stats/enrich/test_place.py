"""Countries of addresses."""

import logging
import os

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from consentkit.stats.enrich.place import CHECK_SECONDS, Place


def write_database(path, networks, kind="GeoLite2-Country"):
    writer = MMDBWriter(6, kind, languages=["en"], ipv4_compatible=True)
    for network, record in networks.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


def nested(code):
    return {"country": {"iso_code": code, "names": {"en": "name"}}}


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_both_schemas_are_read(tmp_path):
    """MaxMind's and the flat one, IPv4 and IPv6."""
    maxmind = write_database(tmp_path / "a.mmdb", {"192.0.2.0/24": nested("NL"), "2001:db8::/32": nested("ES")})
    flat = write_database(tmp_path / "b.mmdb", {"198.51.100.0/24": {"country_code": "be"}}, "flat")
    place = Place([maxmind, flat])
    assert ["NL", "ES", "BE"] == [place.country(one) for one in ("192.0.2.7", "2001:db8::7", "198.51.100.7")]


def test_the_first_file_that_knows_an_address_answers(tmp_path):
    """An ASN database, or one without this address, is passed over."""
    asn = write_database(tmp_path / "asn.mmdb", {"192.0.2.0/24": {"autonomous_system_number": 64496}}, "ASN")
    first = write_database(tmp_path / "a.mmdb", {"192.0.2.0/25": nested("NL")})
    second = write_database(tmp_path / "b.mmdb", {"192.0.2.0/24": nested("DE")})
    place = Place([asn, first, second])
    assert ["NL", "DE"] == [place.country("192.0.2.7"), place.country("192.0.2.200")]


@pytest.mark.parametrize("address", [None, "", "192.0.2.7", "testclient", "unix:", "fe80::1%eth0", "\x00", "é" * 1000])
def test_what_is_not_known_is_unknown(tmp_path, address):
    """No address, no entry, no address at all, no database."""
    place = Place([write_database(tmp_path / "a.mmdb", {"198.51.100.0/24": nested("NL")})])
    assert place.country(address) == "(unknown)"
    assert Place([]).country(address) == "(unknown)"


@pytest.mark.parametrize(
    "record",
    [nested("not a code"), {"country": {"iso_code": 7}}, {"country_code": ""}, {"country": "NL"}, {"country": {}}],
)
def test_a_value_that_is_no_code_is_unknown(tmp_path, record):
    """A database is somebody else's text."""
    assert Place([write_database(tmp_path / "a.mmdb", {"192.0.2.0/24": record})]).country("192.0.2.7") == "(unknown)"


@pytest.mark.parametrize("content", [None, b"", b"no database", b"\xab\xcd\xefMaxMind.com"])
def test_a_missing_or_broken_file_is_reported_once(tmp_path, clock, caplog, content):
    """With its name, the kind of error and the remedy; never with an address."""
    path = tmp_path / "broken.mmdb"
    if content is not None:
        path.write_bytes(content)
    place = Place([path], clock=clock)
    for clock.now in (0.0, 100.0, 200.0):
        assert place.country("192.0.2.7") == "(unknown)"
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
    place = Place([path])
    assert {place.country(f"192.0.{n}.7") for n in range(200)} <= {"NL", "(unknown)"}
    assert "192.0." not in caplog.text


def test_a_replaced_file_is_read_again_within_a_minute(tmp_path, clock):
    """By rename, as updaters do it; looked at once a minute at most."""
    path = write_database(tmp_path / "a.mmdb", {"192.0.2.0/24": nested("NL")})
    place = Place([path], clock=clock)
    assert place.country("192.0.2.7") == "NL"
    write_database(tmp_path / "new.mmdb", {"192.0.2.0/24": nested("FR")}).replace(path)
    clock.now = CHECK_SECONDS - 1
    assert place.country("192.0.2.7") == "NL"
    clock.now = CHECK_SECONDS
    assert place.country("192.0.2.7") == "FR"


def test_a_file_that_is_cut_short_in_place_does_not_end_the_process(tmp_path, clock):
    """`cp` over a database that is in use: the copy read before goes on answering."""
    path = write_database(tmp_path / "a.mmdb", {"192.0.2.0/24": nested("NL")})
    place = Place([path], clock=clock)
    assert place.country("192.0.2.7") == "NL"
    os.truncate(path, 0)
    assert place.country("192.0.2.7") == "NL"
    clock.now = CHECK_SECONDS
    assert place.country("192.0.2.7") == "NL"


def test_a_file_that_appears_later_is_used(tmp_path, clock):
    """A site may start before its first download."""
    path = tmp_path / "a.mmdb"
    place = Place([path], clock=clock)
    assert place.country("192.0.2.7") == "(unknown)"
    write_database(path, {"192.0.2.0/24": nested("NL")})
    clock.now = CHECK_SECONDS
    assert place.country("192.0.2.7") == "NL"
