"""An inspector's export for the archive (归档包): one zip with run, events, papers, head of the chain, checksums.

    run/…           the run folder, its receipt among it
    papers/…        papers, as they were given
    events.jsonl    every event of the ledger, one JSON object a line, in order
    head.json       head of the chain, run, who packed it, on which day
    SHA256SUMS      checksums of everything else; ``sha256sum -c`` reads it

The same content gives the same bytes. :func:`check_archive` needs nothing but the file.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from workbench.errors import LedgerError, Refused, UsageError
from workbench.ledger.events import Event, canonical
from workbench.ledger.machines import OPENING
from workbench.ledger.runs import run_id
from workbench.ledger.schema import Head, event_of, row_of
from workbench.reports.papers.mark import mark
from workbench.reports.zips import entry

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.ledger import Ledger

EVENTS, HEAD, SUMS = "events.jsonl", "head.json", "SHA256SUMS"
RUN, PAPERS = "run", "papers"
_CHUNK = 1 << 20
_SYNC = f"run.{OPENING['run']}"


@dataclass(frozen=True)
class ArchiveCheck:
    """Result of :func:`check_archive`: members and events read, head of the chain, what is wrong (nothing: whole)."""

    members: int
    events: int
    head: Head
    faults: tuple[str, ...]


def write_archive(
    ledger: Ledger, run: Run, papers: Sequence[str | Path], path: str | Path, *, by: str, on: date
) -> Path:
    """Pack run, events and papers into ``path``, whole or not at all.

    Raises :class:`Refused` without a person's name or when the run was not taken into the ledger,
    :class:`UsageError` for a paper that is missing or two of one name, :class:`LedgerError` when ``path`` exists or
    cannot be written, or when the chain of events is broken.
    """
    target, ident = Path(path), run_id(run)
    given = _papers(papers)
    made = mark(ledger, run, by, on)
    if ledger.runs.find(ident) is None:
        raise Refused(
            "这次核查结果没有导入台账，不能归档", place=str(run.path), found=ident, next_step="先运行 workbench ledger sync"
        )
    if target.exists():
        raise LedgerError("已有这个文件，归档不覆盖", place=str(target), next_step="换一个文件名")
    files = {f"{RUN}/{p.relative_to(run.path).as_posix()}": p for p in run.path.rglob("*") if p.is_file()}
    files |= {f"{PAPERS}/{p.name}": p for p in given}
    handle = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        number, handle = tempfile.mkstemp(dir=target.parent, prefix=target.name)
        with os.fdopen(number, "wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as pack:
            packing = _Packing(pack)
            packing.lines(EVENTS, _event_lines(ledger, head := _Last()))
            told = {
                "as_of": made.as_of, "by": made.by, "on": made.on.isoformat(), "run": ident, "head": str(head.head),
            }
            packing.lines(HEAD, [canonical(told).encode() + b"\n"])
            for name in sorted(files):
                packing.file(name, files[name])
            pack.writestr(entry(SUMS), packing.sums())
        os.replace(handle, target)
    except OSError as error:
        raise LedgerError(
            "归档没有写成", place=str(target), found=error.strerror or str(error), next_step="检查磁盘空间和文件夹权限后重做"
        ) from error
    finally:
        if handle and os.path.exists(handle):
            os.unlink(handle)
    return target


def check_archive(path: str | Path, expected: Head | None = None) -> ArchiveCheck:
    """Whether an archive is whole: every checksum, nothing added or missing, the chain, its head, the run taken in.

    ``expected`` is a head from elsewhere, such as a printed paper: the chain must lead through it (``SEQ:DIGEST``,
    :meth:`Head.of`). Raises :class:`LedgerError` when the file cannot be read as a zip at all.
    """
    check = _Check(expected)
    try:
        with zipfile.ZipFile(path) as pack:
            check.members(pack)
            check.chain(pack)
            check.told(pack)
    except (OSError, zipfile.BadZipFile) as error:
        raise LedgerError(
            "归档包读不了", place=str(path), found=str(error), expected="由 workbench 生成的 zip 文件",
            next_step="核对路径，或换一份完整的归档包",
        ) from error
    return ArchiveCheck(len(check.digests), check.events, check.head, tuple(check.faults))


# --- packing ---------------------------------------------------------------------------------------------------------


@dataclass
class _Last:
    """The head as far as events were packed."""

    head: Head = field(default_factory=Head)


class _Packing:
    """Members with their checksums."""

    def __init__(self, pack: zipfile.ZipFile):
        self.pack = pack
        self.digests: dict[str, str] = {}

    def lines(self, name: str, parts: Any) -> None:
        digest = hashlib.sha256()
        with self.pack.open(entry(name), "w", force_zip64=True) as member:
            for part in parts:
                digest.update(part)
                member.write(part)
        self.digests[name] = digest.hexdigest()

    def file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self.lines(name, iter(lambda: file.read(_CHUNK), b""))

    def sums(self) -> str:
        return "".join(f"{digest}  {name}\n" for name, digest in sorted(self.digests.items()))


def _event_lines(ledger: Ledger, last: _Last) -> Iterator[bytes]:
    for event in ledger.store.events():
        if not _follows(event, last.head):
            raise LedgerError(
                "台账的链条不完整，没有归档", place=ledger.store.place, found=f"第 {event.seq} 号事件",
                next_step="运行 workbench ledger verify 查明",
            )
        last.head = Head(event.seq, event.digest)
        yield canonical(row_of(event)).encode() + b"\n"


def _follows(event: Event, head: Head) -> bool:
    return (event.seq, event.previous) == (head.seq + 1, head.digest) and event.computed() == event.digest


def _papers(papers: Sequence[str | Path]) -> list[Path]:
    given = [Path(p) for p in papers]
    if missing := [str(p) for p in given if not p.is_file()]:
        raise UsageError("没有这份文书", found="、".join(missing), next_step="核对路径")
    names = [p.name for p in given]
    if len(set(names)) < len(names):
        twice = sorted({n for n in names if names.count(n) > 1})
        raise UsageError("文书重名", found="、".join(twice), next_step="改名后再归档")
    return given


# --- checking --------------------------------------------------------------------------------------------------------


class _Check:
    """What was found while an archive was read."""

    def __init__(self, expected: Head | None):
        self.expected = expected
        self.faults: list[str] = []
        self.digests: dict[str, str] = {}
        self.events = 0
        self.head = Head()
        self.receipts: dict[str, str] = {}

    def members(self, pack: zipfile.ZipFile) -> None:
        """Names and checksums of everything."""
        names = [info.filename for info in pack.infolist()]
        self.faults += [f"{name}：重复的文件" for name in sorted({n for n in names if names.count(n) > 1})]
        self.faults += [f"{name}：文件名不合规则" for name in names if not _plain(name)]
        for name in dict.fromkeys(names):
            if (digest := self._digest(pack, name)) is not None:
                self.digests[name] = digest
        listed = self._sums(pack)
        found = {name: digest for name, digest in self.digests.items() if name != SUMS}
        self.faults += [f"{name}：清单中有，包中没有或读不出" for name in sorted(listed.keys() - found.keys())]
        self.faults += [f"{name}：清单中没有，是添加的文件" for name in sorted(found.keys() - listed.keys())]
        self.faults += [
            f"{name}：校验码不符，被改动" for name in sorted(found.keys() & listed.keys()) if found[name] != listed[name]
        ]
        self.faults += [
            f"{name}：归档包应有而没有" for name in (EVENTS, HEAD, SUMS, f"{RUN}/receipt.json") if name not in names
        ]

    def chain(self, pack: zipfile.ZipFile) -> None:
        """Every event after the one before it."""
        if EVENTS not in self.digests:
            return
        versions: dict[str, int] = {}
        met = self.expected is None or self.expected == Head()
        with pack.open(EVENTS) as lines:
            for number, line in enumerate(lines, start=1):
                event = _event(line)
                if event is None or not _follows(event, self.head):
                    self.faults.append(f"{EVENTS} 第 {number} 行：与前一事件接不上，或内容与摘要不符")
                    break
                if event.version != versions.get(event.stream, 0) + 1:
                    self.faults.append(f"{EVENTS} 第 {number} 行：{event.stream} 的次序不连续")
                versions[event.stream] = event.version
                self.events, self.head = number, Head(event.seq, event.digest)
                met = met or self.expected == self.head
                if event.kind == _SYNC:
                    self.receipts[event.stream.partition("/")[2]] = str(event.what.get("receipt"))
        if not met:
            self.faults.append(f"链条不经过给出的链尾 {self.expected}")

    def told(self, pack: zipfile.ZipFile) -> None:
        """The head and the run that the archive names are those it holds."""
        receipt = self.digests.get(f"{RUN}/receipt.json")
        if HEAD not in self.digests:
            return
        try:
            told = json.loads(pack.read(HEAD))
            head, run = str(told["head"]), str(told["run"])
        except (ValueError, KeyError, TypeError):
            self.faults.append(f"{HEAD}：读不懂")
            return
        if head != str(self.head):
            self.faults.append(f"{HEAD}：所写链尾 {head} 不是最后一个事件 {self.head}，尾部被删去或添加")
        if receipt is not None and self.receipts.get(run) != receipt:
            self.faults.append(f"{RUN}/receipt.json：不是台账所导入的核查结果 {run}")

    def _digest(self, pack: zipfile.ZipFile, name: str) -> str | None:
        digest = hashlib.sha256()
        try:
            with pack.open(name) as member:
                for part in _parts(member):
                    digest.update(part)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            self.faults.append(f"{name}：读不出（{error}）")
            return None
        return digest.hexdigest()

    def _sums(self, pack: zipfile.ZipFile) -> dict[str, str]:
        if SUMS not in self.digests:
            return {}
        listed: dict[str, str] = {}
        text = io.StringIO(pack.read(SUMS).decode("utf-8", errors="replace"))
        for number, line in enumerate(text, start=1):
            digest, gap, name = line.rstrip("\n").partition("  ")
            if not gap or len(digest) != 64:
                self.faults.append(f"{SUMS} 第 {number} 行：读不懂")
                continue
            listed[name] = digest
        return listed


def _parts(member: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: member.read(_CHUNK), b"")


def _plain(name: str) -> bool:
    """Whether a name stays inside the folder it is unpacked into."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _event(line: bytes) -> Event | None:
    """The event of a line, None where it is not exactly what the program writes."""
    try:
        row = json.loads(line)
        event = event_of(row)
        return event if canonical(row_of(event)).encode() + b"\n" == line else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None

