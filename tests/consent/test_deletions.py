"""Deletions that reach a cookie wherever it was put, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.consent.cookies import parse_set_cookie
from consentkit.consent.deletions import BUDGET, deletion_lines
from tests.support.browser_model import store
from tests.support.sites import NOW

LINE = re.compile(
    rb"[^;=\x00-\x1f\x7f]+=; Path=/[A-Za-z0-9/_.~%+@!-]*(; Domain=[a-z0-9.-]+)?; Max-Age=0(; Secure)?(; HttpOnly)?"
    rb"(; SameSite=None; Partitioned)?"
)


def test_path_domain_and_partition_variants_are_all_there() -> None:
    """A deletion only works with the attributes of the setting, which no request tells: so each is tried (rule C14)."""
    lines = deletion_lines(["_x"], host="www.example.com", path="/shop/cart")
    assert b"_x=; Path=/; Max-Age=0" == lines[0]
    for expected in (
        b"_x=; Path=/; Domain=example.com; Max-Age=0",
        b"_x=; Path=/; Domain=www.example.com; Max-Age=0",
        b"_x=; Path=/; Max-Age=0; Secure; SameSite=None; Partitioned",
        b"_x=; Path=/shop; Max-Age=0",
        b"_x=; Path=/shop/; Domain=example.com; Max-Age=0",
        b"_x=; Path=/shop/cart; Domain=example.com; Max-Age=0; Secure; SameSite=None; Partitioned",
    ):
        assert expected in lines


@pytest.mark.parametrize("name", ["__Host-x", "__Secure-x", "__Http-x", "__host-http-x"])
def test_prefixed_cookie_is_deleted_by_its_rules(name: str) -> None:
    """A browser ignores a deletion that breaks the prefix's rules, so none is sent."""
    lines = deletion_lines([name], host="www.example.com", path="/a")
    assert lines
    for line in lines:
        stored = store(line, NOW)
        assert stored is not None
        assert stored.expired
        assert b"; Secure" in line
        assert (b"; HttpOnly" in line) == ("http-" in name.lower())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[", "[::1]", "localhost", "", "a..b", "-", "exa mple.com", "x" * 300 + ".com"]
)
def test_host_without_parent_domains_gets_no_domain(host: str) -> None:
    """Addresses and bare names have host-only cookies."""
    assert not any(b"Domain" in line for line in deletion_lines(["a"], host=host, path="/"))


def test_every_name_gets_its_likeliest_variant_first() -> None:
    """Within the budget no name starves because another has many variants."""
    names = [f"cookie_{number:02}" for number in range(40)]
    lines = deletion_lines(names, host="a.b.c.d.example.com", path="/1/2/3/4/5/6")
    assert names == [line.partition(b"=")[0].decode() for line in lines[:40]]
    assert sum(len(line) + len("set-cookie: \r\n") for line in lines) <= BUDGET


@given(
    st.lists(st.text(st.characters(max_codepoint=255), max_size=300), max_size=8),
    st.text(max_size=40) | st.sampled_from(["www.example.com", "a.b; Path=/", "x.y\r\nSet-Cookie: z"]),
    st.text(max_size=40) | st.sampled_from(["/a/b", "/a; Domain=evil", "/\r\nX: y", "/ü", "//", "/a" * 300]),
)
def test_hostile_names_hosts_and_paths_make_no_other_header(names: list[str], host: str, path: str) -> None:
    """Whatever a request says, every line has our form, deletes, and stays within the budget."""
    lines = deletion_lines(names, host=host, path=path)
    assert all(LINE.fullmatch(line) for line in lines)
    assert all(parse_set_cookie(line).deletes for line in lines if parse_set_cookie(line).name)
    assert sum(len(line) + 14 for line in lines) <= BUDGET


@pytest.mark.parametrize("name", ['{"a"}', "a,b", "caf\xc3\xa9", "bad name", "a\\b"])
def test_odd_name_is_deleted_too(name: str) -> None:
    """A browser stores odd names, so they must go as well."""
    stored = store(deletion_lines([name], host="www.example.com", path="/")[0], NOW)
    assert stored is not None
    assert (name.encode("latin-1"), True) == (stored.name, stored.expired)


@given(st.lists(st.sampled_from(["a", "b"]), max_size=3))
def test_parents_are_never_a_top_level_domain(labels: list[str]) -> None:
    """The widest domain has two labels; public suffixes among those are ignored by browsers."""
    host = ".".join([*labels, "example", "com"])
    domains = {
        line.split(b"Domain=")[1].split(b";")[0]
        for line in deletion_lines(["x"], host=host, path="/")
        if b"Domain" in line
    }
    assert all(domain.count(b".") >= 1 for domain in domains)
    assert b"example.com" in domains
