"""Adoption (采用): which organisations are judged by which documents, from a YAML file of the user's.

``adoption:`` is a list of entries; an organisation adopts the documents of every entry whose traits it fits
(``docs/verdicts.md``, Adoption). An entry without a trait asks nothing of it; with nothing but ``documents`` it is for
all. Names are held against the records once those are known (:mod:`workbench.audit.subjects`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench import vocabulary as v
from workbench.errors import SuiteError
from workbench.requirements import reading
from workbench.requirements.model import Suites

_TRAITS: dict[str, type[v.StrEnum]] = {"levels": v.Level, "sectors": v.Sector, "types": v.OrgType, "flags": v.OrgFlag}


@dataclass(frozen=True)
class Entry:
    """Documents, and who adopts them: level, sector, type among those given, all flags carried, named, not excepted.

    An empty trait asks nothing. ``names`` and ``except_names`` hold names, short names or organisation ids.
    """

    documents: tuple[str, ...]
    levels: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    except_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adoption:
    """An adoption file as read: its path, SHA-256 and entries in order. Whoever fits no entry adopts nothing."""

    place: str
    sha256: str
    entries: tuple[Entry, ...]

    def receipt(self) -> dict[str, Any]:
        """What a run keeps of it: the file's name, its SHA-256 and the entries, empty traits left out."""
        entries = [{key: list(value) for key, value in asdict(entry).items() if value} for entry in self.entries]
        return {"file": Path(self.place).name, "sha256": self.sha256, "entries": entries}


def load_adoption(path: Path, suites: Suites) -> Adoption:
    """The adoption file at ``path``; it may name every document that has ``suites``, chosen for the run or not.

    Raises :class:`SuiteError` naming the file, the key and what it allows: an unknown key, document, level, sector,
    type or flag, no entries, a name that one entry both names and excepts.

    >>> from datetime import date
    >>> from tempfile import TemporaryDirectory
    >>> from workbench.requirements import load_suites
    >>> suites = load_suites(as_of=date(2026, 8, 31))
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "adoption.yaml"
    ...     _ = path.write_text("adoption:\\n  - {documents: [secretary-2022], levels: [市]}\\n", encoding="utf-8")
    ...     load_adoption(path, suites).entries[0].levels
    ('市',)
    """
    place = str(path)
    data = reading.read_yaml(path, place)
    documents = (*(document.id for document in suites.documents), *suites.others)
    reading.check_keys(data, place, required=("adoption",), optional=("notes",))
    entries = data["adoption"]
    if not isinstance(entries, list) or not entries:
        raise SuiteError("adoption 应为列表", place=place, found=reading.shown(entries), expected="- documents: […]")
    read = tuple(_entry(e, documents, f"{place} adoption[{i}]") for i, e in enumerate(entries))
    return Adoption(place, hashlib.sha256(path.read_bytes()).hexdigest(), read)


def _entry(entry: Any, documents: Collection[str], place: str) -> Entry:
    entry = reading.mapping(entry, place)
    reading.check_keys(
        entry, place, required=("documents",), optional=(*_TRAITS, "names", "except_names", "note")
    )
    traits = {
        key: reading.some_of(entry[key], f"{place}.{key}", tuple(term.value for term in terms))
        for key, terms in _TRAITS.items() if key in entry
    }
    names, others = (_names(entry, key, place) for key in ("names", "except_names"))
    for name in others:
        if name in names:
            raise SuiteError(
                "同一名称既列入又除外", place=f"{place}.except_names", found=name, expected="只写在其中一处"
            )
    adopted = reading.some_of(entry["documents"], f"{place}.documents", tuple(documents))
    return Entry(adopted, **traits, names=names, except_names=others)


def _names(entry: dict[str, Any], key: str, place: str) -> tuple[str, ...]:
    """Names as written; whether an organisation is so called shows when the records are known."""
    if key not in entry:
        return ()
    here, given = f"{place}.{key}", entry[key]
    if not isinstance(given, list) or not given:
        raise SuiteError("此处应为列表", place=here, found=reading.shown(given), expected="[全称、简称或组织代码]")
    names = tuple(reading.text(name, f"{here}[{i}]") for i, name in enumerate(given))
    if len(set(names)) != len(names):
        raise SuiteError("列表中有重复", place=here, found="、".join(names), expected="每项只写一次")
    return names
