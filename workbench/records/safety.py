"""Checks before a file is parsed (安全): zip bombs, passwords, macros, lock files, permissions."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path

from workbench.errors import IntakeError
from workbench.records.readers.excel import password_error

#: Bytes a workbook may take when unpacked.
MAX_UNPACKED = 2 << 30
#: Unpacked size over packed size that no honest ledger reaches, and the size from which it is asked.
MAX_RATIO = 400
_RATIO_FROM = 50 << 20
_MAX_ENTRIES = 20_000
_BLOCK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_workbook(path: Path, name: str, max_unpacked: int = MAX_UNPACKED) -> bool:
    """Refuse a workbook that is too large unpacked, has a password or is damaged; say whether it has macros.

    The sizes in the central directory may lie, so the parts are also unpacked and counted, keeping nothing.
    Raises :class:`IntakeError`.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start == _OLE:
        if path.suffix.lower() != ".xls" and _ENCRYPTED in path.read_bytes():
            raise password_error(name)
        return False
    if not zipfile.is_zipfile(path):
        if path.suffix.lower() == ".xls":
            return False
        raise _damaged(name, "不是有效的压缩包")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_sizes(entries, name, max_unpacked)
            if any(entry.flag_bits & 1 for entry in entries):
                raise password_error(name)
            _count_unpacked(path, entries, name, max_unpacked)
            return any(entry.filename.endswith("vbaProject.bin") for entry in entries)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise _damaged(name, str(error)) from error


def _check_sizes(entries: list[zipfile.ZipInfo], name: str, max_unpacked: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if (
        unpacked > max_unpacked
        or len(entries) > _MAX_ENTRIES
        or (unpacked > _RATIO_FROM and unpacked / packed > MAX_RATIO)
    ):
        raise _too_large(name, unpacked, max_unpacked)


def _count_unpacked(path: Path, entries: list[zipfile.ZipInfo], name: str, max_unpacked: int) -> None:
    """Unpack every part block by block and count, whatever size it claims."""
    total = 0
    with path.open("rb") as file:
        for entry in entries:
            if entry.compress_type == zipfile.ZIP_STORED:
                total += entry.compress_size
                continue
            if entry.compress_type != zipfile.ZIP_DEFLATED:
                raise _damaged(name, "压缩方法不支持")
            total += _inflated(file, entry, max_unpacked - total)
            if total > max_unpacked:
                raise _too_large(name, total, max_unpacked)


def _inflated(file, entry: zipfile.ZipInfo, allowed: int) -> int:
    """Bytes one part really unpacks to; stops soon after ``allowed``."""
    file.seek(entry.header_offset + 26)
    sizes = file.read(4)
    file.seek(int.from_bytes(sizes[:2], "little") + int.from_bytes(sizes[2:], "little"), 1)
    inflate = zlib.decompressobj(-15)
    left, total = entry.compress_size, 0
    while left > 0 and total <= allowed and not inflate.eof:
        block = file.read(min(_BLOCK, left))
        if not block:
            break
        left -= len(block)
        while block and total <= allowed:
            total += len(inflate.decompress(block, _BLOCK))
            block = inflate.unconsumed_tail
    return total


def _too_large(name: str, unpacked: int, limit: int) -> IntakeError:
    return IntakeError(
        "解压后过大，没有读入",
        place=name,
        found=f"约 {unpacked / 2**20:,.0f} MB",
        expected=f"不超过 {limit / 2**20:,.0f} MB，且压缩比正常",
        next_step="核实文件来源；确是台账的，拆成几个文件或另存为 CSV",
    )


def _damaged(name: str, found: str) -> IntakeError:
    return IntakeError(
        "工作簿已损坏或不是表格文件",
        place=name,
        found=found,
        expected="能用表格程序打开的 xlsx 或 ods",
        next_step="用表格程序打开并另存为 xlsx 后再读入",
    )
