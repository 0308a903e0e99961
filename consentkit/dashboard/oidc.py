"""Signing in at the company's OpenID Connect provider, by Authlib: code flow with PKCE, state and nonce.

The extra `oidc` brings Authlib. Nothing is asked of the provider before somebody signs in.
"""

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from consentkit.config_dashboard import Oidc
from consentkit.dashboard.trusted import Identity, is_name

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
"""Signatures that a key of the provider's own makes; never `none`, nor one made with the client's secret."""
TIMEOUT = 10.0
"""Seconds; somebody waits for the page."""
FRESH = 3600.0
"""Seconds for which the provider's description is kept; its keys are asked for anew when one is not known."""
UNVERIFIED = (False, "false")
"""Some providers write the claim as a text."""
LEEWAY = 60
"""Seconds that the clocks may differ."""


class OidcError(Exception):
    """Raised when the provider does not answer, or not as it must; the message names no visitor and no token."""


@dataclass(frozen=True, slots=True)
class Started:
    """What must come back unchanged: `state` and `nonce` in the answer, `verifier` proves that we began (RFC 7636)."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """An OpenID Connect provider; `secret` is "" for a public client. `clock` gives epoch seconds."""

    def __init__(self, settings: Oidc, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._secret = secret
        self._clock = clock
        self._metadata: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at = 0.0

    async def start(self, redirect_uri: str) -> tuple[str, Started]:
        """The provider's address for somebody who wants to sign in, and what to keep until they come back."""
        async with self._client(redirect_uri) as client:
            metadata = await self._described(client)
            started = Started(*(secrets.token_urlsafe(32) for _ in range(3)))
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=started.state,
                code_verifier=started.verifier,
                nonce=started.nonce,
            )
        return str(address), started

    async def finish(self, redirect_uri: str, answer: Mapping[str, str], started: Started) -> Identity:
        """Who came back. OidcError for an answer that is not to what was started, or not by the provider."""
        if not hmac.compare_digest(answer.get("state", "").encode(), started.state.encode()):
            raise OidcError("the answer is not to what was asked")
        if "code" not in answer:
            raise OidcError("the provider did not sign anybody in")
        async with self._client(redirect_uri) as client:
            metadata = await self._described(client)
            # RFC 9207: the answer of another provider, which only looks like ours, is refused.
            if answer.get("iss", self._settings.issuer) != self._settings.issuer:
                raise OidcError("the answer is another provider's")
            if metadata.get("authorization_response_iss_parameter_supported") and "iss" not in answer:
                raise OidcError("the answer does not say whose it is")
            try:
                token = await client.fetch_token(
                    metadata["token_endpoint"], code=answer["code"], code_verifier=started.verifier
                )
                claims = await self._claims(client, token, started.nonce)
            except (httpx2.HTTPError, OAuthError, JoseError, KeyError, TypeError, ValueError) as problem:
                raise OidcError(f"the provider's answer does not hold: {type(problem).__name__}") from None
        return self._identity(claims)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        name, groups = claims.get(self._settings.name_claim), claims.get(self._settings.roles_claim, [])
        if not isinstance(name, str) or not is_name(name):
            raise OidcError(f"the ID token has no usable claim {self._settings.name_claim!r}")
        if self._settings.name_claim == "email" and claims.get("email_verified") in UNVERIFIED:
            raise OidcError("the provider has not verified the address that is the name")
        listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        return Identity(name, tuple(group for group in listed if isinstance(group, str)))

    async def _claims(self, client: AsyncOAuth2Client, token: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        text = token["id_token"]
        keys = self._keys or await self._read_keys(client)
        try:
            decoded = jwt.decode(text, keys, registry=registry)
        except InvalidKeyIdError:
            decoded = jwt.decode(text, await self._read_keys(client), registry=registry)
        options = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }
        params = {
            "nonce": nonce,
            "client_id": self._settings.client_id,
            "access_token": token.get("access_token", ""),
        }
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate(now=int(self._clock()), leeway=LEEWAY)
        return dict(claims)

    async def _described(self, client: AsyncOAuth2Client) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery)."""
        if self._metadata and self._clock() - self._read_at < FRESH:
            return self._metadata
        found = await self._read(client, self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self._settings.issuer:
            raise OidcError("the provider calls itself otherwise than [dashboard.oidc] issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _same_safety(str(found.get(name, "")), self._settings.issuer):
                raise OidcError(f"the provider's {name} is not an https address")
        self._metadata, self._keys, self._read_at = found, None, self._clock()
        return found

    async def _read_keys(self, client: AsyncOAuth2Client) -> KeySet:
        self._keys = KeySet.import_key_set(await self._read(client, self._metadata["jwks_uri"]))  # type: ignore[arg-type]
        return self._keys

    async def _read(self, client: AsyncOAuth2Client, address: str) -> dict[str, Any]:
        try:
            response = await client.request("GET", address, withhold_token=True)
            response.raise_for_status()
            found = response.json()
        except (httpx2.HTTPError, OAuthError, ValueError) as problem:
            raise OidcError(f"the provider does not answer: {type(problem).__name__}") from None
        if not isinstance(found, dict):
            raise OidcError("the provider does not answer as it must")
        return found

    def _client(self, redirect_uri: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self._settings.client_id,
            client_secret=self._secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            scope="openid email profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT,
            follow_redirects=False,
        )


def _same_safety(address: str, issuer: str) -> bool:
    return urlsplit(address).scheme in ("https", urlsplit(issuer).scheme) and bool(urlsplit(address).hostname)
