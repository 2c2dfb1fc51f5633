"""Zip files with the same bytes for the same content: fixed dates, sorted names."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

#: The earliest day the format knows; nothing here may depend on when it was packed.
EPOCH = (1980, 1, 1, 0, 0, 0)


def entry(name: str) -> zipfile.ZipInfo:
    """A member with a fixed date and plain rights."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def pack(target: BinaryIO, members: Iterable[tuple[str, bytes]]) -> None:
    """Write the members (name, content) in the order given."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in members:
            archive.writestr(entry(name), content)


def repacked(content: bytes) -> bytes:
    """The same zip file without the time it was packed at; the order of members stays (formats mind it)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        pack(out, ((info.filename, archive.read(info)) for info in archive.infolist()))
    return out.getvalue()
