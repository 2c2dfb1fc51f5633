"""Suites of ``expectations/`` read as requirements (读取条款).

``expectations/<document>/<effective date>/<subject>.yaml`` is a Great Expectations suite; a document has one folder
for each version, in which ``listed.yaml`` names the rows that are not judged. Great Expectations is not imported here:
that costs seconds, and pages need requirements too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from workbench.display import Listing
from workbench.errors import SuiteError, UsageError
from workbench.requirements import documents as folders
from workbench.requirements import reading
from workbench.requirements.entries import Context, read_entries
from workbench.requirements.listed import read_listed
from workbench.requirements.model import DocumentVersion, Listed, Requirement, Suites
from workbench.requirements.parameters import load_parameters
from workbench.requirements.subjects import load_subjects
from workbench.resources import resource


def load_requirements(
    documents: Sequence[str] | None = None,
    *,
    as_of: date,
    year: int | None = None,
    directory: Path | None = None,
    parameters: Path | Mapping[str, Any] | None = None,
) -> Listing[Requirement]:
    """The requirements of the chosen documents in force for a run; arguments and errors as :func:`load_suites`.

    >>> from datetime import date
    >>> load_requirements(["secretary-2022"], as_of=date(2026, 8, 31))[0].document
    'secretary-2022'
    """
    found = load_suites(documents, as_of=as_of, year=year, directory=directory, parameters=parameters)
    return Listing(found.requirements, about=f"截至 {as_of.isoformat()} 有效的版本", of=Requirement)


def load_suites(
    documents: Sequence[str] | None = None,
    *,
    as_of: date,
    year: int | None = None,
    directory: Path | None = None,
    parameters: Path | Mapping[str, Any] | None = None,
) -> Suites:
    """Requirements, listed rows, document versions and parameters of a run.

    ``documents`` are identifiers (folder names), None for all. Of each the latest version with ``effective_from`` on
    or before the reference day counts (the earlier of ``as_of`` and 31 December of ``year``), if its ``effective_to``
    (inclusive) has not passed; otherwise the document yields nothing and its :class:`DocumentVersion` says why.
    ``directory`` holds the suites, ``parameters`` overrides parameter values (name → value, or a YAML file).
    All versions and files of the chosen documents are checked, in force or not. Raises :class:`SuiteError` (unknown
    key, term, document, parameter …; a gap or an overlap between versions) and :class:`UsageError`.
    """
    directory = resource("expectations") if directory is None else directory
    if not directory.is_dir():
        raise UsageError(
            "没有这个条款文件夹", place=str(directory), expected="含 subjects.yaml 和各文件子文件夹的文件夹"
        )
    reference = as_of if year is None else min(as_of, date(year, 12, 31))
    known = folders.document_names(directory)
    context = Context(load_subjects(directory), load_parameters(directory, parameters))
    chosen = known if documents is None else folders.chosen_documents(documents, known, str(directory))
    picked, requirements, listed, ids = [], [], [], set()
    for name in chosen:
        versions = _versions(context, directory / name)
        document = folders.in_force([v.document for v in versions], reference)
        picked.append(document)
        for version in versions:
            ids.update(row.id for row in (*version.requirements, *version.listed))
            if version.document is document:
                requirements += version.requirements
                listed += version.listed
    _check_unique([*requirements, *listed])
    ordered = tuple(replace(r, order=i) for i, r in enumerate(requirements))
    used = {p.name: p for r in ordered for p in r.parameters}
    others = tuple(name for name in known if name not in chosen)
    return Suites(ordered, tuple(picked), used, tuple(listed), frozenset(ids), others)


@dataclass(frozen=True)
class _Version:
    """One version of a document as read: its dates, its requirements and listed rows in the order of their ids."""

    document: DocumentVersion
    requirements: tuple[Requirement, ...]
    listed: tuple[Listed, ...]


def _versions(context: Context, folder: Path) -> list[_Version]:
    """Every version of a document, oldest first; they follow one another without gap or overlap."""
    entries = folders.visible(folder)
    if not entries:
        raise SuiteError(
            "文件夹里没有任何版本", place=folder.name, expected="以生效日期命名的子文件夹，如 2022-01-01"
        )
    versions = sorted((_version(context, folder.name, entry) for entry in entries), key=lambda v: v.document.version)
    folders.check_spans(folder.name, [v.document for v in versions])
    return versions


def _version(context: Context, document: str, folder: Path) -> _Version:
    place = f"{document}/{folder.name}"
    if not folder.is_dir():
        raise SuiteError(
            "此处只能有版本文件夹", place=place, found=folder.name, expected="以生效日期命名的子文件夹，如 2022-01-01"
        )
    effective_from = reading.iso_date(folder.name, place)
    files, requirements, listed, heads = [], [], [], []
    for path in folders.visible(folder):
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
        head = folders.read_head(data, here, document, effective_from)
        heads.append((here, head))
        files.append((here, hashlib.sha256(path.read_bytes()).hexdigest()))
        if "listed" in data:
            listed += read_listed(data, head, here)
        else:
            requirements += read_entries(context, data, head, here)
    if not files:
        raise SuiteError("版本文件夹是空的", place=place, expected="至少一个 .yaml 文件")
    first = folders.agreed_head(heads)
    _check_unique([*requirements, *listed])
    requirements.sort(key=lambda r: natural(r.id))
    listed.sort(key=lambda r: natural(r.id))
    return _Version(replace(first, files=tuple(files)), tuple(requirements), tuple(listed))


def _check_unique(rows: Sequence[Requirement | Listed]) -> None:
    seen: dict[str, Requirement | Listed] = {}
    for row in rows:
        if row.id in seen:
            raise SuiteError(
                "条款编号重复",
                place=row.file,
                found=row.id,
                expected="每个编号只用一次",
                next_step=f"另一处在 {seen[row.id].file}",
            )
        seen[row.id] = row


def natural(identifier: str) -> list[tuple[int, int, str]]:
    """Sort key under which clause 5-2 stands before 5-14.

    >>> sorted(["a-5-14", "a-5-2"], key=natural)
    ['a-5-2', 'a-5-14']
    """
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", identifier) if part]
