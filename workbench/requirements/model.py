"""What the suites say, as plain values: :class:`Requirement` and its parts. Nothing here reads a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from workbench.display import Displayed, facts, page
from workbench.timeline import PeriodKind
from workbench.vocabulary import SEVERITY_LABELS, Severity, Verdict

ParameterValue = int | float | bool | str | list[str]


@dataclass(frozen=True)
class Binding:
    """A group of organisations a requirement binds (约束对象), one entry of ``expectations/subjects.yaml``.

    An organisation belongs to it when its type is one of ``types``, its level and sector one of ``levels`` and
    ``sectors`` (empty: any), it carries every one of ``flags``, and, with ``has_committee``, has a committee
    (``no_committee``: has none), with ``has_children``, an organisation directly below it; above it, at any distance,
    stands one of the types ``under``, and none of the types ``not_under`` (its ancestors all known). When
    ``alternatives`` are given, the traits here are empty: it belongs when it belongs to any of them. The terms are
    those of :mod:`workbench.vocabulary`.
    """

    label: str
    types: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    has_committee: bool = False
    has_children: bool = False
    no_committee: bool = False
    under: tuple[str, ...] = ()
    not_under: tuple[str, ...] = ()
    alternatives: tuple[Binding, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """A value the text leaves open (参数): what holds it, the words it stands for, and why this value."""

    name: str
    label: str
    value: ParameterValue
    source_words: str
    note: str = ""


class Treatment(StrEnum):
    """How a row of a document is dealt with (处理方式): values as the suites write them, ``label`` as people read."""

    AUTOMATED = "automated"
    CHECKLIST = "checklist"
    NOT_SCORED = "not_scored"
    EXCLUDED = "excluded"

    @property
    def label(self) -> str:
        """The Chinese name."""
        return _TREATMENT_LABELS[self]


_TREATMENT_LABELS = {
    Treatment.AUTOMATED: "台账判定",
    Treatment.CHECKLIST: "现场核查",
    Treatment.NOT_SCORED: "不计分",
    Treatment.EXCLUDED: "不纳入",
}


#: What is judged by no calendar period: each case as it comes, or how things stand on a day.
_PERIOD_LABELS = {"event": "按事项", "state": "时点", "ever": "时点"}


class Adopts(StrEnum):
    """Whom a document binds where no adoption file says otherwise: everyone, or only who adopts it by name."""

    EVERYONE = "everyone"
    EXPLICIT = "explicit"


@dataclass(frozen=True)
class Guidance:
    """What an inspector does on site (现场核查提示): what to look at, what papers to ask for, typical faults."""

    look: str
    evidence: str
    faults: str


class _Row(Displayed):
    """A row of a document shows its card in a notebook."""

    def _repr_html_(self) -> str:
        from workbench.requirements.catalogue import card  # which imports this module

        return page(f"{self.clause} {self.description}", (), facts(card(self)))


@dataclass(frozen=True)
class Requirement(_Row):
    """One clause made countable: a threshold, whom it binds, and where it stands.

    ``shape`` is the expectation type; ``kwargs`` its arguments with parameters filled in, without ``requirement``.
    ``period`` is a :class:`workbench.timeline.PeriodKind` value, ``event`` or ``state``. ``required`` is the figure
    itself (``unit`` beside it), None where the clause asks for an order or a date. ``lower`` and ``upper`` are the
    bounds of ``judged`` (``docs/verdicts.md``). ``fingerprint`` changes with anything that could change a verdict.
    ``guidance`` is given for what an inspector answers on site, and only there; ``adoption`` is the document's.

    >>> from datetime import date
    >>> from workbench import load_requirements
    >>> found = {r.id: r for r in load_requirements(as_of=date(2026, 8, 31))}
    >>> found["secretary-2022-8-1"].clause, found["secretary-2022-8-1"].required
    ('第八条', 6)
    """

    id: str
    document: str
    document_title: str
    version: str
    effective_from: date
    effective_to: date | None
    clause: str
    description: str
    severity: Severity
    shape: str
    kwargs: Mapping[str, Any]
    binds: Binding
    parameters: tuple[Parameter, ...]
    unit: str
    period: str
    outcome: Verdict
    required: float | None
    required_text: str
    lower: float | None
    upper: float | None
    notes: str
    order: int
    fingerprint: str
    file: str
    guidance: Guidance | None = None
    adoption: Adopts = Adopts.EVERYONE

    _TITLE = "要求"
    _COLUMNS = (
        ("编号", "id"), ("版本", "version"), ("条款", "clause"), ("要求", "description"),
        ("约束对象", lambda r: r.binds.label), ("应为", "required_text"), ("期间", "period_label"),
        ("性质", lambda r: SEVERITY_LABELS[r.severity]), ("处理方式", lambda r: r.treatment.label),
    )

    @property
    def treatment(self) -> Treatment:
        """Judged from ledgers, or answered on site."""
        return Treatment.AUTOMATED if self.guidance is None else Treatment.CHECKLIST

    @property
    def period_label(self) -> str:
        """The period it is judged by, in Chinese."""
        return _PERIOD_LABELS.get(self.period) or PeriodKind(self.period).label

    def parameter(self, name: str) -> ParameterValue:
        """Value of the parameter ``name`` that this requirement rests on; ``KeyError`` when it uses none so named."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter.value
        raise KeyError(name)


@dataclass(frozen=True)
class Listed(_Row):
    """A row that is listed with its ``reason`` and never judged: ``treatment`` is not scored or excluded."""

    id: str
    document: str
    document_title: str
    version: str
    clause: str
    description: str
    treatment: Treatment
    reason: str
    file: str

    _TITLE = "不判定的要求"
    _COLUMNS = (
        ("编号", "id"), ("版本", "version"), ("条款", "clause"), ("要求", "description"),
        ("处理方式", lambda r: r.treatment.label), ("理由", "reason"),
    )


@dataclass(frozen=True)
class DocumentVersion:
    """A chosen document: the version in force at the end of the audited span, or why there is none.

    ``version`` is the day it took effect (ISO), empty when none is in force; ``files`` pairs each suite file
    (relative to the folder of suites) with its SHA-256; ``reason`` is Chinese and empty when in force. ``adoption``
    says whom it binds where no adoption file is given.
    """

    id: str
    title: str
    version: str
    effective_from: date | None
    effective_to: date | None
    files: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    notes: str = ""
    adoption: Adopts = Adopts.EVERYONE

    @property
    def in_force(self) -> bool:
        """Whether the document yields requirements for this run."""
        return not self.reason


@dataclass(frozen=True)
class Suites:
    """What was read for one run: the requirements in order, the documents, the parameters in use, the listed rows.

    ``known`` holds the ids of all versions of the chosen documents, ``others`` the documents that were not chosen.
    """

    requirements: tuple[Requirement, ...]
    documents: tuple[DocumentVersion, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    listed: tuple[Listed, ...] = ()
    known: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()


def terms(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """The terms an argument names: one term or a list of them (any counts); none for an absent argument.

    >>> terms("党课"), terms(["党课", "调研"]), terms(None)
    (('党课',), ('党课', '调研'), ())
    """
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
