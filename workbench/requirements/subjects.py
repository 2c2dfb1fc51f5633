"""Groups of organisations (约束对象) that requirements bind, from ``expectations/subjects.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench import vocabulary as v
from workbench.errors import SuiteError
from workbench.requirements import reading
from workbench.requirements.model import Binding

#: Traits that hold or are not asked for.
_ONLY_TRUE = ("has_committee", "no_committee", "has_children")


def load_subjects(directory: Path) -> dict[str, Binding]:
    """Every declared group by its label; :class:`SuiteError` for an unknown key, type, level, sector or flag."""
    place = "subjects.yaml"
    declared = reading.read_yaml(directory / place, place)
    return {label: _group(label, entry, f"{place} {label}") for label, entry in declared.items()}


def _group(label: str, entry: Any, place: str) -> Binding:
    """A group with one set of traits, or (``any_of``) with several of which one suffices."""
    entry = reading.mapping(entry, place)
    if "any_of" not in entry:
        return _traits(label, entry, place, optional=("note",))
    reading.check_keys(entry, place, required=("any_of",), optional=("note",))
    parts = entry["any_of"]
    if not isinstance(parts, list) or len(parts) < 2:
        raise SuiteError(
            "any_of 应为两项以上的列表", place=place, found=reading.shown(parts), expected="[{types: …}, {types: …}]"
        )
    ways = tuple(_traits(label, part, f"{place}.any_of[{i}]") for i, part in enumerate(parts))
    return Binding(label, alternatives=ways)


def _traits(label: str, entry: Any, place: str, optional: tuple[str, ...] = ()) -> Binding:
    entry = reading.mapping(entry, place)
    reading.check_keys(
        entry,
        place,
        required=("types",),
        optional=("levels", "sectors", "flags", "under", "not_under", *_ONLY_TRUE, *optional),
    )

    def listed(key: str, terms: type[v.StrEnum]) -> tuple[str, ...]:
        allowed = tuple(t.value for t in terms)
        return reading.some_of(entry[key], f"{place}.{key}", allowed) if key in entry else ()

    return Binding(
        label=label,
        types=listed("types", v.OrgType),
        levels=listed("levels", v.Level),
        sectors=listed("sectors", v.Sector),
        flags=listed("flags", v.OrgFlag),
        under=listed("under", v.OrgType),
        not_under=listed("not_under", v.OrgType),
        **{key: reading.only_true(entry[key], f"{place}.{key}") for key in _ONLY_TRUE if key in entry},
    )
