"""The declaration that an audit compares with."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.audit.declared import NOTHING, DeclarationError, of_config, parse_declaration, with_own
from consentkit.consent.published import as_data
from tests.support.sites import config_of, settings


def shape(declaration: object) -> list[object]:
    """What of a declaration an audit reads."""
    return [
        (
            service.id,
            service.purpose,
            sorted(service.origins),
            sorted((i.name, i.kind, i.duration) for i in service.storage),
        )
        for service in declaration.services.values()  # type: ignore[attr-defined]
    ]


def test_what_a_site_publishes_is_what_its_configuration_says() -> None:
    """Reading `declaration.json` gives the services of the file, consentkit's own included, and the site's hosts."""
    config = config_of(settings())
    published = parse_declaration(json.dumps(as_data(config, None)), "declaration.json")
    file = of_config(config, "consentkit.toml")
    assert shape(file.declaration) == shape(published.declaration)
    assert config.site.hosts == published.hosts == file.hosts


def test_consentkits_own_cookies_are_added_once() -> None:
    """To a declaration that was written by hand, too."""
    once = with_own(NOTHING)
    assert "consentkit" in once.services
    assert once is with_own(once)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "this is no JSON"),
        ("[]", "the document is"),
        ("{}", "purposes is None; it must be a list"),
        ('{"purposes": {}}', "purposes is {}; it must be a list"),
        ('{"purposes": [1]}', r"purposes\[0\] is 1; it must be a JSON object"),
        ('{"purposes": [{}]}', r"purposes\[0\]\.id is None; it must be a text"),
        ('{"purposes": [{"id": "necessary", "services": [{"id": ""}]}]}', r"services\[0\]\.id is ''"),
        (
            '{"purposes": [{"id": "a", "services": [{"id": "b", "storage": [{"name": "c", "kind": "pixel"}]}]}]}',
            r"storage\[0\]\.kind is 'pixel'; it must be one of cookie",
        ),
        (
            '{"purposes": [{"id": "a", "services": [{"id": "b", "storage": [{"name": "c", "kind": "cookie"}]}]}]}',
            "days is None; it must be a whole number of days",
        ),
        ('{"purposes": [{"id": "a", "services": [{"id": "b", "origins": [3]}]}]}', r"origins\[0\] is 3"),
        ("[" * 100_000, "no JSON|nested too deeply"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_place(text: str, message: str) -> None:
    """The message says what is allowed there."""
    with pytest.raises(DeclarationError, match=message) as caught:
        parse_declaration(text, "file.json")
    assert str(caught.value).startswith("file.json: ")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["purposes", "id", "services", "storage", "site", "hosts", "name"]), inner, max_size=4
        )
    ),
)


@given(JSON)
def test_any_json_is_read_or_refused(data: object) -> None:
    """Nothing else than a DeclarationError leaves the reader."""
    try:
        services = parse_declaration(json.dumps(data), "x").declaration.services
    except DeclarationError:
        return
    assert "consentkit" in services


def test_the_example_of_the_documentation_is_read() -> None:
    """docs/audit.md shows a declaration for a site without consentkit."""
    text = (Path(__file__).parents[2] / "docs" / "audit.md").read_text("utf-8")
    example = text.partition("```json\n")[2].partition("```")[0]
    assert 2 <= len(parse_declaration(example, "docs/audit.md").declaration.services)
