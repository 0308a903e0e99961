"""Takes a visitor's state a view further: the cookie of a request in, what the view adds and the next cookie out."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from consentkit.own_visit import SECURE_VISIT, VISIT
from consentkit.stats.facts import RequestFacts
from consentkit.stats.visitor.codec import StateCodec
from consentkit.stats.visitor.state import Carried, State, View, advance, seconds_left


class Step(NamedTuple):
    """What a view adds, the Set-Cookie line that carries the state on, and the facts that it was read from."""

    carried: Carried
    line: bytes
    facts: RequestFacts


class Carrier:
    """`keys`: the first signs, all verify; `view` reads the view out of a request, None where there is none.

    Nothing of a visitor is kept: each request is read and signed by itself.
    """

    def __init__(self, keys: Sequence[str], view: Callable[[RequestFacts], View | None]) -> None:
        self._codec = StateCodec(keys)
        self._view = view

    def step(self, facts: RequestFacts, cookies: Iterable[bytes]) -> Step | None:
        """One view further from the first of the cookies that this site has signed; None if the request is no view."""
        view = self._view(facts)
        if view is None:
            return None
        state, marks = advance(self._read(cookies), view)
        age = seconds_left(state, view.day)
        name, secure = (SECURE_VISIT, "; Secure") if facts.secure else (VISIT, "")
        text = self._codec.encode(state)
        line = f"{name}={text}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"
        return Step(Carried(marks, state.source), line.encode("ascii"), facts)

    def _read(self, cookies: Iterable[bytes]) -> State | None:
        for value in cookies:
            state = self._codec.decode(value.decode("latin-1"))
            if state is not None:
                return state
        return None
