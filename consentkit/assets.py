"""Our own CSS and modules at addresses that carry a hash of their content, so that they may be cached for ever."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from consentkit.negotiation import takes_gzip
from consentkit.scripts import inlined

HERE = Path(__file__).parent

REFERENCE = re.compile(rb'"\./([a-z_]+\.(?:js|css))"')
"""How a module of ours names another file of ours: `"./sweep.js"`."""


def static_folder() -> Path:
    """Where the files lie: inside the package when installed, beside it in a checkout."""
    inside = HERE / "static"
    return inside if inside.is_dir() else HERE.parent / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to be sent."""

    content: bytes
    packed: bytes
    media_type: str


class Assets:
    """Serves the files of a folder by their hashed names. Modules that name other files get these by hashed names."""

    def __init__(self, folder: Path | None = None) -> None:
        self._names: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        for path in sorted((folder or static_folder()).iterdir()):
            if path.suffix in (".css", ".js", ".svg") and path.name not in self._names:
                self._add(path)

    def _add(self, path: Path) -> None:
        def hashed_name(match: re.Match[bytes]) -> bytes:
            name = match[1].decode()
            if name not in self._names:
                self._add(path.with_name(name))
            return b'"./%s"' % self._names[name].encode()

        content = path.read_bytes()
        if path.suffix == ".js":
            content = inlined(REFERENCE.sub(hashed_name, content).decode()).encode()
        hashed = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:10]}{path.suffix}"
        kind = "text/javascript" if path.suffix == ".js" else mimetypes.types_map[path.suffix]
        self._names[path.name] = hashed
        self._assets[hashed] = Asset(content, gzip.compress(content, mtime=0), f"{kind}; charset=utf-8")

    def url(self, name: str) -> str:
        """The relative address of a file; KeyError for a file that there is not."""
        return f"static/{self._names[name]}"

    def text(self, name: str) -> str:
        """What a file says; KeyError for a file that there is not."""
        return self._assets[self._names[name]].content.decode("utf-8")

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI app that serves `…/<hashed name>`."""
        await self.response(scope)(scope, receive, send)

    def response(self, scope: Scope) -> Response:
        """The response to a request for a file."""
        asset = self._assets.get(scope["path"].rpartition("/")[2])
        if asset is None:
            return PlainTextResponse("There is no such file.", status_code=404)
        accepts = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        if takes_gzip(accepts.decode("latin-1")):
            return Response(asset.packed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(asset.content, media_type=asset.media_type, headers=headers)
