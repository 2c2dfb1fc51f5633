"""Backup and restore (备份、恢复): the events as lines of JSON, gzip, with the head at the end; either kind of store."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import LedgerError
from workbench.ledger.events import Event, canonical
from workbench.ledger.schema import Head, event_of, row_of
from workbench.ledger.store import Store

#: First line of every backup.
_FIRST = {"format": "workbench-ledger", "version": 1}
_RESTORE = "换一份完整的备份；原台账不受影响"


def backup(store: Store, path: str | Path) -> Head:
    """Write every event to ``path``, whole or not at all, and return the head it ends with.

    The chain is checked on the way. Raises :class:`LedgerError` when it is broken, when ``path`` exists already (an
    older backup is never overwritten) and when it cannot be written.
    """
    path = Path(path)
    if path.exists():
        raise LedgerError("已有这个文件，备份不覆盖", place=str(path), next_step="换一个文件名")
    try:
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                head = _write(store, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(made, path)
        except BaseException:
            os.unlink(made)
            raise
    except OSError as error:
        raise LedgerError(
            "备份没有写成", place=str(path), found=error.strerror or str(error), next_step="检查磁盘空间和文件夹权限后重做"
        ) from error
    return head


def restore(path: str | Path, where: str | Path | Store) -> Head:
    """Fill an empty store (made when there is none) with the events of a backup, all or none; same digests.

    Raises :class:`LedgerError` when the backup is damaged or incomplete, before anything is made or written, and when
    the store is not empty.
    """
    for _ in _events(Path(path)):
        pass
    store = where if isinstance(where, Store) else Store(where)
    try:
        return store.fill(_events(Path(path)))
    finally:
        if store is not where:
            store.close()


def _write(store: Store, file: Any) -> Head:
    recorded, head = store.head(), Head()
    # No name and no time inside: the same events make the same file.
    with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
        packed.write(_line(_FIRST))
        for event in store.events():
            if not _follows(event, head) or event.seq == recorded.seq and event.digest != recorded.digest:
                raise _broken(store, f"第 {event.seq} 号事件")
            packed.write(_line(row_of(event)))
            head = Head(event.seq, event.digest)
        # Others may have written meanwhile; what is read lies between the heads before and after.
        if not recorded.seq <= head.seq <= store.head().seq:
            raise _broken(store, f"最后一个事件是第 {head.seq} 号，登记的链尾是第 {recorded.seq} 号")
        packed.write(_line({"head": str(head)}))
    return head


def _broken(store: Store, found: str) -> LedgerError:
    return LedgerError(
        "台账的链条不完整，没有备份", place=store.place, found=found,
        next_step="运行 workbench ledger verify 查明；要留存现状，先复制整个数据库",
    )


def _line(value: object) -> bytes:
    return canonical(value).encode() + b"\n"


def _follows(event: Event, head: Head) -> bool:
    return (event.seq, event.previous) == (head.seq + 1, head.digest) and event.computed() == event.digest


def _events(path: Path) -> Iterator[Event]:
    """Events of a backup, each checked against the one before; :class:`LedgerError` at the first that does not fit."""
    at = _Line()
    try:
        with gzip.open(path, "rb") as lines:
            yield from _checked(lines, at)
    except (gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
        raise LedgerError("这个文件不是台账的备份，或已损坏", place=str(path), next_step=_RESTORE) from error
    except EOFError as error:
        raise LedgerError("备份不完整，末尾缺失", place=f"{path} 第 {at.number} 行之后", next_step=_RESTORE) from error
    except (ValueError, TypeError, KeyError) as error:
        if at.number < 2:
            raise LedgerError("这个文件不是台账的备份", place=str(path), next_step="核对路径") from error
        raise LedgerError("备份中的事件前后不符", place=f"{path} 第 {at.number} 行", next_step=_RESTORE) from error
    except OSError as error:
        raise LedgerError(
            "备份读不了", place=str(path), found=error.strerror or str(error), next_step="核对路径和权限"
        ) from error


@dataclass
class _Line:
    """The line that is being read."""

    number: int = 0


def _checked(lines: Iterable[bytes], at: _Line) -> Iterator[Event]:
    """Events up to the head; ValueError and its kin at a line that does not fit, EOFError without a head."""
    head, ended = Head(), False
    for at.number, line in enumerate(lines, 1):
        row = json.loads(line)
        if ended or at.number == 1 and row != _FIRST:
            raise ValueError("nothing may stand here")
        if at.number == 1:
            continue
        if "head" in row:
            ended = True
            if row["head"] != str(head):
                raise ValueError("another head")
            continue
        event = event_of(row)
        if not _follows(event, head):
            raise ValueError("another event")
        yield event
        head = Head(event.seq, event.digest)
    if not ended:
        raise EOFError
