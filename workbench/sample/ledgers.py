"""The city as a folder of ledgers: one folder a unit, workbooks and CSV files in each unit's own manner."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from workbench.records.tables import TABLES, ColumnType
from workbench.sample.city import City
from workbench.sample.dirt import soil
from workbench.sample.dressing import STYLES, Style, identity_number, person_name
from workbench.sample.planted import Dirt
from workbench.sample.sheets import NAME, SheetPlan, write_book, write_csv
from workbench.vocabulary import ActivityKind as K

_MEETINGS = (K.MEMBER_MEETING, K.COMMITTEE_MEETING, K.GROUP_MEETING, K.LECTURE, K.GROUP_STUDY)
_LIFE = (K.ORGANIZATIONAL_LIFE, K.MEMBER_APPRAISAL, K.THEME_DAY)
_PERSONAL = (
    K.SELF_REVIEW, K.COLLECTIVE_EDUCATION, K.VOLUNTEERING, K.FAMILY_TRADITION, K.INTEGRITY_FILE, K.STUDY_NOTES,
    K.RESEARCH_REPORT,
)
_PAPERS = (
    K.WORK_PLAN, K.STUDY_PLAN, K.PROJECT_LIST, K.DUTY_LIST, K.PROGRESS_NOTICE, K.COMPLETION_NOTICE, K.OPENNESS_NOTICE,
    K.HALF_YEAR_REPORT, K.YEAR_SUMMARY, K.WRITTEN_REPORT, K.DEBRIEFING, K.APPRAISAL_ACCEPTED, K.LIST_ITEM,
    K.PUBLICATION,
)
_FIGURES = ("hours", "days", "quantity")
#: What the sheets of organisations say of a meeting and those of people do not.
_HELD = ("chair_id", "minutes", "noticed_on", "approved_on")
#: Folder of a unit that is no county, by its sector.
_FOLDERS = {"机关": "市直机关", "学校": "教育系统", "两新": "两新组织", "国企": "国有企业"}


def write_ledgers(city: City, out: Path, *, dirt: bool) -> list[Dirt]:
    """Write all ledgers of the city to ``out``; returns the faults of form in them (none unless ``dirt``)."""
    _materialize(city)
    units = [u for (u,) in city.con.execute("SELECT DISTINCT unit FROM place ORDER BY unit").fetchall()]
    found = _write(out, _common_books(city), {}, city)
    for index, unit in enumerate(units):
        books = _unit_books(city, unit, STYLES[index % len(STYLES)])
        if dirt:
            soil(books, random.Random(f"{city.seed}:{unit}"))
        notes = {f"{unit}/党费.xlsx": _notes(unit)} if dirt and index % 3 == 0 else {}
        found += _write(out, books, notes, city)
    return found


def _write(out: Path, books: dict[str, list[SheetPlan]], notes: dict, city: City) -> list[Dirt]:
    dirt: list[Dirt] = []
    for file, plans in books.items():
        if file.endswith(".csv"):
            dirt += write_csv(out / file, plans[0], city.seed)
        else:
            dirt += write_book(out / file, file, plans, notes.get(file, ()), city.seed)
    return dirt


def _notes(unit: str) -> list[list[str]]:
    return [[f"{unit}党费收缴情况说明"], ["一、总体情况", "样例"], ["二、存在不足", "样例"], ["三、下步打算", "样例"]]


def _materialize(city: City) -> None:
    """Each view as a table, the place (unit) of each organisation, and labels of organisations and people."""
    con = city.con
    for name in TABLES:
        con.execute(f"CREATE TABLE ledger_{name} AS SELECT * FROM {name}")
    con.execute("""CREATE TABLE identity AS SELECT person(pno) AS person_id, row_number() OVER (ORDER BY pno) - 1 AS idx
        FROM (SELECT DISTINCT pno FROM member)""")
    tops = {}
    for no, parent, kind, sector, short in con.execute(
            "SELECT no, parent, type, sector, short_name FROM org ORDER BY no").fetchall():
        if parent is None or parent == 0 and (kind == "组织部" or no == 0):
            tops[no] = "市委"
        elif parent == 0:
            tops[no] = _FOLDERS.get(sector) or short.removesuffix("委")
        else:
            tops[no] = tops[parent]
    con.execute("CREATE TABLE place (no INTEGER, unit VARCHAR)")
    con.executemany("INSERT INTO place VALUES (?, ?)", list(tops.items()))


def _rows(city: City, table: str, where: str, order: str, style: Style) -> list[dict]:
    """Rows of a table with labels: org_label, name_label, those of people; ``clean``: no fault here or right above."""
    people = [c.name for c in TABLES[table].columns if c.type is ColumnType.PERSON]
    joins = " ".join(f"LEFT JOIN identity {name}_i ON {name}_i.person_id = t.{name}" for name in people)
    found = "".join(f", {name}_i.idx AS {name}_idx" for name in people)
    cursor = city.con.execute(f"""
        SELECT t.*, o.{style.orgs} AS org_label, o.adopted,
               o.plantable AND bit_count(o.faults) = 0 AND coalesce(bit_count(up.faults) = 0, TRUE) AS clean,
               {"person_id_i.idx" if "person_id" in people else "NULL"} AS idx{found}
        FROM ledger_{table} t JOIN org o USING (org_id) JOIN place p USING (no)
        LEFT JOIN org up ON up.no = o.parent {joins}
        WHERE {where} ORDER BY {order}""")
    names = [d[0] for d in cursor.description]
    rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    for row in rows:
        row["labels"] = {n: None if row[f"{n}_idx"] is None else identity_number(row[f"{n}_idx"]) for n in people}
        row["name_label"] = None if row["idx"] is None else person_name(row["idx"])
    return rows


def _columns(table: str, *without: str) -> tuple[str, ...]:
    """Columns of a table as a ledger shows them: the organisation first, the name beside the ID number."""
    names = [c.name for c in TABLES[table].columns if c.name not in without]
    if "org_id" in names and table != "organizations":
        names = ["org_id", *(n for n in names if n != "org_id")]
    if "person_id" in names and table in ("people", "posts", "dues"):
        names.insert(names.index("person_id"), NAME)
    return tuple(names)


def _common_books(city: City) -> dict[str, list[SheetPlan]]:
    """Ledgers of the city's organisation department: the register, ratings, measures, answers on site, papers."""
    style = Style(("cell", "text"), "name", 0, "")
    measures = Style(("text",), "name", 1, "", encoding="utf-8-sig")
    register = city.con.execute("SELECT * FROM ledger_organizations ORDER BY org_id")
    names = [d[0] for d in register.description]
    orgs = [dict(zip(names, values, strict=True)) for values in register.fetchall()]

    def plan(file: str, name: str, table: str, rows: list[dict], how: Style = style) -> dict[str, list[SheetPlan]]:
        return {file: [SheetPlan(file, name, table, _columns(table), rows, how, f"样例市{name}")]}

    books = plan("组织名册.xlsx", "党组织名册", "organizations", orgs)
    books |= plan("述职评议结果.xlsx", "述职评议结果", "ratings", _rows(city, "ratings", "TRUE", "org_id, period", style))
    books |= plan("统计指标.csv", "统计指标", "measures",
                  _rows(city, "measures", "TRUE", "org_id, measure, as_of", measures), measures)
    books |= plan("现场核查.xlsx", "现场核查", "checklist",
                  _rows(city, "checklist", "TRUE", "org_id, requirement, checked_on", style))
    cursor = city.con.execute("SELECT * FROM ledger_indicators ORDER BY item")
    names = [d[0] for d in cursor.description]
    indicators = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    books |= plan("标准指标.xlsx", "标准指标", "indicators", indicators)
    books |= plan("补开许可.xlsx", "补开许可", "permissions", _rows(city, "permissions", "TRUE", "org_id, held_on", style))
    return books | plan("豁免登记.xlsx", "豁免登记", "exemptions", _rows(city, "exemptions", "TRUE", "org_id", style))


