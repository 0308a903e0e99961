"""The description of the API, held against what it really answers."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.specs.openapi.checks import positive_data_acceptance

from consentkit.dashboard.api.rate import Rate
from tests.dashboard.api.desk import Program, program


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program with a token, that may ask as often as it wants."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rate, "wait", lambda self, name, now: 0.0)
        yield program(tmp_path_factory.mktemp("api"), root="/statistics")


@pytest.fixture(scope="module")
def described(asked: Program) -> dict[str, Any]:
    """The description as anybody gets it, without a token."""
    response = asked.client.get(f"{asked.desk.root}/api/openapi.json")
    assert 200 == response.status_code
    found: dict[str, Any] = response.json()
    return found


def test_it_is_valid_openapi(described: dict[str, Any]) -> None:
    """3.1, at the address where the API is, with a token for everything."""
    OpenAPIV31SpecValidator(described).validate()
    assert ("3.1.0", [{"url": "/statistics/api/v1"}]) == (described["openapi"], described["servers"])
    assert [{"token": []}] == described["security"]


def check(described: dict[str, Any], operation: dict[str, Any], response: Any) -> None:
    """That a response is one of those that the description has, with a body of its schema and type."""
    found = operation["responses"][str(response.status_code)]
    if "$ref" in found:
        found = described["components"]["responses"][found["$ref"].rpartition("/")[2]]
    if "content" not in found:
        assert b"" == response.content
        return
    ((media_type, content),) = found["content"].items()
    assert media_type == response.headers["content-type"]
    schema = {**content["schema"], "components": described["components"]}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(response.json())


@settings(max_examples=6, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_answer_to_random_questions_is_described(asked: Program, data: st.DataObject) -> None:
    """Questions of every operation that its schemas allow, by schemathesis; wrong ones are in test_api."""
    for operation in schemathesis.openapi.from_asgi(
        "/statistics/api/openapi.json", asked.client.app
    ).get_all_operations():
        case = data.draw(operation.ok().as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE))
        case.call_and_validate(
            headers={"Authorization": f"Bearer {asked.token}"},
            # A schema cannot say that from and to come together, and without period.
            excluded_checks=[positive_data_acceptance],
        )


def test_every_operation_answers_and_refuses_as_described(asked: Program, described: dict[str, Any]) -> None:
    """Each once with figures, once held already, once without a token."""
    for path, item in described["paths"].items():
        address = path.replace("{name}", "page") + "?period=28d" * (path != "/meta")
        answered = asked.get(address)
        held = asked.get(address, **{"if-none-match": answered.headers["etag"]})
        refused = asked.get(address, token="ck_wrong")
        assert [200, 304, 401] == [one.status_code for one in (answered, held, refused)]
        for response in (answered, held, refused):
            check(described, item["get"], response)
        assert {"link", "etag"} >= {name.lower() for name in item["get"]["responses"]["200"]["headers"]}
