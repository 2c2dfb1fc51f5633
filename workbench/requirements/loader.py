"""Suites of ``expectations/`` read as requirements (读取条款).

``expectations/<document>/<effective date>/<subject>.yaml`` is a Great Expectations suite; a document has one folder
for each version. Great Expectations is not imported here: that costs seconds, and pages need requirements too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from workbench.errors import SuiteError, UsageError
from workbench.requirements import reading, shapes, wording
from workbench.requirements.model import Binding, DocumentVersion, Parameter, Requirement, Suites
from workbench.requirements.parameters import load_parameters
from workbench.requirements.subjects import load_subjects
from workbench.resources import resource
from workbench.vocabulary import Severity, Verdict

_ID = re.compile(r"[\w.\-]+")
_OUTCOMES = {"prompt": Verdict.MANUAL}


def load_requirements(
    documents: Sequence[str] | None = None,
    *,
    as_of: date,
    year: int | None = None,
    directory: Path | None = None,
    parameters: Path | Mapping[str, Any] | None = None,
) -> list[Requirement]:
    """The requirements of the chosen documents in force for a run; arguments and errors as :func:`load_suites`.

    >>> from datetime import date
    >>> load_requirements(["secretary-2022"], as_of=date(2026, 8, 31))[0].required_text
    '每年至少4次'
    """
    found = load_suites(documents, as_of=as_of, year=year, directory=directory, parameters=parameters)
    return list(found.requirements)


def load_suites(
    documents: Sequence[str] | None = None,
    *,
    as_of: date,
    year: int | None = None,
    directory: Path | None = None,
    parameters: Path | Mapping[str, Any] | None = None,
) -> Suites:
    """Requirements, document versions and parameters of a run.

    ``documents`` are identifiers (folder names), None for all. Of each the latest version with ``effective_from`` on
    or before the reference day counts (the earlier of ``as_of`` and 31 December of ``year``), if its ``effective_to``
    (inclusive) has not passed; otherwise the document yields nothing and its :class:`DocumentVersion` says why.
    ``directory`` holds the suites, ``parameters`` overrides parameter values (name → value, or a YAML file).
    All versions and files are checked, chosen or not in force as they may be. Raises :class:`SuiteError` (unknown
    key, term, document, parameter …; overlapping versions) and :class:`UsageError`.
    """
    directory = resource("expectations") if directory is None else directory
    if not directory.is_dir():
        raise UsageError(
            "没有这个条款文件夹", place=str(directory), expected="含 subjects.yaml 和各文件子文件夹的文件夹"
        )
    reference = as_of if year is None else min(as_of, date(year, 12, 31))
    known = _documents(directory)
    context = _Context(directory, load_subjects(directory), load_parameters(directory, parameters))
    chosen = known if documents is None else _chosen(documents, known, directory)
    versions = {name: _versions(context, name) for name in chosen}
    picked = [_in_force(name, versions[name], reference) for name in chosen]
    found = [r for _, version in picked if version is not None for r in version.requirements]
    _check_unique(found)
    ordered = tuple(replace(r, order=i) for i, r in enumerate(found))
    used = {p.name: p for r in ordered for p in r.parameters}
    return Suites(ordered, tuple(document for document, _ in picked), used)


@dataclass(frozen=True)
class _Context:
    """What every entry may refer to."""

    directory: Path
    subjects: Mapping[str, Binding]
    parameters: Mapping[str, Parameter]


@dataclass(frozen=True)
class _Version:
    """One version of a document as read: its dates and its requirements in the order of their identifiers."""

    document: DocumentVersion
    requirements: tuple[Requirement, ...]


def _documents(directory: Path) -> list[str]:
    """Names of the documents' folders; beside them only the two declarations and notes (.md) may lie."""
    known = []
    for path in _visible(directory):
        if path.is_dir():
            known.append(path.name)
        elif path.name not in ("subjects.yaml", "parameters.yaml") and path.suffix != ".md":
            raise SuiteError(
                "此处不能有这个文件",
                place=str(directory),
                found=path.name,
                expected="subjects.yaml、parameters.yaml、各文件的子文件夹",
                next_step="条款请放进 <文件代号>/<生效日期>/ 之下",
            )
    return known


def _chosen(documents: Sequence[str], known: Sequence[str], directory: Path) -> list[str]:
    for name in documents:
        if name not in known:
            raise SuiteError(
                "没有这个文件的条款",
                place=str(directory),
                found=name,
                expected="、".join(known),
                next_step="请从所列文件代号中选择",
            )
    return list(dict.fromkeys(documents))


