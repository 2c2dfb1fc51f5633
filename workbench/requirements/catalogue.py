"""The whole catalogue (条款目录): every row of every document however it is treated, with cards, search and coverage.

Pure values from the suites; the command line, the dashboard page and ``docs/requirements.md`` show them.
``expectations/catalogue.yaml`` names every row that was read out of the documents: coverage is held against it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.display import Displayed, Figure, Listing
from workbench.errors import UsageError
from workbench.requirements import reading
from workbench.requirements.conflicts import Conflict, load_conflicts
from workbench.requirements.loader import load_suites, natural
from workbench.requirements.model import DocumentVersion, Listed, Requirement, Suites, Treatment
from workbench.requirements.shapes import SHAPES
from workbench.resources import resource
from workbench.vocabulary import SEVERITY_LABELS, Verdict

_REGISTER = "catalogue.yaml"

Row = Requirement | Listed


@dataclass(frozen=True)
class Coverage(Displayed):
    """One document: rows per treatment, the ids of the register that no suite holds, and those it does not know."""

    document: str
    title: str
    counts: Mapping[Treatment, int]
    total: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    _TITLE = "条款覆盖"
    _COLUMNS = (
        ("文件", "title"), *((t.label, lambda c, t=t: c.counts[t]) for t in Treatment),
        ("已处理/全部", lambda c: Figure(f"{c.treated}/{c.total}")), ("缺", lambda c: len(c.missing)),
        ("多", lambda c: len(c.extra)),
    )

    @property
    def treated(self) -> int:
        """How many rows of the register are dealt with, in one way or another."""
        return self.total - len(self.missing)


@dataclass(frozen=True)
class Catalogue(Displayed):
    """Documents, rows in order (judged and listed ones of a document by their ids), conflicts, the register of ids."""

    documents: tuple[DocumentVersion, ...]
    rows: tuple[Row, ...]
    conflicts: tuple[Conflict, ...]
    register: Mapping[str, tuple[str, ...]]

    def _repr_html_(self) -> str:
        return self.coverage()._repr_html_()

    @cached_property
    def by_id(self) -> Mapping[str, Row]:
        """Rows by their id."""
        return {row.id: row for row in self.rows}

    def row(self, identifier: str) -> Row:
        """The row so numbered; :class:`UsageError` with similar ids when there is none."""
        if identifier in self.by_id:
            return self.by_id[identifier]
        near = [i for i in self.by_id if identifier in i][:5]
        raise UsageError(
            "没有这个条款编号",
            found=identifier,
            expected="、".join(near) or "如 " + "、".join(list(self.by_id)[:3]),
            next_step="用 workbench requirements --search 词 查找",
        )

    def select(
        self, *, documents: Sequence[str] = (), treatment: Treatment | None = None, words: str = ""
    ) -> tuple[Row, ...]:
        """Rows of the documents (none: all) with the treatment that contain every one of the words, in order."""
        wanted = words.casefold().split()
        return tuple(
            row for row in self.rows
            if (not documents or row.document in documents)
            and (treatment is None or row.treatment is treatment)
            and all(word in _text_of(row) for word in wanted)
        )

    def conflicts_of(self, identifier: str) -> tuple[Conflict, ...]:
        """The matters on which this row stands beside others."""
        return tuple(c for c in self.conflicts if identifier in c.requirements)

    def coverage(self) -> Listing[Coverage]:
        """Rows per treatment of each document, those of the register first and in its order."""
        titles = {d.id: d.title for d in self.documents}
        found = []
        for document in dict.fromkeys([*self.register, *titles]):
            rows = [row for row in self.rows if row.document == document]
            ids = {row.id for row in rows}
            register = self.register.get(document, tuple(row.id for row in rows))
            counts = Counter(row.treatment for row in rows)
            found.append(
                Coverage(
                    document,
                    titles.get(document, document),
                    {t: counts[t] for t in Treatment},
                    len(register),
                    missing=tuple(i for i in register if i not in ids),
                    extra=tuple(sorted(ids - set(register), key=natural)),
                )
            )
        return Listing(found, about=self._versions, of=Coverage)

    def _versions(self) -> str:
        """The documents and which version of each, in one line."""
        return "，".join(f"{d.title} {d.version or '不在有效期内'}" for d in self.documents)


def load_catalogue(
    documents: Sequence[str] | None = None, *, as_of: date = date.max, directory: Path | None = None
) -> Catalogue:
    """The catalogue of the versions in force on ``as_of`` (default: the newest); errors as :func:`load_suites`.

    >>> load_catalogue().row("secretary-2022-8-1").clause
    '第八条'
    """
    directory = resource("expectations") if directory is None else directory
    return catalogue_of(load_suites(documents, as_of=as_of, directory=directory), as_of=as_of, directory=directory)


def catalogue_of(suites: Suites, *, as_of: date, directory: Path) -> Catalogue:
    """The catalogue over suites already read from ``directory``: conflicts and register beside them."""
    register = load_register(directory)
    known = set(suites.known).union(*register.values())
    chosen = {d.id for d in suites.documents}
    if not set(suites.others) <= set(register):  # conflicts name rows of all documents
        known |= load_suites(as_of=as_of, directory=directory).known
    register = {document: ids for document, ids in register.items() if document in chosen}
    order = {d.id: i for i, d in enumerate(suites.documents)}
    rows = sorted((*suites.requirements, *suites.listed), key=lambda r: (order[r.document], natural(r.id)))
    return Catalogue(suites.documents, tuple(rows), load_conflicts(directory, known), register)


def load_register(directory: Path) -> dict[str, tuple[str, ...]]:
    """Ids of all rows read out of each document, from ``catalogue.yaml``; empty where there is no such file."""
    if not (directory / _REGISTER).exists():
        return {}
    data = reading.read_yaml(directory / _REGISTER, _REGISTER)
    reading.check_keys(data, _REGISTER, required=("documents",), optional=("note",))
    found = {}
    for document, ids in reading.mapping(data["documents"], f"{_REGISTER} documents").items():
        place = f"{_REGISTER} documents.{document}"
        given = reading.some_of(ids, place, [i for i in ids if isinstance(i, str)] if isinstance(ids, list) else ())
        found[document] = tuple(f"{document}-{i}" for i in given)
    return found


def _text_of(row: Row) -> str:
    """Everything of a row a reader may look for."""
    words = [row.id, row.clause, row.description, row.treatment.label]
    if isinstance(row, Listed):
        words.append(row.reason)
    else:
        words += [row.binds.label, row.required_text, row.notes, SHAPES[row.shape].label]
        words += [part for p in row.parameters for part in (p.label, p.source_words)]
        words += [row.guidance.look, row.guidance.evidence, row.guidance.faults] if row.guidance else []
    return "\n".join(words).casefold()


def card(row: Row, conflicts: Sequence[Conflict] = ()) -> list[tuple[str, str]]:
    """Label and text of each line of the card of one row, in the order people read it.

    >>> from workbench.requirements.catalogue import load_catalogue
    >>> dict(card(load_catalogue().row("secretary-2022-8-1")))["应为"]
    '每年至少6次'
    """
    lines = [("编号", row.id), ("文件", f"{row.document_title}（{row.document}）"), ("版本", _version(row))]
    lines += [("条款", row.clause), ("要求", row.description)]
    if isinstance(row, Listed):
        lines += [("处理方式", row.treatment.label), ("理由", row.reason)]
    else:
        lines += [
            ("约束对象", row.binds.label),
            ("应为", row.required_text),
            ("期间", row.period_label),
            ("性质", SEVERITY_LABELS[row.severity] + ("，只作提示" if row.outcome is Verdict.MANUAL else "")),
            ("处理方式", f"{row.treatment.label}（{SHAPES[row.shape].label}）"),
        ]
        if row.guidance:
            lines += [("看什么", row.guidance.look), ("查什么材料", row.guidance.evidence)]
            lines += [("常见问题", row.guidance.faults)]
        lines += [("参数", f"{p.label}：{value_text(p.value)}（原文“{p.source_words}”）") for p in row.parameters]
        lines += [("说明", row.notes)] if row.notes else []
    for conflict in conflicts:
        beside = "、".join(r for r in conflict.requirements if r != row.id)
        lines.append(("冲突", f"{conflict.id} {conflict.topic}（{conflict.kind}）：{beside}"))
        lines += [("更严", f"{s.who}：{s.why}") for s in conflict.stricter if s.requirement == row.id]
    return lines


def _version(row: Row) -> str:
    end = getattr(row, "effective_to", None)
    return f"{row.version} 起" if end is None else f"{row.version} 至 {end}"


def value_text(value: Any) -> str:
    """A parameter's value as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(value) if isinstance(value, list) else f"{value:g}" if isinstance(value, float) else str(value)
