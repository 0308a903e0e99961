"""Lists of domains, in the configuration or in a file beside it."""

import re

import pytest

from consentkit.config_hosts import read_domains
from consentkit.errors import Finding
from consentkit.reader import Table


def read(folder, value):
    """The domains that a value gives in a folder, and what is found wrong with it."""
    findings: list[Finding] = []
    domains = read_domains(Table({"list": value}, "", findings), "list", folder)
    return domains, [finding.message for finding in findings]


def test_a_list_is_taken_as_it_stands(tmp_path):
    """Nothing is read for it."""
    assert (("a.example", "b.example"), []) == read(tmp_path, ["a.example", "b.example"])
    assert ((), []) == read(tmp_path, [])


def test_a_file_has_one_on_each_line(tmp_path):
    """As lists are kept: with blank lines, comments, capitals, other line ends and other scripts."""
    (tmp_path / "spam.txt").write_bytes(
        "# kept by us\r\n\r\nSemalt.com\r\nb.example # since May\nпример.com\n".encode()
    )
    assert (("semalt.com", "b.example", "xn--e1afmkfd.com"), []) == read(tmp_path, "spam.txt")


def test_a_whole_path_is_one_too(tmp_path):
    """Lists may lie where a job of the system puts them."""
    (tmp_path / "spam.txt").write_text("a.example", "utf-8")
    assert (("a.example",), []) == read(tmp_path / "elsewhere", str(tmp_path / "spam.txt"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"a.example\nhttps://b.example/\nc d\n",
            'line 2 of .* is "https://b.example/", which is no domain; write one',
        ),
        (
            b"a\xff.example",
            '"spam.txt" cannot be read \\(it is not UTF-8\\); name a file beside the configuration with one',
        ),
        (b"x" * 400 + b".example", 'line 1 of .* is "x+…, which is no domain'),
    ],
)
def test_what_is_no_list_is_told_with_its_line(tmp_path, content, message):
    """The first line alone: a file of another kind has thousands."""
    (tmp_path / "spam.txt").write_bytes(content)
    domains, (found,) = read(tmp_path, "spam.txt")
    assert domains in ((), ("a.example",))
    assert re.search(message, found), found
