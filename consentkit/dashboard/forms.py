"""Reads posted forms."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from starlette.requests import Request

LONGEST_FORM = 8 * 1024
"""Bytes; the longest form with every field at its longest is under 4 kB."""
MOST_FIELDS = 60


class Fields(dict[str, str]):
    """The fields of a form, the first of each name; `all` gives every one."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        super().__init__({name: given[0] for name, given in values.items()})
        self._values = values

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a name, in order."""
        return tuple(self._values.get(name, ()))


async def read_form(request: Request) -> Fields | None:
    """The fields of a posted form; None for a body that is too long or not a form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return None
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        return None
    return Fields(fields)
