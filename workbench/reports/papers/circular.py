"""督查通报 (DOCX): 基本情况, 做法成效, 主要问题, 工作要求, with numbers from inspection, run and ledger.

No persons. Organisations are named only where a person asked for it (点名, secretary-2022 第十一条), and only with
what is confirmed. What no record shows, people write: the places are marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import Refused
from workbench.reports.papers import docx_style as style
from workbench.reports.papers import facts
from workbench.reports.papers.circular_facts import Chapter, Figures, Share, concerned, figures
from workbench.reports.papers.mark import mark
from workbench.reports.papers.small_cells import FEWEST, Shown, Withheld

if TYPE_CHECKING:
    from docx.document import Document

    from workbench.audit.run import Run
    from workbench.ledger.inspections import Inspection
    from workbench.ledger.ledger import Ledger

TITLE = "督查情况的通报"
_WIDTHS = (56, 50, 50)
#: Requirements named one by one under a document before the rest is only counted.
_MOST = 8
_ORDER = "一二三四五六七八九十"


def write_circular(
    ledger: Ledger, run: Run, inspection: str, path: str | Path, *, by: str, on: date, named: Sequence[str] = ()
) -> Path:
    """Write the circular of an inspection; ``named`` are the organisations (codes) to be named in it.

    Raises :class:`Refused` for one to be named that has nothing confirmed, :class:`~workbench.errors.UsageError` for
    an unknown one.
    """
    course = ledger.inspections.get(inspection)
    told = figures(ledger, run, course)
    names = _named(ledger, run, course, named)
    document = style.new_document(mark(ledger, run, by, on), TITLE)
    style.add(document, f"关于{course.title}情况的通报", style.TITLE)
    style.add(document, "")
    style.add(document, f"{style.to_fill('主送单位')}：", style.ADDRESS)
    _basics(document, run, course, told)
    _done_well(document, told)
    _problems(document, told, names)
    _demands(document)
    style.add(document, "")
    style.add(document, style.to_fill("发文机关"), style.SIGNATURE)
    style.add(document, style.to_fill("发文日期"), style.SIGNATURE)
    style.glue(document, 4)
    return style.write(document, path)


def _basics(document: Document, run: Run, course: Inspection, told: Figures) -> None:
    style.add(document, "一、基本情况", style.FIRST)
    purpose = f"围绕{course.purpose}，" if course.purpose else ""
    scope = run.organization(course.scope)["name"] if course.scope else run.receipt["city"]
    text = f"{_day(course.first)}至{_day(course.last)}，{purpose}对{scope}所属党组织开展了{course.title}。"
    ways = []
    if told.drawn:
        seeds = "按公开的随机种子分层" if course.draws else ""
        ways.append(f"{seeds}抽取党支部{_count(told.drawn)}")
    if told.picked:
        ways.append(f"按风险选点{_count(told.picked)}（不参加总体推断）")
    if ways:
        text += f"组建督查组{len(course.teams)}个，{'，'.join(ways)}"
        text += "，均已到点检查。" if told.all_visited else f"，{style.to_fill('到点检查情况')}。"
    titles = "、".join(f"《{d['title']}》" for d in run.receipt["documents"])
    text += f"同时以截至{_day(date.fromisoformat(str(run.receipt['as_of'])))}的台账，对照{titles}逐项比对。"
    style.add(document, text)


def _done_well(document: Document, told: Figures) -> None:
    style.add(document, "二、做法成效", style.FIRST)
    parts = [f"《{s.title}》{_percent(s)}" for s in told.shares if s.thousandths is not None]
    if parts:
        style.add(document, f"从台账比对看，到期应办事项的达标比例（达标占达标与未达标之和）：{'，'.join(parts)}。")
    if hidden := [f"《{s.title}》" for s in told.shares if s.thousandths is None]:
        style.add(document, f"{'、'.join(hidden)}未达标的党组织过少，不列比例。")
    style.add(document, style.to_fill("各级推进工作的做法和成效，由起草人据实填写，须有材料可查"))


def _problems(document: Document, told: Figures, names: Sequence[tuple[str, list[str]]]) -> None:
    style.add(document, "三、主要问题", style.FIRST)
    style.add(document, _overview(told))
    if told.problems.sectors:
        style.add(document, "各领域情况如下：")
        table = style.add_table(document, _WIDTHS)
        style.header_row(table, ("领域", "党组织数", "有查实问题的党组织数"), _WIDTHS)
        for row in (*told.problems.sectors, told.problems.total):
            style.fill_row(table, (row.name, _cell(row.organizations), _cell(row.with_problems)), _WIDTHS)
        style.add(document, _note(), style.SMALL)
    for i, chapter in enumerate(told.problems.chapters):
        style.add(document, f"（{_ORDER[i]}）{chapter.heading}", style.SECOND)
        for text in _chapter(chapter):
            style.add(document, text)
    if names:
        style.add(document, f"（{_ORDER[len(told.problems.chapters)]}）点名通报", style.SECOND)
        for name, problems in names:
            style.add(document, f"{name}：{'；'.join(problems)}。")


def _overview(told: Figures) -> str:
    if not told.problems.chapters:
        text = "没有经核实确认的问题。"
    else:
        amount = f"查实问题{told.problems.confirmed}项，" if told.problems.confirmed else ""
        amount += f"涉及有关文件的要求{sum(len(c.clauses) for c in told.problems.chapters)}项，"
        problems = told.problems.total.with_problems
        spread = "" if problems is Withheld.OTHER else f"有查实问题的党组织{_count(problems)}，"
        closed = f"已销号{told.problems.closed}项，" if told.problems.closed else ""
        text = f"经与有关党组织核对，{amount}{spread}{closed}主要情况见下。"
    if told.waiting:
        text += f"另有{_items(told.waiting)}事项尚待核实，未列入本通报。"
    if told.apart:
        text += f"与一般性要求有出入或供核实的线索{_items(told.apart)}，不作为问题。"
    return text


def _chapter(chapter: Chapter) -> list[str]:
    texts = []
    if isinstance(chapter.organizations, int) or chapter.organizations is Withheld.SMALL:
        texts.append(f"有查实问题的党组织{_count(chapter.organizations)}。")
    if chapter.frequent:
        parts = [f"{c.description}，未达到要求的{c.organizations}个，见{c.clause}" for c in chapter.frequent[:_MOST]]
        texts.append(f"涉及较多的要求：{'；'.join(parts)}。")
    rare = [c for c in chapter.clauses if not isinstance(c.organizations, int)]
    if rare:
        words = "；".join(f"{c.description}，见{c.clause}" for c in rare[:_MOST])
        rest = f"；等{len(rare)}项" if len(rare) > _MOST else ""
        texts.append(f"下列要求各有少于{FEWEST}个党组织未达到：{words}{rest}。")
    return texts


def _demands(document: Document) -> None:
    style.add(document, "四、工作要求", style.FIRST)
    for text in (
        "（一）逐项整改。有关党组织对照问题清单和整改台账，落实责任领导、责任人、措施和时限，不得以补写记录代替整改。",
        "（二）严格销号。整改完成后报请复查，由经办人以外的人凭佐证验收，合格的方可销号。",
        "（三）开展回头看。对整改不力、问题反弹的，依照有关规定研究亮牌提醒，结果作为年底书记述职评议考核的依据。",
    ):
        style.add(document, text)
    style.add(document, style.to_fill("整改时限、报送要求和其他工作要求，由起草人填写"))


def _named(ledger: Ledger, run: Run, course: Inspection, named: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Names to be given, each with its confirmed problems."""
    if not named:
        return []
    source = facts.Source(run)
    orgs = [run.organization(code) for code in dict.fromkeys(named)]
    found = concerned(ledger, course, [org["org_id"] for org in orgs])
    told = []
    for org in orgs:
        own = [
            f for f in found
            if f.subject == org["org_id"] and facts.established(f) and f.nature not in facts.APART
        ]
        if not own:
            raise Refused(
                "没有查实的问题，不能点名", place=org["org_id"], found=org["name"], expected="至少一项已确认的问题",
                next_step="先核实确认，或不点名",
            )
        told.append((org["name"], [f"{facts.statement(f)}（{source.basis(f)}）" for f in own]))
    return told


def _note() -> str:
    return (
        f"注：党组织数为1至{FEWEST - 1}个的写作“{Withheld.SMALL}”；为避免由合计推算，个别数字不公布。一个党组织有多项问题的只计一次。"
    )


def _count(value: Shown) -> str:
    return f"{value}个" if isinstance(value, int) else str(value)


def _items(value: Shown) -> str:
    return f"{value}项" if isinstance(value, int) else f"少于{FEWEST}项"


def _cell(value: Shown) -> str:
    return str(value)


def _percent(share: Share) -> str:
    number = (share.thousandths or 0) / 10
    return f"{number:g}%"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
