"""Tables as files that a browser downloads: written to disk first, so that memory does not grow with them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from consentkit.dashboard.context import Context
from consentkit.dashboard.figures import Facts
from consentkit.dashboard.store.sessions import Session
from consentkit.exporters.formats import FORMATS, Format, installed, write_zip
from consentkit.exporters.table import Table

IN_MEMORY = 1 << 20
"""Bytes of a file that is not put on disk."""
PIECE = 1 << 16


def asked_format(request: Request) -> Format:
    """The format that an address ends with; HTTPException 404 for one that cannot be written here."""
    name = str(request.path_params.get("form", ""))
    if name not in FORMATS or not installed(name):
        raise HTTPException(404)
    return FORMATS[name]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Tables of some days, both included, under a name."""

    name: str
    days: tuple[dt.date, dt.date]
    tables: Sequence[Table]

    def file(self, suffix: str, facts: Facts) -> str:
        """The file's name; sample data is named so in it."""
        first, last = self.days
        return f"{self.name}-{first}-{last}{'-sample' if facts.sampled(first, last) else ''}.{suffix}"


def answer(context: Context, session: Session, form: Format, parcel: Parcel, facts: Facts) -> Response:
    """A parcel as a file, noted in the audit trail; several tables of a format that holds one come as a zip file."""
    tables = parcel.tables
    zipped = len(tables) > 1 and not form.several
    file = parcel.file("zip" if zipped else form.name, facts)
    context.exported(session, file)
    out = cast("BinaryIO", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 -- the response closes it
    try:
        if zipped:
            write_zip(tables, form, out)
        else:
            form.write(tables, out)
        size = out.tell()
        out.seek(0)
    except BaseException:
        out.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Content-Length": str(size)}
    media_type = "application/zip" if zipped else form.media_type
    return StreamingResponse(_pieces(out), media_type=media_type, headers=headers)


def _pieces(out: BinaryIO) -> Iterator[bytes]:
    with out:
        while piece := out.read(PIECE):
            yield piece
