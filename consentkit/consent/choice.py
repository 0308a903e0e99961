"""What a visitor chose, and the signed text of the consent cookie that carries it.

The cookie's value is `version.policy.day.gpc.purposes.id.signature`. `purposes` lists, for each purpose that was put to
the visitor, `+` (granted) or `!` (refused) and its token, or `*`, its token and the hexadecimal mask of the granted
services; none of these marks occurs in a token or a mask, so where one entry ends is never in doubt. A token
stands for what was declared when the visitor chose: a purpose whose declaration has changed since finds no token, so it
alone counts as not chosen. That something was refused is known all the same: what an exemption covers is on until it is
refused, and a refusal must not end because the site declares something else. The day is all that is kept of the time,
and an id is made only if something was granted, so that many visitors share the cookie of a refusal.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from itsdangerous import BadSignature, Signer

from consentkit.declaration import Declaration, Purpose
from consentkit.duration import days_of

OBJECTION = "13 months"
"""How long a refusal of what an exemption covers is kept: as long as the cookie may live that is refused (rule C23)."""

VERSION = "1"
MAX_LENGTH = 200
EPOCH = date(2020, 1, 1)
ENTRY = re.compile(r"([+!*])([A-Za-z0-9_-]{4})([0-9a-f]*)")
PAYLOAD = re.compile(
    r"1\.(?P<policy>[A-Za-z0-9_-]{8})\.(?P<day>[0-9a-f]{1,5})\.(?P<gpc>[01])"
    r"\.(?P<purposes>(?:[+!][A-Za-z0-9_-]{4}|\*[A-Za-z0-9_-]{4}[0-9a-f]{1,6})*)\.(?P<id>(?:[A-Za-z0-9_-]{16})?)"
)
SIGNATURE = re.compile(r".*\.[A-Za-z0-9_-]{43}")
"""Python's base64 skips what is not base64, so the shape is looked at first: one choice is not many texts."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A visitor's grants and refusals: the services granted, the purposes that were put to them, and when.

    `answered` holds the ids of the purposes that the choice speaks about; `gpc` whether the privacy signal was on when
    it was made; `id` a random name for the consent record, "" if nothing was granted; `current` whether the whole
    policy is still the one that was shown. On a site with services that an exemption covers, `refused_before` tells
    whether it refuses what has since been declared otherwise, and `lapsed` whether all else of it has expired.
    """

    decided: date
    answered: frozenset[str]
    granted: frozenset[str]
    gpc: bool = False
    id: str = ""
    current: bool = True
    refused_before: bool = False
    lapsed: bool = False

    def grants(self, purpose: Purpose) -> bool:
        """Whether the whole purpose is granted, that is each of its services."""
        return purpose.id in self.answered and all(service.id in self.granted for service in purpose.services)


def make_choice(
    declaration: Declaration,
    grants: Sequence[str],
    *,
    today: date,
    gpc: bool,
    id_: str,
    make_id: Callable[[], str],
) -> Choice:
    """The choice that follows from the ids (of purposes or services) a visitor ticked; all else is refused.

    `id_` is the id of the choice it replaces ("" if none). ValueError for an id that nobody can choose: a choice is
    stored as it was meant or not at all.
    """
    purposes = {purpose.id: purpose for purpose in declaration.choosable}
    services = {service.id for purpose in declaration.choosable for service in purpose.services}
    granted: set[str] = set()
    for grant in grants:
        if grant in purposes:
            granted.update(service.id for service in purposes[grant].services)
        elif grant in services:
            granted.add(grant)
        else:
            raise ValueError("a grant names neither a purpose nor a service")
    return Choice(
        decided=today,
        answered=frozenset(purposes),
        granted=frozenset(granted),
        gpc=gpc,
        id=(id_ or make_id()) if granted else "",
    )


def add_grants(
    declaration: Declaration,
    before: Choice | None,
    granted: Collection[str],
    services: Collection[str],
    *,
    today: date,
    gpc: bool,
    make_id: Callable[[], str],
) -> Choice:
    """The choice of a visitor who also agrees to these services, and to nothing else.

    `granted` are the services that are granted now: what the privacy signal refuses stays refused. Purposes that were
    not answered and that none of the services has stay unanswered, but for a refusal from before; the day of the choice
    stays, so that what was agreed to earlier is not prolonged.
    """
    answered = {
        purpose.id for purpose in declaration.choosable if any(service.id in services for service in purpose.services)
    }
    made = _added(declaration, before, answered, {*granted, *services}, today=today, gpc=gpc)
    return replace(made, id=(before.id if before else "") or make_id())


def answer_asked(
    declaration: Declaration,
    before: Choice | None,
    granted: Collection[str],
    asked: Sequence[str],
    *,
    accepts: bool,
    today: date,
    gpc: bool,
    make_id: Callable[[], str],
) -> Choice:
    """The choice of a visitor who was asked about some purposes alone, because they changed; all else stays as it was.

    `granted` are the services that are granted now. Where something is granted the day of the choice stays, as in
    `add_grants`; where nothing is, the refusal holds from today on. ValueError for an id that is no purpose that can be
    chosen.
    """
    purposes = {purpose.id: purpose for purpose in declaration.choosable}
    if not {*asked} <= {*purposes}:
        raise ValueError("asked names no purpose that can be chosen")
    new = [service.id for id_ in asked for service in purposes[id_].services] if accepts else []
    made = _added(declaration, before, asked, {*granted, *new}, today=today, gpc=gpc)
    if not made.granted:
        return replace(made, decided=today)
    return replace(made, id=(before.id if before else "") or make_id())


def _added(
    declaration: Declaration,
    before: Choice | None,
    answered: Collection[str],
    granted: Collection[str],
    *,
    today: date,
    gpc: bool,
) -> Choice:
    """The choice before, without its id, in which these purposes are answered too and these services granted."""
    refused = before is not None and before.refused_before
    exempt = [
        purpose.id
        for purpose in declaration.choosable
        if refused and any(service.exemption for service in purpose.services)
    ]
    every = frozenset({*answered, *exempt, *(before.answered if before else ())})
    # What is on unasked, by an exemption, is no grant: for that alone nobody gets an id.
    chosen = {service.id for purpose in declaration.choosable if purpose.id in every for service in purpose.services}
    valid = before if before is not None and not before.lapsed else None
    return Choice(
        decided=valid.decided if valid else today,
        answered=every,
        granted=frozenset(chosen & {*granted}),
        gpc=gpc or bool(before and before.gpc),
        id="",
    )


def kept_for(declaration: Declaration, validity_days: int) -> str:
    """How long the cookie of a choice may live, as a duration ("180 days")."""
    longer = declaration.any_exempt and days_of(OBJECTION) > validity_days
    return OBJECTION if longer else f"{validity_days} days"


def objection(declaration: Declaration, choice: Choice) -> Choice | None:
    """What stays of a choice that is erased or expired: its refusal of what an exemption covers; None without one."""
    refused = {
        purpose.id
        for purpose in declaration.choosable
        if (choice.refused_before or purpose.id in choice.answered)
        and any(service.exemption and service.id not in choice.granted for service in purpose.services)
    }
    return Choice(choice.decided, frozenset(refused), frozenset(), choice.gpc) if refused else None


class ChoiceCodec:
    """Turns choices into signed cookie text and back. `keys`: the first signs, all verify."""

    def __init__(self, declaration: Declaration, keys: Sequence[str], validity_days: int) -> None:
        self.declaration = declaration
        self.validity_days = validity_days
        # By id: the token of a purpose does not change when its services change places in the file, so nor may a mask.
        self._bits = {
            purpose.id: sorted(service.id for service in purpose.services) for purpose in declaration.choosable
        }
        self._kept_days = days_of(kept_for(declaration, validity_days))
        # itsdangerous signs with the last of its keys; SHA-256 instead of its default SHA-1.
        self._signer = Signer(
            list(reversed(keys)),
            salt="consentkit.choice",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )

    def expires(self, choice: Choice) -> date:
        """The first day on which the choice no longer holds."""
        return choice.decided + timedelta(days=self.validity_days)

    def kept_until(self, choice: Choice) -> date:
        """The first day on which nothing of it holds: an objection outlives the rest."""
        days = self._kept_days if objection(self.declaration, choice) else self.validity_days
        return choice.decided + timedelta(days=days)

    def encode(self, choice: Choice) -> str:
        """The cookie's value."""
        entries = "".join(
            self._entry(purpose, choice) for purpose in self.declaration.choosable if purpose.id in choice.answered
        )
        day = (choice.decided - EPOCH).days
        gpc = "1" if choice.gpc else "0"
        payload = f"{VERSION}.{self.declaration.policy_version}.{day:x}.{gpc}.{entries}.{choice.id}"
        return self._signer.sign(payload).decode()

    def _entry(self, purpose: Purpose, choice: Choice) -> str:
        if choice.grants(purpose):
            return f"+{purpose.token}"
        mask = sum(1 << bit for bit, service in enumerate(self._bits[purpose.id]) if service in choice.granted)
        return f"*{purpose.token}{mask:x}" if mask else f"!{purpose.token}"

    def decode(self, text: str, today: date) -> Choice | None:
        """The choice that a cookie carries, or None if it is forged, cut, over-long, expired, from the future or of
        a policy of which no purpose is left. Of an expired one an objection is left for longer."""
        if len(text) > MAX_LENGTH or not SIGNATURE.fullmatch(text):
            return None
        try:
            payload = self._signer.unsign(text).decode("ascii")
        except (BadSignature, UnicodeError):
            return None
        match = PAYLOAD.fullmatch(payload)
        if not match:
            return None
        decided = EPOCH + timedelta(days=int(match["day"], 16))
        # One day of grace: the visitor's choice may have been taken by a server whose clock runs ahead.
        if decided > today + timedelta(days=1) or today >= decided + timedelta(days=self._kept_days):
            return None
        answered, granted, refused_before = self._read_entries(match["purposes"])
        if not (answered or refused_before):
            return None
        current = match["policy"] == self.declaration.policy_version
        choice = Choice(decided, answered, granted, match["gpc"] == "1", match["id"], current, refused_before)
        return choice if today < self.expires(choice) else self._left(choice)

    def _left(self, expired: Choice) -> Choice | None:
        left = objection(self.declaration, expired)
        return left and replace(left, lapsed=True)

    def _read_entries(self, text: str) -> tuple[frozenset[str], frozenset[str], bool]:
        """The purposes that are answered, the services granted, and whether anything unknown is refused in part."""
        by_token = {purpose.token: purpose for purpose in self.declaration.choosable}
        answered: set[str] = set()
        granted: set[str] = set()
        refused_before = False
        for state, token, mask in ENTRY.findall(text):
            purpose = by_token.get(token)
            if purpose is None:
                refused_before = refused_before or (state != "+" and self.declaration.any_exempt)
                continue
            answered.add(purpose.id)
            bits = -1 if state == "+" else int(mask or "0", 16)
            granted.update(service for bit, service in enumerate(self._bits[purpose.id]) if bits >> bit & 1)
        return frozenset(answered), frozenset(granted), refused_before
