"""The consent cookie: what is chosen comes back, and nothing else does."""

import string
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.config_services import MAX_PURPOSES, MAX_SERVICES_PER_PURPOSE
from consentkit.consent.choice import EPOCH, MAX_LENGTH, Choice, ChoiceCodec, make_choice
from consentkit.consent.decision import State, decide
from consentkit.declaration import Declaration
from consentkit.errors import ConfigError
from tests.support.sites import KEY, OLD_KEY, TODAY, choose, config_of, declaration_of, necessary, service, settings

SITE = config_of(settings()).declaration
CODEC = ChoiceCodec(SITE, (KEY,), 180)
SERVICES = ("theme", "meter", "ads", "video")


def widest() -> Declaration:
    """As many purposes and services as a configuration may have."""
    ids = [f"purpose-{number}" for number in range(MAX_PURPOSES)]
    purposes = [{"id": id_, "title": id_, "description": "d"} for id_ in ids]
    services = [
        service(f"s{id_}-{number}", id_, f"c{id_}{number}") for id_ in ids for number in range(MAX_SERVICES_PER_PURPOSE)
    ]
    return declaration_of(*services, purposes=purposes)


@given(st.sets(st.sampled_from(SERVICES)), st.booleans(), st.integers(0, 179))
def test_every_selection_comes_back_as_it_was_made(granted: set[str], gpc: bool, age: int) -> None:
    """The stored state is the ticks, for every subset (rule C10)."""
    choice = choose(SITE, *granted, today=TODAY - timedelta(days=age), gpc=gpc)
    assert choice == CODEC.decode(CODEC.encode(choice), TODAY)
    assert granted == choice.granted


@given(st.data())
def test_every_selection_among_the_most_services_comes_back(data: st.DataObject) -> None:
    """Masks of any width come back as they were made."""
    wide = WIDEST
    granted = data.draw(st.sets(st.sampled_from(sorted(wide.services))))
    codec = ChoiceCodec(wide, (KEY,), 180)
    assert granted == codec.decode(codec.encode(choose(wide, *granted)), TODAY).granted  # type: ignore[union-attr]


WIDEST = widest()


def test_longest_cookie_stays_under_200_bytes() -> None:
    """The most purposes, the widest masks, the longest name and a late day together stay below 200 bytes."""
    codec = ChoiceCodec(WIDEST, (KEY,), 365)
    all_but_lowest = [
        entry.id for purpose in WIDEST.choosable for entry in sorted(purpose.services, key=lambda s: s.id)[1:]
    ]
    text = codec.encode(choose(WIDEST, *all_but_lowest, today=date(2150, 1, 1)))
    assert text.count("*") == MAX_PURPOSES
    assert len(f"__Host-consentkit={text}") < MAX_LENGTH
    assert codec.decode(text, date(2150, 1, 1)) is not None


def test_more_services_than_fit_are_a_configuration_error() -> None:
    """What would make the cookie too long is refused when the configuration is read."""
    many = [service(f"s{number}", "marketing", f"c{number}") for number in range(MAX_SERVICES_PER_PURPOSE + 1)]
    with pytest.raises(ConfigError, match=f"at most {MAX_SERVICES_PER_PURPOSE} fit"):
        config_of(settings(services=many))


def test_refusal_carries_no_id_and_is_shared_by_many() -> None:
    """Two visitors who refuse on the same day get the same bytes, so a refusal recognises nobody."""
    first = make_choice(SITE, (), today=TODAY, gpc=False, id_="", make_id=lambda: "first" * 3 + "1")
    second = make_choice(SITE, (), today=TODAY, gpc=False, id_="secondsecondsec2", make_id=lambda: "x" * 16)
    assert "" == first.id == second.id
    assert CODEC.encode(first) == CODEC.encode(second)


def test_grant_keeps_the_id_of_the_choice_before() -> None:
    """A visitor who grants more stays one entry in the record."""
    assert "kept" == make_choice(SITE, ["ads"], today=TODAY, gpc=False, id_="kept", make_id=lambda: "new").id


@pytest.mark.parametrize("grant", ["session", "necessary", "unknown", "", "Ads"])
def test_grant_of_what_nobody_can_choose_is_refused_whole(grant: str) -> None:
    """A choice is stored as it was meant or not at all."""
    with pytest.raises(ValueError, match="neither a purpose nor a service"):
        make_choice(SITE, ["ads", grant], today=TODAY, gpc=False, id_="", make_id=str)


VALID = CODEC.encode(choose(SITE, "ads", "meter"))


@given(st.integers(0, len(VALID) - 1), st.sampled_from(string.ascii_letters + string.digits + "-_.+*!é\x00"))
def test_cookie_changed_in_one_place_says_nothing_new(position: int, character: str) -> None:
    """One changed character makes the cookie void; at most spare bits of the signature's text may differ."""
    changed = VALID[:position] + character + VALID[position + 1 :]
    assert CODEC.decode(changed, TODAY) in (None, CODEC.decode(VALID, TODAY))
    if position < VALID.rindex("."):
        assert (CODEC.decode(changed, TODAY) is None) == (changed != VALID)


@given(st.integers(0, len(VALID) - 1))
def test_truncated_cookie_is_no_choice(length: int) -> None:
    """A cut cookie counts as no choice."""
    assert CODEC.decode(VALID[:length], TODAY) is None


@given(st.text(max_size=250) | st.binary(max_size=250).map(lambda data: data.decode("latin-1")))
def test_any_text_is_no_choice_and_no_error(text: str) -> None:
    """Nothing made up verifies, and nothing raises."""
    assert CODEC.decode(text, TODAY) is None


