"""The configuration file as frozen, validated values."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from consentkit.config_dashboard import DashboardSettings, read_dashboard
from consentkit.config_report import ReportSettings, read_report
from consentkit.config_services import read_declaration
from consentkit.config_stats import StatsSettings, read_stats
from consentkit.consent.consent_mode import RECEIVERS, SIGNALS, ConsentMode, wrong_ids
from consentkit.declaration import BUILT_IN_PURPOSES, Declaration
from consentkit.errors import ConfigError, Finding
from consentkit.own_visit import visit_service
from consentkit.reader import Table, nearest, shown, unusable
from consentkit.rules import FORBIDDEN_CONSENT_KEYS
from consentkit.texts import available

MODES = ("observe", "warn", "enforce")
LINKS = ("inject", "template")
LAYOUTS = ("bar", "dialog")
DELIVERIES = ("server", "edge")
HOST = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")
"""What a browser's Host header says before the port: a name in ASCII, or an address (RFC 3986 §3.2.2)."""


@dataclass(frozen=True, slots=True)
class Site:
    """Whose site it is and how it is reached."""

    name: str
    controller: str
    contact: str
    hosts: tuple[str, ...]
    languages: tuple[str, ...]
    privacy_policy: str
    timezone: ZoneInfo


@dataclass(frozen=True, slots=True)
class ConsentSettings:
    """How consent is asked for and how long it holds (days)."""

    mode: str
    path: str
    validity_days: int
    link: str
    layout: str
    delivery: str
    stylesheet: str
    ledger: str
    revision: int
    csp: bool
    consent_mode: ConsentMode
    observed: str


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the kit is built from. Relative store addresses are taken from `base`, the file's folder."""

    site: Site
    consent: ConsentSettings
    declaration: Declaration
    stats: StatsSettings
    dashboard: DashboardSettings
    report: ReportSettings
    base: Path


def load(path: Path) -> Config:
    """Read a configuration file; ConfigError lists everything that is wrong with it."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        message = "there is no such file; `consentkit init` writes one"
        raise ConfigError([Finding("file", message)], str(path)) from None
    except OSError as problem:
        raise ConfigError([Finding("file", f"cannot be read: {problem.strerror}")], str(path)) from None
    except UnicodeDecodeError:
        raise ConfigError([Finding("file", "is not UTF-8, as TOML is; save it as that")], str(path)) from None
    except RecursionError:
        raise ConfigError([Finding("file", "cannot be read as TOML: it is nested too deep")], str(path)) from None
    except ValueError as problem:  # A TOMLDecodeError, or of a number of thousands of digits another one.
        raise ConfigError([Finding("file", f"cannot be read as TOML: {problem}")], str(path)) from None
    return parse(data, base=path.resolve().parent, source=str(path))


def parse(data: Mapping[str, Any], *, base: Path, source: str = "") -> Config:
    """Turn the file's tables into a Config; ConfigError lists every finding at once."""
    findings = [*unusable(data)]
    if findings:
        raise ConfigError(findings, source)
    top = Table(data, "", findings)
    site = _read_site(top.table("site"), "site" in data)
    consent = _read_consent(top.table("consent"))
    stats = _read_stats(top.table("stats"), base, everybody=consent.delivery == "edge")
    own = [visit_service(stats)] if stats.visitor_state else []
    declaration = read_declaration(top, site.languages, consent.revision, own)
    config = Config(
        site=site,
        consent=consent,
        declaration=declaration,
        stats=stats,
        dashboard=_read_dashboard(top.table("dashboard")),
        report=read_report(top.table("report"), site.languages),
        base=base,
    )
    _refuse_shared_files(config, findings)
    _refuse_unknown_signals(config, findings)
    top.done()
    if findings:
        raise ConfigError(findings, source)
    return config


def _refuse_shared_files(config: Config, findings: list[Finding]) -> None:
    """Each store has a file of its own: what waits must not lie where marketing reads, nor the users there."""
    stores = {
        "stats.sink": config.stats.sink,
        "stats.private": config.stats.private,
        "consent.ledger": config.consent.ledger,
        "consent.observed": config.consent.observed,
        "dashboard.store": config.dashboard.store,
    }
    seen: dict[str, str] = {}
    for key, url in stores.items():
        path = os.path.normpath(config.base / url.removeprefix("sqlite:///"))
        other = seen.setdefault(path, key)
        if other != key:
            findings.append(Finding(key, f"{shown(url)} is the file of {other} too; each needs its own"))


