"""Where documents differ on one matter (冲突), from ``expectations/conflicts.yaml``: side by side, never merged.

An organisation is judged by the documents it adopts, each verdict under its own document; this only shows, per matter,
what each of them says and which is the stricter for whom.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import SuiteError
from workbench.requirements import reading

#: How positions on one matter stand to one another.
KINDS = ("要求不同", "力度不同", "口径不同", "对象不同", "有无数字", "详略不同", "一致")

_FILE = "conflicts.yaml"


@dataclass(frozen=True)
class Position:
    """What some requirements of one document say on the matter, in a few words."""

    requirements: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Stricter:
    """The stricter requirement for one kind of addressee (``who``), and why."""

    who: str
    requirement: str
    why: str


@dataclass(frozen=True)
class Conflict:
    """One matter on which documents stand side by side; ``stricter`` is empty where none can be named."""

    id: str
    topic: str
    kind: str
    positions: tuple[Position, ...]
    stricter: tuple[Stricter, ...]
    note: str

    @property
    def requirements(self) -> tuple[str, ...]:
        """Every requirement it names, in order."""
        return tuple(r for position in self.positions for r in position.requirements)


def load_conflicts(directory: Path, known: Collection[str]) -> tuple[Conflict, ...]:
    """The conflicts declared in ``directory``, none without the file; ``known`` are the ids that may be named.

    Raises :class:`SuiteError` for an unknown key, kind or requirement, an id given twice, a matter with one position,
    a stricter requirement that is none of the positions'.
    """
    if not (directory / _FILE).exists():
        return ()
    data = reading.read_yaml(directory / _FILE, _FILE)
    reading.check_keys(data, _FILE, required=("conflicts",))
    found = [
        _conflict(entry, known, f"{_FILE} conflicts[{i}]")
        for i, entry in enumerate(_list(data["conflicts"], f"{_FILE} conflicts", 1))
    ]
    seen: set[str] = set()
    for conflict in found:
        if conflict.id in seen:
            raise SuiteError("冲突编号重复", place=_FILE, found=conflict.id, expected="每个编号只用一次")
        seen.add(conflict.id)
    return tuple(found)


def _list(value: Any, place: str, least: int) -> list[Any]:
    if not isinstance(value, list) or len(value) < least:
        raise SuiteError(f"此处应为{least}项以上的列表", place=place, found=reading.shown(value), expected="- …")
    return value


def _conflict(entry: Any, known: Collection[str], place: str) -> Conflict:
    entry = reading.mapping(entry, place)
    reading.check_keys(entry, place, required=("id", "topic", "kind", "positions"), optional=("stricter", "note"))
    name = reading.text(entry["id"], f"{place}.id")
    place = f"{place}（{name}）"
    positions = tuple(
        _position(p, known, f"{place}.positions[{i}]")
        for i, p in enumerate(_list(entry["positions"], f"{place}.positions", 2))
    )
    named = [r for p in positions for r in p.requirements]
    given = _list(entry["stricter"], f"{place}.stricter", 1) if "stricter" in entry else []
    return Conflict(
        id=name,
        topic=reading.text(entry["topic"], f"{place}.topic"),
        kind=reading.one_of(entry["kind"], f"{place}.kind", KINDS),
        positions=positions,
        stricter=tuple(_stricter(s, named, f"{place}.stricter[{i}]") for i, s in enumerate(given)),
        note=reading.text(entry["note"], f"{place}.note") if "note" in entry else "",
    )


def _position(entry: Any, known: Collection[str], place: str) -> Position:
    entry = reading.mapping(entry, place)
    reading.check_keys(entry, place, required=("requirements", "says"))
    names = tuple(
        reading.text(name, f"{place}.requirements")
        for name in _list(entry["requirements"], f"{place}.requirements", 1)
    )
    for name in names:
        if name not in known:
            raise SuiteError(
                "没有这个条款编号",
                place=f"{place}.requirements",
                found=name,
                expected="套件或 listed.yaml 中的编号",
                next_step="用 workbench requirements 查看编号",
            )
    return Position(names, reading.text(entry["says"], f"{place}.says"))


def _stricter(entry: Any, named: Collection[str], place: str) -> Stricter:
    entry = reading.mapping(entry, place)
    reading.check_keys(entry, place, required=("for", "requirement", "why"))
    return Stricter(
        who=reading.text(entry["for"], f"{place}.for"),
        requirement=reading.one_of(entry["requirement"], f"{place}.requirement", named),
        why=reading.text(entry["why"], f"{place}.why"),
    )