def _versions(context: _Context, name: str) -> list[_Version]:
    """Every version of a document, oldest first; they must not overlap."""
    folder = context.directory / name
    entries = _visible(folder)
    if not entries:
        raise SuiteError("文件夹里没有任何版本", place=name, expected="以生效日期命名的子文件夹，如 2022-01-01")
    versions = sorted((_version(context, name, entry) for entry in entries), key=lambda v: v.document.version)
    for earlier, later in zip(versions, versions[1:], strict=False):
        end = earlier.document.effective_to
        if end is not None and end >= later.document.effective_from:
            raise SuiteError(
                "两个版本的施行期重叠",
                place=name,
                found=f"{earlier.document.version} 至 {end} 与 {later.document.version}",
                expected="前一版本的 effective_to 早于后一版本的 effective_from",
                next_step="请改前一版本的 effective_to",
            )
    return versions


def _visible(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if not p.name.startswith("."))


def _version(context: _Context, document: str, folder: Path) -> _Version:
    place = f"{document}/{folder.name}"
    if not folder.is_dir():
        raise SuiteError(
            "此处只能有版本文件夹", place=place, found=folder.name, expected="以生效日期命名的子文件夹，如 2022-01-01"
        )
    effective_from = reading.iso_date(folder.name, place)
    files, requirements, metas = [], [], []
    for path in _visible(folder):
        here = f"{place}/{path.name}"
        if path.suffix != ".yaml":
            raise SuiteError(
                "版本文件夹里只能有 .yaml 文件",
                place=here,
                found=path.name,
                expected="*.yaml",
                next_step="请改名或移走",
            )
        data = reading.read_yaml(path, here)
        meta = _meta(data, here, document, effective_from)
        metas.append((here, meta))
        files.append((here, hashlib.sha256(path.read_bytes()).hexdigest()))
        requirements += _entries(context, data, meta, here)
    if not files:
        raise SuiteError("版本文件夹是空的", place=place, expected="至少一个 .yaml 文件")
    first = _agreed(metas)
    _check_unique(requirements)
    return _Version(replace(first, files=tuple(files)), tuple(sorted(requirements, key=lambda r: _natural(r.id))))


def _meta(data: dict[str, Any], place: str, document: str, effective_from: date) -> DocumentVersion:
    """The head of a suite file: it must name the document and the day of the folders it lies in."""
    reading.check_keys(data, place, required=("name", "meta", "expectations"), optional=("notes",))
    reading.text(data["name"], f"{place} name")
    here = f"{place} meta"
    meta = reading.mapping(data["meta"], here)
    reading.check_keys(meta, here, required=("document", "title", "effective_from"), optional=("effective_to", "notes"))
    if meta["document"] != document:
        raise SuiteError(
            "与所在文件夹不符", place=f"{here}.document", found=reading.shown(meta["document"]), expected=document
        )
    if reading.iso_date(meta["effective_from"], f"{here}.effective_from") != effective_from:
        raise SuiteError(
            "与所在文件夹不符",
            place=f"{here}.effective_from",
            found=str(meta["effective_from"]),
            expected=effective_from.isoformat(),
        )
    end = reading.iso_date(meta["effective_to"], f"{here}.effective_to") if "effective_to" in meta else None
    if end is not None and end < effective_from:
        raise SuiteError(
            "施行期止于生效之前", place=f"{here}.effective_to", found=str(end), expected=f"不早于 {effective_from}"
        )
    return DocumentVersion(
        document,
        reading.text(meta["title"], f"{here}.title"),
        effective_from.isoformat(),
        effective_from,
        end,
        notes=reading.text(meta["notes"], f"{here}.notes") if "notes" in meta else "",
    )


def _agreed(metas: list[tuple[str, DocumentVersion]]) -> DocumentVersion:
    """The head all files of a version share; notes may differ and are joined."""
    first_place, first = metas[0]
    for place, meta in metas[1:]:
        for key in ("title", "effective_to"):
            if getattr(meta, key) != getattr(first, key):
                raise SuiteError(
                    f"与同一版本的 {first_place} 不一致",
                    place=f"{place} meta.{key}",
                    found=str(getattr(meta, key)),
                    expected=str(getattr(first, key)),
                )
    return replace(first, notes="\n".join(dict.fromkeys(m.notes for _, m in metas if m.notes)))


