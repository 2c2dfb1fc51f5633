"""``docs/requirements.md``: every row of every document, generated from the suites and held to them by a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbench.requirements.catalogue import Catalogue, value_text
from workbench.requirements.conflicts import Conflict
from workbench.requirements.model import DocumentVersion, Listed, Parameter, Requirement, Treatment
from workbench.requirements.shapes import SHAPES
from workbench.vocabulary import SEVERITY_LABELS, Verdict

_HEAD = """# 条款目录

由 `workbench requirements export docs/requirements.md` 从 `expectations/` 生成，不要手工修改。
各种形式的判法见 [verdicts.md](verdicts.md)。
"""


def requirements_page(catalogue: Catalogue) -> str:
    """The catalogue as Markdown: coverage, a part per document, parameters, conflicts.

    >>> from workbench.requirements.catalogue import load_catalogue
    >>> "secretary-2022-8-1" in requirements_page(load_catalogue())
    True
    """
    parts = [_HEAD, _coverage(catalogue)]
    parts += [part for document in catalogue.documents for part in _document(catalogue, document)]
    parts += [_parameters(catalogue), _conflicts(catalogue.conflicts)]
    return "\n".join(part for part in parts if part)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _coverage(catalogue: Catalogue) -> str:
    found = catalogue.coverage()
    rows: list[list[object]] = [
        [c.title, *(c.counts[t] for t in Treatment), f"{c.treated} / {c.total}"] for c in found
    ]
    totals = [sum(c.counts[t] for c in found) for t in Treatment]
    rows.append(["合计", *totals, f"{sum(c.treated for c in found)} / {sum(c.total for c in found)}"])
    return "## 覆盖率\n\n" + _table(["文件", *(t.label for t in Treatment), "合计"], rows)


def _document(catalogue: Catalogue, document: DocumentVersion) -> Iterator[str]:
    """The parts on one document: its head and a table per treatment."""
    lines = [f"## {document.title}（{document.id}）", ""]
    if not document.in_force:
        yield "\n".join([*lines, document.reason, ""])
        return
    end = f"至 {document.effective_to}" if document.effective_to else "起"
    lines.append(f"版本 {document.version} {end}。" + "".join(document.notes.splitlines()))
    if document.adoption == "explicit":
        lines.append("只约束明确采用它的组织。")
    yield "\n".join([*lines, ""])
    for treatment, table in (
        (Treatment.AUTOMATED, _automated), (Treatment.CHECKLIST, _checklist), (Treatment.NOT_SCORED, _listed),
        (Treatment.EXCLUDED, _listed),
    ):
        rows = catalogue.select(documents=[document.id], treatment=treatment)
        if rows:
            yield f"### {treatment.label}（{len(rows)}条）\n\n" + table(rows)


def _automated(rows: Sequence[Requirement]) -> str:
    return _table(
        ("编号", "条款", "约束对象", "要求", "应为", "期间", "性质", "形式", "参数", "说明"),
        (
            (
                r.id, r.clause, r.binds.label, r.description, r.required_text, r.period_label,
                SEVERITY_LABELS[r.severity] + ("，提示" if r.outcome is Verdict.MANUAL else ""), SHAPES[r.shape].label,
                "；".join(f"{p.label}：{value_text(p.value)}" for p in r.parameters), r.notes,
            )
            for r in rows
        ),
    )


def _checklist(rows: Sequence[Requirement]) -> str:
    return _table(
        ("编号", "条款", "约束对象", "要求", "性质", "看什么", "查什么材料", "常见问题"),
        (
            (r.id, r.clause, r.binds.label, r.description, SEVERITY_LABELS[r.severity], r.guidance.look,
             r.guidance.evidence, r.guidance.faults)
            for r in rows if r.guidance
        ),
    )


def _listed(rows: Sequence[Listed]) -> str:
    return _table(("编号", "条款", "要求", "理由"), ((r.id, r.clause, r.description, r.reason) for r in rows))


def _parameters(catalogue: Catalogue) -> str:
    found: dict[str, Parameter] = {}
    used: dict[str, int] = {}
    for row in catalogue.rows:
        for p in getattr(row, "parameters", ()):
            found[p.name] = p
            used[p.name] = used.get(p.name, 0) + 1
    rows = [
        (f"`{p.name}`", p.label, value_text(p.value), p.source_words, used[p.name], p.note)
        for p in sorted(found.values(), key=lambda p: p.name)
    ]
    return "## 参数\n\n" + _table(("名称", "含义", "取值", "原文用词", "用于几条", "理由"), rows) if rows else ""


def _conflicts(conflicts: Sequence[Conflict]) -> str:
    if not conflicts:
        return ""
    parts = ["## 文件之间的冲突与并行\n\n各文件各判各的，不合并；“更严”只供对照。\n"]
    for conflict in conflicts:
        stricter = {s.requirement: f"{s.who}：{s.why}" for s in conflict.stricter}
        rows = (
            (p.says, "、".join(p.requirements), "；".join(stricter[r] for r in p.requirements if r in stricter))
            for p in conflict.positions
        )
        table = _table(("说法", "条款编号", "更严"), rows)
        parts.append(f"### {conflict.id} {conflict.topic}（{conflict.kind}）\n\n{table}\n{conflict.note}\n")
    return "\n".join(parts)
