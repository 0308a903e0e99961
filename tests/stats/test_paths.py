"""Paths without identifiers."""

import base64
import random
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats import paths
from consentkit.stats.paths import MAX_LENGTH, PLACEHOLDERS, canonical


@pytest.mark.parametrize(
    ("expected", "path"),
    [
        ("/", ""),
        ("/", "/"),
        ("/", ";jsessionid=1"),
        ("/a/b", "a//b/"),
        ("/order/{n}", "/order/7"),
        ("/order/{n}", "/order/1234567"),
        ("/news/{date}", "/news/2026-11-23"),
        ("/news/{n}/{n}/{n}/fibre", "/news/2026/11/23/fibre"),
        ("/doc/{uuid}", "/doc/550E8400-e29b-41d4-a716-446655440000"),
        ("/doc/{uuid}", "/doc/report-550e8400-e29b-41d4-a716-446655440000"),
        ("/c/{hex}", "/c/1a2b3c4d"),
        ("/c/{hex}.png", "/c/commit-1a2b3c4d.png"),
        ("/u/{email}", "/u/jan@example.com"),
        ("/u/{email}", "/u/jan%40example.com"),
        ("/u/{email}", "/u/jan%2540example.com"),
        ("/p/{id}", "/p/product-123456"),
        ("/p/{n}.html", "/p/123456.html"),
        ("/tel/{id}", "/tel/06-1234-5678"),
        ("/from/{id}", "/from/192.0.2.7"),
        ("/watch/{token}", "/watch/dQw4w9WgXcQ"),
        ("/reset/{token}", "/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP"),
        ("/{token}/etc", "/../etc"),
        ("/{token}", "/a\x00b"),
        ("/{token}", "/٠١٢٣٤"),
        ("/{token}", "/a\ud800"),
        ("/{token}", "/" + "woord-" * 30),
        ("/a/a/a/a/a/a/a/a/{more}", "/a" * 30),
        ("/a/b", "/a;jsessionid=0123456789/b"),
    ],
)
def test_identifiers_become_placeholders(expected, path):
    """What tells one visitor, order or document from another does not stay."""
    assert expected == canonical(path)


@pytest.mark.parametrize(
    "path",
    [
        "/products/iphone-15-pro",
        "/duurzaamheidsbeleid",
        "/gdpr-2018",
        "/jaarverslag-2025-2026.pdf",
        "/arbeidsongeschiktheidsverzekering",
        "/Rechtsschutzversicherungsgesellschaften",
        "/angstschreeuw",
        "/sobre-nosotros/información",
        "/сеть/новости",
        "/b2b/5g-uitrol",
        "/sony-wh-1000xm4-koptelefoon",
        "/ContactUs.aspx",
        "/ConsumerPrivacyPolicy",
        "/Privacy-and-Cookie-Policy",
        "/BTW-nummer-aanvragen",
        "/.well-known/security.txt",
        "/docs/1.2.3",
        "/index.php",
        "/~jan",
    ],
)
def test_ordinary_paths_stay(path):
    """Words, years, model numbers and short numbers are what marketing reads."""
    assert path == canonical(path)


def embedded(text):
    return [f"/a/{text}", f"/{text}/b", f"/{quote(text, safe='')}", f"/{quote(quote(text, safe=''), safe='')}"]


@given(st.emails())
def test_no_email_address_ever_leaves(address):
    """Plain, encoded and encoded twice."""
    assert not [path for path in embedded(address) if address in canonical(path) or "@" in canonical(path)]


@given(st.uuids(), st.text("abc-", max_size=5))
def test_no_uuid_ever_leaves(identifier, before):
    """With and without hyphens, in capitals, behind a word."""
    for text in (str(identifier), str(identifier).upper(), identifier.hex):
        for path in embedded(before + text):
            assert text not in canonical(path)


@given(st.text())
def test_no_number_over_four_digits_ever_leaves(text):
    """Whatever stands around it, also in digits of other scripts."""
    assert re.search(r"\d{5}", canonical(f"/{text}12345{text}/٠١٢٣٤/१२३४५६")) is None


@given(st.integers(0, 2**64), st.integers(12, 64))
def test_no_random_token_ever_leaves(seed, size):
    """As secrets.token_urlsafe, token_hex and base64 make them, and the three of a JWT together."""
    data = random.Random(seed).randbytes(size)
    url = base64.urlsafe_b64encode(data).decode()
    for token in (
        url,
        url.rstrip("="),
        data.hex(),
        base64.b64encode(data).decode().replace("/", "_"),
        f"{url}.{url}.{url}",
    ):
        assert token not in canonical(f"/reset/{token}")


@given(st.text())
def test_it_is_bounded_stable_and_printable(path):
    """Begins with a slash, never raises, and putting it through again changes nothing."""
    once = canonical(path)
    assert once == canonical(once)
    assert once.startswith("/")
    assert len(once) <= MAX_LENGTH
    assert once.isprintable()


@given(st.lists(st.sampled_from([*PLACEHOLDERS, "a" * 100, "über", "%2525", "x.html", "A B", ";", "."])))
def test_long_and_deep_paths_are_stable_too(segments):
    """Cutting a path does not make it cuttable again."""
    once = canonical("/".join(segments))
    assert once == canonical(once)
    assert len(once) <= MAX_LENGTH


def test_only_clean_segments_are_remembered(monkeypatch):
    """A visitor's identifier is in no cache, and the cache is bounded."""
    monkeypatch.setattr(paths, "_clean", {})
    monkeypatch.setattr(paths, "REMEMBERED", 2)
    for path in ("/a/jan@example.com", "/b/123456", "/c"):
        canonical(path)
    assert set(paths._clean) == {"c"}


@pytest.mark.parametrize(
    ("path", "counted"),
    [
        ("/check/1234AB", "/check/{id}"),
        ("/check/1234-ab-12", "/check/{id}"),
        ("/cars/AB-123-C", "/cars/{id}"),
        ("/cars/12-ABC-3", "/cars/{id}"),
        ("/u/alice(at)example.com", "/u/{email}"),
        ("/top-10-tv", "/top-10-tv"),
    ],
)
def test_what_names_a_household_or_a_car_is_replaced(path: str, counted: str) -> None:
    """Postcodes, licence plates and spelt-out addresses are identifiers; ordinary slugs are not."""
    assert counted == canonical(path)
