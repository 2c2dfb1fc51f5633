"""``Records``: everything an intake yields (台账数据)."""

from __future__ import annotations

import shutil
import weakref
from pathlib import Path

import ibis

from workbench.display import Displayed, Table, page
from workbench.records.messages import Level, Message
from workbench.records.rejects import Source, write_rejects
from workbench.records.tables import TABLES


class Records(Displayed):
    """Typed tables on one Ibis connection, with what was said about their sources.

    ``con`` holds a table per name in :data:`~workbench.records.tables.TABLES` (declared columns, ``source_id``,
    ``source_row``), ``sources`` and ``rejected`` as ``docs/architecture.md`` describes them. ``messages`` is a list of
    :class:`~workbench.records.messages.Message`; ``present`` maps a table to the columns that some ledger had. Use as a
    context manager, or call :meth:`close`.

    >>> with load("sample_data") as records:
    ...     found = records.con.table("organizations").count().execute()
    ...     rows = records.receipt()["rows"]["organizations"]
    >>> found == rows["accepted"] == rows["read"] - rows["rejected"]
    True
    """

    def __init__(
        self,
        con: ibis.backends.duckdb.Backend,
        sources: list[Source],
        messages: list[Message],
        present: dict[str, set[str]],
        scratch: Path,
    ):
        self.con = con
        self.messages = messages
        self.present = present
        self._sources = sources
        self._cleaner = weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)

    def close(self) -> None:
        """Close the connection and remove the files that held what outgrew memory."""
        self.con.disconnect()
        self._cleaner()

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def unread(self) -> list[Message]:
        """Errors about whole files: whose records they held is unknown, so every verdict may lack some."""
        return [m for m in self.messages if m.level == Level.ERROR and m.row is None and m.file and not m.sheet]

    def receipt(self) -> dict:
        """Counts of rows: ``rows`` per table (and ``未识别`` for sheets that fit none) and ``sources`` per source.

        Each holds ``read``, ``accepted`` and ``rejected``.
        """
        counted = self.con.con.execute("SELECT * EXCLUDE (sha256), sha256 FROM sources ORDER BY source_id").fetchall()
        names = ("source_id", "file", "sheet", "read", "accepted", "rejected", "sha256")
        tables = {source.source_id: source.table or "" for source in self._sources}
        sources = [dict(zip(names, row, strict=True)) | {"table": tables[row[0]]} for row in counted]
        rows = {name: {"read": 0, "accepted": 0, "rejected": 0} for name in [*TABLES, "未识别"]}
        for source in sources:
            for count in ("read", "accepted", "rejected"):
                rows[source["table"] or "未识别"][count] += source[count]
        if not rows["未识别"]["read"]:
            del rows["未识别"]
        return {"rows": rows, "sources": sources}

    def _repr_html_(self) -> str:
        receipt = self.receipt()
        counts = [
            (TABLES[name].title if name in TABLES else name, row["read"], row["accepted"], row["rejected"])
            for name, row in receipt["rows"].items() if row["read"]
        ]
        said = [
            (m.level, m.file, m.sheet, m.row, m.column, m.value, m.problem, m.next_step) for m in self.messages
        ]
        head = ("程度", "文件", "表", "行", "列", "现为", "问题", "处理办法")
        messages = (Table(said, head, f"读入时的说明：{len(said)} 条"),) if said else ()
        files = len({source["file"] for source in receipt["sources"]})
        return page(f"读入的台账：{files} 个文件", (), Table(counts, ("表", "读到", "采用", "退回")), *messages)

    def write_rejects(self, path: Path | str) -> None:
        """Write the rows that were put aside, with place, problem and next step, as a workbook."""
        write_rejects(self.con.con, self._sources, Path(path))

    def write_parquet(self, folder: Path | str) -> None:
        """Write every table as ``<table>.parquet`` in its declared types, without the columns of origin."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            file = str(target / f"{name}.parquet").replace("'", "''")
            self.con.con.execute(
                f"COPY (SELECT * EXCLUDE (source_id, source_row) FROM {name}) "
                f"TO '{file}' (FORMAT parquet, COMPRESSION zstd)"
            )
