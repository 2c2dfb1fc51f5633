"""One entry of a suite read as a :class:`Requirement`: shape, arguments with parameters filled in, words, bounds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from workbench.errors import SuiteError
from workbench.requirements import reading, shapes, wording
from workbench.requirements.model import Adopts, Binding, DocumentVersion, Guidance, Parameter, Requirement
from workbench.vocabulary import Severity, Verdict

#: The shape that an inspector answers on site; only it carries guidance.
CHECKLIST = "expect_checklist"

_ID = re.compile(r"[\w.\-]+")
_OUTCOMES = {"prompt": Verdict.MANUAL}
_GUIDANCE = ("look", "evidence", "faults")


@dataclass(frozen=True)
class Context:
    """What every entry may refer to: groups by label, parameters by name."""

    subjects: Mapping[str, Binding]
    parameters: Mapping[str, Parameter]


def read_entries(context: Context, data: Mapping[str, Any], head: DocumentVersion, place: str) -> list[Requirement]:
    """The requirements of one suite file in the order they stand; :class:`SuiteError` for any fault."""
    entries = data["expectations"]
    if not isinstance(entries, list) or not entries:
        raise SuiteError("expectations 应为列表", place=place, found=reading.shown(entries), expected="- type: …")
    return [_requirement(context, entry, head, place, f"{place} expectations[{i}]") for i, entry in enumerate(entries)]


def _requirement(context: Context, entry: Any, head: DocumentVersion, file: str, place: str) -> Requirement:
    entry = reading.mapping(entry, place)
    reading.check_keys(
        entry, place, required=("type", "kwargs", "severity", "description", "meta"), optional=("notes",)
    )
    shape_name = reading.one_of(entry["type"], f"{place}.type", tuple(shapes.SHAPES))
    shape = shapes.SHAPES[shape_name]
    given = dict(reading.mapping(entry["kwargs"], f"{place}.kwargs"))
    identifier = identifier_of(given.pop("requirement", None), f"{place}.kwargs.requirement")
    place = f"{place}（{identifier}）"
    resolved, named = _resolve(context, given, f"{place}.kwargs")
    arguments = shapes.check_arguments(shape, resolved, f"{place}.kwargs")
    own = reading.mapping(entry["meta"], f"{place}.meta")
    on_site = _GUIDANCE if shape_name == CHECKLIST else ()
    reading.check_keys(own, f"{place}.meta", required=("clause", "binds", "unit", *on_site), optional=("outcome",))
    binds = reading.one_of(own["binds"], f"{place}.meta.binds", tuple(context.subjects))
    unit = reading.text(own["unit"], f"{place}.meta.unit")
    outcome = Verdict.FAILED
    if "outcome" in own:
        outcome = _OUTCOMES[reading.one_of(own["outcome"], f"{place}.meta.outcome", tuple(_OUTCOMES))]
    names = dict.fromkeys([*named, *shapes.parameters_of(shape, arguments)])
    lower, upper = shapes.bounds_of(shape, arguments)
    requirement = Requirement(
        id=identifier,
        document=head.id,
        document_title=head.title,
        version=head.version,
        effective_from=head.effective_from,
        effective_to=head.effective_to,
        clause=reading.text(own["clause"], f"{place}.meta.clause"),
        description=reading.text(entry["description"], f"{place}.description"),
        severity=Severity(reading.one_of(entry["severity"], f"{place}.severity", tuple(s.value for s in Severity))),
        shape=shape_name,
        kwargs=arguments,
        binds=context.subjects[binds],
        parameters=tuple(_parameter(context, name, place) for name in names),
        unit=unit,
        period=shapes.period_of(shape, arguments),
        outcome=outcome,
        required=wording.required_figure(arguments, unit),
        required_text=wording.required_text(shape_name, arguments, unit),
        lower=lower,
        upper=upper,
        notes=reading.text(entry["notes"], f"{place}.notes") if "notes" in entry else "",
        order=0,
        fingerprint="",
        file=file,
        guidance=Guidance(*(reading.text(own[key], f"{place}.meta.{key}") for key in on_site)) if on_site else None,
        adoption=head.adoption,
    )
    return replace(requirement, fingerprint=_fingerprint(requirement))


def identifier_of(value: Any, place: str) -> str:
    """The requirement's identifier: it names files and joins keys, so only letters, digits and . _ - stand in it."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise SuiteError(
            "缺少条款编号或编号有误",
            place=place,
            found=reading.shown(value),
            expected="字母、数字和 . _ -，如 secretary-2022-8-1",
        )
    return value


def _resolve(context: Context, given: Mapping[str, Any], place: str) -> tuple[dict[str, Any], list[str]]:
    """Arguments with ``$name`` replaced by the value of that parameter, and the names used."""
    resolved, used = {}, []
    for key, value in given.items():
        if isinstance(value, str) and value.startswith("$"):
            used.append(value[1:])
            value = _parameter(context, value[1:], f"{place}.{key}").value
        resolved[key] = value
    return resolved, used


def _parameter(context: Context, name: str, place: str) -> Parameter:
    if name not in context.parameters:
        raise SuiteError(
            "没有这个参数",
            place=place,
            found=name,
            expected="、".join(context.parameters),
            next_step="请在 parameters.yaml 中声明",
        )
    return context.parameters[name]


def _fingerprint(requirement: Requirement) -> str:
    """SHA-256 over everything an entry resolves to, apart from its place in the order and its file."""
    values = asdict(requirement)
    for key in ("order", "fingerprint", "file"):
        del values[key]
    # Said only where it is not as usual, so that the others keep the fingerprint they always had.
    if requirement.guidance is None:
        del values["guidance"]
    if requirement.adoption is Adopts.EVERYONE:
        del values["adoption"]
    canonical = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
