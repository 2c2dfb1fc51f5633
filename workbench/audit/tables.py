"""Temporary tables of one connection, filled one after another while the next ones are still being put into words.

Ibis needs about as long to compile the expressions of an audit as DuckDB to run them, and DuckDB lets go of the
interpreter while it runs. So statements go to a thread of their own, in order; whoever needs their outcome waits.

Every row of an audit names a requirement and a subject, by ids of up to thirty characters. Columns of these names, and
of others whose texts are few and known beforehand, are ENUMs in the database (*coded*): one or two bytes a row, joined,
grouped, sorted and written as a number, and text again for whoever reads them. To Ibis they are text throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

#: SQL and the values of its parameters.
Statement = tuple[str, list]
_numbers = count()
#: Columns that files hold as text: of coded ones each part of a file tells the smallest and largest of all, and whoever
#: asks for one subject goes by them to skip the parts that hold others.
_TELLING = {"subject": "TEXT"}


@ibis.udf.scalar.builtin
def enum_code(text: str) -> int:
    """DuckDB's number of a coded text."""


class Tables:
    """What an audit stores and reads on ``con``. Nothing else may use the connection before :meth:`settle`."""

    def __init__(self, con: ibis.BaseBackend, coded: Mapping[str, Iterable[str]] | None = None):
        """``coded``: name of a column → all the texts that can stand in it, in their order."""
        self.con = con
        # looking for parts that two queries share costs planning a tenth of an audit, and what it finds is not worth it
        con.raw_sql("SET disabled_optimizers = 'common_subplan'")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tables")
        self._waiting: list[Future] = []
        self._there: dict[str, ir.Table] = {}
        self._small: set[str] = set()
        #: By coded column its texts; the place of each is the number that :func:`enum_code` gives it.
        self.texts = {column: list(texts) or [""] for column, texts in (coded or {}).items()}
        self._types: dict[str, str] = {}
        for column, texts in self.texts.items():
            self._types[column] = f"_{column}_{next(_numbers)}"
            con.raw_sql(f'CREATE TEMP TYPE "{self._types[column]}" AS {_enum(texts)}')

    def store(self, name: str, expr: ir.Table) -> ir.Table:
        """Compute ``expr`` once and keep it as a temporary table with the types Ibis says it has.

        ``Backend.create_table`` does the same in three statements and a second compilation.
        """
        return self._create("TABLE", name, expr)

    def view(self, name: str, expr: ir.Table) -> ir.Table:
        """Name ``expr`` in the database: whatever builds on it is put into words without it. It holds no memtable."""
        return self._create("VIEW", name, expr)

    def given(self, name: str, rows: ir.Table) -> ir.Table:
        """A small table kept; its texts are few, and coded like those that were given at the start."""
        fresh, given = f"_{name}_{next(_numbers)}", rows.op()
        schema = given.schema
        coded = {
            column: _enum(sorted(set(given.data.obj.columns[column]) - {None}) or [""])
            for column, kind in schema.items() if kind.is_string()
        }
        self._then(self._take(given, fresh, coded))
        return ops.DatabaseTable(fresh, schema=schema, source=self.con).to_expr()

    def append(self, table: ir.Table, expr: ir.Table) -> None:
        """Add the rows of ``expr``, which has the same columns, to a stored table."""
        self._run(expr, f'INSERT INTO "{table.get_name()}" BY NAME {self._typed(expr, self._types)}')

    def write(self, path: Path, expr: ir.Table) -> None:
        """Put the outcome into a Parquet file, in the types Ibis says it has (months added leave a time of day).

        Coded texts are read as text from there.
        """
        name = str(path).replace("'", "''")
        self._run(expr, f"COPY ({self._typed(expr, _TELLING)}) TO '{name}' (FORMAT parquet)")

    def drop(self, tables: Iterable[ir.Table]) -> None:
        """Forget stored tables that nothing asked for later reads."""
        for table in tables:
            self._then((f'DROP TABLE "{table.get_name()}"', []))

    def table(self, name: str) -> ir.Table:
        """A table that is there already; the database is asked for its columns once."""
        if name not in self._there:
            self.settle()
            self._there[name] = self.con.table(name)
        return self._there[name]

    def read(self, expr: ir.Table | ir.Scalar) -> pa.Table | pa.Scalar:
        """The outcome of an expression."""
        found = self.ask(expr)
        self.settle()
        return found.result()

    def ask(self, expr: ir.Table | ir.Scalar) -> Future[pa.Table | pa.Scalar]:
        """The outcome of an expression, once what stands before it is done."""
        carried = self._carried(expr)
        with _unfused():
            query = self.con.compile(expr.as_table())

        def run() -> pa.Table | pa.Scalar:
            # not Backend.to_pyarrow: it imports pandas
            return expr.__pyarrow_result__(self.con.con.sql(query).to_arrow_table())

        self._then(*carried)
        asked = self._thread.submit(run)
        self._waiting.append(asked)
        return asked

    def rows(self, expr: ir.Table) -> list[dict]:
        """The rows of an expression."""
        return self.read(expr).to_pylist()

    def settle(self) -> None:
        """Wait until every statement is done; raises what the first faulty one raised."""
        waiting, self._waiting = self._waiting, []
        for statement in waiting:
            statement.result()

    def close(self) -> None:
        """Let no statement run on, whatever it says; the connection can be closed afterwards."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _create(self, kind: str, name: str, expr: ir.Table) -> ir.Table:
        fresh = f"_{name}_{next(_numbers)}"
        # a view shows ledgers too, where a text may stand that is none of the coded ones
        coded = {} if kind == "VIEW" else self._types
        self._run(expr, f'CREATE TEMP {kind} "{fresh}" AS {self._typed(expr, coded)}')
        return ops.DatabaseTable(fresh, schema=expr.schema(), source=self.con).to_expr()

    def _typed(self, expr: ir.Table, coded: Mapping[str, str]) -> str:
        """SELECT of ``expr`` in the types of ``coded``, else those Ibis says it has; texts coded already stay so."""
        with _unfused():
            query = self.con.compile(expr)
        types = self.con.compiler.type_mapper
        columns = (
            f'"{c}"' if kind.is_string() and c not in coded
            else f'CAST("{c}" AS {coded.get(c) or types.to_string(kind)}) AS "{c}"'
            for c, kind in expr.schema().items()
        )
        return f"SELECT {', '.join(columns)} FROM ({query})"

    def _run(self, expr: ir.Table, statement: str) -> None:
        self._then(*self._carried(expr), (statement, []))

    def _then(self, *statements: Statement) -> None:
        """Have statements run in turn. They are whole: whatever takes the interpreter has been done before."""
        def run() -> None:
            for statement, values in statements:
                self.con.con.execute(statement, values)

        if statements:
            self._waiting.append(self._thread.submit(run))

    def _carried(self, expr: ir.Expr) -> list[Statement]:
        """What puts small tables given in Python that ``expr`` carries into the database, where it lacks them.

        As tables, so that it knows their size when it plans a join.
        """
        fresh = [op for op in expr.op().find(ops.InMemoryTable) if op.name not in self._small]
        self._small.update(op.name for op in fresh)
        return [self._take(op, op.name, {}) for op in fresh]

    def _take(self, given: ops.InMemoryTable, name: str, coded: Mapping[str, str]) -> Statement:
        """Puts a small table into the database; as lists, because that imports pandas to look at anything of Arrow."""
        mapper, coded = self.con.compiler.type_mapper, coded | self._types
        columns = (
            f'CAST(unnest(CAST(? AS {mapper.to_string(kind)}[])) AS {coded.get(c) or mapper.to_string(kind)}) AS "{c}"'
            for c, kind in given.schema.items()
        )
        statement = f'CREATE TEMP TABLE "{name}" AS SELECT {", ".join(columns)}'
        return statement, list(given.data.obj.columns.values())


def _enum(texts: Iterable[str]) -> str:
    return "ENUM (" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + ")"


@contextmanager
def _unfused() -> Iterator[None]:
    """Fusing selects costs Ibis more than DuckDB's optimizer gains from it."""
    fused, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
    try:
        yield
    finally:
        ibis.options.sql.fuse_selects = fused
