"""The kit: one configuration, everything made from it."""

from pathlib import Path

import pytest

from consentkit import ConfigError, ConsentKit, SecretError
from tests.support.sites import KEY

FILE = """
[site]
name = "N"
controller = "C"
contact = "c@example.com"
hosts = ["www.example.com"]
privacy_policy = "/privacy"
"""


def test_kit_of_a_file_needs_file_and_secret(tmp_path: Path) -> None:
    """Both errors say what to mend, before anything is served."""
    path = tmp_path / "consentkit.toml"
    with pytest.raises(ConfigError, match="consentkit init"):
        ConsentKit.from_file(path, environ={"CONSENTKIT_SECRET": KEY})
    path.write_text(FILE)
    with pytest.raises(SecretError, match="CONSENTKIT_SECRET is not set"):
        ConsentKit.from_file(str(path), environ={})
    assert "N" == ConsentKit.from_file(path, environ={"CONSENTKIT_SECRET": KEY}).config.site.name
