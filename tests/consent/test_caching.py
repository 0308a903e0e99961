"""No shared cache may ever hold what depends on a visitor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.consent.caching import keep_private
from tests.support.asgi import DOCUMENT, HTML, answering, ask
from tests.support.sites import consent_cookie, kit_of

OURS = b"Cookie, Sec-GPC, Sec-Fetch-Dest"


def directives(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Cache-Control as a cache reads it: split at commas outside quotes, quoted pairs understood (RFC 9110 §5.6)."""
    text = ", ".join(value.decode("latin-1") for name, value in headers if name.lower() == b"cache-control")
    parts, current, quoted, escaped = [], "", False, False
    for character in text:
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == ",":
            parts.append(current)
            current = ""
            continue
        else:
            quoted = character == '"'
        current += character
    found: dict[str, str] = {}
    for part in [*parts, current]:
        name, _, value = part.strip().partition("=")
        # Of two that say the same the stricter counts, which is the one without an argument (RFC 9111 §4.2.1).
        found[name.strip().lower()] = value.strip() if found.get(name.strip().lower(), value) else ""
    return found


def shared_cache_stores(headers: list[tuple[bytes, bytes]]) -> bool:
    """A model of RFC 9111 §3 for a shared cache that understands every directive, and of edge caches beside it."""
    control = directives(headers)
    if any(
        name.lower().endswith((b"cdn-cache-control", b"surrogate-control", b"x-accel-expires")) for name, _ in headers
    ):
        return True
    if "no-store" in control and "must-understand" not in control:
        return False
    return control.get("private") != ""


app_values = st.lists(
    st.sampled_from(
        ["public", "Public", "s-maxage=60", "max-age=60", "private", 'private="set-cookie"', "no-store", "NO-STORE",
         "no-cache", "must-understand", "immutable", 'x="a, public, "', 'x="\\", public, "', "no-store=x", "",
         "stale-while-revalidate=9", 'ext="', "proxy-revalidate"]
    )
    | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
    max_size=4,
)  # fmt: skip
edge = st.sampled_from(
    ["CDN-Cache-Control", "Surrogate-Control", "Acme-CDN-Cache-Control", "X-Accel-Expires", "Expires"]
)


@given(st.lists(app_values, max_size=3), st.lists(edge, max_size=2))
def test_no_shared_cache_stores_it(controls: list[list[str]], edges: list[str]) -> None:
    """Whatever the app said, a shared cache may not store the response afterwards."""
    headers = [(b"Cache-Control", ", ".join(values).encode()) for values in controls]
    headers += [(name.encode(), b"max-age=600") for name in edges]
    assert not shared_cache_stores(keep_private(headers))


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, b"private"), (b"no-store", b"no-store"), (b"public, max-age=60", b"private, max-age=60"),
     (b"private, max-age=5", b"private, max-age=5"), (b"s-maxage=9, no-cache", b"private, no-cache"),
     (b"no-store, must-understand, public", b"no-store")],
)  # fmt: skip
def test_directives_for_the_browser_itself_stay(before: bytes | None, after: bytes) -> None:
    """What the app says to the visitor's own browser is its own affair."""
    headers = [(b"cache-control", before)] if before else []
    assert after == dict(keep_private(headers))[b"cache-control"]


@pytest.mark.parametrize(
    ("before", "after"),
    [([], OURS), ([b"Accept-Encoding"], b"Accept-Encoding, " + OURS), ([b"*"], b"*"),
     ([b"cookie", b"Origin"], b"cookie, Origin, Sec-GPC, Sec-Fetch-Dest"), ([b"a, *"], b"*")],
)  # fmt: skip
def test_vary_is_merged(before: list[bytes], after: bytes) -> None:
    """Several Vary headers become one, and `*` stays."""
    merged = keep_private([(b"Vary", value) for value in before])
    assert [after] == [value for name, value in merged if name == b"vary"]


@pytest.mark.parametrize("cookie", [b"", b"__Host-consentkit=forged"])
def test_every_page_of_a_site_that_asks_is_private(cookie: bytes) -> None:
    """Before and after a choice no shared cache gets a page that another visitor might be handed."""
    kit = kit_of()
    app = kit.wrap(
        answering(DOCUMENT, headers=[HTML, (b"cache-control", b"public, s-maxage=600"), (b"vary", b"Accept")])
    )
    for sent in (cookie, consent_cookie(kit, "ads"), consent_cookie(kit)):
        answer = ask(app, headers=[(b"cookie", sent)])
        assert b"private" == answer.get(b"cache-control")
        assert b"Accept, " + OURS == answer.get(b"vary")


def test_static_files_stay_cacheable() -> None:
    """What depends on nobody keeps the headers that the app gave it, in their order."""
    headers = [
        (b"content-type", b"text/css"),
        (b"cache-control", b"public, max-age=9"),
        (b"vary", b"Accept-Encoding"),
        (b"etag", b'"1"'),
    ]
    assert headers == ask(kit_of().wrap(answering(b"x", headers=headers))).start["headers"]


@pytest.mark.parametrize("kind", [b"application/xhtml+xml", b"text/css", b"image/svg+xml"])
def test_what_caches_share_follows_nobodys_choice(kind: bytes) -> None:
    """A visitor's grants open a link or an instruction only in what is theirs alone."""
    kit = kit_of()
    headers = [(b"content-type", kind), (b"link", b"<https://ads.example.net>; rel=preconnect"), (b"accept-ch", b"UA")]
    answer = ask(kit.wrap(answering(b"x", headers=headers)), headers=[(b"cookie", consent_cookie(kit, "ads", "meter"))])
    policy = answer.get(b"content-security-policy") or b""
    private = b"private" == answer.get(b"cache-control")
    assert (kind == b"application/xhtml+xml") == private
    assert private == (answer.get(b"link") is not None) == (b"ads.example.net" in policy)


def test_page_whose_cookie_the_gate_keeps_back_is_private() -> None:
    """Without its Set-Cookie a cache would take what was made for one visitor as everybody's."""
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"max-age=60"), (b"set-cookie", b"_ads_1=1")]
    answer = ask(kit_of().wrap(answering(b"{}", headers=headers)))
    assert [] == answer.all(b"set-cookie")
    assert b"private, max-age=60" == answer.get(b"cache-control")
