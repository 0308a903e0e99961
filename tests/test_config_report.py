"""The table [report]."""

from pathlib import Path
from typing import Any

import pytest

from consentkit.config import parse
from consentkit.config_report import MOST_RECIPIENTS, ReportSettings
from consentkit.errors import ConfigError

RIGHT = {"smtp": "mail.example.com", "sender": "Statistics <s@example.com>", "recipients": ["ann@example.com"]}
NAMED = "Ann <ann@example.com>"
MANY = [f"a{n}@example.com" for n in range(MOST_RECIPIENTS + 1)]


def report(folder: Path, languages: tuple[str, ...] = ("en",), **values: Any) -> ReportSettings:
    """The table, read."""
    site = {
        "name": "Site", "controller": "Site", "contact": "x@example.com", "hosts": ["www.example.com"],
        "privacy_policy": "/privacy", "languages": list(languages),
    }  # fmt: skip
    return parse({"site": site, "report": values}, base=folder).report


def test_without_the_table_nothing_is_sent(tmp_path: Path) -> None:
    """And reports are in the site's first language that they are written in."""
    settings = report(tmp_path, ("de", "nl", "en"))
    assert ("", (), "nl", "starttls") == (settings.smtp, settings.recipients, settings.language, settings.security)


def test_the_port_follows_the_security(tmp_path: Path) -> None:
    """587, 465 and 25, unless another is named."""
    assert (587, 465) == (report(tmp_path, **RIGHT).port, report(tmp_path, **RIGHT, security="tls").port)
    local = {**RIGHT, "smtp": "localhost", "security": "none"}
    assert (25, 2525) == (report(tmp_path, **local).port, report(tmp_path, **local, port=2525).port)


@pytest.mark.parametrize(
    ("message", "values"),
    [
        ("report.security: \"none\" sends reports in the clear", {**RIGHT, "security": "none"}),
        ("report.security: \"ssl\" is not allowed; use one of starttls, tls, none", {**RIGHT, "security": "ssl"}),
        ("report.smtp: \"mail.example.com:587;x\" is no host", {**RIGHT, "smtp": "mail.example.com:587;x"}),
        ("report.sender: \"statistics\" is no address", {**RIGHT, "sender": "statistics"}),
        ("report.sender: .*is no address", {**RIGHT, "sender": "S <s@example.com>\nBcc: e@example.net"}),
        ("report.recipients: \"Ann <ann@example.com>\" is no address", {**RIGHT, "recipients": [NAMED]}),
        ("report.recipients: .*is no address", {**RIGHT, "recipients": ["a@example.com\nRCPT TO:<e@example.net>"]}),
        ("report.recipients: has 51 addresses; at most 50", {**RIGHT, "recipients": MANY}),
        ("report.recipients: is missing; with smtp", {"smtp": "mail.example.com", "sender": "s@example.com"}),
        ("report.sender: is missing; with smtp", {"smtp": "mail.example.com", "recipients": ["a@example.com"]}),
        ("report.link: \"javascript:alert\\(1\\)\" is no address", {"link": "javascript:alert(1)"}),
        ("report.language: \"de\" is not allowed; use one of en, nl, es", {"language": "de"}),
    ],
    ids=range(12),
)  # fmt: skip
def test_wrong_values_are_named_with_what_is_allowed(tmp_path: Path, message: str, values: dict[str, Any]) -> None:
    """With their key, before anything is sent."""
    with pytest.raises(ConfigError, match=message):
        report(tmp_path, **values)
