"""Pictures of charts that the page drew, checked before they go into a file: PNG only, few, not too large."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import UsageError

#: Pictures of one export, bytes of one of them and of all together, pixels along a side, characters of a title.
MOST, MOST_BYTES, MOST_IN_ALL, MOST_PIXELS, MOST_TITLE = 12, 2_000_000, 6_000_000, 8_000, 120
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Chunks that make up the picture. All others (texts, times, profiles) are left out: no file tells more than it shows.
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


@dataclass(frozen=True)
class Picture:
    """A PNG with its title and its size in pixels."""

    title: str
    png: bytes
    width: int
    height: int


def received(sent: Any) -> tuple[Picture, ...]:
    """The pictures a page sent: a list of ``title`` and ``png`` (base64).

    Raises :class:`~workbench.errors.UsageError` when there are too many, or one is no PNG, damaged or too large.
    """
    if not sent:
        return ()
    if not isinstance(sent, Sequence) or isinstance(sent, str) or len(sent) > MOST:
        raise _refused("图片太多", f"不超过 {MOST} 张")
    found = tuple(_picture(entry) for entry in sent)
    if sum(len(p.png) for p in found) > MOST_IN_ALL:
        raise _refused("图片合起来太大", f"不超过 {MOST_IN_ALL // 1_000_000} MB")
    return found


def _picture(entry: Any) -> Picture:
    if not isinstance(entry, Mapping):
        raise _refused("不是图片", "PNG")
    text = str(entry.get("png") or "")
    if len(text) > MOST_BYTES * 4 // 3 + 4:
        raise _refused("图片太大", f"每张不超过 {MOST_BYTES // 1_000_000} MB")
    try:
        data = base64.b64decode(text, validate=True)
        chunks = list(_chunks(data))
        width, height = struct.unpack(">II", chunks[0][1][:8])
    except (binascii.Error, ValueError, struct.error, IndexError):
        raise _refused("不是完整的 PNG 图片", "PNG") from None
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise _refused("图片尺寸超出范围", f"长宽不超过 {MOST_PIXELS:,} 像素")
    png = _SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks if kind in _KEPT)
    return Picture(str(entry.get("title") or "图")[:MOST_TITLE], png, width, height)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of every chunk; :class:`ValueError` or :class:`struct.error` when something is amiss."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    at, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body, crc = data[at + 8:at + 8 + size], data[at + 8 + size:at + 12 + size]
        if (at == len(_SIGNATURE)) != (kind == b"IHDR") or crc != struct.pack(">I", zlib.crc32(kind + body)):
            raise ValueError("damaged")
        yield kind, body
        at += 12 + size


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def _refused(message: str, expected: str) -> UsageError:
    return UsageError(f"随导出送来的{message}", expected=expected, next_step="请刷新页面后再导出")
