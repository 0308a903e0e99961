"""Finding the record of an address."""

import ipaddress
import random

import maxminddb
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from consentkit.stats.enrich import address_tree
from consentkit.stats.enrich.address_tree import AddressTree, number_of

NETWORKS = {
    "0.0.0.0/8": "a", "10.0.0.0/9": "b", "10.128.0.0/17": "c", "192.0.2.0/24": "a", "192.0.2.128/25": "d",
    "198.51.100.7/32": "e", "255.255.255.255/32": "f", "2001:db8::/32": "a", "2001:db8:1::/48": "g", "::2/128": "h",
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A file of both kinds of addresses, its tree's bytes and its reader."""
    writer = MMDBWriter(6, "Test", languages=["en"], ipv4_compatible=True)
    for network, name in NETWORKS.items():
        writer.insert_network(IPSet([network]), {"name": name})
    path = tmp_path_factory.mktemp("tree") / "made.mmdb"
    writer.to_db_file(str(path))
    with maxminddb.open_database(path) as reader:
        yield path.read_bytes(), reader


def addresses():
    """The ends of every network and the addresses beside them, and some by chance."""
    chance = random.Random(26)
    for network in map(ipaddress.ip_network, NETWORKS):
        first, last = int(network.network_address), int(network.broadcast_address)
        for number in (first - 1, first, last, last + 1, chance.randint(first, last)):
            if 0 <= number < 1 << network.max_prefixlen:
                yield str(type(network.network_address)(number))
    for _ in range(200):
        yield str(ipaddress.IPv4Address(chance.getrandbits(32)))


def wider(data, nodes, bits):
    """The same tree with records of another size."""
    records = [int.from_bytes(data[at : at + 3], "big") for at in range(0, nodes * 6, 3)]
    pairs = zip(records[::2], records[1::2], strict=True)
    if bits == 32:
        return b"".join(left.to_bytes(4, "big") + right.to_bytes(4, "big") for left, right in pairs)
    return b"".join(
        (left & 0xFFFFFF).to_bytes(3, "big")
        + bytes([left >> 24 << 4 | right >> 24])
        + (right & 0xFFFFFF).to_bytes(3, "big")
        for left, right in pairs
    )


@pytest.mark.parametrize("most", [0, 1_000_000])
@pytest.mark.parametrize("bits", [24, 28, 32])
def test_addresses_of_one_record_have_one_number(made, monkeypatch, bits, most):
    """As the library finds them, in trees of every size of record, unpacked or not; what is in no network has none."""
    monkeypatch.setattr(address_tree, "MOST_UNPACKED", most)
    data, reader = made
    told = reader.metadata()
    assert told.record_size == 24
    given = data if bits == 24 else wider(data, told.node_count, bits)
    tree = AddressTree(given, told.node_count, bits, told.ip_version)
    found = {address: (tree.find(*number_of(address)), reader.get(address)) for address in addresses()}
    assert all((number is None) == (record is None) for number, record in found.values())
    numbers = {record["name"]: number for number, record in found.values() if record}
    assert {(number, record and record["name"]) for number, record in found.values()} == {
        *((number, name) for name, number in numbers.items()),
        (None, None),
    }
    assert len(numbers) == len(set(NETWORKS.values()))


@pytest.mark.parametrize("most", [0, 1])
def test_a_record_above_24_bits_is_read(monkeypatch, most):
    """The middle byte of a node of 28 bits holds the highest four of both its records."""
    monkeypatch.setattr(address_tree, "MOST_UNPACKED", most)
    left, right = 0xABCDEF1, 0x1234567
    data = (left & 0xFFFFFF).to_bytes(3, "big") + bytes([0xA1]) + (right & 0xFFFFFF).to_bytes(3, "big")
    tree = AddressTree(data, 1, 28, 4)
    assert (left, right) == (tree.find(*number_of("1.2.3.4")), tree.find(*number_of("200.2.3.4")))


def test_a_tree_that_leads_back_into_itself_leads_nowhere():
    """A damaged file takes neither the memory nor the time that ranges of all addresses would."""
    tree = AddressTree(bytes(8), 1, 32, 4)
    assert [None, None] == [tree.find(*number_of(address)) for address in ("0.0.0.0", "192.0.2.7")]


@pytest.mark.parametrize("text", ["", "testclient", "192.0.2", "192.0.2.7:80", "fe80::1%eth0", "\x00", "1:2", "é"])
def test_what_is_no_address_is_said_so_without_it(text):
    """The error does not quote it."""
    with pytest.raises(ValueError, match=r"^no address$"):
        number_of(text)


def test_a_file_of_ipv4_knows_no_ipv6_and_odd_sizes_are_refused():
    """No tree is read past its end."""
    tree = AddressTree(b"\x00\x00\x02" * 2, 1, 24, 4)
    assert (2, None) == (tree.find(*number_of("192.0.2.7")), tree.find(*number_of("2001:db8::7")))
    with pytest.raises(ValueError, match="24, 28 or 32"):
        AddressTree(b"", 1, 20, 4)
    with pytest.raises(ValueError, match="ends before"):
        AddressTree(b"\x00" * 6, 1, 28, 4)
