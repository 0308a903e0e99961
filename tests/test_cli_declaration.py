"""`consentkit declaration`, as a user runs it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentkit.cli import main

ROOT = Path(__file__).parents[1]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The file that `consentkit init` writes."""
    path = tmp_path / "consentkit.toml"
    path.write_text((ROOT / "consentkit" / "starter.toml").read_text("utf-8"), "utf-8")
    return path


def run(config: Path, *arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["declaration", "--config", str(config), *arguments])


def test_html_is_the_fragment_that_templates_get(config: Path) -> None:
    """In the first language unless another is asked for."""
    assert '<div class="consentkit-declaration" lang="en"' in run(config).output
    assert "Houdt u aangemeld." in run(config, "--language", "nl").output


def test_json_is_the_document_that_is_served(config: Path) -> None:
    """In all languages at once."""
    data = json.loads(run(config, "--format", "json").output)
    assert "declaration.schema.json" == data["$schema"]


def test_markdown_is_in_the_language_asked_for(config: Path) -> None:
    """For a policy that is kept as text."""
    assert "| session | Cookie | 14 días |" in run(config, "--format", "markdown", "--language", "es").output


def test_a_language_that_the_site_does_not_have_is_refused(config: Path) -> None:
    """The message names those that there are."""
    result = run(config, "--language", "de")
    assert 2 == result.exit_code
    assert "en, nl, es" in result.output
