"""Workbooks (xlsx, xlsm, xls, ods) through python-calamine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from workbench.errors import IntakeError
from workbench.records.readers import Region, Sheet

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")


def password_error(name: str) -> IntakeError:
    """The error for a workbook that opens with a password only."""
    return IntakeError(
        "工作簿有密码，无法读取", place=name, expected="未加密的工作簿", next_step="在表格程序中取消密码后另存，再读入"
    )


def sheets(path: Path, name: str) -> Iterator[Sheet]:
    """Sheets of a workbook, one after the other; only one is held in memory at a time.

    Raises :class:`IntakeError` when the workbook is damaged or has a password.
    """
    try:
        with CalamineWorkbook.from_path(path) as book:
            metas = [meta for meta in book.sheets_metadata if meta.typ is SheetTypeEnum.WorkSheet]
            for index, meta in enumerate(metas):
                sheet = book.get_sheet_by_name(meta.name)
                height, first, count = max(sheet.height, 1), index, len(metas)
                yield Sheet(
                    meta.name,
                    sheet.iter_rows,
                    merged=_merged(sheet),
                    hidden=meta.visible is not SheetVisibleEnum.Visible,
                    fraction=lambda rows, f=first, h=height, n=count: min((f + rows / h) / n, 1.0),
                )
    except PasswordError as error:
        raise password_error(name) from error
    except (CalamineError, ValueError, EOFError) as error:
        raise _damaged(name, error) from error
    except BaseException as error:
        # a panic of the Rust library on a malformed file is no Exception, and must not stop the other files
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(name, error) from error


def _damaged(name: str, error: BaseException) -> IntakeError:
    return IntakeError(
        "工作簿已损坏或不是表格文件",
        place=name,
        found=str(error)[:200],
        expected="能用表格程序打开的 xlsx、xls 或 ods",
        next_step="用表格程序打开并另存为 xlsx 后再读入",
    )


def _merged(sheet) -> list[Region]:
    """Merged regions; columns counted as the rows are yielded (leading empty columns left out)."""
    shift = sheet.start[1] if sheet.start else 0
    return [
        (top, left - shift, bottom, right - shift)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
        if left >= shift
    ]
