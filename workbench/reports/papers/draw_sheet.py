"""抽样底稿 (XLSX): frame, hash, seed, strata, who was drawn, and apart from them who was picked because of a risk.

With the frame printed beside it anybody can draw again and get the same branches.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import Refused
from workbench.ledger.drawing import frame, frame_hash
from workbench.reports.papers.mark import mark
from workbench.reports.papers.sheets import Book, Column

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.drawing import Draw
    from workbench.ledger.inspections import Inspection
    from workbench.ledger.ledger import Ledger

TITLE = "抽样底稿"
STRATA = (Column("抽样", 8), Column("层", 36), Column("层内总数", 16), Column("抽取数", 16), Column("抽取比例（%）", 18))
DRAWN = (
    Column("序号", 6), Column("抽样", 6), Column("层", 20), Column("层内次序", 9), Column("组织代码", 16),
    Column("党支部", 30), Column("督查组", 12), Column("到点日期", 12),
)
PICKED = (
    Column("序号", 6), Column("组织代码", 16), Column("党支部", 34), Column("选点理由", 46), Column("督查组", 14),
    Column("到点日期", 12),
)
FRAME = (Column("抽样", 6), Column("组织代码", 18), Column("层", 30), Column("党支部", 36), Column("是否抽中", 10))


def write_draw_sheet(
    ledger: Ledger, run: Run, inspection: str, path: str | Path, *, by: str, on: date
) -> Path:
    """Write the draws of an inspection. The frame is printed when ``run`` still gives the list that was drawn from.

    Raises :class:`Refused` when nothing was drawn or picked.
    """
    course = ledger.inspections.get(inspection)
    if not course.branches:
        raise Refused("这次督查还没有抽取或选点", place=inspection, next_step="先抽取支部")
    book = Book(path, TITLE, mark(ledger, run, by, on))
    frames = [_frame(run, course, made) for made in course.draws]
    book.sheet(TITLE, STRATA, _strata(course), title=f"{course.title}{TITLE}", head=_head(course, frames))
    drawn = [row for n, made in enumerate(course.draws, start=1) for row in _drawn(n, made, course)]
    book.sheet("抽取名单", DRAWN, [(i, *row) for i, row in enumerate(drawn, start=1)], head=["按层内次序排列"])
    if course.picked:
        book.sheet(
            "风险选点", PICKED, _picked(course), title=f"{TITLE}（风险选点）",
            head=["按风险选取，不是随机抽取，不得与抽取的支部合并推断总体"],
        )
    listed = [row for rows in frames for row in rows]
    if listed:
        book.sheet("抽样名单", FRAME, listed, title=f"{TITLE}（名单）", head=["逐行为“组织代码、层”，摘要即由此算出"])
    return book.close()


def _head(course: Inspection, frames: Sequence[list[Any]]) -> list[str]:
    lines = [
        f"{course.title}（{course.id}），{course.first.isoformat()} 至 {course.last.isoformat()}；"
        f"随机抽取 {sum(len(d.branches) for d in course.draws)} 个，按风险另选 {len(course.picked)} 个",
        "抽法：各层内按“种子|组织代码”的 SHA-256 由小到大取前几个；",
        "各层个数按比例（最大余数法，每层至少一个）或事先给定。",
        "名单摘要：名单各行“组织代码、制表符、层”排序后的 SHA-256；种子应在抽取前公开",
    ]
    for n, made in enumerate(course.draws, start=1):
        lines += [f"第 {n} 次抽样：种子“{made.seed}”；名单 {made.frame_size} 个", f"名单摘要 {made.frame_hash}"]
    missing = [str(n) for n, rows in enumerate(frames, start=1) if not rows]
    if missing:
        lines.append(f"第 {'、'.join(missing)} 次抽样所用的名单与给出的核查结果不同，未附；请用抽样时的核查结果重新生成")
    return lines


def _strata(course: Inspection) -> list[tuple[Any, ...]]:
    return [
        (n, s.name, s.size, len(s.drawn), round(100 * len(s.drawn) / s.size, 1))
        for n, made in enumerate(course.draws, start=1) for s in made.strata
    ]


def _drawn(number: int, made: Draw, course: Inspection) -> list[tuple[Any, ...]]:
    names = {b.org_id: b.name for b in made.branches}
    return [
        (number, s.name, order, code, names[code], course.assigned.get(code, ""), _visited(course, code))
        for s in made.strata for order, code in enumerate(s.drawn, start=1)
    ]


def _picked(course: Inspection) -> list[tuple[Any, ...]]:
    return [
        (i, p.branch.org_id, p.branch.name, p.reason, course.assigned.get(p.branch.org_id, ""),
         _visited(course, p.branch.org_id))
        for i, p in enumerate(course.picked, start=1)
    ]


def _visited(course: Inspection, code: str) -> Any:
    days = [v.on for v in course.visits if v.org_id == code]
    return min(days) if days else ""


def _frame(run: Run, course: Inspection, made: Draw) -> list[tuple[Any, ...]]:
    """The rows of the frame, empty when the run no longer gives the list that was drawn from."""
    branches = frame(run, course.scope)
    if frame_hash(branches, made.by) != made.frame_hash:
        return []
    drawn = {b.org_id for b in made.branches}
    number = course.draws.index(made) + 1
    rows = [(number, b.org_id, b.stratum(made.by), b.name, "是" if b.org_id in drawn else "") for b in branches]
    return sorted(rows, key=lambda row: f"{row[1]}\t{row[2]}")
