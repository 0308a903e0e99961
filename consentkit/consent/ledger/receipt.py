"""Consent receipts that anybody can verify: a JSON Web Signature with Ed25519 (RFC 7515, RFC 8037).

The key is derived from a secret of CONSENTKIT_SECRET, so there is no further file to keep; every worker has the same.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from consentkit.consent.ledger.chain import canonical
from consentkit.errors import ConsentKitError

KEY_ADDRESS = "/.well-known/consentkit-receipt-key.json"
_INFO = b"consentkit receipt key 1"


class ReceiptError(ConsentKitError):
    """Raised for a receipt that is not what was signed, or is signed by another key."""


def sign(content: Mapping[str, Any], secrets: Sequence[str]) -> str:
    """The receipt for a content: a compact JWS, signed by the first secret's key."""
    key = _private_key(secrets[0])
    header = {"alg": "EdDSA", "kid": _key_id(key.public_key()), "typ": "consent-receipt+jws"}
    text = f"{_encoded(canonical(header).encode())}.{_encoded(canonical(content).encode())}"
    return f"{text}.{_encoded(key.sign(text.encode()))}"


def public_keys(secrets: Sequence[str]) -> dict[str, Any]:
    """The public keys of all secrets as a JSON Web Key Set (RFC 7517)."""
    keys = [_private_key(secret).public_key() for secret in secrets]
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": _key_id(key), "x": _x(key)}
            for key in keys
        ]
    }


def verify(receipt: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a receipt that one of the keys (a JSON Web Key Set) has signed; ReceiptError if none has."""
    try:
        text, _, signature = receipt.strip().rpartition(".")
        header, _, payload = text.partition(".")
        wanted = json.loads(_decoded(header))
        if wanted["alg"] != "EdDSA":
            raise ReceiptError("the receipt is not signed with Ed25519")
        entry = next(key for key in keys["keys"] if key["kid"] == wanted["kid"] and key["crv"] == "Ed25519")
        Ed25519PublicKey.from_public_bytes(_decoded(entry["x"])).verify(_decoded(signature), text.encode())
        content: dict[str, Any] = json.loads(_decoded(payload))
    except StopIteration:
        raise ReceiptError("the receipt is signed by a key that is not among these") from None
    except InvalidSignature:
        raise ReceiptError("the signature does not fit: the receipt was changed after it was signed") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ReceiptError("this is no receipt, or no key set, that can be read") from None
    return content


def _private_key(secret: str) -> Ed25519PrivateKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def _x(key: Ed25519PublicKey) -> str:
    return _encoded(key.public_bytes_raw())


def _key_id(key: Ed25519PublicKey) -> str:
    """The key's thumbprint (RFC 7638)."""
    members = canonical({"crv": "Ed25519", "kty": "OKP", "x": _x(key)})
    return _encoded(hashlib.sha256(members.encode()).digest())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    # Python takes them for - and _ still, so that one receipt would have two texts.
    if "+" in text or "/" in text:
        raise ValueError("this is no base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
