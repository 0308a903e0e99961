"""The configuration file: what it may say, and how it is told what it may not."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from consentkit.config import load, parse
from consentkit.config_dashboard import Oidc
from consentkit.errors import ConfigError
from consentkit.roles import Role
from consentkit.rules import FORBIDDEN_CONSENT_KEYS, FORBIDDEN_SERVICE_KEYS
from tests.support.sites import config_of, findings_of, service, settings
from tests.support.sites import only_finding as only

CONTRACT = """
[site]
name = "Example Telecom"
controller = "Example Telecom B.V."           # who decides on the data (GDPR Art. 13)
contact = "privacy@example.com"
hosts = ["www.example.com"]
languages = ["en", "nl", "es"]                # the first is the fallback
privacy_policy = "/privacy"
timezone = "Europe/Amsterdam"

[consent]
mode = "enforce"                              # observe | warn | enforce
path = "/consent"
validity_days = 180                           # of a yes and of a no
link = "inject"                               # inject | template
ledger = "sqlite:///var/consent.db"

[[services]]
id = "session"
name = "Sign-in"
purpose = "necessary"
exemption = "requested_service"               # why no consent is needed; required with "necessary"
justification = { en = "Keeps you signed in.", nl = "Houdt u aangemeld.", es = "Mantiene su sesión." }
storage = [{ name = "session", kind = "cookie", duration = "14 days" }]

[[services]]
id = "ads"
name = "Example Ads"
purpose = "marketing"
description = "Measures which advertisement led to a visit."
origins = ["https://ads.example.net"]         # scripts, images, frames and connections that belong to it
storage = [{ name = "_ads_*", kind = "cookie", duration = "3 months" }]

