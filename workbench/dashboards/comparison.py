"""Two runs side by side (对比), and the course over all runs of a folder; no browser, no widget.

What is new or resolved is told by :func:`workbench.audit.compare.changes`; here it is counted by unit and by
requirement, and each line says what the other run knew, so that "new" is not taken for "has just happened".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from workbench.audit.run import FILES
from workbench.dashboards.scope import ScopedRun, relation
from workbench.dashboards.state import BATCH, JUDGED, NO_UNIT, WAITING, RunState
from workbench.errors import RunError, UsageError
from workbench.vocabulary import Verdict

if TYPE_CHECKING:
    from workbench.ledger.runs import RunTaken

#: What became of a finding, as the field of a :class:`~workbench.audit.compare.Comparison` → in words.
CHANGES = {"new": "新增", "recurred": "复发", "unchanged": "仍存在", "resolved": "已解决", "not_comparable": "无法比较"}
#: Changes whose findings stand in the later run, and in the one before.
STANDING, STOOD = ("new", "recurred", "unchanged"), ("unchanged", "resolved", "not_comparable")
#: What a run says of a check that nobody had made on site yet, and of what it knows nothing of.
UNSEEN, UNKNOWN = "待现场核查", "没有这一项"
PAGE_SIZE = 50
#: Characters of a fault that the list of runs has room for.
SHORT = 40
#: Runs drawn in a trend, the latest ones.
TREND = 12


@dataclass(frozen=True)
class Choice:
    """A run that could stand beside the served one; ``problem``: why it cannot, empty: it can; ``rules``: requirement →
    what makes its figures differ from those of another run."""

    name: str
    path: Path
    as_of: str = ""
    city: str = ""
    problem: str = ""
    served: bool = False
    taken_in: bool = False
    rules: dict[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class ListFilter:
    """Which findings are listed; empty text means no restriction."""

    change: str = ""
    unit: str = ""
    requirement: str = ""
    text: str = ""
    page: int = 0

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> ListFilter:
        """The filter a page sent; what it does not know of is left out."""
        known = {f.name: str(message.get(f.name) or "") for f in fields(cls) if f.name != "page"}
        change = known["change"] if known["change"] in CHANGES else ""
        page = str(message.get("page") or "0")
        return cls(**known | {"change": change}, page=int(page) if page.isdecimal() else 0)


@dataclass(frozen=True)
class Line:
    """One finding: what became of it, whose, of which requirement, what either run says of it."""

    change: str
    subject: str
    name: str
    unit: str
    unit_name: str
    entry: dict[str, Any]
    period: str
    before: str
    after: str
    detail: str


def choices(state: RunState, taken_in: Iterable[RunTaken] = (), beside: Path | None = None) -> list[Choice]:
    """The runs beside the served one, newest first; then those the ledger took in whose folder is not there.

    ``beside``: another folder to look in (that of the ledger). A folder that holds a part of a run, or of another
    format, is named with its problem.
    """
    taken = {run.id: run for run in taken_in}
    folders = {path.name: path for place in (beside, state.path.parent) if place for path in _folders(place)}
    found, there = [], set()
    for name, path in folders.items():
        choice = _choice(name, path, state)
        if taken and not choice.problem:
            from workbench.ledger.runs import run_id

            ident = run_id(path)
            there.add(ident)
            choice = replace(choice, taken_in=ident in taken)
        found.append(choice)
    found.sort(key=lambda c: (c.as_of, c.name), reverse=True)
    return found + [
        Choice(run.folder, Path(run.folder), run.as_of.isoformat(), "", "台账导入过，这里找不到它的文件夹", taken_in=True)
        for ident, run in taken.items() if ident not in there
    ]


def _folders(place: Path) -> Iterator[Path]:
    try:
        inside = sorted(place.iterdir())
    except OSError:
        return
    for path in inside:
        if path.is_dir() and any((path / name).is_file() for name in FILES):
            yield path.resolve()


def _choice(name: str, path: Path, state: RunState) -> Choice:
    try:
        # Of a run that does not know the viewer's organisation nothing is told but that it is there.
        run = ScopedRun(path, state.viewer.scope)
        return Choice(name, path, run.receipt["as_of"], run.receipt.get("city") or "", served=path == state.path,
                      rules=_rules(run.requirements))
    except (RunError, KeyError, OSError, duckdb.Error) as e:
        # The message of the error names the whole path; the page needs what is wrong and no more.
        found = e.found if isinstance(e, RunError) else ""
        found = found if len(found) <= SHORT else f"{found[:SHORT]}…"
        words = f"{e.message}（{found}）" if found else "不是完整的督查结果"
        return Choice(name, path, problem=words)


class Comparing:
    """The served run beside ``other``, the earlier as-of date first, within the scope of the viewer.

    ``earlier``: runs older than both, oldest first; they tell what has recurred.
    Raises :class:`RunError` when one of them cannot be read.
    """

    def __init__(self, state: RunState, other: Path, earlier: Iterable[Path] = ()):
        self.other = RunState(other, state.viewer)
        pair = sorted((self.other, state), key=lambda s: s.receipt["as_of"])
        self.before, self.after = pair
        self.served = state
        self.earlier = [RunState(path, state.viewer) for path in earlier]
        self.stamps = [s.stamp for s in self._all()]

    def _all(self) -> list[RunState]:
        return [*self.earlier, self.before, self.after]

    @property
    def current(self) -> bool:
        """Whether no other run was written in the place of one of these."""
        try:
            return [s.current_stamp() for s in self._all()] == self.stamps
        except OSError:
            return False

    @cached_property
    def con(self) -> duckdb.DuckDBPyConnection:
        """Holds the table ``lines``: a row for each finding of both runs, by unit, organisation and requirement. They
        may be tens of thousands: as objects they would take a visitor's memory several times over."""
        from workbench.audit.compare import changes

        con = duckdb.connect()
        con.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false; SET threads = 2")
        con.execute(f"CREATE TABLE changes AS {changes(*(s.run for s in self._all()))}")
        entries = list({r["id"]: r for s in (self.before, self.after) for r in s.requirements}.values())
        con.execute(
            "CREATE TABLE entries AS SELECT unnest(?::VARCHAR[]) AS requirement, unnest(?::VARCHAR[]) AS document,"
            " unnest(?::INTEGER[]) AS ord, unnest(?::VARCHAR[]) AS words",
            [*([r[name] for r in entries] for name in ("id", "document", "order")), [_words(r) for r in entries]],
        )
        organizations, findings, verdicts = (
            [s.run.relation(name) for s in (self.before, self.after)]
            for name in ("organizations", "findings", "results")
        )
        named = "SELECT org_id, name, unit_id, unit_name FROM"
        later = f"SELECT org_id FROM {organizations[1]}"
        known = f"{named} {organizations[1]} UNION ALL {named} {organizations[0]} WHERE org_id NOT IN ({later})"
        columns = "subject, requirement, document, period, detail"
        # Results are many, findings few: of the former only those that a finding is about are ever held.
        said = ", ".join(
            f"said_{when} AS MATERIALIZED (SELECT subject, requirement,"
            f" CASE WHEN {WAITING} THEN '{UNSEEN}' ELSE verdict END AS {when}"
            f" FROM {results} SEMI JOIN found USING (subject, requirement))"
            for when, results in zip(("before", "after"), verdicts, strict=True)
        )
        con.execute(f"""CREATE TABLE lines AS WITH found AS MATERIALIZED (
                SELECT change, {columns} FROM {findings[1]} JOIN changes USING (key) WHERE change IN {STANDING}
                UNION ALL SELECT change, {columns} FROM {findings[0]} JOIN changes USING (key)
                WHERE change NOT IN {STANDING}), {said}
            SELECT change, f.subject, coalesce(o.name, f.subject) AS name, coalesce(o.unit_id, '{NO_UNIT}') AS unit,
                coalesce(o.unit_name, '未归属单位') AS unit_name, f.requirement, f.document, period, detail,
                coalesce(before, '{UNKNOWN}') AS before, coalesce(after, '{UNKNOWN}') AS after
            FROM found f LEFT JOIN ({known}) o ON o.org_id = f.subject LEFT JOIN entries e USING (requirement)
            LEFT JOIN said_before USING (subject, requirement) LEFT JOIN said_after USING (subject, requirement)
            ORDER BY unit, f.subject, coalesce(e.document, f.document), coalesce(e.ord, 0), period""")
        con.execute("DROP TABLE changes")
        return con

    def counts(self) -> dict[str, int]:
        """Change → findings, in the order of :data:`CHANGES`."""
        found = dict(self.con.execute("SELECT change, count(*) FROM lines GROUP BY 1").fetchall())
        return {change: found.get(change, 0) for change in CHANGES}

    def doubts(self) -> dict[str, int]:
        """What the words new and resolved leave out: ``unjudged`` new ones that the run before had no verdict on,
        ``idle`` resolved ones that no longer apply."""
        unjudged, idle = self.con.execute(
            "SELECT count(*) FILTER (change = 'new' AND NOT list_contains(?, before)),"
            " count(*) FILTER (change = 'resolved' AND after = ?) FROM lines", [[*JUDGED], Verdict.NOT_APPLICABLE],
        ).fetchone()
        return {"unjudged": unjudged, "idle": idle}

    def by_unit(self) -> list[dict[str, Any]]:
        """One dict per unit that has results: ``id``, ``name``, ``counts`` by change, ``before`` and ``after`` as
        (findings, judged)."""
        units = {**dict(self.before.units()), **dict(self.after.units())}
        listed = dict(self.con.execute("SELECT unit, any_value(unit_name) FROM lines GROUP BY 1").fetchall())
        return self._table("coalesce(unit_id, '-')", "unit", units | listed)

    def by_requirement(self) -> list[dict[str, Any]]:
        """The same by requirement that somebody fails in one of the runs; ``entry`` beside them."""
        found = self.con.execute("SELECT requirement, any_value(document) FROM lines GROUP BY 1").fetchall()
        entries = {name: self.entry(name, document) for name, document in found}
        rows = self._table("requirement", "requirement", dict.fromkeys(entries, ""))
        rows = [row | {"entry": entries[row["id"]]} for row in rows]
        return sorted(rows, key=lambda r: (r["entry"]["document"], r["entry"]["order"]))

    def entry(self, requirement: str, document: str = "") -> dict[str, Any]:
        """What the later run, or else the one before, says of a requirement."""
        return self.after.by_id.get(requirement) or self.before.by_id.get(requirement) or _blank(requirement, document)

    def _table(self, column: str, own: str, names: dict[str, str]) -> list[dict[str, Any]]:
        counts: dict[str, Counter[str]] = {key: Counter() for key in names}
        for key, change, n in self.con.execute(f"SELECT {own}, change, count(*) FROM lines GROUP BY 1, 2").fetchall():
            counts[key][change] = n
        judged = [_judged(s, column) for s in (self.before, self.after)]
        return [
            {
                "id": key, "name": names[key], "counts": {c: counts[key][c] for c in CHANGES},
                # A recurred finding did not stand in the run before: it is counted in the later one alone.
                "before": (sum(counts[key][c] for c in STOOD), judged[0].get(key, 0)),
                "after": (sum(counts[key][c] for c in STANDING), judged[1].get(key, 0)),
            }
            for key in sorted(names)
        ]

    def changed_rules(self) -> dict[str, list[str]]:
        """Requirements that do not say the same in both runs: ``changed`` (wording, figure or parameters), ``added``,
        ``dropped``; ids in order."""
        old, new = (_rules(s.requirements) for s in (self.before, self.after))
        return {
            "changed": [i for i in new if i in old and old[i] != new[i]],
            "added": [i for i in new if i not in old], "dropped": [i for i in old if i not in new],
        }

    def ids(self) -> tuple[str, str]:
        """What the ledger calls the two runs, earlier first: the beginning of the digest of the receipt."""
        from workbench.ledger.runs import run_id

        return run_id(self.before.path), run_id(self.after.path)

    def known(self) -> set[str]:
        """Organisations the served run has a page for."""
        return {row[0] for row in self.served.con.execute("SELECT org_id FROM organizations").fetchall()}

    def count(self, f: ListFilter) -> int:
        """How many findings the filter has, whatever its page."""
        where, values = _where(f)
        return self.con.execute(f"SELECT count(*) FROM lines WHERE {where}", values).fetchone()[0]

    def part(self, f: ListFilter, first: int, count: int) -> list[Line]:
        """Findings ``first`` (from 0) to ``first + count`` of the filter, whatever its page."""
        where, values = _where(f)
        rows = self.con.execute(
            "SELECT change, subject, name, unit, unit_name, requirement, document, period, before, after, detail"
            f" FROM lines WHERE {where} ORDER BY rowid LIMIT ? OFFSET ?", [*values, count, first],
        ).fetchall()
        return [
            Line(change, subject, name, unit, unit_name, self.entry(requirement, document), *rest)
            for change, subject, name, unit, unit_name, requirement, document, *rest in rows
        ]

    def lines(self, f: ListFilter) -> Iterator[Line]:
        """Every finding of the filter, in order."""
        first = 0
        while lines := self.part(f, first, BATCH):
            yield from lines
            first += BATCH

    def evidence(self, subject: str, requirement: str) -> list[dict[str, Any]]:
        """Of either run, earlier first: ``state``, ``evidence`` as :meth:`RunState.evidence` gives it."""
        return [{"state": s, "evidence": s.evidence(subject, requirement)} for s in (self.before, self.after)]


