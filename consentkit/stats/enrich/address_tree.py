"""From an address to the number of its record in a MaxMind DB file, by the file's search tree alone.

To read a record takes five to ten microseconds, to find its number one, and many addresses share a record: so records
are read once and known by their numbers. Source: MaxMind DB File Format Specification 2.0, "Binary Search Tree
Section".
"""

import mmap
import socket
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from operator import not_
from typing import Final, Protocol

STRIDE: Final = 16
"""The first bits of an IPv4 address, which a table of 256 or 512 kB takes in one step."""
MOST_UNPACKED = 2_000_000
"""Nodes that are unpacked into 8 bytes each, and 6 for each range of IPv4 addresses, as those of a file of countries or
networks; larger trees stay as they are, in memory that the workers of a host share, and are walked through."""

SIZES = (24, 28, 32)
LEAD: Final = 0xFFFFFFFF
REST: Final = 0xFFFF
"""The bits of an IPv4 address behind the first STRIDE."""
HIGH = bytes(byte >> 4 for byte in range(256))
LOW = bytes(byte & 15 for byte in range(256))

IPV4: Final = int(socket.AF_INET)
IPV6: Final = int(socket.AF_INET6)
_parsed: Final[Callable[[int, str], bytes]] = socket.inet_pton
_place: Final = bisect_right

Data = bytes | mmap.mmap


class Records(Protocol):
    """The records of a tree: of the node n, the left one is 2 n, the right one 2 n + 1."""

    def __getitem__(self, number: int, /) -> int: ...


class AddressTree:
    """The search tree at the beginning of `data`: of so many nodes, of records of so many bits (24, 28 or 32).

    `version` is 4, or 6 for a file that knows both kinds of addresses. ValueError for another `record_size`, and for
    data that end before the tree. To make one of 540,000 nodes took 0.6 s of CPU on a busy machine.
    """

    def __init__(self, data: Data, nodes: int, record_size: int, version: int) -> None:
        if record_size not in SIZES:
            raise ValueError("a record of a search tree has 24, 28 or 32 bits")
        if len(data) < nodes * record_size // 4:
            raise ValueError("the file ends before its search tree")
        packed = _Packed(data, record_size)
        self._records: Records = packed
        self._nodes = nodes
        self._version = version
        self._ranges: _Ranges | None = None
        if nodes <= MOST_UNPACKED:
            self._records = unpacked = packed.unpacked(nodes)
            places = _flattened(unpacked, nodes, self._ipv4())
            self._ranges = None if places is None else _Ranges(places)
        self._table = array("I", self._spread(self._ipv4()) if self._ranges is None else ())

    def _ipv4(self) -> int:
        """The node below which IPv4 addresses are (in the block ::/96)."""
        return self._walk(0, 0, 96) if self._version == 6 else 0

    def find(self, number: int, bits: int) -> int | None:
        """The number of the record of an address of 32 or 128 bits; None where there is none."""
        if bits == 32:
            ranges = self._ranges
            if ranges is None:
                node = self._walk(self._table[number >> 32 - STRIDE], number, 32 - STRIDE)
            else:
                node = ranges.lead(number)
        elif self._version == 6:
            node = self._walk(0, number, 128)
        else:
            return None
        return node if node > self._nodes else None

    def _walk(self, node: int, number: int, bits: int) -> int:
        """From a node on, by the last so many bits of a number, to the node or record that they lead to."""
        nodes, records = self._nodes, self._records
        while node < nodes and bits:
            bits -= 1
            node = records[2 * node + (number >> bits & 1)]
        return node

    def _spread(self, node: int) -> Sequence[int]:
        """What all numbers of STRIDE bits lead to from a node."""
        nodes, records, level = self._nodes, self._records, [node]
        for _ in range(STRIDE):
            below: list[int] = []
            for each in level:
                below += (records[2 * each], records[2 * each + 1]) if each < nodes else (each, each)
            level = below
        return level