[stats]
sink = "sqlite:///var/stats.db"
private = "sqlite:///var/private.db"
threshold = 10                                # k
patience_days = 31                            # what waits longer joins (other)
retention_months = 25
exemption = "none"                            # none | nl | fr | es | uk
geoip = ["GeoLite2-Country.mmdb", "GeoLite2-ASN.mmdb"]
goals = [{ id = "contact", path = "/contact/thanks" }]
"""


def test_documented_file_is_read_as_it_stands(tmp_path: Path) -> None:
    """The file of the contract, unchanged, with every value where it belongs."""
    path = tmp_path / "consentkit.toml"
    path.write_text(CONTRACT, "utf-8")
    config = load(path)
    assert ("Example Telecom", ("www.example.com",), "Europe/Amsterdam") == (
        config.site.name,
        config.site.hosts,
        str(config.site.timezone),
    )
    assert ("enforce", "/consent", 180, "inject") == (
        config.consent.mode,
        config.consent.path,
        config.consent.validity_days,
        config.consent.link,
    )
    assert ["session"] == [owner.id for owner in config.declaration.owners("session")]
    assert ["ads"] == [owner.id for owner in config.declaration.owners("_ads_1")]
    assert (10, 31, 25, "none") == (
        config.stats.threshold,
        config.stats.patience_days,
        config.stats.retention_months,
        config.stats.exemption,
    )
    assert (tmp_path / "GeoLite2-Country.mmdb", tmp_path / "GeoLite2-ASN.mmdb") == config.stats.geoip
    assert [("contact", "/contact/thanks")] == [(goal.id, goal.path) for goal in config.stats.goals]
    assert tmp_path == config.base


def test_small_file_gets_defaults() -> None:
    """Only [site] is needed; nothing is asked then."""
    site = settings()["site"]
    config = parse({"site": site}, base=Path())
    assert ("enforce", "/consent", 180, 10) == (
        config.consent.mode,
        config.consent.path,
        config.consent.validity_days,
        config.stats.threshold,
    )
    assert ["necessary"] == [purpose.id for purpose in config.declaration.purposes]


# (section, key, value) → what the message must hold: the value as written, and what is allowed or how to mend it.
WRONG: list[tuple[str, str, Any, tuple[str, ...]]] = [
    ("site", "name", 3, ("3", "a text")),
    ("site", "name", "  ", ("empty",)),
    ("site", "hosts", "www.example.com", ("www.example.com", "a list")),
    ("site", "hosts", [], ("empty",)),
    ("site", "hosts", ["https://www.example.com/"], ("https://www.example.com/", "without scheme")),
    ("site", "hosts", ["www.example.com:80"], ("www.example.com:80", "port")),
    ("site", "languages", ["en", "xx"], ("xx", "el, en, es")),
    ("site", "privacy_policy", "javascript:alert(1)", ("javascript:alert(1)", "/privacy")),
    ("site", "timezone", "Amsterdam", ("Amsterdam", "Europe/Amsterdam")),
    ("site", "timezone", "../etc/passwd", ("../etc/passwd", "Europe/Amsterdam")),
    ("consent", "mode", "enforced", ("enforced", "observe, warn, enforce", "did you mean 'enforce'")),
    ("consent", "mode", True, ("true", "a text")),
    ("consent", "path", "consent", ("consent", "/consent")),
    ("consent", "path", "/", ('"/"', "/consent")),
    ("consent", "path", "//evil", ("//evil", "/consent")),
    ("consent", "path", "/a/../b", ("/a/../b", "/consent")),
    ("consent", "path", '/a"b', ('/a"b', "/consent")),
    ("consent", "validity_days", 0, ("0", "1 to 365")),
    ("consent", "validity_days", "180", ('"180"', "a whole number")),
    ("consent", "validity_days", True, ("true", "a whole number")),
    ("consent", "link", "none", ("none", "inject, template")),
    ("consent", "layout", "wall", ("wall", "bar, dialog")),
    ("consent", "stylesheet", "https://cdn.example/a.css", ("https://cdn.example/a.css", "/static/consent.css")),
    ("consent", "stylesheet", "//cdn.example/a.css", ("//cdn.example/a.css", "/static/consent.css")),
    ("consent", "stylesheet", "/\\cdn.example/a.css", ("cdn.example/a.css", "/static/consent.css")),
    ("consent", "ledger", "consent.db", ("consent.db", "sqlite:///")),
    ("stats", "threshold", 1, ("1", "2 to 1000")),
    ("stats", "day_months", 26, ("26", "1 to 25")),
    ("stats", "patience_days", 0, ("0", "1 to 366")),
    ("stats", "exemption", "de", ("de", "none, nl, fr, es, uk")),
    ("stats", "geoip", [1], ("1", "a list of texts")),
    ("stats", "goals", [{"id": "a", "path": "thanks"}], ("thanks", '"/"')),
    ("stats", "goals", ["a"], ("a", "a table")),
    ("stats", "private", "sqlite:///var/stats.db", ("sqlite:///var/stats.db", "stats.sink")),
    ("stats", "private", "sqlite:///var/../var/stats.db", ("var/../var/stats.db", "each needs its own")),
    ("stats", "sink", "sqlite:///var/", ("sqlite:///var/", "a file")),
    ("site", "privacy_policy", "//evil.example", ("//evil.example", "no address")),
    ("dashboard", "store", "postgres://x", ("postgres://x", "sqlite:///")),
    ("dashboard", "audit_days", 0, ("0", "1 to 3650")),
    ("dashboard", "trusted_header", "X User", ("X User", "letters, digits and hyphens")),
    ("dashboard", "trusted_proxies", ["10.0.0.5/8"], ("10.0.0.5/8", "10.0.0.0/24")),
    ("dashboard", "roles", {"reader": "*"}, ('"*"', "a list")),
    ("dashboard", "roles", {"admin": ["x"]}, ("admin", "known here: administrator, editor, reader")),
    ("dashboard", "users", "sqlite:///var/x.db", ("users", "store")),
]


@pytest.mark.parametrize(
    ("section", "key", "value", "parts"), WRONG, ids=[f"{row[0]}.{row[1]}-{row[2]}"[:60] for row in WRONG]
)
def test_error_names_key_value_and_what_is_allowed(section: str, key: str, value: Any, parts: tuple[str, ...]) -> None:
    """Who reads the message can mend the file without the manual."""
    finding = only(settings(**{section: {key: value}}))
    assert finding.key.startswith(f"{section}.{key}")
    for part in parts:
        assert part in finding.message


def test_the_companys_own_sign_in_is_read() -> None:
    """Headers in lower case, networks as values, groups by role."""
    table = {
        "trusted_header": "X-Forwarded-User",
        "trusted_proxies": ["10.0.0.0/8", "::1"],
        "oidc": {"issuer": "https://login.example.com/", "client_id": "consentkit"},
        "roles": {"editor": ["marketing"], "reader": ["*"]},
    }
    dashboard = parse(settings(dashboard=table), base=Path()).dashboard
    assert dashboard.proxy is not None
    assert ("x-forwarded-user", "", 2) == (
        dashboard.proxy.header,
        dashboard.proxy.roles_header,
        len(dashboard.proxy.networks),
    )
    assert Oidc("https://login.example.com/", "consentkit", "email", "groups") == dashboard.oidc
    assert {Role.READER: ("*",), Role.EDITOR: ("marketing",), Role.ADMINISTRATOR: ()} == dashboard.roles


@pytest.mark.parametrize(
    ("table", "key", "part"),
    [
        ({"trusted_header": "X-User"}, "dashboard.roles", "is missing"),
        ({"oidc": {"issuer": "https://a.example", "client_id": "c"}}, "dashboard.roles", "is missing"),
        ({"oidc": {"client_id": "c"}, "roles": {"reader": ["*"]}}, "dashboard.oidc.issuer", "is missing"),
        (
            {"oidc": {"issuer": "http://a.example", "client_id": "c"}, "roles": {"reader": ["*"]}},
            "dashboard.oidc.issuer",
            "https",
        ),
    ],
)
def test_a_sign_in_that_would_not_hold_is_refused(table: dict[str, Any], key: str, part: str) -> None:
    """Roles must be given, for else everybody or nobody would come in; a provider is reached by https."""
    finding = only(settings(dashboard=table))
    assert (key, True) == (finding.key, part in finding.message)


def test_several_errors_come_at_once() -> None:
    """Nobody has to run the check once for each mistake."""
    tables = settings(
        site={"timezone": "X", "name": 1}, consent={"mode": "off", "valid_days": 3}, stats={"threshold": 0}, extra={}
    )
    with pytest.raises(ConfigError) as caught:
        parse(tables, base=Path(), source="my.toml")
    assert {"site.timezone", "site.name", "consent.mode", "consent.valid_days", "stats.threshold", "extra"} == {
        finding.key for finding in caught.value.findings
    }
    assert str(caught.value).startswith("my.toml: 6 errors\n")


def test_unknown_key_suggests_the_nearest() -> None:
    """A typing error is not silently a default."""
    finding = only(settings(consent={"validity_dayz": 30}))
    assert "did you mean 'validity_days'" in finding.message
    assert "; known here: " in finding.message
    assert "stylesheet, validity_days" in finding.message


def test_empty_file_says_what_is_needed() -> None:
    """One finding, not ten that follow from it."""
    assert "the table [site]" in only({}).message


CONSENT_PATTERNS = [(key, rule) for key, (rule, _) in FORBIDDEN_CONSENT_KEYS.items()]
SERVICE_PATTERNS = [(key, rule) for key, (rule, _) in FORBIDDEN_SERVICE_KEYS.items()]


@pytest.mark.parametrize(("key", "rule"), CONSENT_PATTERNS)
@pytest.mark.parametrize("value", [True, False])
def test_dark_pattern_of_the_banner_is_refused_with_its_rule(key: str, rule: str, value: bool) -> None:
    """No setting hides the refusal, assumes consent or walls the site."""
    finding = only(settings(consent={key: value}))
    assert (f"consent.{key}", rule) == (finding.key, finding.rule)
    assert "refused" in finding.message
    assert str(finding).endswith(f"[{rule}]")


@pytest.mark.parametrize(("key", "rule"), SERVICE_PATTERNS)
def test_dark_pattern_of_a_service_or_purpose_is_refused_with_its_rule(key: str, rule: str) -> None:
    """Nothing is ticked in advance, and legitimate interest is no basis for storage."""
    assert rule == only(settings(services=[{**service("ads", "marketing", "_ads"), key: True}])).rule
    purpose = {"id": "own", "title": "t", "description": "d", key: True}
    assert rule == only(settings(purposes=[purpose])).rule


def test_validity_over_twelve_months_is_refused() -> None:
    """A choice is asked again after a year at the latest (rule C21)."""
    finding = only(settings(consent={"validity_days": 366}))
    assert ("C21", True) == (finding.rule, "366" in finding.message)


def test_retention_over_25_months_is_refused() -> None:
    """Statistics are kept for 25 months at most (rule C23)."""
    assert "C23" == only(settings(stats={"retention_months": 26})).rule


@pytest.mark.parametrize(("content", "part"), [(b"a = ", "TOML"), (b"\xff", "TOML"), (None, "consentkit init")])
def test_unreadable_file_is_a_configuration_error(tmp_path: Path, content: bytes | None, part: str) -> None:
    """No traceback for a missing or broken file."""
    path = tmp_path / "consentkit.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=part):
        load(path)


@pytest.mark.parametrize(
    "junk",
    [
        {"site": 1},
        {"site": []},
        {"services": {}},
        {"services": [1]},
        {"consent": "x"},
        {"stats": {"goals": {}}},
        {"purposes": [[]]},
    ],
)
def test_any_shape_of_table_gives_findings_and_no_traceback(junk: dict[str, Any]) -> None:
    """Whatever TOML can say is answered by a list of findings."""
    with pytest.raises(ConfigError):
        config_of({**settings(), **junk})


def test_secret_in_the_file_is_refused_without_being_shown() -> None:
    """Secrets come from the environment; the error does not repeat one."""
    found = findings_of({**settings(consent={"secret": "hunter2"}), "secret": "hunter2"})
    assert {"consent.secret", "secret"} == {finding.key for finding in found}
    assert not re.search("hunter2", str(ConfigError(found)))


def test_contract_is_valid_toml_of_our_tables() -> None:
    """The test's copy of the contract has the tables it is about."""
    assert {"site", "consent", "services", "stats"} == set(tomllib.loads(CONTRACT))
