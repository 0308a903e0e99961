"""Reads `[report]` of the configuration file: how and to whom reports are sent."""

import re
from dataclasses import dataclass
from email.utils import parseaddr

from consentkit.reader import Table, shown

SECURITY = ("starttls", "tls", "none")
LANGUAGES = ("en", "nl", "es")
PORTS = {"starttls": 587, "tls": 465, "none": 25}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
MOST_RECIPIENTS = 50
"""Reports are for colleagues; more of them read a mailing list."""


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """How reports are sent. `smtp` is "" where none is; `security` one of SECURITY; `user` "" signs in nobody.

    `sender` is an address, maybe with a name; `language` "" is the site's first that reports are written in; `link`
    leads to the dashboard.
    """

    smtp: str
    port: int
    security: str
    user: str
    sender: str
    recipients: tuple[str, ...]
    language: str
    link: str


def read_report(table: Table, languages: tuple[str, ...]) -> ReportSettings:
    """Read the table; `languages` are the site's."""
    security = table.one_of("security", SECURITY, "starttls")
    smtp = table.converted("smtp", _host, "")
    settings = ReportSettings(
        smtp=smtp,
        port=table.number("port", PORTS[security], low=1, high=65535),
        security=security,
        user=table.text("user"),
        sender=table.converted("sender", _sender, ""),
        recipients=_recipients(table),
        language=table.one_of("language", LANGUAGES, next((one for one in languages if one in LANGUAGES), "en")),
        link=table.converted("link", _link, ""),
    )
    if security == "none" and smtp and smtp not in LOOPBACK:
        table.wrong(
            "security",
            f'"none" sends reports in the clear, and is for a mail server on this machine only, not {shown(smtp)}; use '
            '"starttls" or "tls"',
        )
    for name, value in (("sender", settings.sender), ("recipients", settings.recipients)):
        if smtp and not value and name not in table.data:
            table.wrong(name, "is missing; with smtp it says who sends reports, and to whom")
    table.done()
    return settings


def _host(text: str) -> str:
    if not HOST.fullmatch(text):
        raise ValueError(
            f'{shown(text)} is no host; write its name or address, as "mail.example.com"; the port is apart'
        )
    return text.lower()


def _sender(text: str) -> str:
    name, address = parseaddr(text)
    if not ADDRESS.fullmatch(address) or not text.isprintable() or not name.isprintable():
        raise ValueError(f'{shown(text)} is no address; write one as "Statistics <statistics@example.com>"')
    return text


def _link(text: str) -> str:
    if not re.fullmatch(r"https?://[!-~]+", text) or '"' in text:
        raise ValueError(f'{shown(text)} is no address of a page; write one as "https://www.example.com/statistics/"')
    return text


def _recipients(table: Table) -> tuple[str, ...]:
    addresses = tuple(dict.fromkeys(table.texts("recipients")))
    for address in addresses:
        if not ADDRESS.fullmatch(address):
            table.wrong("recipients", f'{shown(address)} is no address; write only the address, as "ann@example.com"')
    if len(addresses) > MOST_RECIPIENTS:
        table.wrong("recipients", f"has {len(addresses)} addresses; at most {MOST_RECIPIENTS} are allowed")
    return addresses
