"""The declaration as data, and the schema that it is held to."""

import json
from typing import Any

import jsonschema
import pytest

from consentkit.config import Config
from consentkit.consent.published import as_data, schema_text
from consentkit.declaration import EXEMPTIONS, STORAGE_KINDS
from tests.support.asgi import answering, ask
from tests.support.sites import TODAY, config_of, kit_of, service, settings

SCHEMA: dict[str, Any] = json.loads(schema_text())


def site(**sections: Any) -> Config:
    """The configuration of the example site with these sections changed."""
    return config_of(settings(**sections))


def problems(data: object) -> list[str]:
    """What the schema has against a document."""
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]


def test_the_schema_is_one() -> None:
    """It obeys the draft that it names."""
    assert "https://json-schema.org/draft/2020-12/schema" == SCHEMA["$schema"]
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "config",
    [
        site(),
        site(services=[]),
        site(services=[service("ads", "marketing", "_ads", privacy_policy="https://ads.example.net/privacy")]),
        site(stats={"geoip": ["x.mmdb"], "exemption": "fr"}, consent={"consent_mode": ["google"]}),
        site(site={"languages": ["ar", "zh", "nb"]}),
    ],
)
def test_every_declaration_fits_the_schema(config: Config) -> None:
    """Whatever is configured."""
    assert [] == problems(as_data(config, None))
    assert [] == problems(as_data(config, TODAY))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("purposes", 0, "services", 0, "storage", 0, "days"), -1),
        (("purposes", 0, "services", 0, "storage", 0, "kind"), "pixel"),
        (("purposes", 0, "services", 0, "exemption"), "legitimate_interest"),
        (("statistics", "threshold"), 1),
        (("site", "hosts"), []),
        (("policy",), "short"),
        (("purposes", 0, "services", 0, "privacy_policy"), "javascript:alert(1)"),
        (("checked",), "yesterday"),
        (("extra",), 1),
    ],
)
def test_a_wrong_value_does_not_fit(path: tuple[Any, ...], value: object) -> None:
    """The control: the schema holds what it says."""
    data = as_data(site(), None)
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert 1 == len(problems(data))


def test_schema_and_code_know_the_same_words() -> None:
    """Kinds and exemptions are listed in both."""
    assert list(STORAGE_KINDS) == SCHEMA["$defs"]["item"]["properties"]["kind"]["enum"]
    assert [*EXEMPTIONS, None] == SCHEMA["$defs"]["service"]["properties"]["exemption"]["enum"]


def test_every_text_is_there_in_every_language_of_the_site() -> None:
    """Readers need no rule for what to show when a text is missing."""
    data = as_data(site(), None)
    for purpose in data["purposes"]:
        texts = [purpose["title"], purpose["description"], *(service["name"] for service in purpose["services"])]
        assert all(["en", "nl", "es"] == list(text) and all(text.values()) for text in texts)


def test_it_names_what_consentkit_stores_itself() -> None:
    """With how long, from the configuration."""
    (necessary,) = [
        p for p in as_data(site(consent={"validity_days": 30}), TODAY)["purposes"] if p["id"] == "necessary"
    ]
    own = necessary["services"][0]
    assert ("consentkit", "requested_service") == (own["id"], own["exemption"])
    assert ("__Host-consentkit", 30) == (own["storage"][0]["name"], own["storage"][0]["days"])


def test_document_and_schema_are_served_side_by_side() -> None:
    """The document names its schema by an address relative to its own."""
    app = kit_of().wrap(answering())
    document, schema = ask(app, "/consent/declaration.json"), ask(app, "/consent/declaration.schema.json")
    assert [] == problems(json.loads(document.body))
    assert "declaration.schema.json" == json.loads(document.body)["$schema"]
    assert b"application/schema+json" == schema.get(b"content-type")
    assert SCHEMA == json.loads(schema.body)
