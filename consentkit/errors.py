"""What consentkit raises; every class derives from `ConsentKitError`."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class ConsentKitError(Exception):
    """The root of every error that consentkit raises on purpose."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a configuration.

    `key` is the place in the file (`services[1].purpose`), `message` names the value, what is allowed and how to
    mend it, `rule` is the number of the compliance rule it would break (`C18`), or "" where none is concerned.
    """

    key: str
    message: str
    rule: str = ""

    def __str__(self) -> str:
        rule = f" [{self.rule}]" if self.rule else ""
        return f"{self.key}: {self.message}{rule}"


class ConfigError(ConsentKitError):
    """Raised when a configuration cannot be used; carries every finding, not only the first."""

    def __init__(self, findings: Sequence[Finding], source: str = "") -> None:
        self.findings = tuple(findings)
        where = f"{source}: " if source else ""
        count = "one error" if len(self.findings) == 1 else f"{len(self.findings)} errors"
        super().__init__(f"{where}{count}\n" + "\n".join(f"  {finding}" for finding in self.findings))


class SecretError(ConsentKitError):
    """Raised when no usable signing secret is given; the message says how to make one."""


class ConsentRequired(ConsentKitError):  # noqa: N818 -- what it says is the condition, as in PermissionDenied
    """Raised by `Consent.require` and the egress guard: `id` is the purpose or service that is not granted."""

    def __init__(self, id_: str, reason: str) -> None:
        self.id = id_
        self.reason = reason
        super().__init__(
            f"{id_!r} is not granted ({reason}): do this only where consent_of(request).granted({id_!r}) is true"
        )


class NotWrappedError(ConsentKitError):
    """Raised by `consent_of` for a request that did not pass through the middleware, and where not all can."""


def kind_of(error: BaseException) -> str:
    """The type and place of an error, as `OperationalError SQLITE_FULL at sqlite_private.py:93`, for a log.

    Never its text, which may hold a visitor's value.
    """
    code = getattr(error, "sqlite_errorname", "")
    places = [
        f"at {Path(frame.f_code.co_filename).name}:{line}" for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return " ".join(part for part in (type(error).__name__, code, *places[-1:]) if part)
