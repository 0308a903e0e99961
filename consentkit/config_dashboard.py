"""Reads `[dashboard]` of the configuration file: its store, and the company's own sign-in."""

import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from consentkit.reader import Table, shown
from consentkit.roles import Role

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Proxy:
    """The company's own proxy, which says in `header` who asks, and in `roles_header` ("" for none) their groups.

    It is believed from the addresses in `networks`, where there are some.
    """

    header: str
    roles_header: str
    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class Oidc:
    """An OpenID Connect provider, and the claims of its ID token that hold a name and groups."""

    issuer: str
    client_id: str
    name_claim: str
    roles_claim: str


@dataclass(frozen=True, slots=True)
class DashboardSettings:
    """What the dashboard keeps and how long (days), and who may come in by the company's own sign-in, as what.

    `roles` are the groups of each role, `*` for everybody.
    """

    store: str
    audit_days: int
    proxy: Proxy | None
    oidc: Oidc | None
    roles: Mapping[Role, tuple[str, ...]]


def role_of(groups: Collection[str], roles: Mapping[Role, tuple[str, ...]]) -> Role | None:
    """The highest role that somebody's groups give, None for none at all."""
    found = [role for role, wanted in roles.items() if EVERYBODY in wanted or any(group in wanted for group in groups)]
    return max(found, key=tuple(Role).index, default=None)


def read_dashboard(table: Table, store: str) -> DashboardSettings:
    """Read the table; `store` is the address of its store, read already."""
    proxy, oidc = _read_proxy(table), _read_oidc(table)
    roles = _read_roles(table.table("roles"))
    if (proxy or oidc) and not any(roles.values()):
        table.wrong(
            "roles",
            'is missing; say who of those who come by the company\'s own sign-in may do what, as { reader = ["*"] } or '
            '{ administrator = ["web-admins"], reader = ["marketing"] }',
        )
    settings = DashboardSettings(store, table.number("audit_days", 365, low=1, high=3650), proxy, oidc, roles)
    table.done({"users": ("", "it is called store now, and holds more than users")})
    return settings


def _read_roles(table: Table) -> dict[Role, tuple[str, ...]]:
    roles = {role: table.texts(role.value) for role in Role}
    table.done()
    return roles


def _read_proxy(table: Table) -> Proxy | None:
    def header(text: str) -> str:
        if text and not HEADER.fullmatch(text):
            raise ValueError(f"{shown(text)} is no name of a header; write letters, digits and hyphens")
        return text.lower()

    name = table.converted("trusted_header", header, "")
    groups = table.converted("trusted_roles_header", header, "")
    networks = []
    for text in table.texts("trusted_proxies"):
        try:
            networks.append(ipaddress.ip_network(text))
        except ValueError:
            table.wrong("trusted_proxies", f'{shown(text)} is no address; write "10.0.0.5", "10.0.0.0/24" or "::1"')
    return Proxy(name, groups, tuple(networks)) if name else None


def _read_oidc(table: Table) -> Oidc | None:
    inner = table.table("oidc")
    present = "oidc" in table.data
    oidc = Oidc(
        issuer=inner.converted("issuer", _issuer, "", required=present),
        client_id=inner.text("client_id", required=present),
        name_claim=inner.text("name_claim", "email"),
        roles_claim=inner.text("roles_claim", "groups"),
    )
    inner.done()
    return oidc if present else None


def _issuer(text: str) -> str:
    parts = urlsplit(text)
    loopback = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise ValueError(
            f"{shown(text)} is no issuer; write its https address, as https://login.example.com/realms/staff"
        )
    return text
