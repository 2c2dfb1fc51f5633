"""Parquet files: their schema, and their rows for files that are not in the declared types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.errors import IntakeError
from workbench.records.headers import Layout
from workbench.records.readers import Sheet
from workbench.records.tables import ColumnType

SUFFIXES = (".parquet",)
_FETCH = 20_000
T = ColumnType


def open_file(path: Path, name: str) -> pq.ParquetFile:
    """The opened file; raises :class:`IntakeError` when it is damaged."""
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise IntakeError(
            "Parquet 文件已损坏", place=name, found=str(error).splitlines()[0][:200], next_step="重新导出后再读入"
        ) from error


def sheet(file: pq.ParquetFile, path: Path) -> Sheet:
    """The file as a sheet of raw rows under its column names."""

    def rows() -> Iterator[Sequence[object]]:
        yield file.schema_arrow.names
        for batch in file.iter_batches(_FETCH):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=False)

    return Sheet(path.stem, rows, first_row=0)


def is_canonical(schema: pa.Schema, layout: Layout) -> bool:
    """Whether every column found has the declared type already and no required one is missing."""
    return (
        not layout.missing
        and not layout.months
        and not layout.constants
        and layout.name_position is None
        and all(
            _has_type(schema.field(position).type, layout.table.column(name).type)
            for name, position in layout.columns.items()
        )
    )


def _has_type(found: pa.DataType, declared: ColumnType) -> bool:
    if pa.types.is_dictionary(found):
        found = found.value_type
    text = pa.types.is_string(found) or pa.types.is_large_string(found)
    if declared is T.LIST:
        return (pa.types.is_list(found) or pa.types.is_large_list(found)) and pa.types.is_string(found.value_type)
    if declared in (T.DATE, T.MONTH):
        return pa.types.is_date(found)
    if declared is T.NUMBER:
        return pa.types.is_floating(found) or pa.types.is_integer(found) or pa.types.is_decimal(found)
    if declared is T.YEAR:
        return pa.types.is_integer(found)
    if declared is T.BOOLEAN:
        return pa.types.is_boolean(found)
    return text
