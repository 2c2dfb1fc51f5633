"""The rules of the ledger (``expectations/ledger.yaml``): what the text limits, under which clause, and the parameters.

A limit is a figure that the document states; a step is something it asks for without one. What it leaves open is a
parameter (``expectations/parameters.yaml``) that can be given another value, a limit cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import SuiteError, UsageError
from workbench.requirements import reading
from workbench.requirements.catalogue import load_register
from workbench.requirements.model import Parameter
from workbench.requirements.parameters import load_parameters
from workbench.resources import resource
from workbench.vocabulary import Grade, Sector

#: The file below ``expectations/``.
RULES = "ledger.yaml"

_GRADES = tuple(g.value for g in Grade)
_SECTORS = tuple(s.value for s in Sector)

#: Limits whose grades must stand in the scale of the appraisal.
_GRADED = (
    "card_orange_excludes", "card_red_at_most", "annual_needs", "talk_grades", "rectify_grades", "replacement_grade",
    "recommend_needs", "supplement_grade",
)

#: Kind of a limit → how its value is read.
_READERS: dict[str, Callable[[Any, str], Any]] = {
    "grade": lambda value, place: reading.one_of(value, place, _GRADES),
    "grades": lambda value, place: reading.some_of(value, place, _GRADES),
    "sectors": lambda value, place: reading.some_of(value, place, _SECTORS),
    "count": lambda value, place: reading.number(value, place, whole=True, least=1),
    "percent": lambda value, place: reading.number(value, place, whole=False, least=0),
    "month_day": reading.month_day,
}


@dataclass(frozen=True)
class Rule:
    """One limit or step: its clause and id in the catalogue, and for a limit its value."""

    name: str
    label: str
    document: str
    clause: str
    requirement: str
    value: Any = None
    note: str = ""


@dataclass(frozen=True)
class Rules:
    """Limits and steps by name, every declared parameter by name, and which of those the ledger uses."""

    rules: Mapping[str, Rule]
    parameters: Mapping[str, Parameter]
    used: tuple[str, ...]

    def value(self, name: str) -> Any:
        """Value of a limit or parameter; :class:`UsageError` for a name that is neither."""
        if name in self.rules and self.rules[name].value is not None:
            return self.rules[name].value
        return self.parameter(name).value

    def rule(self, name: str) -> Rule:
        """A limit or step; :class:`UsageError` when there is none of that name."""
        if name not in self.rules:
            raise UsageError("没有这条规则", place=RULES, found=name, expected="、".join(self.rules))
        return self.rules[name]

    def parameter(self, name: str) -> Parameter:
        """A parameter with its value; :class:`UsageError` when none has that name."""
        if name not in self.parameters:
            raise UsageError("没有这个限额或参数", place=RULES, found=name, expected="、".join(self.parameters))
        return self.parameters[name]


def load_rules(directory: Path | None = None, overrides: Path | Mapping[str, Any] | None = None) -> Rules:
    """The rules below ``directory`` (default: those that come with the workbench).

    ``overrides`` gives parameters other values (name → value, or a YAML file of that). Raises :class:`SuiteError` for
    an unknown key, kind, grade, parameter, a clause id that the catalogue lacks, or a limit that is overridden.
    """
    directory = resource("expectations") if directory is None else directory
    data = reading.read_yaml(directory / RULES, RULES)
    reading.check_keys(data, RULES, required=("document", "limits", "steps", "parameters"))
    document = reading.text(data["document"], f"{RULES} document")
    known = load_register(directory).get(document, ())
    rules: dict[str, Rule] = {}
    for group in ("limits", "steps"):
        for name, entry in reading.mapping(data[group], f"{RULES} {group}").items():
            place = f"{RULES} {group}.{name}"
            if name in rules:
                raise SuiteError("名称重复", place=place, found=name, expected="每个名称只用一次")
            rules[name] = _rule(name, reading.mapping(entry, place), place, document, known, limit=group == "limits")
    parameters = load_parameters(directory, overrides)
    used = reading.some_of(data["parameters"], f"{RULES} parameters", tuple(parameters))
    _check_grades(rules)
    return Rules(rules, parameters, used)


def _rule(
    name: str, entry: Mapping[str, Any], place: str, document: str, known: tuple[str, ...], *, limit: bool
) -> Rule:
    required = ("label", "clause", "requirement", *(("kind", "value") if limit else ()))
    reading.check_keys(entry, place, required=required, optional=("note",))
    requirement = f"{document}-{reading.text(entry['requirement'], f'{place}.requirement')}"
    if known and requirement not in known:
        raise SuiteError(
            "条款目录中没有这个编号", place=f"{place}.requirement", found=requirement, expected=f"{document} 的条款编号",
            next_step="在 catalogue.yaml 中查找",
        )
    value = None
    if limit:
        kind = reading.one_of(entry["kind"], f"{place}.kind", tuple(_READERS))
        value = _READERS[kind](entry["value"], f"{place}.value")
    return Rule(
        name, reading.text(entry["label"], f"{place}.label"), document,
        reading.text(entry["clause"], f"{place}.clause"), requirement, value,
        reading.text(entry["note"], f"{place}.note") if "note" in entry else "",
    )


def _check_grades(rules: Mapping[str, Rule]) -> None:
    """Every grade that a rule of the appraisal names stands in its scale; a cap must leave a grade to give."""
    missing = [name for name in ("grades", *_GRADED) if name not in rules]
    if missing:
        raise SuiteError("缺少规则", place=f"{RULES} limits", found=f"没有 {'、'.join(missing)}", next_step="请补上")
    scale = rules["grades"].value
    for name in _GRADED:
        value = rules[name].value
        for grade in (value,) if isinstance(value, str) else value:
            if grade not in scale:
                raise SuiteError(
                    "等次不在述职评议的等次之内", place=f"{RULES} limits.{name}", found=grade, expected="、".join(scale)
                )
    if rules["card_orange_excludes"].value == scale[-1]:
        raise SuiteError(
            "橙牌不得评的等次之下没有等次可评", place=f"{RULES} limits.card_orange_excludes", found=scale[-1],
            expected="、".join(scale[:-1]),
        )