@dataclass(frozen=True)
class Course:
    """The course over runs, oldest first. ``points``: dicts with ``name``, ``as_of``, ``failing``, ``judged`` (subject
    × requirement) and ``differs``, how many requirements do not say the same as in the served run; ``left_out``: how
    many older ones are not among them; ``apart``: runs that cannot stand beside the others, with why."""

    points: list[dict[str, Any]]
    left_out: int
    apart: list[tuple[str, str]]


def trend(state: RunState, found: Iterable[Choice]) -> Course:
    """The course over the served run and those found beside it, within the scope of the viewer; at most
    :data:`TREND` runs."""
    found, city = list(found), state.receipt.get("city") or ""
    same = usable(found, city)
    apart = [(c.name, c.problem or f"地区是{c.city or '空'}") for c in found if c not in same]
    points, rules, marks = [], _rules(state.requirements), ", ".join("?" * len(JUDGED))
    for choice in same[-TREND:]:
        try:
            failing, judged = state.con.execute(
                f"SELECT count(*) FILTER (verdict = ?), count(*) FILTER (verdict IN ({marks}))"
                f" FROM {relation(choice.path, 'results', state.viewer.scope)} WHERE NOT ({WAITING})",
                [Verdict.FAILED, *JUDGED],
            ).fetchone()
        except duckdb.Error:
            apart.append((choice.name, "结果文件无法读取"))
            continue
        differs = sum(rules.get(name) != choice.rules.get(name) for name in rules.keys() | choice.rules.keys())
        points.append({"name": choice.name, "as_of": choice.as_of, "failing": failing, "judged": judged,
                       "differs": differs})
    return Course(points, max(0, len(same) - TREND), apart)