def _entries(context: _Context, data: dict[str, Any], meta: DocumentVersion, place: str) -> list[Requirement]:
    entries = data["expectations"]
    if not isinstance(entries, list) or not entries:
        raise SuiteError("expectations 应为列表", place=place, found=reading.shown(entries), expected="- type: …")
    return [_requirement(context, entry, meta, place, f"{place} expectations[{i}]") for i, entry in enumerate(entries)]


def _requirement(context: _Context, entry: Any, meta: DocumentVersion, file: str, place: str) -> Requirement:
    entry = reading.mapping(entry, place)
    reading.check_keys(
        entry, place, required=("type", "kwargs", "severity", "description", "meta"), optional=("notes",)
    )
    shape_name = reading.one_of(entry["type"], f"{place}.type", tuple(shapes.SHAPES))
    shape = shapes.SHAPES[shape_name]
    given = dict(reading.mapping(entry["kwargs"], f"{place}.kwargs"))
    identifier = _identifier(given.pop("requirement", None), f"{place}.kwargs.requirement")
    place = f"{place}（{identifier}）"
    resolved, named = _resolve(context, given, f"{place}.kwargs")
    arguments = shapes.check_arguments(shape, resolved, f"{place}.kwargs")
    own = reading.mapping(entry["meta"], f"{place}.meta")
    reading.check_keys(own, f"{place}.meta", required=("clause", "binds", "unit"), optional=("outcome",))
    binds = reading.one_of(own["binds"], f"{place}.meta.binds", tuple(context.subjects))
    unit = reading.text(own["unit"], f"{place}.meta.unit")
    outcome = Verdict.FAILED
    if "outcome" in own:
        outcome = _OUTCOMES[reading.one_of(own["outcome"], f"{place}.meta.outcome", tuple(_OUTCOMES))]
    names = dict.fromkeys([*named, *shapes.parameters_of(shape, arguments)])
    lower, upper = shapes.bounds_of(shape, arguments)
    requirement = Requirement(
        id=identifier,
        document=meta.id,
        document_title=meta.title,
        version=meta.version,
        effective_from=meta.effective_from,
        effective_to=meta.effective_to,
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
        required=wording.required_figure(arguments),
        required_text=wording.required_text(shape_name, arguments, unit),
        lower=lower,
        upper=upper,
        notes=reading.text(entry["notes"], f"{place}.notes") if "notes" in entry else "",
        order=0,
        fingerprint="",
        file=file,
    )
    return replace(requirement, fingerprint=_fingerprint(requirement))


def _identifier(value: Any, place: str) -> str:
    """The requirement's identifier: it names files and joins keys, so only letters, digits and . _ - stand in it."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise SuiteError(
            "缺少条款编号或编号有误",
            place=place,
            found=reading.shown(value),
            expected="字母、数字和 . _ -，如 secretary-2022-8-1",
        )
    return value


def _resolve(context: _Context, given: Mapping[str, Any], place: str) -> tuple[dict[str, Any], list[str]]:
    """Arguments with ``$name`` replaced by the value of that parameter, and the names used."""
    resolved, used = {}, []
    for key, value in given.items():
        if isinstance(value, str) and value.startswith("$"):
            used.append(value[1:])
            value = _parameter(context, value[1:], f"{place}.{key}").value
        resolved[key] = value
    return resolved, used


def _parameter(context: _Context, name: str, place: str) -> Parameter:
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
    canonical = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _check_unique(requirements: Sequence[Requirement]) -> None:
    seen: dict[str, Requirement] = {}
    for requirement in requirements:
        if requirement.id in seen:
            raise SuiteError(
                "条款编号重复",
                place=requirement.file,
                found=requirement.id,
                expected="每个编号只用一次",
                next_step=f"另一处在 {seen[requirement.id].file}",
            )
        seen[requirement.id] = requirement


def _in_force(name: str, versions: list[_Version], reference: date) -> tuple[DocumentVersion, _Version | None]:
    """The version that counts on the reference day, or a report of why there is none."""
    begun = [v for v in versions if v.document.effective_from <= reference]
    if not begun:
        first = versions[0].document
        reason = f"{first.version} 起施行，{reference} 尚未生效"
        return DocumentVersion(name, first.title, "", None, None, reason=reason), None
    latest = begun[-1]
    if latest.document.effective_to is not None and latest.document.effective_to < reference:
        reason = f"已于 {latest.document.effective_to} 失效"
        return DocumentVersion(name, latest.document.title, "", None, None, reason=reason), None
    return latest.document, latest


def _natural(identifier: str) -> list[tuple[int, int, str]]:
    """Sort key under which clause 5-2 stands before 5-14."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", identifier) if part]
