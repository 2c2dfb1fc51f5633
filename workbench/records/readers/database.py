"""Databases by SQLAlchemy URL; rows come through a server-side cursor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from workbench.errors import IntakeError
from workbench.records.readers import Sheet

_FETCH = 5_000


def display_name(url: str) -> str:
    """The URL without its password."""
    return sa.make_url(url).render_as_string(hide_password=True)


def engine_for(url: str) -> sa.Engine:
    """An engine whose first connection succeeded.

    Raises :class:`IntakeError` for a URL that is wrong, a driver that is absent and a database that does not answer.
    """
    try:
        parsed = sa.make_url(url)
        name = parsed.render_as_string(hide_password=True)
    except SQLAlchemyError as error:
        raise IntakeError(
            "数据库地址写法不对", expected="如 sqlite:///台账.db 或 postgresql+psycopg://用户@主机/库"
        ) from error
    if parsed.drivername.startswith("sqlite") and parsed.database and not Path(parsed.database).is_file():
        raise IntakeError("数据库文件不存在", place=name, next_step="核对路径")
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        engine = sa.create_engine(parsed)
        with engine.connect():
            return engine
    except (SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise IntakeError(
            "数据库连不上", place=name, found=reason, next_step="核对地址、账号和网络；缺驱动时先安装"
        ) from error


def sheets(engine: sa.Engine) -> Iterator[Sheet]:
    """Tables and views of the default schema, in the order of their names."""
    inspector = sa.inspect(engine)
    for table in sorted({*inspector.get_table_names(), *inspector.get_view_names()}):
        yield Sheet(table, lambda table=table: _rows(engine, table), first_row=0)


def _rows(engine: sa.Engine, table: str) -> Iterator[list[object]]:
    query = sa.select(sa.text("*")).select_from(sa.table(table))
    try:
        with engine.connect().execution_options(stream_results=True, yield_per=_FETCH) as connection:
            result = connection.execute(query)
            yield list(result.keys())
            for row in result:
                yield list(row)
    except SQLAlchemyError as error:
        raise IntakeError(
            "数据库表读到一半失败",
            place=table,
            found=str(getattr(error, "orig", None) or error).splitlines()[0],
            next_step="核对权限和连接后重新读入",
        ) from error
