"""What is on screen, as something to write to a file: one function for each view and for what the dialog shows.

The figures are those of the objects that the page is drawn from (state, tree, clauses, board, quality, comparison), so
that page and export cannot differ; lists are whole, not only the rows that were drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.dashboards import charts, place_pages
from workbench.dashboards.clauses import Clauses
from workbench.dashboards.comparison import Course
from workbench.dashboards.heat import ALL, Cell
from workbench.dashboards.sections import DAYS
from workbench.dashboards.state import Filter, RunState, severity_label
from workbench.dashboards.tree import Child, Tree
from workbench.errors import UsageError
from workbench.reports.pictures import received
from workbench.reports.screen import Column, Screen, Share, Table, file_name, write

if TYPE_CHECKING:
    from workbench.dashboards.board import Board
    from workbench.dashboards.review import Review
    from workbench.dashboards.sections import Sections

#: What a cell says whose figures are k of n.
FAILING = ("未达标", "已判定")
TILES = (Column("项目", 20), Column("数", 12, figures=True), Column("说明", 48))
FACTS = (Column("项目", 16), Column("内容", 90))

_LIST = (
    Column("组织代码", 16), Column("组织", 34), Column("所属", 22), Column("文件", 30), Column("条款", 14), Column("要求", 48),
    Column("约束程度", 10), Column("判定", 12), Column("实际", 36), Column("应为", 24), Column("期间", 22),
)
_LIST_KEYS = (
    "subject", "name", "unit_name", "document_title", "clause", "description", "severity", "verdict", "observed_text",
    "required_text", "period_text",
)
_DUE = (
    Column("期限", 12), Column("种类", 10), Column("组织", 32), Column("所属", 22), Column("文件", 26), Column("条款", 12),
    Column("要求", 44), Column("缘由", 24),
)
#: Obligations that fall due, listed one by one.
MOST_DUE = 100
_CHILDREN = (
    Column("组织", 34), Column("组织代码", 16), Column("类型", 12), Column("层级", 10), Column("组织数", 9, figures=True),
    Column("", 16, share=("有未达标的组织", "有结果的组织")), Column("", 16, share=FAILING, percent=True),
    Column("进度滞后", 9, figures=True), Column("数据不足", 9, figures=True), Column("待现场核查", 11, figures=True),
)


@dataclass(frozen=True)
class Shown:
    """What the page is drawn from. ``sections``, ``reviewed`` and ``board`` are opened when a view needs them; no
    board: no ledger."""

    state: RunState
    clauses: Clauses
    tree: Tree
    sections: Callable[[], Sections]
    reviewed: Callable[[], Review]
    board: Callable[[], Board | None]


def export(shown: Shown, message: Mapping[str, Any]) -> tuple[str, bytes]:
    """Name and content of the file that a message asks for: ``view``, ``format``, ``state`` (fields of the address and
    filters), ``pictures``.

    Raises :class:`~workbench.errors.WorkbenchError` for what is not there, pictures that are none, and more rows than
    the format takes.
    """
    pictures = received(message.get("pictures"))
    sent = message.get("state")
    asked = {k: v if isinstance(v, bool) else str(v) for k, v in sent.items()} if isinstance(sent, Mapping) else {}
    screen = replace(screen_of(shown, str(message.get("view") or ""), asked), pictures=pictures)
    form = str(message.get("format") or "")
    return file_name(screen.city, screen.what, screen.as_of, form), write(screen, form)


def screen_of(shown: Shown, view: str, asked: Mapping[str, Any]) -> Screen:
    """What the page shows: the dialog when one is open, else the view."""
    if asked.get("card"):
        return card(shown, asked)
    if asked.get("finding") or asked.get("holder"):
        from workbench.dashboards import board_screens

        return (board_screens.finding if asked.get("finding") else board_screens.holder)(shown, asked)
    if asked.get("branch"):
        from workbench.dashboards import branch_screens

        return (branch_screens.profile if view == "branch" else branch_screens.dialog)(shown, asked)
    match view:
        case "overview":
            return overview(shown, asked)
        case "unit":
            return unit(shown, asked)
        case "requirements":
            return requirements(shown, asked)
        case "board":
            from workbench.dashboards import board_screens

            return board_screens.board(shown, asked)
        case "quality" | "compare":
            from workbench.dashboards import review_screens

            return getattr(review_screens, view)(shown, asked)
    raise UsageError("页面与服务版本不一致", found=view, next_step="请刷新页面")


def screen(
    state: RunState, title: str, what: str, tables: tuple[Table, ...], *, head: tuple[tuple[str, str], ...] = (),
) -> Screen:
    """A screen with the lines that every one has: run, organisation, as-of date, who may see what, what to beware of.

    ``head``: lines of its own, empty ones are left out."""
    receipt = state.receipt
    lines = (
        ("督查结果", state.path.name), ("组织", receipt.get("city") or ""), ("截至日期", receipt["as_of"]), *head,
        ("查看范围", f"只含{receipt['city']}及其下级" if receipt.get("scope") else "全部组织"), *_cautions(state),
    )
    held = tuple((name, text) for name, text in lines if text)
    return Screen(title, receipt.get("city") or "", what, receipt["as_of"], held, tables)


def _cautions(state: RunState) -> tuple[tuple[str, str], ...]:
    """What makes the figures doubtful, as the overview says it."""
    receipt, found = state.receipt, []
    if receipt["unread"]:
        how = "有" if receipt.get("scope") else f"{len(receipt['unread'])} 个"
        found.append(f"{how}台账文件未能读入，缺少其中的记录，判定可能偏严")
    if receipt["broken"]:
        found.append(f"{len(receipt['broken'])} 项要求检查出错，没有结论：{'、'.join(receipt['broken'])}")
    if unknown := receipt["rows"].get("未识别", {}).get("rejected", 0):
        found.append(f"{unknown:,} 行所在的表不像任何一种台账，没有采用")
    if state.viewer.scope is not None:
        found.append("退回的台账行没有按单位登记，因此存疑的判定已列为数据不足")
    return tuple(("注意", text) for text in found)


def figures(cell: Cell | None) -> Share | str:
    """A cell of the heatmap: k of n, or why there is none."""
    if cell is None or not (cell.judged or cell.open or cell.no_data):
        return ""
    if not cell.judged:
        return "进行中" if cell.open else "数据不足"
    return Share(cell.failing, cell.judged)


def tiles(found: list[dict[str, Any]]) -> Table:
    """Tiles as a table."""
    return Table.of("总体情况", TILES, [(t["title"], t["value"], t["note"]) for t in found])


def filters(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Filters in words, for the head of an export."""
    return (("筛选", "；".join(f"{name}：{value}" for name, value in pairs if value) or "没有筛选"),)


