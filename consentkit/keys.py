"""The signing secrets, which come from the environment and never from a file of the site."""

from collections.abc import Mapping

from consentkit.errors import SecretError

VARIABLE = "CONSENTKIT_SECRET"
MIN_LENGTH = 32
HOW = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"


def keys_from(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The secrets of `CONSENTKIT_SECRET`, comma-separated: the first signs, all verify. SecretError if unusable."""
    keys = tuple(key.strip() for key in environ.get(VARIABLE, "").split(",") if key.strip())
    if not keys:
        raise SecretError(f"{VARIABLE} is not set; it signs the visitors' choices. {HOW}")
    for position, key in enumerate(keys, 1):
        if len(key) < MIN_LENGTH:
            raise SecretError(
                f"secret {position} of {VARIABLE} has {len(key)} characters; at least {MIN_LENGTH} are needed. {HOW}"
            )
    return keys
