"""ZIP archives, of which DOCX and EPUB files consist, opened without falling for bombs."""

from __future__ import annotations

import io
import zipfile
import zlib

from index.formats.extracted import broken, encrypted, unpacks_too_large

_MAX_BYTES = 300_000_000
_MAX_MEMBERS = 20_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Archive:
    """A checked archive; `name` and `label` are those of the file, for messages."""

    def __init__(self, data: bytes, *, name: str, label: str) -> None:
        """Open the archive; raises DocumentError when it is none, is encrypted or holds more than 300 MB."""
        self._name, self._label = name, label
        if data.startswith(_OLD_OFFICE):
            # Office wraps an encrypted document in the container of its old formats.
            if "EncryptedPackage".encode("utf-16-le") in data:
                raise encrypted(name)
            raise broken(name, label, "it is an old Microsoft Office file")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise broken(name, label) from error
        members = self._zip.infolist()
        if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > _MAX_BYTES:
            raise unpacks_too_large(name, _MAX_BYTES)
        if any(member.flag_bits & 1 for member in members):
            raise encrypted(name)
        self._names = {member.filename for member in members}

    def __contains__(self, member: str) -> bool:
        """Whether the archive has a member of that name."""
        return member in self._names

    def read(self, member: str) -> bytes:
        """Return a member's content, never more than it is declared to have; raises DocumentError."""
        try:
            return self._zip.read(member)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise broken(self._name, self._label) from error
