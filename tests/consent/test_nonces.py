"""The nonce that an element of ours carries, read from the page's own policies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.consent.nonces import Nonces, nonces
from tests.support.asgi import DOCUMENT, HTML, answering, ask
from tests.support.sites import kit_of

POLICIES = {
    "none": ([], Nonces()),
    "no nonce": ([b"default-src 'self'"], Nonces()),
    "for everything": ([b"default-src 'nonce-a'"], Nonces("a", "a")),
    "one for each": ([b"style-src 'nonce-s'; script-src 'self' 'nonce-j'"], Nonces("j", "s")),
    "the narrower directive decides": ([b"script-src 'nonce-x'; script-src-elem 'nonce-j'"], Nonces("j", "")),
    "default does not decide where another does": ([b"default-src 'nonce-d'; style-src 'self'"], Nonces("d", "")),
    "only the first of two equal directives": ([b"script-src 'nonce-j'; script-src 'nonce-x'"], Nonces("j", "")),
    "upper case and blanks": ([b"\tSCRIPT-SRC\t'Nonce-j'  ;;"], Nonces("j", "")),
    "of a second header": ([b"img-src *", b"script-src 'nonce-j'"], Nonces("j", "")),
    "of a second policy of one header": ([b"img-src 'nonce-i', script-src 'nonce-j'"], Nonces("j", "")),
    "that all policies have": ([b"script-src 'nonce-x' 'nonce-j'", b"script-src 'nonce-j'"], Nonces("j", "")),
    "that no two have": ([b"script-src 'nonce-x'", b"script-src 'nonce-y'"], Nonces("x", "")),
    "no base64": ([b"script-src 'nonce-\"><script>' 'nonce-' 'nonce-a=b'"], Nonces()),
}


@pytest.mark.parametrize(("values", "expected"), POLICIES.values(), ids=POLICIES)
def test_nonce_is_that_of_the_directive_which_decides(values: list[bytes], expected: Nonces) -> None:
    """Scripts and stylesheets each carry what the page's policies ask of them (CSP Level 3)."""
    assert expected == nonces(values)


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"script-src 'nonce-", b"'", b";", b"<", b'"']), max_size=5))
def test_nothing_but_base64_comes_out(parts: list[bytes]) -> None:
    """Whatever the app's header holds, no character that means something in HTML gets into a page."""
    for nonce in nonces([b"".join(parts)]):
        assert nonce.replace("+", "").replace("/", "").replace("-", "").replace("_", "").rstrip("=").isalnum() or (
            not nonce
        )


def test_module_and_stylesheet_carry_their_own() -> None:
    """The page of a strict site gets each in its place."""
    policy = b"script-src 'nonce-j'; style-src 'nonce-s'"
    body = ask(kit_of().wrap(answering(DOCUMENT, headers=[HTML, (b"Content-Security-Policy", policy)]))).body
    assert (2, 1) == (body.count(b' nonce="j"></script>'), body.count(b'.css" nonce="s"'))