def _rules(requirements: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """Requirement → what makes its figures differ from those of another run."""
    return {r["id"]: (r["fingerprint"], r["parameters"]) for r in requirements}


def folder_of(ledger: str) -> Path | None:
    """The folder of the ledger's file, where runs may lie too; None for a server's."""
    return None if not ledger or "://" in ledger else Path(ledger).resolve().parent


def usable(found: Iterable[Choice], city: str) -> list[Choice]:
    """The runs of the same city that can be read, oldest first."""
    return sorted((c for c in found if not c.problem and c.city == city), key=lambda c: (c.as_of, c.name))


def chosen(found: list[Choice], name: str, state: RunState) -> Choice | None:
    """The run named; without a name the last one before the served run, else the first after it; None: there is none.

    Raises :class:`UsageError` for a name that is not offered or a run that cannot be read.
    """
    if name:
        match = next((c for c in found if c.name == name and not c.served), None)
        if match is None:
            raise UsageError("没有这次督查结果，或它就是正在看的这一次", found=name, next_step="请从“与哪一次对比”中选择")
        if match.problem:
            raise UsageError("这次督查结果不能用来对比", place=name, found=match.problem, next_step="请选另一次")
        return match
    others = [c for c in usable(found, state.receipt.get("city") or "") if not c.served]
    older = [c for c in others if c.as_of <= state.receipt["as_of"]]
    return older[-1] if older else others[0] if others else None


def alone(state: RunState) -> UsageError:
    """That there is no other run of the same city to stand beside the served one."""
    return UsageError("没有可以对比的另一次督查结果", place=str(state.path.parent.name),
                      next_step="把同一地区的另一次督查结果文件夹放在同一位置")


def _where(f: ListFilter) -> tuple[str, list[Any]]:
    """Conditions on ``lines``."""
    terms, values = ["true"], []
    for column in ("change", "unit", "requirement"):
        if value := getattr(f, column):
            terms.append(f"{column} = ?")
            values.append(value)
    for word in f.text.split():
        terms.append(
            "(contains(lower(concat_ws(' ', subject, name, unit_name, requirement, document, detail)), lower(?))"
            " OR requirement IN (SELECT requirement FROM entries WHERE contains(lower(words), lower(?))))"
        )
        values += [word, word]
    return " AND ".join(terms), values


def _judged(state: RunState, column: str) -> dict[str, int]:
    marks = ", ".join("?" * len(JUDGED))
    return dict(state.con.execute(
        f"SELECT {column}, count(*) FILTER (verdict IN ({marks})) FROM results"
        " LEFT JOIN organizations ON org_id = subject GROUP BY 1", [*JUDGED]
    ).fetchall())


def _blank(requirement: str, document: str) -> dict[str, Any]:
    return {"id": requirement, "document": document, "document_title": document, "clause": requirement,
            "description": "", "order": 0}


def _words(entry: Mapping[str, Any]) -> str:
    """What of a requirement a reader may look for."""
    return " ".join(entry[name] for name in ("document_title", "clause", "description"))
