"""The database behind the store: SQLite file or PostgreSQL server, opened, brought up to date, its errors told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from workbench.errors import LedgerError
from workbench.ledger.events import GENESIS
from workbench.ledger.schema import APPLICATION_ID, HEAD, REVISION, VERSION_TABLE

_HOW = "SQLite 文件的路径，或 postgresql://用户@主机/库"
#: Any number will do; it keeps two programs from making the tables of one PostgreSQL database at the same time.
_MAKING = 0x57424C47
#: Beginning of the code of an error of SQLite → what is wrong, what to do.
_SQLITE = {
    "SQLITE_BUSY": ("台账文件正被别的程序占用", "关闭占用它的程序（或等它办完）后重做这一步"),
    "SQLITE_LOCKED": ("台账文件正被别的程序占用", "关闭占用它的程序（或等它办完）后重做这一步"),
    "SQLITE_FULL": ("磁盘已满", "腾出空间后重做这一步"),
    "SQLITE_READONLY_DBMOVED": ("台账文件已被移走或替换", "确认哪一个文件是台账，重新打开后再办"),
    "SQLITE_READONLY": ("台账文件是只读的", "改文件或文件夹的权限，或把文件放到可以写的地方"),
    "SQLITE_NOTADB": ("这个文件不是台账", "核对路径；程序不会改动它"),
    "SQLITE_CORRUPT": ("台账文件已损坏", "用最近的备份恢复（workbench ledger restore）"),
    "SQLITE_CANTOPEN": ("台账文件打不开", "核对路径和权限"),
    "SQLITE_IOERR": ("磁盘读写出错", "检查磁盘（是否已满、是否掉线）后重做这一步"),
    "SQLITE_CONSTRAINT": ("数据库拒绝改动已登记的事件", "台账只增不改；更正请另登记一条"),
}
#: The same by SQLSTATE of PostgreSQL.
_POSTGRESQL = {
    "53100": ("数据库服务器磁盘已满", "请管理员腾出空间后重做这一步"),
    "55P03": ("台账正被别的程序占用", "等它办完后重做这一步"),
    "25006": ("数据库只许读", "核对连接的是不是主库、账号有没有写的权限"),
    "42501": ("账号没有权限", "请管理员给这个账号建表和读写的权限"),
}
_AWAY = ("数据库连不上或连接中断", "核对地址、库名、账号、密码和网络，请管理员看服务器是否在运行；恢复后重做这一步")


class Database:
    """An opened ledger database: ``place`` is what messages call it (no password), ``wait`` seconds for a lock."""

    def __init__(self, where: str | Path, wait: float):
        url = _url(where)
        self.sqlite = url.get_backend_name() == "sqlite"
        self.place = str(url.database) if self.sqlite else url.render_as_string(hide_password=True)
        self.wait = wait
        with self.told():
            try:
                engine = _sqlite_engine(url, wait) if self.sqlite else sa.create_engine(url, pool_pre_ping=True)
            except ImportError as error:
                raise LedgerError(
                    "缺少数据库驱动", place=self.place, next_step="pip install 'dangjian-workbench[postgresql]'"
                ) from error
        self._engine = engine
        # All rows of one reading are of one moment.
        self._reader = engine if self.sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        self._writer = engine.execution_options(
            wb_writes=True, **({} if self.sqlite else {"isolation_level": "READ COMMITTED"})
        )
        try:
            self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that reads; errors of the database become :class:`LedgerError`."""
        with self.told(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes, one writer after another; :class:`LedgerError` when it failed.

        A server that goes away while it commits may or may not have committed: the message says so.
        """
        committing = False
        try:
            with self.told(), self._writer.connect() as connection, connection.begin() as transaction:
                if not self.sqlite:
                    self._prepare(connection)
                yield connection
                committing = True
                transaction.commit()
        except LedgerError as error:
            cause = error.__cause__
            if not (committing and not self.sqlite and isinstance(cause, DBAPIError) and _is_away(cause)):
                raise
            raise LedgerError(
                "连接在写入时中断，不能确定这一步是否已登记", place=self.place, found=error.found,
                next_step="恢复连接后先看经过，没有登记再重做",
            ) from cause

    def _prepare(self, connection: sa.Connection) -> None:
        """Wait no longer than ``wait``; an answered commit is on the disk even where the server's default differs."""
        connection.execute(
            sa.text(
                "SELECT set_config('lock_timeout', :wait, true), set_config('synchronous_commit', "
                "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' "
                "ELSE current_setting('synchronous_commit') END, true)"
            ),
            {"wait": str(max(1, round(self.wait * 1000)))},
        )

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors of the database as :class:`LedgerError` with place and next step."""
        try:
            yield
        except SQLAlchemyError as error:
            if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.ProgrammingError):
                raise
            message, next_step = _meaning(error)
            raise LedgerError(
                message, place=self.place, found=_first_line(error), next_step=next_step
            ) from error

    # --- opening -----------------------------------------------------------------------------------------------------

    def _bring_up_to_date(self) -> None:
        with self.reading() as connection:
            if self._revision(connection) == REVISION:
                return
        with self.writing() as connection:
            if not self.sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MAKING)))
            revision = self._revision(connection)  # again: another program may have been faster
            if revision != REVISION:
                self._migrate(connection, new=revision is None)

    def _revision(self, connection: sa.Connection) -> str | None:
        """The migration the database stands at, None when it is empty; :class:`LedgerError` when it is no ledger."""
        tables = set(sa.inspect(connection).get_table_names())
        if not tables:
            return None
        mark = connection.exec_driver_sql("PRAGMA application_id").scalar() if self.sqlite else APPLICATION_ID
        if mark == APPLICATION_ID and VERSION_TABLE in tables:
            return connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
        raise LedgerError(
            "这个数据库不是台账", place=self.place, found="其中的表：" + "、".join(sorted(tables)[:5]),
            expected="台账，或空的数据库", next_step="核对路径或地址；台账要用单独的文件或库，程序不会改动它",
        )

    def _migrate(self, connection: sa.Connection, new: bool) -> None:
        from workbench.ledger.migrations import upgrade  # Alembic takes a third of a second to import

        try:
            upgrade(connection)
        except LookupError as error:
            raise LedgerError(
                "台账由更新版本的程序写成", place=self.place, found=f"结构版本 {error.args[0]}",
                expected=f"不高于 {REVISION}", next_step="升级程序后再打开",
            ) from error
        if new:
            if self.sqlite:
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(sa.insert(HEAD), {"id": 1, "seq": 0, "digest": GENESIS})


def _url(where: str | Path) -> sa.URL:
    if isinstance(where, Path) or "://" not in where:
        path = Path(where)
        if not path.parent.is_dir() or path.is_dir():
            raise LedgerError(
                "台账文件所在的文件夹不存在" if not path.is_dir() else "这是文件夹，不是台账文件", place=str(path),
                expected=_HOW, next_step="核对路径",
            )
        return sa.URL.create("sqlite", database=str(path))
    try:
        url = sa.make_url(where)
        backend = url.get_backend_name()
    except SQLAlchemyError as error:
        raise LedgerError("台账地址写法不对", expected=_HOW) from error
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database and url.database != ":memory:" and not url.query:
        return _url(Path(url.database))
    if backend != "postgresql":
        raise LedgerError("台账不能放在这里", found=url.render_as_string(hide_password=True), expected=_HOW)
    return url


def _sqlite_engine(url: sa.URL, wait: float) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": wait})

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where _begin says, not at the first write
        # EXTRA is FULL and syncs the folder too: a commit that was answered survives a power cut.
        connection.execute("PRAGMA synchronous = EXTRA")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("wb_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _is_away(error: DBAPIError) -> bool:
    """Whether the connection broke (and not the server refused)."""
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state is None or state.startswith(("08", "57P"))


def _meaning(error: DBAPIError) -> tuple[str, str]:
    if isinstance(error.orig, sqlite3.Error):
        known, code = _SQLITE, getattr(error.orig, "sqlite_errorname", "") or ""
    else:
        known, code = _POSTGRESQL, getattr(error.orig, "sqlstate", None) or ""
        if _is_away(error):
            return _AWAY
    # The longest name first: SQLITE_READONLY_DBMOVED is not merely read-only.
    for beginning in sorted(known, key=len, reverse=True):
        if code.startswith(beginning):
            return known[beginning]
    return ("数据库报错，这一步没有办成", "按所报的原因处理后重做这一步")


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
