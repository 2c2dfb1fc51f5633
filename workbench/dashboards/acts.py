"""The acts of people as forms: which fields each verb asks for, and how what was typed becomes an act of the ledger.

A verb that stands here can be done on the page; which of them a state allows is said by the machines of the ledger,
and every rule (reasons, separation of duties, days) is held by its books alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workbench.errors import Refused
from workbench.ledger.cards import FOLLOW_UPS
from workbench.ledger.events import Act, Event
from workbench.ledger.finding import FAIL_GROUNDS, STANCES
from workbench.ledger.machines import LABELS, verbs

#: Fields that every act has (:class:`~workbench.ledger.events.Act`); all others are particulars of the verb.
_OF_THE_ACT = ("on", "why", "evidence")
#: Verbs that are told who is secretary: they may begin the record, and are refused on that of a predecessor.
OF_THE_SECRETARY = tuple(
    f"card.{verb}" for verb in ("give_yellow", "give_orange", "give_red", "give_red_at_once", "decline", "feedback")
)


@dataclass(frozen=True)
class Field:
    """One field of a form. ``kind``: text, long (several lines), lines (one entry a line), date, choice, yes_no (its
    choices are true, false or none) or given (not typed: what the page was showing, one entry a line)."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    value: str = ""


@dataclass(frozen=True)
class Form:
    """A form for one verb on one course: ``topic`` and ``id``, the ``seen`` version it was made from, a ``note`` that
    tells beforehand what would be refused."""

    topic: str
    id: str
    verb: str
    label: str
    fields: tuple[Field, ...]
    seen: int
    note: str = ""


def _on(label: str = "办理日期") -> Field:
    return Field("on", label, "date", True)


def _why(required: bool = False) -> Field:
    return Field("why", "理由", "long", required)


def _evidence(required: bool = False) -> Field:
    return Field("evidence", "佐证材料（每行一件）", "lines", required)