def _unit_books(city: City, unit: str, style: Style) -> dict[str, list[SheetPlan]]:
    books: dict[str, list[SheetPlan]] = {}
    for plan in _unit_sheets(city, unit, style):
        if plan.rows:
            books.setdefault(plan.file, []).append(plan)
    return books


def _unit_sheets(city: City, unit: str, style: Style) -> Iterator[SheetPlan]:
    here = f"unit = '{unit}'"

    def sheet(book: str, name: str, table: str, rows: list[dict], without: tuple[str, ...] = (), **kw) -> SheetPlan:
        suffix = ".csv" if style.encoding and name in ("三会一课", "文件与清单") else ".xlsx"
        stem = name if suffix == ".csv" else book
        columns = kw.pop("columns", None) or _columns(table, *without)
        return SheetPlan(f"{unit}/{stem}{suffix}", name, table, columns, rows, style, f"{unit}{name}", **kw)

    people = _rows(city, "people", here, "org_id, t.person_id, since", style)
    yield sheet("党员与班子", "党员名册", "people", people)
    yield sheet("党员与班子", "班子成员", "posts", _rows(city, "posts", here, "org_id, role, started_on, idx", style))
    yield from _activities(city, here, style, sheet)
    steps = _rows(city, "case_steps", here, "process, case_id, done_on, step, idx", style)
    admission = [r for r in steps if r["process"] == "发展党员"]
    yield sheet("流程台账", "发展党员台账", "case_steps", admission, ("tags",))
    yield sheet("流程台账", "办理台账", "case_steps", [r for r in steps if r["process"] != "发展党员"])
    yield from _dues(city, here, style, sheet)


