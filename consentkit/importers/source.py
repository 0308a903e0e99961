"""Where the lines of a log come from: a file, plain or compressed, or standard input."""

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from io import BufferedIOBase, BufferedReader
from pathlib import Path
from typing import BinaryIO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
STANDARD_INPUT = Path("-")

MAX_LINE = 32_768
"""Bytes; servers refuse requests whose line and headers would make a longer one."""
PROGRESS_LINES = 1_000

UNREADABLE = (OSError, EOFError, zlib.error, zstd.ZstdError)
"""What reading a damaged or vanished log raises."""


def lines_of(path: Path, advance: Callable[[int], None]) -> Iterator[bytes]:
    """A log's lines without their ends; of one over MAX_LINE, its first MAX_LINE + 1 bytes.

    `-` is standard input. `advance` is told how many more bytes of the file have been read. Raises one of UNREADABLE.
    """
    if path == STANDARD_INPUT:
        yield from _each(_unpacked(sys.stdin.buffer), lambda: None)
        return
    with path.open("rb") as raw:
        read = 0

        def tell() -> None:
            nonlocal read
            position = raw.tell()
            advance(position - read)
            read = position

        yield from _each(_unpacked(raw), tell)


def _unpacked(raw: BinaryIO) -> BufferedIOBase:
    """The stream decompressed, if it begins as gzip or Zstandard do."""
    stream = raw if isinstance(raw, BufferedReader) else BufferedReader(raw)  # type: ignore[type-var]
    start = stream.peek(len(ZSTD_MAGIC))
    if start.startswith(GZIP_MAGIC):
        return gzip.open(stream)
    if start.startswith(ZSTD_MAGIC):
        return zstd.open(stream)
    return stream


def _each(stream: BufferedIOBase, tell: Callable[[], None]) -> Iterator[bytes]:
    while some := _some(stream):
        yield from some
        tell()


def _some(stream: BufferedIOBase) -> list[bytes]:
    some = []
    for _ in range(PROGRESS_LINES):
        line = stream.readline(MAX_LINE + 1)
        if not line:
            break
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE + 1)
        some.append(line.rstrip(b"\r\n"))
    return some