def _read_site(table: Table, present: bool) -> Site:
    if not present:
        table.findings.append(Finding("site", "is missing; the table [site] says whose site this is"))
    languages = table.texts("languages", ("en",))
    for language in languages:
        if language not in available():
            table.wrong("languages", f"{shown(language)} is not there; consentkit speaks {', '.join(available())}")
    site = Site(
        name=table.text("name", required=present),
        controller=table.text("controller", required=present),
        contact=table.text("contact", required=present),
        hosts=tuple(host.lower() for host in table.texts("hosts", required=present)),
        languages=tuple(language for language in languages if language in available()) or ("en",),
        privacy_policy=table.text("privacy_policy", required=present),
        timezone=table.converted("timezone", _timezone, ZoneInfo("UTC")),
    )
    for host in site.hosts:
        if not HOST.fullmatch(host):
            table.wrong(
                "hosts",
                f'{shown(host)} is no host name; write it without scheme and port, as "www.example.com", and one with '
                'other letters as browsers send it, as "xn--bcher-kva.example"',
            )
    policy = site.privacy_policy
    if policy and (policy.startswith("//") or not policy.startswith(("/", "https://", "http://"))):
        table.wrong(
            "privacy_policy",
            f'{shown(policy)} is no address; write a path as "/privacy" or an https:// address',
        )
    table.done()
    return site


def _timezone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'{shown(text)} is no time zone; write one of the IANA list, as "Europe/Amsterdam"') from None


def _path(text: str) -> str:
    path = text.rstrip("/")
    if not re.fullmatch(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", path):
        raise ValueError(f'{shown(text)} is no path of its own; write one of letters, digits, - and _, as "/consent"')
    return path


def _own_path(text: str) -> str:
    if not re.fullmatch(r"/(?!/)[!-~]*", text) or "\\" in text:
        raise ValueError(f'{shown(text)} is no path of this site; write one as "/static/consent.css"')
    return text


def _read_consent(table: Table) -> ConsentSettings:
    settings = ConsentSettings(
        mode=table.one_of("mode", MODES, "enforce"),
        path=table.converted("path", _path, "/consent"),
        validity_days=table.number(
            "validity_days",
            180,
            low=1,
            high=365,
            rule="C21",
            why="a choice is asked again after 12 months at the latest",
        ),
        link=table.one_of("link", LINKS, "inject"),
        layout=table.one_of("layout", LAYOUTS, "bar"),
        delivery=table.one_of("delivery", DELIVERIES, "server"),
        stylesheet=table.converted("stylesheet", _own_path, ""),
        ledger=_store(table, "ledger", "sqlite:///var/consent.db"),
        revision=table.number("revision", 1, low=1, high=9999),
        csp=table.get("csp", bool, True),
        consent_mode=_read_consent_mode(table),
        observed=_store(table, "observed", "sqlite:///var/observed.db"),
    )
    table.done(FORBIDDEN_CONSENT_KEYS)
    return settings


def _read_consent_mode(table: Table) -> ConsentMode:
    receivers = tuple(dict.fromkeys(table.texts("consent_mode")))
    for name in receivers:
        if name not in RECEIVERS:
            table.wrong("consent_mode", f"{shown(name)} is not known; allowed are {', '.join(RECEIVERS)}")
    signals = table.table("consent_mode_signals")
    chosen = {signal: signals.text(signal, id_) for signal, id_ in SIGNALS.items()}
    signals.done()
    return ConsentMode(tuple(name for name in receivers if name in RECEIVERS), chosen)


def _refuse_unknown_signals(config: Config, findings: list[Finding]) -> None:
    known = (*BUILT_IN_PURPOSES, *config.declaration.by_id, *config.declaration.services)
    for signal, id_ in wrong_ids(config.consent.consent_mode, known):
        message = (
            f"{shown(id_)} is no purpose or service{nearest(id_, known)}; use one of {', '.join(sorted({*known}))}"
        )
        findings.append(Finding(f"consent.consent_mode_signals.{signal}", message))


def _store(table: Table, name: str, default: str) -> str:
    url = table.text(name, default)
    if not url.startswith("sqlite:///") or url == "sqlite:///" or url.endswith("/"):
        table.wrong(name, f'{shown(url)} is no store; write "sqlite:///" and a file, as "{default}"')
        return default
    return url


def _read_stats(table: Table, base: Path, *, everybody: bool) -> StatsSettings:
    sink = _store(table, "sink", "sqlite:///var/stats.db")
    return read_stats(table, base, sink, _store(table, "private", "sqlite:///var/private.db"), everybody=everybody)


def _read_dashboard(table: Table) -> DashboardSettings:
    return read_dashboard(table, _store(table, "store", "sqlite:///var/dashboard.db"))
