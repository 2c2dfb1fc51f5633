"""Problems of cells in words (错误用语): code → problem, expected, next step, all from the declarations."""

from __future__ import annotations

from workbench import vocabulary as v
from workbench.records.tables import TABLES, ColumnType

#: code → (problem, expected, next step); ``{…}`` are filled in by :func:`describe`.
_WORDS = {
    "required": ("必填项为空", "{expected}", "补填后重新读入"),
    "date": ("日期无法识别或不存在", "存在的日期，如 2026-03-05、2026年3月5日", "核对原始记录后改正"),
    "month": ("月份无法识别", "如 2026-03、2026年3月；按月展开的表须在标题、表名或“年度”列写明年份", "核对后改正"),
    "month_unclear": ("分不清是一月还是十月", "2026-01 或 2026-10", "把单元格设为文本后重新填写"),
    "month_only": ("只写到月份，按该月第一天记", "写到日的日期", "知道具体日期的，补上日"),
    "number": ("不是数", "{expected}", "只填数字，说明写到备注里"),
    "year": ("不是年份", "四位年份，如 2026", "核对后改正"),
    "boolean": ("是否无法识别", "是 或 否", "改为“是”或“否”"),
    "term": ("不在规定的词项中", "{expected}", "改为规定的词项"),
    "items": ("有不认识的词项，已略去：{detail}", "{expected}", "改为规定的词项，多项之间用、隔开"),
    "step": ("该流程没有这个步骤", "{expected}", "改为该流程的步骤，或核对流程"),
    "org_unknown": ("组织名册里没有这个党组织", "名册中的全称、简称或组织代码", "核对名称，或先把它补入党组织表"),
    "org_ambiguous": ("名称对应多个党组织：{detail}", "能唯一确定的全称或组织代码", "改填组织代码"),
    "id": ("身份证号无法识别", "18 位（或旧的 15 位）身份证号", "核对证件后改正"),
    "id_truncated": ("身份证号末几位已丢失（按数字存放所致）", "文本格式的 18 位身份证号", "把该列设为文本格式后重新填写"),
    "name": ("没有身份证号，凭姓名不能在该组织中唯一确定此人", "身份证号", "补填身份证号"),
    "duplicate": ("重复行，与{detail}相同", "同一记录只登记一次", "删去多余的一行；若确是两件事，补全能区分的内容"),
    "parent_unknown": ("上级组织不在名册中，按没有上级处理", "名册中的组织代码、全称或简称", "核对上级，或把上级补入名册"),
    "parent_ambiguous": ("上级组织名称对应多个党组织：{detail}", "能唯一确定的组织代码", "改填组织代码"),
    "parent_cycle": ("上级关系成环：{detail}", "逐级向上能到达根组织", "改正其中一个组织的上级"),
    "parent_self": ("上级写的是自己，按没有上级处理", "上级组织的代码；没有上级的留空", "核对上级"),
    "two_branches": ("同一人在两个党组织同为正式党员，另一处：{detail}", "一人只在一个支部", "核对组织关系；已转出的填写截止日期"),
}


def header_of(table: str, column: str) -> str:
    """Chinese header of a stored column; ``""`` when the problem is about the row."""
    return TABLES[table].column(column).header if column else ""


def expectation(table: str, column: str, context: str = "") -> str:
    """What a column takes, in words; ``context`` is the process for a step."""
    declared = TABLES[table].column(column)
    if declared.allowed:
        return "、".join(declared.allowed)
    if column == "step":
        steps = v.STEPS.get(v.Process(context)) if context in set(v.Process) else None
        return "、".join(steps) if steps else "所填流程的步骤"
    kinds = {
        ColumnType.NUMBER: f"数{f'（{declared.unit}）' if declared.unit else ''}", ColumnType.DATE: "日期",
        ColumnType.MONTH: "月份", ColumnType.YEAR: "四位年份", ColumnType.BOOLEAN: "是 或 否",
        ColumnType.PERSON: "身份证号", ColumnType.ORG: "党组织全称、简称或组织代码",
    }
    return kinds.get(declared.type, "非空文本")


def describe(table: str, column: str, code: str, detail: str = "", context: str = "") -> tuple[str, str, str]:
    """(problem, expected, next step) of one coded problem.

    >>> describe("dues", "due", "number")
    ('不是数', '数（元）', '只填数字，说明写到备注里')
    """
    expected = expectation(table, column, context) if column else ""
    problem, should, step = _WORDS[code]
    return problem.format(detail=detail), should.format(expected=expected), step
