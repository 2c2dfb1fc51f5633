"""Parameters (参数): values that hold what a text leaves open, from ``expectations/parameters.yaml`` and overrides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import SuiteError
from workbench.requirements import reading
from workbench.requirements.model import Parameter, ParameterValue
from workbench.timeline import PeriodKind

#: Kinds of value a parameter may hold.
KINDS = ("days", "months", "hours", "count", "percent", "year", "month_day", "date", "dates", "period", "boolean")


def load_parameters(directory: Path, overrides: Path | Mapping[str, Any] | None = None) -> dict[str, Parameter]:
    """Every declared parameter by name; ``overrides`` (name → value, or a YAML file of that) replace defaults.

    Raises :class:`SuiteError` for an unknown name or a value that does not fit the declared kind.
    """
    place = "parameters.yaml"
    declared = reading.read_yaml(directory / place, place)
    kinds: dict[str, str] = {}
    found: dict[str, Parameter] = {}
    for name, entry in declared.items():
        here = f"{place} {name}"
        entry = reading.mapping(entry, here)
        reading.check_keys(entry, here, required=("label", "source_words", "kind", "default"), optional=("note",))
        kinds[name] = reading.one_of(entry["kind"], f"{here}.kind", KINDS)
        found[name] = Parameter(
            name=name,
            label=reading.text(entry["label"], f"{here}.label"),
            value=_value(entry["default"], kinds[name], f"{here}.default"),
            source_words=reading.text(entry["source_words"], f"{here}.source_words"),
            note=reading.text(entry["note"], f"{here}.note") if "note" in entry else "",
        )
    for name, (value, here) in _overrides(overrides).items():
        if name not in found:
            raise SuiteError("没有这个参数", place=here, found=name, expected="、".join(found))
        old = found[name]
        found[name] = Parameter(name, old.label, _value(value, kinds[name], here), old.source_words, old.note)
    return found


def _overrides(overrides: Path | Mapping[str, Any] | None) -> dict[str, tuple[Any, str]]:
    if overrides is None:
        return {}
    if isinstance(overrides, Path):
        data, place = reading.read_yaml(overrides, str(overrides)), str(overrides)
    else:
        data, place = overrides, "参数"
    return {name: (value, f"{place} {name}") for name, value in data.items()}


def _value(value: Any, kind: str, place: str) -> ParameterValue:
    match kind:
        case "month_day":
            return reading.month_day(value, place)
        case "date":
            return reading.iso_date(value, place).isoformat()
        case "dates":
            return reading.iso_dates(value, place)
        case "period":
            return reading.one_of(value, place, tuple(p.value for p in PeriodKind))
        case "boolean":
            return reading.boolean(value, place)
        case "year":
            return reading.number(value, place, whole=True, least=1900)
        case "hours" | "percent":
            return reading.number(value, place, whole=False, least=0)
        case _:
            return reading.number(value, place, whole=True, least=0)
