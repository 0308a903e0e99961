"""From an address to the number of its record in a MaxMind DB file, by the file's search tree alone.

To read a record takes five to ten microseconds, to find its number one or two, and many addresses share a record: so
records are read once and known by their numbers. Source: MaxMind DB File Format Specification 2.0, "Binary Search Tree
Section".
"""

import mmap
import socket
from array import array
from collections.abc import Callable

STRIDE = 18
"""The first bits of an IPv4 address, which a table of 1 MB takes in one step."""

Data = bytes | mmap.mmap
Walk = Callable[[int, int, int], int]
"""From a node on, by the last so many bits of a number, to the node or record that they lead to."""


class AddressTree:
    """The search tree at the beginning of `data`: of so many nodes, of records of so many bits (24, 28 or 32).

    `version` is 4, or 6 for a file that knows both kinds of addresses. ValueError for another `record_size`; to make
    one takes some 0.2 s.
    """

    def __init__(self, data: Data, nodes: int, record_size: int, version: int) -> None:
        walks = {24: _by_24_bits, 28: _by_28_bits, 32: _by_32_bits}
        if record_size not in walks:
            raise ValueError("a record of a search tree has 24, 28 or 32 bits")
        self._nodes = nodes
        self._walk = walks[record_size](data, nodes)
        self._version = version
        self._table = array("I", self._spread(self._walk(0, 0, 96) if version == 6 else 0))

    def find(self, address: str) -> int | None:
        """The number of the record of an address; None where there is none. ValueError for what is no address."""
        try:
            packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
        except (OSError, ValueError):
            raise ValueError("no address") from None
        number = int.from_bytes(packed, "big")
        if len(packed) == 4:
            node = self._walk(self._table[number >> 32 - STRIDE], number, 32 - STRIDE)
        elif self._version == 6:
            node = self._walk(0, number, 128)
        else:
            return None
        return node if node > self._nodes else None

    def _spread(self, node: int) -> list[int]:
        """What all numbers of STRIDE bits lead to from a node."""
        walk, level = self._walk, [node]
        for _ in range(STRIDE):
            level = [walk(node, bit, 1) for node in level for bit in (0, 1)]
        return level


def _by_24_bits(data: Data, nodes: int) -> Walk:
    number_of = int.from_bytes

    def walk(node: int, number: int, bits: int) -> int:
        while node < nodes and bits:
            bits -= 1
            at = node * 6 + (number >> bits & 1) * 3
            node = number_of(data[at : at + 3], "big")
        return node

    return walk


def _by_28_bits(data: Data, nodes: int) -> Walk:
    number_of = int.from_bytes

    def walk(node: int, number: int, bits: int) -> int:
        while node < nodes and bits:
            bits -= 1
            at = node * 7
            if number >> bits & 1:
                node = number_of(data[at + 3 : at + 7], "big") & 0xFFFFFFF
            else:
                # The highest four bits of the left record stand in the middle.
                node = (data[at + 3] >> 4) << 24 | number_of(data[at : at + 3], "big")
        return node

    return walk


def _by_32_bits(data: Data, nodes: int) -> Walk:
    number_of = int.from_bytes

    def walk(node: int, number: int, bits: int) -> int:
        while node < nodes and bits:
            bits -= 1
            at = node * 8 + (number >> bits & 1) * 4
            node = number_of(data[at : at + 4], "big")
        return node

    return walk
