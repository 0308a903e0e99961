"""What a browser prefers, as its Accept-Language and Accept-Encoding say it with weights (RFC 9110 §12.4.2)."""

import re

HEADER_CAP = 400
"""Characters that are read; browsers send fewer than 100."""

WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
GZIP = ("gzip", "x-gzip")
"""Both names of one coding (RFC 9110 §8.4.1.3)."""


def weighted(header: str) -> list[tuple[str, float]]:
    """The members of a list in small letters, each with its weight from 0 to 1; one whose weight is none is left out.

    Of a header longer than HEADER_CAP the members that fit are read.
    """
    kept = header if len(header) <= HEADER_CAP else header[:HEADER_CAP].rpartition(",")[0]
    members = []
    for part in kept.lower().split(","):
        name, *parameters = (piece.strip(" \t") for piece in part.split(";"))
        weight = next((value.removeprefix("q=") for value in parameters if value.startswith("q=")), "1")
        if name and WEIGHT.fullmatch(weight):
            members.append((name, float(weight)))
    return members


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a response is to be packed with gzip (RFC 9110 §12.5.3): it is taken, and not less liked than as it is.

    A missing or empty header, which allows anything, gets the response as it is: a browser always says what it unpacks.
    """
    members = weighted(accept_encoding)

    def told(*names: str) -> float | None:
        # Who says both yes and no gets what everybody can read.
        return min((weight for name, weight in members if name in names), default=None)

    # The wildcard stands for what is not named.
    packed = next((weight for weight in (told(*GZIP), told("*")) if weight is not None), 0.0)
    return packed > 0 and packed >= (told("identity") or 0.0)
