"""Who asks, as the company's own proxy says in a header that nobody else can send."""

import hmac
import ipaddress
from dataclasses import dataclass

from starlette.requests import Request

from consentkit.config_dashboard import Proxy
from consentkit.errors import SecretError

VARIABLE = "CONSENTKIT_PROXY_SECRET"
SECRET_HEADER = "x-consentkit-proxy-secret"  # noqa: S105 -- the header's name
SHORTEST_SECRET = 32
LONGEST_NAME = 64


class Untrusted(Exception):  # noqa: N818 -- what it says is the condition
    """Raised for a request with the header that did not come from the proxy, or says who asks in no way that holds."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A name with its groups, as the company's own sign-in tells them."""

    name: str
    groups: tuple[str, ...]


class Trusted:
    """Believes the header from the proxy's addresses, with the proxy's secret, or both where both are configured."""

    def __init__(self, proxy: Proxy, secret: str) -> None:
        """SecretError when there is neither, or a secret that is too short."""
        if not secret and not proxy.networks:
            raise SecretError(
                f"[dashboard] trusted_header = {proxy.header!r} would be believed from anybody; set trusted_proxies to "
                f"the proxy's addresses, or {VARIABLE} to a secret that the proxy sends as {SECRET_HEADER}"
            )
        if secret and len(secret) < SHORTEST_SECRET:
            raise SecretError(f"{VARIABLE} has {len(secret)} characters; at least {SHORTEST_SECRET} are needed")
        self._proxy = proxy
        self._secret = secret

    def identity(self, request: Request) -> Identity | None:
        """Who asks; None without the header. Untrusted when it cannot be believed."""
        names = request.headers.getlist(self._proxy.header)
        if not names:
            return None
        if not self._from_proxy(request):
            raise Untrusted
        # Two of one header may be one of the visitor's and one of the proxy's.
        if len(names) > 1 or not is_name(names[0].strip()):
            raise Untrusted
        if not self._proxy.roles_header:
            return Identity(names[0].strip(), (names[0].strip(),))
        groups = request.headers.getlist(self._proxy.roles_header)
        if len(groups) > 1:
            raise Untrusted
        return Identity(names[0].strip(), tuple(group.strip() for group in "".join(groups).split(",") if group.strip()))

    def _from_proxy(self, request: Request) -> bool:
        if self._proxy.networks and not self._is_near(request.client.host if request.client else ""):
            return False
        sent = request.headers.getlist(SECRET_HEADER)
        return not self._secret or (len(sent) == 1 and hmac.compare_digest(sent[0].encode(), self._secret.encode()))

    def _is_near(self, host: str) -> bool:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._proxy.networks)


def is_name(text: str) -> bool:
    """Whether somebody may be called so: 1 to 64 characters that can be printed, as addresses of mail are.

    With a bracket begin the names of the audit trail for who is no person.
    """
    return 1 <= len(text) <= LONGEST_NAME and text.isprintable() and text == text.strip() and text[0] != "("
