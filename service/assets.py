"""The page's own files, served from memory: a page of many small modules must not wait for the disk for each."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

_LEVEL: Final = 9
_TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class _Asset:
    """One file as it is and compressed."""

    plain: bytes
    packed: bytes
    media_type: str
    etag: str


class Assets:
    """The files of one folder, as they are when this is made."""

    def __init__(self, folder: Path) -> None:
        """Read the files; folders within are not served."""
        self._assets = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.is_file()}

    def response(self, name: str, headers: Mapping[str, str]) -> Response:
        """Return a file, compressed for those who take it, or that it has not changed; raises HTTPException (404)."""
        asset = self._assets.get(name)
        if asset is None:
            raise HTTPException(404, "There is no such file; open the page at / again.")
        packs = "gzip" in headers.get("accept-encoding", "")
        tag = f'"{asset.etag}-gzip"' if packs else f'"{asset.etag}"'
        told = {"ETag": tag, "Vary": "Accept-Encoding"}
        if tag in [known.strip().removeprefix("W/") for known in headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=told)
        if packs:
            return Response(asset.packed, media_type=asset.media_type, headers={**told, "Content-Encoding": "gzip"})
        return Response(asset.plain, media_type=asset.media_type, headers=told)


def _read(path: Path) -> _Asset:
    plain = path.read_bytes()
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(plain, _LEVEL, mtime=0)
    return _Asset(plain, packed, media_type, hashlib.sha256(plain).hexdigest()[:32])
