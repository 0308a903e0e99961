"""Where the lines of a log come from: a file, plain or compressed, or standard input."""

import bz2
import gzip
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from io import BufferedIOBase, BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_LINE = 32_768
"""Bytes; servers refuse requests whose line and headers would make a longer one."""
BLOCK = 1 << 18
"""Bytes that are read at once."""
XZ_MEMORY = 1 << 28
"""Bytes that unpacking xz may take; `xz -9` needs a quarter. For Zstandard its library has such a bound."""


class _Xz(RawIOBase):
    """Unpacks xz, of streams one after the other, within XZ_MEMORY, which the standard library's own file cannot."""

    def __init__(self, packed: BufferedIOBase) -> None:
        super().__init__()
        self._packed = packed
        self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 at the end of the last stream. Raises EOFError or lzma.LZMAError for a damaged file."""
        data = b""
        while not data:
            if self._unpacker.eof:
                # Between streams there may be zeros (xz file format §2.2).
                packed = (self._unpacker.unused_data or self._packed.read(BLOCK)).lstrip(b"\0")
                if not packed:
                    return 0
                self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY)
            else:
                packed = self._packed.read(BLOCK) if self._unpacker.needs_input else b""
                if self._unpacker.needs_input and not packed:
                    raise EOFError("the file ended before the end of its xz stream")
            data = self._unpacker.decompress(packed, len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _open_xz(packed: BufferedIOBase) -> BufferedIOBase:
    return BufferedReader(_Xz(packed), BLOCK)


OPENERS: tuple[tuple[bytes, Callable[[Any], BufferedIOBase]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"\x28\xb5\x2f\xfd", zstd.open),
    (b"\xfd7zXZ\0", _open_xz),
    (b"BZh", bz2.open),
)
"""How compressed files begin, and what unpacks them."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Some of Windows' programs begin a text with it."""
STANDARD_INPUT = Path("-")

UNREADABLE = (OSError, EOFError, zlib.error, zstd.ZstdError, lzma.LZMAError)
"""What reading a damaged or vanished log raises."""


def blocks_of(path: Path, advance: Callable[[int], None]) -> Iterator[list[bytes]]:
    """A log's lines without their ends, some thousand at a time; of one over MAX_LINE, its first MAX_LINE + 1 bytes.

    `-` is standard input. `advance` is told how many more bytes of the file have been read. Raises one of UNREADABLE.
    """
    if path == STANDARD_INPUT:
        yield from _blocks(_unpacked(sys.stdin.buffer), lambda: None)
        return
    with path.open("rb") as raw:
        read = 0

        def tell() -> None:
            nonlocal read
            position = raw.tell()
            advance(position - read)
            read = position

        yield from _blocks(_unpacked(raw), tell)


def _unpacked(raw: BinaryIO) -> BufferedIOBase:
    """The stream decompressed, if it begins as one of OPENERS."""
    stream = raw if isinstance(raw, BufferedReader) else BufferedReader(raw)  # type: ignore[type-var]
    start = stream.peek(max(len(magic) for magic, _ in OPENERS))
    unpack = next((unpack for magic, unpack in OPENERS if start.startswith(magic)), None)
    return unpack(stream) if unpack else stream


def _blocks(stream: BufferedIOBase, tell: Callable[[], None]) -> Iterator[list[bytes]]:
    rest = stream.read(len(BYTE_ORDER_MARK)).removeprefix(BYTE_ORDER_MARK)
    while block := stream.read(BLOCK):
        *lines, rest = (rest + block).split(b"\n")
        rest = rest[: MAX_LINE + 1]
        if lines:
            yield _ended(lines, block)
        tell()
    if rest:
        yield _ended([rest], rest)


def _ended(lines: list[bytes], block: bytes) -> list[bytes]:
    if max(map(len, lines)) > MAX_LINE:
        lines = [line[: MAX_LINE + 1] for line in lines]
    return [line.rstrip(b"\r") for line in lines] if b"\r" in block else lines