@pytest.mark.parametrize(
    ("decided", "holds"),
    [(TODAY, True), (TODAY - timedelta(days=179), True), (TODAY - timedelta(days=180), False),
     (TODAY + timedelta(days=1), True), (TODAY + timedelta(days=2), False)],
)  # fmt: skip
def test_choice_holds_for_its_days_only(decided: date, holds: bool) -> None:
    """An expired choice counts as none, and one from the future beyond a clock's error too."""
    assert holds == (CODEC.decode(CODEC.encode(choose(SITE, "ads", today=decided)), TODAY) is not None)


def sign(payload: str) -> str:
    """A payload of one's own with a valid signature, as a leaked key or an older version could make it."""
    return CODEC._signer.sign(payload).decode()


@pytest.mark.parametrize(
    "payload",
    ["", "1", "2.aaaaaaaa.9d5.0..", "1.aaaaaaaa.fffff.0..", "1.aaaaaaaa.9d5.2..", "1.aaaaaaaa.9d5.0..short",
     "1.aaaaaaaa.9d5.0.?ABCD.", "1.aaaaaaaa.9d5.0.*ABCDfffffff.", "1.aaaaaaaa.9d5.0.+ABCD.", "1.aaaaaaaa.9d5.0..\n"],
)  # fmt: skip
def test_signed_nonsense_is_no_choice(payload: str) -> None:
    """A valid signature does not make sense of what has none."""
    assert CODEC.decode(sign(payload), TODAY) is None


def test_over_long_cookie_is_not_even_verified() -> None:
    """Work is bounded: what is longer than any cookie of ours is not looked at."""
    assert CODEC.decode("1" * (MAX_LENGTH + 1), TODAY) is None
    assert CODEC.decode(sign("1.aaaaaaaa.9d5.0." + "+ABCD" * 40 + "."), TODAY) is None


def test_non_ascii_cookie_is_no_choice() -> None:
    """Mojibake and surrogates count as no choice."""
    for text in (VALID + "é", "\udcff" + VALID, "é" * 20, "\U0001f36a"):
        assert CODEC.decode(text, TODAY) is None


def test_rotated_key_still_verifies_and_the_new_one_signs() -> None:
    """The first key signs, all verify, and a key that is gone does not."""
    old = ChoiceCodec(SITE, (OLD_KEY,), 180).encode(choose(SITE, "ads"))
    both = ChoiceCodec(SITE, (KEY, OLD_KEY), 180)
    assert both.decode(old, TODAY) == choose(SITE, "ads")
    assert both.encode(choose(SITE, "ads")) == CODEC.encode(choose(SITE, "ads"))
    assert CODEC.decode(old, TODAY) is None


def test_cookie_of_another_policy_is_no_choice() -> None:
    """A choice of which no purpose is left says nothing."""
    other = ChoiceCodec(declaration_of(service("else", "marketing", "e")), (KEY,), 180)
    assert other.decode(VALID, TODAY) is None


def test_only_the_changed_purpose_is_asked_again() -> None:
    """A new cookie under one purpose leaves the choices about the others as they are (rule C22)."""
    before = settings()
    after = settings()
    after["services"][3]["storage"].append({"name": "_new", "kind": "cookie", "duration": "1 day"})
    text = ChoiceCodec(config_of(before).declaration, (KEY,), 180).encode(choose(SITE, "theme", "ads"))
    declaration = config_of(after).declaration
    choice = ChoiceCodec(declaration, (KEY,), 180).decode(text, TODAY)
    assert choice is not None
    assert not choice.current
    decisions = decide(declaration, choice, gpc=False)
    assert {"preferences": State.GRANTED, "audience_measurement": State.DENIED, "marketing": State.UNSET} == {
        purpose.id: decisions.of(purpose.id).state for purpose in declaration.choosable
    }
    assert State.UNSET == decisions.of("video").state
    assert decisions.asks


def test_rewording_changes_nothing() -> None:
    """Texts may be corrected without asking everybody again (rule C22)."""
    after = settings(site={"name": "New name", "contact": "new@example.com"})
    for entry in after["services"]:
        entry["name"] = {"en": "a", "nl": "b", "es": "c"}
        entry["description"] = "Other words."
    declaration = config_of(after).declaration
    assert SITE.policy_version == declaration.policy_version
    assert ChoiceCodec(declaration, (KEY,), 180).decode(VALID, TODAY) == CODEC.decode(VALID, TODAY)


def test_services_that_change_places_keep_their_grants() -> None:
    """The order in the file is no part of a choice: a grant never moves to the neighbour."""
    one, two = service("one", "marketing", "a"), service("two", "marketing", "b")
    text = ChoiceCodec(declaration_of(one, two), (KEY,), 180).encode(choose(declaration_of(one, two), "one"))
    choice = ChoiceCodec(declaration_of(two, one, necessary("n", "n")), (KEY,), 180).decode(text, TODAY)
    assert choice is not None
    assert {"one"} == choice.granted


def test_new_revision_asks_everybody_again() -> None:
    """The site can ask anew by raising `consent.revision`."""
    declaration = config_of(settings(consent={"revision": 2})).declaration
    assert ChoiceCodec(declaration, (KEY,), 180).decode(VALID, TODAY) is None


def test_cookie_holds_the_day_and_no_finer_time() -> None:
    """The cookie carries the date of the choice and nothing that tells when on that day."""
    assert f".{(TODAY - EPOCH).days:x}." in VALID
    assert isinstance(CODEC.decode(VALID, TODAY), Choice)
    assert TODAY + timedelta(days=180) == CODEC.expires(choose(SITE, "ads"))