# --- 督查总览 --------------------------------------------------------------------------------------------------------


def overview(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """Tiles, heatmap (``expanded``: the document whose requirements are shown), sectors, course over runs, what falls
    due, the whole filtered list."""
    state = shown.state
    f = Filter.of({name: value for name, value in asked.items() if name != "page"})
    tables = [tiles(state.tiles()), _heatmap(state)]
    if asked.get("expanded"):
        tables.append(_expanded(state, str(asked["expanded"])))
    sections = shown.sections()
    tables += [*_sectors(sections), course(sections.course()), *_upcoming(sections)]
    total, judged = state.count(f)
    listed = (("筛选", state.describe(f)), ("条数/已判定", f"{total}/{judged}"))
    tables.append(Table("清单", "问题清单", _LIST, _Listed(state, f), total, listed))
    return screen(state, "督查总览", f"督查总览-{f.verdict or '全部判定'}", tuple(tables))


@dataclass(frozen=True)
class _Listed:
    """The rows of the list, read from the run whenever they are asked for: they may be a million."""

    state: RunState
    filter: Filter

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for row in self.state.rows(self.filter):
            row["severity"] = severity_label(self.state.by_id.get(row["requirement"], {}).get("severity"))
            yield tuple(row[key] for key in _LIST_KEYS)


def _heatmap(state: RunState) -> Table:
    heat = state.heatmap
    documents = heat.documents()
    columns = (
        Column("单位", 26), Column("合计", 18, share=FAILING), *(Column(title, 20, share=FAILING) for _, title in documents)
    )
    rows = [
        (name, *(figures(heat.cells.get((unit, document))) for document in (ALL, *(d for d, _ in documents))))
        for unit, name in (*heat.units, (ALL, "合计"))
    ]
    return Table.of("分布", columns, rows, caption="各单位未达标分布（未达标/已判定）")


def _expanded(state: RunState, document: str) -> Table:
    """The requirements of one document: on paper a column for each unit would be too many, so they are named."""
    heat = state.heatmap
    columns = (
        Column("条款", 16), Column("要求", 48), Column("", 18, share=FAILING, percent=True), Column("有未达标的单位", 80)
    )
    rows = []
    for r in heat.columns(document):
        cells = [(name, heat.cells.get((unit, r["id"]), Cell())) for unit, name in heat.units]
        named = "、".join(f"{name} {cell.failing}/{cell.judged}" for name, cell in cells if cell.failing)
        rows.append((r["clause"], r["description"], figures(heat.total(r["id"])), named))
    title = dict(state.documents()).get(document, document)
    return Table.of("逐条", columns, rows, caption=f"{title}：逐条")


def _sectors(sections: Sections) -> list[Table]:
    columns = (
        Column("领域", 20), Column("", 18, share=FAILING, percent=True), Column("95% 区间", 20, figures=True),
        Column("", 24, share=("有未达标的组织", "已判定的组织")),
    )
    rows = [
        (s.name, figures(s.cell), charts.between(s.cell), Share(s.failing, s.judged)) for s in sections.sectors
    ]
    return [Table.of("领域", columns, rows, caption="各领域未达标")] if rows else []


def course(found: Course) -> Table:
    """The course over runs: who reads a share over the years has to know where the rules were others."""
    columns = (
        Column("截至日期", 14), Column("督查结果", 30), Column("", 18, share=FAILING, percent=True), Column("提示", 40)
    )
    rows = [
        (p["as_of"], p["name"], Share(p["failing"], p["judged"]) if p["judged"] else "没有判定",
         f"{p['differs']} 项要求与本次不同" if p["differs"] else "")
        for p in found.points
    ]
    head = [("未列", f"更早的 {found.left_out} 次")] if found.left_out else []
    if found.apart:
        head.append(("不能一起比较的", "、".join(f"{name}（{why}）" for name, why in found.apart)))
    return Table.of("走势", columns, rows, caption="历次督查走势", head=tuple(head))


def _upcoming(sections: Sections) -> list[Table]:
    """Due by week, and the first of it one by one: all of it may be more than a file for reading holds."""
    up = sections.upcoming
    weeks = up.weeks()
    kinds = [kind for kind in weeks[0].counts if any(w.counts[kind] for w in weeks)] if weeks else []
    columns = (
        Column("自", 12), Column("至", 12), *(Column(kind, 10, figures=True) for kind in kinds),
        Column("合计", 10, figures=True), Column("涉及组织", 10, figures=True),
    )
    rows, total = up.rows(up.first, up.last, "", MOST_DUE)
    head = (("共", f"{total:,} 项"),)
    if total > len(rows):
        head = (("共", f"{total:,} 项，逐项只列最早的 {len(rows):,} 项；其余的数见“到期（按周）”"),)
    lines = [
        (r["due_on"], r["kind"], r["name"], r["unit_name"], r["entry"]["document_title"], r["entry"]["clause"],
         r["entry"]["description"], r["why"])
        for r in rows
    ]
    return [
        Table.of("到期按周", columns, [(w.first, w.last, *(w.counts[k] for k in kinds), w.total, w.organizations)
                                   for w in weeks], caption=f"截至日期起 {DAYS} 日内到期（按周）"),
        Table.of("到期", _DUE, lines, caption="今后到期的事项", head=head),
    ]


# --- 组织 ------------------------------------------------------------------------------------------------------------


def unit(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """One organisation on the way down, those directly below it, each with everything under it."""
    found = shown.tree.unit(str(asked.get("unit") or ""))
    own = found["organization"]
    name = own["name"] if own else "全部组织"
    children = Table.of(
        "下级组织", _CHILDREN, map(_child, found["children"]), caption="下级组织" if own else "最上级组织",
        head=(("口径", "未达标多的在前；各行含其全部下级，“本级”只含它自己"),),
    )
    tables = (tiles(place_pages.tiles(found["standing"])), children)
    return screen(shown.state, f"组织：{name}", f"组织-{name}", tables, head=described(own, found["lineage"]))


def described(organization: Mapping[str, Any] | None, lineage: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Which organisation is shown, and under whom."""
    if organization is None:
        return ()
    o = organization
    facts = [o.get("type"), o.get("sector"), o.get("level"), f"代码 {o['org_id']}", "已撤销" if o.get("dissolved") else ""]
    return (
        ("查看的组织", f"{o['name']}（{'，'.join(f for f in facts if f)}）"),
        ("上级", " › ".join(name for _, name in lineage)),
    )


def _child(c: Child) -> tuple[Any, ...]:
    s = c.standing
    return (
        "本级" if c.own else c.name, c.org_id, c.type, c.level, s.organizations,
        Share(s.with_failing, s.with_results) if s.with_results else "",
        Share(s.failing, s.judged) if s.judged else "没有判定", s.behind, s.no_data, s.waiting,
    )


# --- 条款 ------------------------------------------------------------------------------------------------------------

_CLAUSES = (
    Column("文件", 26), Column("条款", 14), Column("条款编号", 22), Column("要求", 44), Column("约束对象", 22),
    Column("应为", 20), Column("处理方式", 10), Column("性质", 14), Column("适用", 8, figures=True),
    Column("", 14, share=("未达标", "已判")), Column("未到期", 8, figures=True), Column("待核查", 8, figures=True),
    Column("数据不足", 8, figures=True), Column("不判定的理由", 30),
)
_AFTER = ("not_due", "unanswered", "no_data")


def requirements(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """Coverage, and the rows of the filter."""
    clauses = shown.clauses
    wanted = {key: str(asked.get(key) or "") for key in ("text", "document", "treatment")}
    rows = [clauses.by_id[name] for name in clauses.select(**wanted)]
    words = filters([
        ("关键词", wanted["text"]), ("文件", dict(shown.state.documents()).get(wanted["document"], wanted["document"])),
        ("处理方式", clauses.receipt["treatments"].get(wanted["treatment"], wanted["treatment"])),
    ])
    head = (*words, ("条数/全部", f"{len(rows)}/{len(clauses.rows)}"))
    tables = (_coverage(clauses), Table.of("条款", _CLAUSES, map(_clause, rows), caption="全部条款", head=head))
    return screen(shown.state, "条款", "条款", tables)


def _clause(r: dict[str, Any]) -> tuple[Any, ...]:
    counts = r["counts"]
    begin = (r["document_title"], r["clause"], r["id"], r["description"])
    if not counts:
        return (*begin, "", "", r["treatment_label"], "", None, "", None, None, None, r["reason"])
    return (
        *begin, r["binds"], r["required_text"], r["treatment_label"],
        r["severity_label"] + ("，只作提示" if r["prompt"] else ""), counts.applicable,
        Share(r["failing"], counts.judged), *(getattr(counts, name) for name in _AFTER), "",
    )


def _coverage(clauses: Clauses) -> Table:
    treatments = clauses.receipt["treatments"]
    columns = (
        Column("文件", 30), Column("版本", 12), *(Column(label, 9, figures=True) for label in treatments.values()),
        Column("", 14, share=("已处理条款", "全部条款")), Column("适用组织", 9, figures=True),
        Column("适用项次", 10, figures=True), Column("", 16, share=("未达标", "已判")),
        *(Column(label, 8, figures=True) for label in ("未到期", "待核查", "数据不足", "出错")), Column("备注", 30),
    )
    rows, found = [], clauses.coverage()
    for c in found:
        ran = c["run"]
        told = [c["reason"] or "", f"还没有处理：{'、'.join(c['missing'])}" if c["missing"] else "",
                f"目录以外：{'、'.join(c['extra'])}" if c["extra"] else ""]
        counted = (
            ran.subjects, ran.applicable, Share(c["failing"], ran.judged),
            *(getattr(ran, name) for name in (*_AFTER, "broken")),
        ) if ran else (None, None, "本期未生效", *[None] * 4)
        rows.append((c["title"], c["version"] or "", *(c["counts"][t] for t in treatments),
                     Share(c["treated"], c["total"]), *counted, "；".join(t for t in told if t)))
    return Table.of("条款覆盖", columns, [*rows, _sum(rows)])


def _sum(rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The last line: numbers and shares added up; organisations are not, one may stand under several documents."""
    added: list[Any] = ["合计", ""]
    for values in list(zip(*rows, strict=True))[2:]:
        if shares := [v for v in values if isinstance(v, Share)]:
            added.append(Share(sum(s.k for s in shares), sum(s.n for s in shares)))
        else:
            added.append("" if any(isinstance(v, str) for v in values) else sum(v or 0 for v in values))
    added[-8] = None
    return tuple(added)


def card(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """One requirement: what it says, what came of it, the spread of its figures, where most fail."""
    row = shown.clauses.card(str(asked["card"]))
    found = place_pages.distribution(shown.state, row)
    tables = [Table.of("条款", FACTS, list(_facts(row)), caption=f"{row['document_title']} {row['clause']}")]
    if counts := row["counts"]:
        names = (("适用", "applicable"), ("已判", "judged"), ("未到期", "not_due"), ("待核查", "unanswered"),
                 ("数据不足", "no_data"), ("出错", "broken"))
        lines = [*((label, getattr(counts, name)) for label, name in names), ("未达标", row["failing"])]
        tables.append(Table.of("本次结果", (Column("项目", 20), Column("项次", 12, figures=True)), lines))
    if spread := found["spread"]:
        steps = [(s.label, Share(s.failing, s.subjects)) for s in spread.steps if s.subjects]
        steps += [("没有数值", spread.unknown)] if spread.unknown else []
        meaning = "，".join([spread.meaning, *(f"应 {text}" for _, text in spread.bounds)])
        tables.append(Table.of(
            "数值分布", (Column("数值", 24, figures=True), Column("", 18, share=("未达标", "组织"))), steps,
            head=(("数值", meaning), ("口径", "每个组织一个数，有多期或多件的取最差的一个")),
        ))
    if found["units"]:
        tables.append(Table.of(
            "单位", (Column("单位", 34), Column("", 18, share=FAILING, percent=True)),
            [(name, figures(cell)) for _, name, cell in found["units"]], caption="未达标最多的单位",
            head=(("另有", f"{found['more']} 个单位也有未达标"),) if found["more"] else (),
        ))
    tables += _conflicts(row)
    return screen(shown.state, f"条款 {row['clause']}", f"条款-{row['id']}", tuple(tables))


def _facts(row: Mapping[str, Any]) -> Any:
    """What a card says of a requirement."""
    yield "条款编号", row["id"]
    yield "版本", f"{row['version']} " + (f"至 {row['effective_to']}" if row["effective_to"] else "起")
    yield "要求", row["description"]
    yield "处理方式", row["treatment_label"] + (f"（{row['shape_label']}）" if row["shape_label"] else "")
    if row["counts"]:
        yield "约束对象", row["binds"]
        yield "应为", row["required_text"]
        yield "期间", row["period_label"]
        yield "性质", row["severity_label"] + ("，只作提示，不作判定" if row["prompt"] else "")
    else:
        yield "理由", row["reason"]
    if guidance := row["guidance"]:
        yield from (("看什么", guidance["look"]), ("查什么材料", guidance["evidence"]), ("常见问题", guidance["faults"]))
    for p in (row["parameters"] or {}).values():
        yield "参数", f"{p['label']}：{p['text']}（原文“{p['source_words']}”）"
    if row["notes"]:
        yield "说明", row["notes"]


def _conflicts(row: Mapping[str, Any]) -> list[Table]:
    columns = (Column("文件", 30), Column("说法", 40), Column("条款编号", 30), Column("更严", 40))
    tables = []
    for number, c in enumerate(row["conflicts"], 1):
        lines = [
            (p["document"] or "本次未选的文件", p["says"] + ("（本条）" if p["mine"] else ""),
             "、".join(r["id"] for r in p["rows"]), "；".join(f"{s['who']}：{s['why']}" for s in p["stricter"]))
            for p in c["positions"]
        ]
        tables.append(Table.of(f"不同说法{number}", columns, lines, caption=f"{c['topic']}（{c['id']} {c['kind']}）",
                               head=(("说明", c["note"]),) if c["note"] else ()))
    return tables
