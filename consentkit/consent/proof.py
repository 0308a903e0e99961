"""Keeps the proof of consent: writes choices to the ledger, and gives a visitor their record and receipt."""

import json
import secrets as randomness
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import anyio
from anyio.lowlevel import RunVar

from consentkit.config import Config
from consentkit.consent.ledger.chain import Row, canonical, notice_of
from consentkit.consent.ledger.receipt import public_keys, sign
from consentkit.consent.ledger.record import SCHEMA, WITHDRAWN, Change, content_of
from consentkit.consent.ledger.store import ledger_of
from consentkit.guard import Guard

T = TypeVar("T")

NO_RECORD = "there is no record of yours"
UNWRITTEN = "this cannot be recorded now, so nothing was changed; try again later"

_limiter: RunVar[anyio.CapacityLimiter] = RunVar("consentkit ledger")


class Proof:
    """The ledger as the consent pages use it. `keys`: the first signs receipts. `clock` gives epoch seconds.

    `on_failure` is called for each choice that could not be written.
    """

    def __init__(
        self,
        config: Config,
        keys: Sequence[str],
        guard: Guard,
        clock: Callable[[], float],
        *,
        make_id: Callable[[], str] = lambda: randomness.token_urlsafe(16),
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        self.ledger = ledger_of(config)
        self._config = config
        self._keys = tuple(keys)
        self._guard = guard
        self._clock = clock
        self._make_id = make_id
        self._on_failure = on_failure

    def public_keys(self) -> dict[str, Any]:
        """The keys that verify receipts, as a JSON Web Key Set."""
        return public_keys(self._keys)

    async def keep(self, change: Change) -> bool:
        """Write a choice; whether it may be answered with success.

        When the ledger cannot be written, a choice that only takes away holds all the same (GDPR Art. 7(3)); one that
        grants does not, because nobody could prove it (GDPR Art. 7(1)).
        """
        if change.repeats():
            return True
        when = self._clock()

        def write() -> None:
            made = content_of(change, self._config, record_id=self._make_id(), when=when) if change.subject else None
            self.ledger.append(
                time=int(when),
                day=self._day(when),
                kind=change.answer(self._config),
                subject=change.subject,
                content=canonical(made) if made else "",
                notice=(change.notice.hash, change.notice.html),
            )

        try:
            await _in_thread(write)
        except Exception as problem:
            self._guard.note("writing the ledger", problem)
            self._on_failure()
            return change.only_narrows
        return True

    async def record_of(self, subject: str) -> tuple[int, dict[str, Any]]:
        """What a person may download, with its HTTP status: their record, its signed receipt and the notices."""
        when = self._clock()

        def read() -> dict[str, Any] | None:
            rows = self.ledger.of_subject(subject) if subject else []
            return self._with_receipt(subject, rows, when) if rows else None

        try:
            found = await _in_thread(read)
        except Exception as problem:
            self._guard.note("reading the ledger", problem)
            return 503, {"error": "the record cannot be read now; try again later"}
        return (200, found) if found else (404, {"error": NO_RECORD})

    async def erase(self, subject: str) -> bool:
        """Erase a person's record, which withdraws what they granted; False if the ledger could not be written."""
        when = self._clock()

        def work() -> None:
            self.ledger.erase(subject, time=int(when), day=self._day(when), counted=WITHDRAWN)

        try:
            await _in_thread(work)
        except Exception as problem:
            self._guard.note("erasing from the ledger", problem)
            return False
        return True

    def close(self) -> None:
        """Give the file back; called when the server stops."""
        self.ledger.close()

    def _day(self, when: float) -> str:
        return datetime.fromtimestamp(when, self._config.site.timezone).date().isoformat()

    def _with_receipt(self, subject: str, rows: list[Row], when: float) -> dict[str, Any]:
        contents = [json.loads(row.content or "{}") for row in rows]
        record = {
            "schema_version": SCHEMA,
            "receipt_id": self._make_id(),
            "issued": datetime.fromtimestamp(int(when), UTC).isoformat(),
            "controller": self._config.site.controller,
            "pii_principal_id": subject,
            "events": [
                {"sequence": row.sequence, "hash": row.hash, "content": content}
                for row, content in zip(rows, contents, strict=True)
            ],
        }
        notices = {hash_: self.ledger.notice(hash_) for content in contents if (hash_ := notice_of(content))}
        return {"record": record, "receipt": sign(record, self._keys), "notices": notices}


async def _in_thread(work: Callable[[], T]) -> T:
    """Run in a thread, one at a time: a slow disk must not take the threads that the site's own handlers need."""
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(1)
        _limiter.set(limiter)
    return await anyio.to_thread.run_sync(work, limiter=limiter)