def _activities(city: City, here: str, style: Style, sheet) -> Iterator[SheetPlan]:
    rows = _rows(city, "activities", here, "org_id, held_on, activity_id", style)
    hidden = () if style.numbered else ("activity_id",)
    branch = {o for (o,) in city.con.execute("SELECT org_id FROM org WHERE type = '党支部'").fetchall()}

    def some(kinds: tuple[K, ...], only_branches: bool) -> list[dict]:
        return [r for r in rows if r["kind"] in kinds and (not only_branches or r["org_id"] in branch)]

    meetings = some(_MEETINGS, True)
    columns = _columns("activities", "year_of", "days", "quantity", "approved_on", *hidden)
    # A unit that names its lecturers without their number: the name is looked up in the branch.
    by_name = {"columns": tuple(NAME if c == "person_id" else c for c in columns), "shown": {NAME: "主讲人"}}
    yield sheet("三会一课台账", "三会一课", "activities", meetings, merge=style.drift == 0,
                **(by_name if style.empty == "——" else {"columns": columns}))
    life = some(_LIFE, True)
    yield sheet("三会一课台账", "组织生活", "activities", life, ("person_id", *_FIGURES, "noticed_on", "approved_on", *hidden))
    # The sheet's name says what its rows are; it has no column of kinds.
    talks = some((K.TALK,), True)
    yield sheet("三会一课台账", "谈心谈话", "activities", talks, ("person_id", "kind", *_FIGURES, *_HELD, "year_of", *hidden))
    signed = _rows(city, "participations", here, "org_id, held_on, kind, idx", style)
    yield sheet("三会一课台账", "签到表", "participations", signed)
    papers = some(_PAPERS, False)
    yield sheet("文件台账", "文件与清单", "activities", papers,
                ("person_id", *_FIGURES, "chair_id", "minutes", "noticed_on", *hidden))
    training = some((K.TRAINING,), False)
    yield sheet("轮训", "培训台账", "activities", training, ("tags", "days", "quantity", "year_of", *_HELD, *hidden))
    own = some(_PERSONAL, False)
    yield sheet("个人台账", "活动台账", "activities", own, ("tags", "days", "quantity", "year_of", *_HELD, *hidden))
    taken = {id(r) for r in (*meetings, *life, *talks, *papers, *training, *own)}
    yield sheet("会议与调研", "会议台账", "activities", [r for r in rows if id(r) not in taken],
                ("noticed_on", "approved_on", *hidden))


def _dues(city: City, here: str, style: Style, sheet) -> Iterator[SheetPlan]:
    rows = _rows(city, "dues", here, "org_id, idx, month", style)
    if style.dues == "long":
        yield sheet("党费", "党费收缴台账", "dues", rows)
        return
    years = sorted({r["month"].year for r in rows})
    expected = {y: {r["month"] for r in rows if r["month"].year == y} for y in years}
    apart: list[dict] = []
    for year in years:
        wide: dict[tuple, list[dict]] = {}
        for row in rows:
            if row["month"].year == year:
                wide.setdefault((row["org_id"], row["idx"]), []).append(row)
        lines = []
        for months in wide.values():
            # A wide row has no day of payment, no reason and one amount: what needs them stands in a long sheet.
            if {m["month"] for m in months} != expected[year] or any(_telling(m) for m in months):
                apart += months
            else:
                lines.append({**months[0], "payer": max(m["payer"] or "" for m in months) or None,
                              "months": {m["month"].month: m["paid"] for m in months}})
        wanted = tuple(range(1, 13)) if year == city.year else tuple(sorted(m.month for m in expected[year]))
        yield sheet("党费", f"{year}年党费收缴台账", "dues", lines, months=wanted,
                    columns=("org_id", NAME, "person_id", "due", "payer"))
    yield sheet("党费", "党费收缴明细", "dues", apart)


def _telling(row: dict) -> bool:
    """Whether more matters than the amount: paid after the month, by somebody else, not in full or not at all."""
    paid_on, month = row["paid_on"], row["month"]
    late = paid_on is not None and (paid_on.year, paid_on.month) != (month.year, month.month)
    return late or row["reason"] is not None or row["payer"] not in (None, "本人")
