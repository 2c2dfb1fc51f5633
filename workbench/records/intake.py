"""Take in ledgers from a folder, a file or a database (读入台账)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import ibis

from workbench.errors import IntakeError
from workbench.records import hierarchy, safety
from workbench.records.canonical import CanonicalTable, Part
from workbench.records.headers import Layout, recognize
from workbench.records.identity import PersonKeys, build_org_lookup, load_key
from workbench.records.loading import Loader, create_tables
from workbench.records.messages import Level, MessageLog
from workbench.records.normalize import create_macros
from workbench.records.people import build_names, tell_two_branches
from workbench.records.readers import Sheet, delimited, excel, parquet
from workbench.records.records import Records
from workbench.records.rejects import Source, tell_rejected, tell_warnings
from workbench.records.staging import Staging, split_head
from workbench.records.tables import TABLES, Table
from workbench.records.template import is_term_sheet

#: ``progress(stage, done, total)``: what is being read, bytes done and in all (databases: rows, total 0).
Progress = Callable[[str, int, int | None], None]

#: Bytes of ledgers above which the database lies on disk; a packed workbook or Parquet file counts ten times.
_ON_DISK = 2 << 30
_MEMORY_LIMIT = os.environ.get("WORKBENCH_MEMORY_LIMIT", "4GB")
#: Memory kept for blocks, taken as it is needed; what goes beyond is given back at once.
_KEPT_BLOCKS = "1GB"
_SUFFIXES = (*excel.SUFFIXES, *delimited.SUFFIXES, *parquet.SUFFIXES)


def intake(
    source: Path | str,
    *,
    home: Path | str | None = None,
    progress: Progress | None = None,
    database: Path | str | None = None,
    max_unpacked: int = safety.MAX_UNPACKED,
) -> Records:
    """Read all ledgers of ``source``: a folder, a file, or an SQLAlchemy URL.

    ``home`` is the folder of the person key (default: ``WORKBENCH_HOME``, else ``~/.workbench``). ``progress`` is
    called with a label, bytes done and bytes in all. ``database`` is a file for the DuckDB database (default: memory,
    or a temporary file when the ledgers are large). ``max_unpacked`` is how many bytes a workbook may unpack to.

    A ledger that cannot be read is named in ``messages`` and never stops the others; a row that cannot be used is
    rejected. For every source rows read = accepted + rejected. Raises :class:`~workbench.errors.IntakeError` when the
    source does not exist or a database does not answer, and :class:`~workbench.errors.UsageError` when the key would
    lie among the ledgers.

    >>> with load("sample_data") as records:
    ...     records.con.table("activities").held_on.type().is_date()
    True
    """
    return _Intake(source, home, progress or (lambda stage, done, total: None), database, max_unpacked).run()


def _is_url(source: Path | str) -> bool:
    return isinstance(source, str) and "://" in source


def _database_reader() -> ModuleType:
    """Imported for a database only: with SQLAlchemy it takes a quarter of a second."""
    from workbench.records.readers import database

    return database


def _until_failure(rows: Iterator, failures: list[IntakeError]) -> Iterator:
    """The rows up to the place where reading fails; the error is kept until they are staged."""
    try:
        yield from rows
    except IntakeError as error:
        failures.append(error)


class _Intake:
    """The state of one intake."""

    def __init__(self, source: Path | str, home, progress: Progress, target: Path | str | None, max_unpacked: int):
        self.url = source if _is_url(source) else ""
        self.root = Path(source) if not self.url else Path()
        self.progress = progress
        self.max_unpacked = max_unpacked
        if not self.url and not self.root.exists():
            raise IntakeError("台账不存在", place=str(source), next_step="核对文件夹、文件名或数据库地址")
        self.database = _database_reader() if self.url else None
        self.engine = self.database.engine_for(self.url) if self.url else None
        data = None if self.url else self.root if self.root.is_dir() else None
        keys = PersonKeys(load_key(home, data))
        self.log = MessageLog()
        self.sources: list[Source] = []
        self.present: dict[str, set[str]] = {name: set() for name in TABLES}
        self.offered: set[str] = set()
        self.parts: dict[str, list[Part]] = {name: [] for name in TABLES}
        self.files = [] if self.url else list(self._files())
        self.done = 0
        self.total = sum(path.stat().st_size for path in self.files)
        self.scratch = Path(tempfile.mkdtemp(prefix="workbench-"))
        try:
            place = self._database(target)
            self.con = ibis.duckdb.connect(place)
            self._set_up(keys, in_memory=place == ":memory:")
        except Exception:
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise

    def _database(self, target: Path | str | None) -> str:
        if target is not None:
            return str(target)
        weight = sum(p.stat().st_size * (1 if p.suffix.lower() in delimited.SUFFIXES else 10) for p in self.files)
        return str(self.scratch / "records.duckdb") if weight > _ON_DISK else ":memory:"

    def _set_up(self, keys: PersonKeys, in_memory: bool) -> None:
        self.raw = self.con.con
        self.raw.execute(f"SET temp_directory = '{self.scratch}/spill'")
        self.raw.execute(f"SET memory_limit = '{_MEMORY_LIMIT}'")
        self.raw.execute("SET enable_progress_bar = false")  # it would print into notebooks and piped output
        # blocks are kept for the next statement: given back and asked for again, they cost a tenth of an audit
        self.raw.execute(f"SET block_allocator_memory = '{_KEPT_BLOCKS}'")
        if in_memory:  # nothing is made safe by a checkpoint there, and it goes over all that has been read
            self.raw.execute("SET checkpoint_threshold = '1TB'")
        create_tables(self.raw)
        self.raw.execute("CREATE TABLE wb_places (source_id INTEGER PRIMARY KEY, place VARCHAR)")
        self.raw.execute(
            "CREATE MACRO place_of(source, row_number) AS (SELECT place FROM wb_places WHERE source_id = source) "
            "|| ' · 第 ' || row_number || ' 行'"
        )
        create_macros(self.raw)
        self.staging = Staging(self.raw, keys)

    # -- reading -------------------------------------------------------------------------------------------------

    def run(self) -> Records:
        try:
            if self.engine is not None:
                self._read_database()
            for path in self.files:
                self._read_file(path)
            self._load()
            self._count()
            self._tell_missing()
        except BaseException:
            self.con.disconnect()
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise
        finally:
            if self.engine is not None:
                self.engine.dispose()
        return Records(self.con, self.sources, self.log.messages, self.present, self.scratch)

    def _files(self) -> Iterator[Path]:
        """Files to read, in the order of their names; others are named in a notice."""
        if not self.root.is_dir():
            candidates = [self.root]
        else:
            candidates = sorted(p for p in self.root.rglob("*") if p.is_file())
        for path in candidates:
            name = self._name(path)
            if path.name.startswith("~$") or path.name.startswith(".~lock."):
                self.log.add(
                    Level.NOTICE,
                    name,
                    "表格程序的锁文件，已跳过；对应的台账可能正被打开，读到的是上次保存的内容",
                    next_step="关闭台账后重新读入，以免漏掉未保存的内容",
                )
            elif any(part.startswith(".") for part in Path(name).parts):
                continue
            elif path.suffix.lower() not in _SUFFIXES:
                self.log.add(Level.NOTICE, name, "不是台账格式，已跳过", expected="、".join(s[1:] for s in _SUFFIXES))
            elif path.suffix.lower() in (".txt",) and self.root.is_dir():
                self.log.add(Level.NOTICE, name, "文本文件不作台账，已跳过", next_step="确是台账的，改名为 .csv 后读入")
            else:
                yield path

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if self.root.is_dir() else path.name

    def _read_file(self, path: Path) -> None:
        name = self._name(path)
        try:
            self.progress(name, self.done, self.total)
            self._read_checked(path, name)
        except IntakeError as error:
            self.log.add(
                Level.ERROR,
                error.place or name,
                error.message,
                value=error.found,
                expected=error.expected,
                next_step=error.next_step,
            )
        except PermissionError:
            self.log.add(
                Level.ERROR,
                name,
                "没有读取权限，或正被其他程序占用",
                next_step="关闭占用它的程序，或取得读取权限后重新读入",
            )
        except OSError as error:
            self.log.add(
                Level.ERROR, name, "读取失败", value=error.strerror or str(error), next_step="检查磁盘或网络后重新读入"
            )
        self.done += path.stat().st_size if path.exists() else 0
        self.progress(name, self.done, self.total)

    def _read_checked(self, path: Path, name: str) -> None:
        suffix = path.suffix.lower()
        if path.stat().st_size == 0:
            raise IntakeError("空文件，没有读到任何内容", place=name, next_step="核对是否传错文件")
        digest = safety.sha256_of(path)
        if suffix in parquet.SUFFIXES:
            self._read_parquet(path, name, digest)
            return
        if suffix in excel.SUFFIXES:
            if safety.check_workbook(path, name, self.max_unpacked):
                self.log.add(Level.NOTICE, name, "含有宏；只读数据，宏不会运行")
            sheets = excel.sheets(path, name)
        else:
            sheets = delimited.sheets(path, name)
        size = path.stat().st_size
        for sheet in sheets:
            self._read_sheet(sheet, name, digest, path.stem, size)

    def _read_database(self) -> None:
        name = self.database.display_name(self.url)
        for sheet in self.database.sheets(self.engine):
            try:
                self._read_sheet(sheet, name, "", "", 0)
            except IntakeError as error:
                self.log.add(
                    Level.ERROR, name, error.message, sheet=sheet.name, value=error.found, next_step=error.next_step
                )

    def _read_parquet(self, path: Path, name: str, digest: str) -> None:
        file = parquet.open_file(path, name)
        schema = file.schema_arrow
        layout = recognize([schema.names], path.stem, path.stem)
        if layout is None or not parquet.is_canonical(schema, layout):
            self._read_sheet(parquet.sheet(file, path), name, digest, path.stem, path.stat().st_size)
            return
        source = self._source(name, "", digest, layout)
        source.rows_read = file.metadata.num_rows
        columns = {column: schema.names[position] for column, position in layout.columns.items()}
        part = Part(path, source.source_id, source.rows_read, self.staging.next_rid, columns)
        self.staging.next_rid += source.rows_read + 1
        self.parts[layout.table.name].append(part)

    def _source(self, file: str, sheet: str, digest: str, layout: Layout | None) -> Source:
        table = layout.table.name if layout else None
        source = Source(len(self.sources), file, sheet, digest, table)
        self.sources.append(source)
        self.raw.execute(
            "INSERT INTO wb_places VALUES (?, ?)", [source.source_id, " · ".join(filter(None, (file, sheet)))]
        )
        if layout:
            self.present[table] |= layout.present
            self.offered.add(table)
        return source

    def _read_sheet(self, sheet: Sheet, file: str, digest: str, stem: str, size: int) -> None:
        if is_term_sheet(sheet):
            return
        failures: list[IntakeError] = []
        head, rows = split_head(replace(sheet, rows=lambda: _until_failure(sheet.rows(), failures)))
        if any(cell not in ("", None) for row in head for cell in row):
            self._take_rows(sheet, head, rows, file, digest, stem, size)
        if failures:
            raise failures[0]

    def _take_rows(
        self, sheet: Sheet, head: list, rows: Iterator, file: str, digest: str, stem: str, size: int
    ) -> None:
        """Stage the records of a sheet, or count its rows as rejected when it fits no table."""
        layout = recognize(head, sheet.name, stem)
        title = sheet.name if sheet.name != stem else ""
        if layout is None:
            self._set_aside_sheet(sheet, rows, self._source(file, title, digest, None))
            return
        source = self._source(file, title, digest, layout)
        aside: Counter[str] = Counter()
        for count, left in self.staging.load(rows, layout, source.source_id, sheet.first_row):
            source.rows_read += count
            aside.update(left)
            stage = f"{file} {title} {source.rows_read:,} 行"
            share = sheet.fraction(source.rows_read // max(len({m.month for m in layout.months}), 1))
            self.progress(stage, self.done + int(size * share), self.total)
        self._tell_layout(layout, source, aside)

    def _set_aside_sheet(self, sheet: Sheet, rows: Iterator, source: Source) -> None:
        """Count a sheet that fits no table: every filled row is read and rejected."""
        source.rows_read = sum(any(str(c).strip() for c in row if c is not None) for row in rows)
        if sheet.first_row == 0:
            source.rows_read -= 1
        source.reason = "表头与任何一种台账都对不上"
        self.raw.execute(
            "INSERT INTO rejected SELECT NULL, NULL, NULL, ?, NULL, false FROM range(?)",
            [source.source_id, source.rows_read],
        )
        self.log.add(
            Level.ERROR,
            source.file,
            f"{source.reason}，{source.rows_read} 行全部退回",
            sheet=source.sheet,
            expected="下列之一：" + "、".join(t.title for t in TABLES.values()),
            next_step="按模板的表头调整后重新读入；不是台账的可不理会",
        )

    def _tell_layout(self, layout: Layout, source: Source, aside: Mapping[str, int]) -> None:
        place = {"file": source.file, "sheet": source.sheet}
        for column in layout.missing:
            self.log.add(
                Level.ERROR if source.rows_read else Level.NOTICE,
                problem=f"缺少必需列“{column.header}”，该表各行不能使用",
                column=column.header,
                expected="、".join((column.header, *column.aliases)),
                next_step="补上该列后重新读入",
                **place,
            )
        for name, value in layout.constants.items():
            header = layout.table.column(name).header
            self.log.add(
                Level.NOTICE,
                problem=f"没有“{header}”列，按表名一律记为“{value}”",
                column=header,
                value=value,
                next_step="若不对，请补上该列",
                **place,
            )
        if layout.months:
            self.log.add(Level.NOTICE, problem=f"按月展开：每行每月一条，共 {source.rows_read} 条", **place)
        if aside["aside"]:
            self.log.add(Level.NOTICE, problem=f"有 {aside['aside']} 行合计或重复的表头，不作记录", **place)
        if aside["unfilled"]:
            header = layout.table.column(layout.table.waits_for).header
            self.log.add(
                Level.NOTICE, problem=f"有 {aside['unfilled']} 行尚未填写“{header}”，不作记录", column=header, **place
            )

    # -- loading -------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        build_org_lookup(self.raw)
        for name, table in TABLES.items():
            self.progress(f"核对{table.title}", self.total, self.total)
            canonical = self._stage_canonical(table)
            loaded = Loader(self.raw, table).run()
            if canonical:
                canonical.finish()
            if name == "organizations":
                hierarchy.resolve_parents(self.raw, self.log, self.sources)
            if name == "people":
                build_names(self.raw)
                tell_two_branches(self.raw, self.log, self.sources)
            tell_rejected(self.raw, self.log, self.sources, table)
            if loaded:
                tell_warnings(self.raw, self.log, self.sources, table)
            self._forget(name)

    def _stage_canonical(self, table: Table) -> CanonicalTable | None:
        parts = self.parts[table.name]
        if not parts:
            return None
        alone = all(s.table != table.name or any(p.source_id == s.source_id for p in parts) for s in self.sources)
        canonical = CanonicalTable(self.raw, table, parts)
        canonical.load(self.staging, alone)
        return canonical

    def _forget(self, name: str) -> None:
        """Drop what only the loading of this table needed."""
        self.raw.execute(f"DROP TABLE IF EXISTS stage_{name}")
        self.raw.execute(f"DROP TABLE IF EXISTS parsed_{name}")

    def _count(self) -> None:
        """Fill ``sources``; rows read = accepted + rejected is asserted for each."""
        accepted = dict(
            self.raw.execute(
                "SELECT source_id, sum(n) FROM ("
                + " UNION ALL ".join(
                    f"SELECT source_id, count(*) AS n FROM {name} GROUP BY source_id" for name in TABLES
                )
                + ") GROUP BY source_id"
            ).fetchall()
        )
        rejected = dict(self.raw.execute("SELECT source_id, count(*) FROM rejected GROUP BY source_id").fetchall())
        rows = []
        for s in self.sources:
            good, bad = int(accepted.get(s.source_id, 0)), rejected.get(s.source_id, 0)
            assert s.rows_read == good + bad, f"{s.file} {s.sheet}: read {s.rows_read}, accepted {good}, rejected {bad}"
            rows.append((s.source_id, s.file, s.sheet, s.sha256, s.rows_read, good, bad))
        if rows:
            self.raw.executemany("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def _tell_missing(self) -> None:
        place = self.database.display_name(self.url) if self.url else self.root.name
        for name, table in TABLES.items():
            if name not in self.offered and name != "exemptions":
                self.log.add(
                    Level.NOTICE,
                    place,
                    f"没有“{table.title}”表，要用到它的条款将判为数据不足",
                    next_step="有此台账的，放入后重新读入",
                )
