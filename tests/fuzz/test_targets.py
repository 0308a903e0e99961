"""What the fuzzer checks (`make fuzz`), on its seeds and on bounded random examples."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fuzz import choice, cookies, return_address, rewriter
from tests.support.asgi import Answer, exchange
from tests.support.html_oracle import contacted

words = st.sampled_from(range(0x80, 0x100)).map(lambda byte: bytes([byte]))


@pytest.mark.parametrize("seed", rewriter.SEEDS)
def test_pages_that_were_trouble_once(seed: bytes) -> None:
    """Each at every chunk size, sealed and not."""
    for head in range(32):
        rewriter.check(bytes([head]) + seed[1:])


@pytest.mark.parametrize("scripting", [True, False])
def test_model_of_a_browser_sees_what_is_to_be_hidden(scripting: bool) -> None:
    """So a page that came through unchanged would be noticed."""
    for place in (0, 4, 6) if scripting else (0, 1, 4, 5, 6):
        page = rewriter.page_of(rewriter.SEEDS[place][1:]).decode()
        assert "ads.example.net" in contacted(page, rewriter.ADDRESS, hints_only=False, scripting=scripting), page


def test_model_of_a_visitor_sees_what_is_granted() -> None:
    """So a grant to another site's page would be noticed."""
    scope, body, _ = choice.request(choice.SEEDS[0])
    answer = Answer(choice.run(exchange(choice.APP, scope, body)))
    assert {"ads", "video", "theme", "meter"} == choice.granted(answer.all(b"set-cookie")[0].partition(b";")[0])


@given(st.lists(words | st.binary(max_size=2), min_size=1, max_size=25).map(b"".join))
@settings(max_examples=400, deadline=None)
def test_no_page_leads_to_a_closed_origin(data: bytes) -> None:
    """Whatever stands in it, and however it is cut."""
    rewriter.check(data)


@pytest.mark.parametrize("seed", cookies.SEEDS)
def test_cookie_lines_of_every_kind(seed: bytes) -> None:
    """Each for every state of consent."""
    for head in range(len(cookies.STATES)):
        cookies.check(bytes([head]) + seed[1:])


@given(
    st.lists(st.sampled_from([seed[1:] for seed in cookies.SEEDS]) | st.binary(max_size=6), max_size=4).map(b"".join)
)
@settings(max_examples=300, deadline=None)
def test_no_line_stores_what_is_refused(data: bytes) -> None:
    """Neither by pieces of good lines nor by noise."""
    cookies.check(data)


@given(
    st.lists(st.sampled_from([*return_address.SEEDS, b"/", b"\\", b"@", b"%2f", b"%5c"]) | st.binary(max_size=4)).map(
        b"".join
    )
)
@settings(max_examples=500, deadline=None)
def test_nobody_is_sent_away(data: bytes) -> None:
    """Neither by the field of a form nor by a Referer."""
    return_address.check(data)


@pytest.mark.parametrize("seed", [*choice.SEEDS, *return_address.SEEDS])
def test_requests_of_every_kind(seed: bytes) -> None:
    """Each route, as GET and POST, with and without a choice made before."""
    return_address.check(seed)
    for head in range(32):
        choice.check(bytes([head]) + seed[1:])


@given(
    st.binary(max_size=2),
    st.lists(
        st.sampled_from([b"\xff", choice.OURS, b"same-origin", b"choice=accept_all"]) | st.binary(max_size=8),
        max_size=14,
    ).map(b"".join),
)
@example(b"\x00\x00", b"https://www.example.com:443\xff\xff\xff\xff\xff\xff\xff\xffchoice=accept_all")
@settings(max_examples=200, deadline=None)
def test_no_request_breaks_the_endpoint_or_grants_from_elsewhere(head: bytes, rest: bytes) -> None:
    """Whatever its headers and its body hold."""
    choice.check(head + rest)
