"""A small OpenID Connect provider that signs everybody in at once, with faults on demand."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT = "consentkit"
SECRET = "the client's secret, for tests only"


class TestProvider:
    """`claims` are put into each ID token; `fault` names what goes wrong; `issuer` is set once it listens."""

    __test__ = False

    def __init__(self) -> None:
        self.issuer = ""
        self.fault = ""
        self.claims: dict[str, Any] = {"email": "maria@example.com", "groups": ["marketing"]}
        self.asked: list[dict[str, str]] = []
        self._key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self._stranger = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self._codes: dict[str, dict[str, str]] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/keys", self.keys),
            ]
        )

    async def describe(self, request: Request) -> Response:
        """OpenID Connect Discovery."""
        if self.fault == "down":
            return Response("", status_code=503)
        return JSONResponse(
            {
                "issuer": "https://elsewhere.example" if self.fault == "named otherwise" else self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def authorize(self, request: Request) -> Response:
        """Signs in at once, if what was asked is right."""
        asked = dict(request.query_params)
        self.asked.append(asked)
        if (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) != (CLIENT, "code", "S256"):
            return Response("wrong request", status_code=400)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        if self.fault == "refused":
            answer = {"error": "access_denied", "state": asked["state"], "iss": self.issuer}
        if self.fault == "another issuer":
            answer["iss"] = "https://elsewhere.example"
        if self.fault == "no issuer":
            del answer["iss"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", status_code=303)

    async def token(self, request: Request) -> Response:
        """An ID token for a code, once, for the client that began (RFC 6749, RFC 7636)."""
        form = await request.form()
        sent = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        asked = self._codes.pop(str(form["code"]), None)
        challenge = _base64(hashlib.sha256(str(form["code_verifier"]).encode()).digest())
        if (
            asked is None
            or sent.split(":")[0] != CLIENT
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked["code_challenge"] != challenge
        ):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])})

    async def keys(self, request: Request) -> Response:
        """The public key."""
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        faults: dict[str, dict[str, Any]] = {
            "wrong nonce": {"nonce": "x"},
            "wrong issuer": {"iss": "https://elsewhere.example"},
            "wrong audience": {"aud": "another client"},
            "shared audience": {"aud": [CLIENT, "another client"], "azp": "another client"},
            "expired": {"exp": now - 3600, "iat": now - 7200},
        }
        claims |= {**self.claims, **faults.get(self.fault, {})}
        if self.fault == "no nonce":
            del claims["nonce"]
        if self.fault == "unsigned":
            return f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."
        if self.fault == "signed with the public key":
            signed = f"{_encoded({'alg': 'HS256', 'kid': 'one'})}.{_encoded(claims)}"
            return f"{signed}.{_base64(hmac.digest(self._key.as_pem(private=False), signed.encode(), 'sha256'))}"
        key = self._stranger if self.fault == "another key" else self._key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def _encoded(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
