"""Where lines come from."""

import bz2
import gzip
import io
import lzma
import zlib
from itertools import chain
from types import SimpleNamespace

import pytest

from consentkit.importers import source
from consentkit.importers.source import STANDARD_INPUT, UNREADABLE, blocks_of, zstd

LINES = [f"line {number}".encode() for number in range(3000)]
TEXT = b"\n".join(LINES) + b"\n"
PACKED = {
    "plain": TEXT,
    "gzip": gzip.compress(TEXT),
    "two gzips": gzip.compress(TEXT[:7000]) + gzip.compress(TEXT[7000:]),
    "zstd": zstd.compress(TEXT),
    "two zstds": zstd.compress(TEXT[:7000]) + zstd.compress(TEXT[7000:]),
    "xz": lzma.compress(TEXT),
    "two xzs": lzma.compress(TEXT[:7000]) + b"\0" * 8 + lzma.compress(TEXT[7000:]),
    "two bzip2s": bz2.compress(TEXT[:7000]) + bz2.compress(TEXT[7000:]),
    "byte order mark": b"\xef\xbb\xbf" + TEXT,
    "crlf": TEXT.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("name", PACKED)
def test_the_lines_are_the_same_however_packed(name, tmp_path, monkeypatch):
    """From a file and from standard input; told by the first bytes, not by the name."""
    path = tmp_path / "access.log"
    path.write_bytes(PACKED[name])
    assert LINES == list(chain.from_iterable(blocks_of(path, lambda _: None)))
    monkeypatch.setattr(source.sys, "stdin", SimpleNamespace(buffer=io.BufferedReader(io.BytesIO(PACKED[name]))))
    assert LINES == list(chain.from_iterable(blocks_of(STANDARD_INPUT, lambda _: None)))


def test_an_empty_file_has_no_lines(tmp_path):
    """It begins like nothing."""
    path = tmp_path / "access.log"
    path.write_bytes(b"")
    assert list(chain.from_iterable(blocks_of(path, lambda _: None))) == []


@pytest.mark.parametrize("name", ["gzip", "zstd", "xz", "two bzip2s"])
def test_a_damaged_file_says_so(name, tmp_path):
    """Its end is missing."""
    path = tmp_path / "access.log"
    path.write_bytes(PACKED[name][:-20])
    with pytest.raises(UNREADABLE):
        list(chain.from_iterable(blocks_of(path, lambda _: None)))


def test_an_xz_that_wants_a_gigabyte_is_refused(tmp_path):
    """A small file may say that unpacking it takes as much."""
    packed = bytearray(lzma.compress(TEXT))
    # The block's header follows that of the stream; its size is in words, its last word a checksum (xz format §3.1).
    end = 12 + (packed[12] + 1) * 4
    packed[16] = 36
    packed[end - 4 : end] = zlib.crc32(packed[12 : end - 4]).to_bytes(4, "little")
    assert TEXT == lzma.decompress(packed)
    (tmp_path / "access.log").write_bytes(packed)
    with pytest.raises(lzma.LZMAError, match="Memory"):
        list(blocks_of(tmp_path / "access.log", lambda _: None))