class _Ranges:
    """The IPv4 part of a tree as ranges of addresses, in their order: where each begins, and what it leads to.

    Addresses with the same first STRIDE bits are a block: a range ends with it, and is known by where in it it begins.
    """

    def __init__(self, places: Iterable[int]) -> None:
        self._starts = starts = array("H")
        self._leads = leads = array("I")
        self._blocks = array("Q")
        """Of each block its first range, and behind it, in 32 bits, the first of the next block."""
        ordered, done = sorted(places), 0
        for block in range(1 << STRIDE):
            first = len(starts)
            end = bisect_left(ordered, block + 1 << 64 - STRIDE, done)
            inside, done = ordered[done:end], end
            if not inside or inside[0] >> 32 & REST:
                inside.insert(0, leads[-1])
            for place in inside:
                lead = place & LEAD
                if len(leads) == first or lead != leads[-1]:
                    starts.append(place >> 32 & REST)
                    leads.append(lead)
            self._blocks.append(first << 32 | len(starts))

    def lead(self, number: int) -> int:
        """The node or record that an address leads to."""
        block: int = self._blocks[number >> 32 - STRIDE]
        first, end = block >> 32, block & LEAD
        # Most blocks are of one country or network.
        if end - first > 1:
            first = _place(self._starts, number & REST, first, end) - 1
        return self._leads[first]


def _flattened(records: "array[int]", nodes: int, root: int) -> list[int] | None:
    """What addresses lead to from a node on: the first address of a range, and behind it, in 32 bits, the record.

    None if there are more ranges than nodes: a damaged tree that leads back into itself. Level by level, by loops that
    run in C.
    """
    pairs = array("Q", records.tobytes())
    found: list[int] = []
    starts, leads = [0], [root]
    for bit in range(31, -2, -1):
        inner = list(map(nodes.__gt__, leads))
        ends = list(map(not_, inner))
        found += [start << 32 | lead for start, lead in zip(compress(starts, ends), compress(leads, ends), strict=True)]
        starts, leads = list(compress(starts, inner)), list(compress(leads, inner))
        if not leads:
            return found
        if len(found) + len(leads) > nodes + 1 or bit < 0:
            return None
        step = 1 << bit
        starts = [place for start in starts for place in (start, start + step)]
        leads = array("I", bytes(array("Q", map(pairs.__getitem__, leads)))).tolist()
    return found


class _Packed:
    """Records as they stand in a file."""

    def __init__(self, data: Data, size: int) -> None:
        self._data = data
        self._size = size

    def __getitem__(self, number: int) -> int:
        data, size = self._data, self._size
        if size != 28:
            at = number * size // 8
            return int.from_bytes(data[at : at + size // 8], "big")
        at = number // 2 * 7
        if number % 2:
            return int.from_bytes(data[at + 3 : at + 7], "big") & 0xFFFFFFF
        # The highest four bits of the left record stand in the middle of its node.
        return (data[at + 3] >> 4) << 24 | int.from_bytes(data[at : at + 3], "big")

    def unpacked(self, nodes: int) -> "array[int]":
        """The records of so many nodes as numbers of four bytes: byte by byte of all of them at once."""
        width = self._size // 4
        data = self._data[: nodes * width]
        wide = bytearray(8 * nodes)
        if self._size == 28:
            middle = data[3::width]
            parts = {0: middle.translate(HIGH), 4: middle.translate(LOW)}
            parts |= {1 + at: data[at::width] for at in range(3)} | {1 + at: data[at::width] for at in range(4, 7)}
        else:
            half, pad = width // 2, 4 - width // 2
            parts = {pad + at + pad * (at >= half): data[at::width] for at in range(width)}
        for place, column in parts.items():
            wide[place::8] = column
        records = array("I", bytes(wide))
        if sys.byteorder == "little":
            records.byteswap()
        return records


def number_of(address: str) -> tuple[int, int]:
    """An address as a number, and of how many bits. ValueError, which does not quote it, for what is no address."""
    try:
        if ":" in address:
            return int.from_bytes(_parsed(IPV6, address), "big"), 128
        packed = _parsed(IPV4, address)
    except (OSError, ValueError):
        raise ValueError("no address") from None
    return packed[0] << 24 | packed[1] << 16 | packed[2] << 8 | packed[3], 32