def _pairs(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((v, v) for v in values)


_ARRANGEMENT = (
    Field("owner", "责任人"), Field("leader", "责任领导"), Field("measure", "整改措施", "long"),
    Field("deadline", "整改时限", "date"),
)
_GROUNDS = Field("grounds", "事由", "given", True)
#: What may be chosen for yes, no and neither, in a form.
_THREE = {"true": True, "false": False, "none": None}
_STANCES = tuple((typed, STANCES[value]) for typed, value in _THREE.items())
#: Every follow-up of 第十二条, the levels in order.
_FOLLOW_UPS = _pairs(*(kind for kinds in FOLLOW_UPS.values() for kind in kinds))

_FIELDS: dict[str, tuple[Field, ...]] = {
    "finding.answer": (
        Field("agrees", "支部对问题", "yes_no", True, _STANCES),
        Field("text", "支部意见（未提出意见的不填）", "long"), _evidence(), _on("意见或告知日期"),
    ),
    "finding.confirm": (_why(), _evidence(), _on()),
    "finding.dismiss": (_why(True), _evidence(), _on()),
    "finding.reopen": (_why(True), _evidence(), _on()),
    "finding.assign": (
        *(Field(f.name, f.label, f.kind, required=True) for f in _ARRANGEMENT), _on(),
    ),
    "finding.extend": (*_ARRANGEMENT, _why(True), _on()),
    "finding.progress": (Field("text", "进展", "long", True), _evidence(), _on()),
    "finding.submit": (Field("text", "完成情况", "long", True), _evidence(True), _on()),
    "finding.refuse": (_why(True), _evidence(), _on()),
    "finding.recur": (_why(True), _evidence(True), _on()),
    "finding.close": (Field("conclusion", "回头看结论", "long", True), _evidence(True), _on()),
    "finding.fail": (
        Field("ground", "未通过的情形", "choice", True, _pairs(*FAIL_GROUNDS)),
        _why(True), _evidence(), _on(),
    ),
    "card.give_yellow": (_GROUNDS, _why(True), Field("deadline", "整改期限", "date", True), _on("亮牌日期")),
    "card.give_orange": (_GROUNDS, _why(True), Field("deadline", "整改期限", "date"), _on("亮牌日期")),
    "card.give_red": (_GROUNDS, _why(True), Field("deadline", "整改期限", "date"), _on("亮牌日期")),
    "card.give_red_at_once": (_GROUNDS, _why(True), Field("deadline", "整改期限", "date"), _on("亮牌日期")),
    "card.decline": (Field("level", "建议的牌", "given", True), _GROUNDS, _why(True), _on()),
    "card.add_grounds": (Field("grounds", "补充的事由（问题编号或文字，每行一条）", "lines", True), _why(), _evidence(), _on()),
    "card.follow_up": (
        Field("kind", "后续措施", "choice", True, _FOLLOW_UPS), Field("note", "情况", "long"), _evidence(), _on(),
    ),
    "card.clear": (
        Field("revoked", "摘牌的缘由", "yes_no", True, (("false", "事由已了结"), ("true", "系误亮，撤销，不影响述职评议"))),
        _why(True), _evidence(True), _on("摘牌日期"),
    ),
    "card.feedback": (
        Field("text", "上级反馈的问题", "long", True), Field("source", "反馈的机关", required=True),
        Field("outstanding", "是否突出问题", "yes_no", True, (("true", "是"), ("false", "否"))), _evidence(),
        _on("反馈日期"),
    ),
}


def forms(topic: str, ident: str, state: str, seen: int, notes: Mapping[str, str] | None = None) -> list[Form]:
    """The forms that a state allows, in the order of this table; cards are given and declined on a proposal only
    (:func:`on_proposal`)."""
    allowed = {f"{topic}.{verb}" for verb in verbs(topic, state)}
    found = []
    for kind, fields in _FIELDS.items():
        if kind not in allowed or _GROUNDS in fields:
            continue
        verb = kind.partition(".")[2]
        found.append(Form(topic, ident, verb, LABELS[kind], fields, seen, (notes or {}).get(verb, "")))
    return found


def on_proposal(org_id: str, give: str, seen: int, *, level: str, grounds: tuple[str, ...]) -> list[Form]:
    """The two forms of a proposal: follow it (``give`` is the verb, of a card or ``clear``) or decline it, each with
    a reason."""
    known = {"level": level, "grounds": "\n".join(grounds)}
    return [
        Form(
            "card", org_id, verb, LABELS[f"card.{verb}"],
            tuple(
                Field(f.name, f.label, f.kind, f.required, f.choices, known.get(f.name, ""))
                for f in _FIELDS[f"card.{verb}"]
            ),
            seen,
        )
        for verb in (give, "decline")
    ]


def step(message: Mapping[str, Any]) -> tuple[str, str, str]:
    """Topic, verb and id of what a message is about."""
    topic, verb, ident = (str(message.get(name, "")) for name in ("topic", "verb", "id"))
    return topic, verb, ident


def says(event: Event, act: Act, particulars: Mapping[str, Any]) -> bool:
    """Whether an event is what was typed: the same day, reason, evidence and, of its form, every field."""
    typed = {f.name for f in _FIELDS[event.kind]}.difference(_OF_THE_ACT)
    return (event.on, event.why, event.evidence) == (act.on, act.why, act.evidence) and all(
        _plain(event.what.get(name)) == _plain(particulars.get(name)) for name in typed
    )


def _plain(value: Any) -> Any:
    """A particular as an event keeps it; None for one that was not given."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return list(value) or None
    return None if value == "" else value


def read(topic: str, verb: str, typed: Mapping[str, Any], *, who: str, seen: int | None, run: str) -> tuple[Act, dict]:
    """The act and the particulars of the verb from what was typed.

    Raises :class:`~workbench.errors.Refused` when the verb has no form, a required field is empty or a day is none.
    """
    fields = _FIELDS.get(f"{topic}.{verb}")
    if fields is None:
        raise Refused("页面上不能办理这一步", found=f"{topic}.{verb}", next_step="请刷新页面，或改用命令行办理")
    values: dict[str, Any] = {}
    for field in fields:
        text = str(typed.get(field.name) or "").strip()
        if text:
            values[field.name] = _value(field, text)
        elif field.required:
            raise Refused("还没有填写", place=field.label)
    of_the_act = {name: values.pop(name) for name in _OF_THE_ACT if name in values}
    return Act(who=who, seen=seen, run=run, **of_the_act), values


def _value(field: Field, text: str) -> Any:
    if field.kind == "date":
        return _day(field.label, text)
    if field.kind == "lines" or field is _GROUNDS or field.name == "grounds":
        return tuple(line.strip() for line in text.splitlines() if line.strip())
    if field.kind in ("choice", "yes_no") and text not in {value for value, _ in field.choices}:
        raise Refused("不在可选的取值之内", place=field.label, found=text)
    if field.kind == "yes_no":
        return _THREE[text]
    return text


def _day(label: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("日期有误", place=label, found=text, expected="YYYY-MM-DD，如 2026-08-31") from None
