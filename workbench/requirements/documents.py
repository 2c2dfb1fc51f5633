"""Documents and their versions: folders, the head every suite file carries, and which version counts on a day.

Each version has a folder named after the day it takes effect. It ends on ``effective_to`` (inclusive) or, without it,
on the day before the next one begins; a gap or an overlap is an error. No day falls through to an older version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from workbench.errors import SuiteError
from workbench.requirements import reading
from workbench.requirements.model import Adopts, DocumentVersion

#: What may lie beside the documents' folders, apart from notes (.md).
DECLARATIONS = ("subjects.yaml", "parameters.yaml", "conflicts.yaml", "catalogue.yaml", "ledger.yaml")

#: The lists a suite file may hold, exactly one of them.
CONTENTS = ("expectations", "listed")


def visible(folder: Path) -> list[Path]:
    """What lies in a folder, in order, apart from hidden files."""
    return sorted(p for p in folder.iterdir() if not p.name.startswith("."))


def document_names(directory: Path) -> list[str]:
    """Names of the documents' folders; beside them only the declarations and notes (.md) may lie."""
    known = []
    for path in visible(directory):
        if path.is_dir():
            known.append(path.name)
        elif path.name not in DECLARATIONS and path.suffix != ".md":
            raise SuiteError(
                "此处不能有这个文件",
                place=str(directory),
                found=path.name,
                expected="、".join((*DECLARATIONS, "各文件的子文件夹")),
                next_step="条款请放进 <文件代号>/<生效日期>/ 之下",
            )
    return known


def chosen_documents(documents: Sequence[str], known: Sequence[str], place: str) -> list[str]:
    """The documents asked for, each once; :class:`SuiteError` for one that has no suites."""
    for name in documents:
        if name not in known:
            raise SuiteError(
                "没有这个文件的条款",
                place=place,
                found=name,
                expected="、".join(known),
                next_step="请从所列文件代号中选择",
            )
    return list(dict.fromkeys(documents))


def read_head(data: dict[str, Any], place: str, document: str, effective_from: date) -> DocumentVersion:
    """The head of a suite file: it must name the document and the day of the folders it lies in."""
    content = [key for key in CONTENTS if key in data] or ["expectations"]
    reading.check_keys(data, place, required=("name", "meta", content[0]), optional=("notes",))
    reading.text(data["name"], f"{place} name")
    here = f"{place} meta"
    meta = reading.mapping(data["meta"], here)
    reading.check_keys(
        meta, here, required=("document", "title", "effective_from"), optional=("effective_to", "adoption", "notes")
    )
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
    adoption = reading.one_of(meta.get("adoption", Adopts.EVERYONE), f"{here}.adoption", tuple(Adopts))
    return DocumentVersion(
        document,
        reading.text(meta["title"], f"{here}.title"),
        effective_from.isoformat(),
        effective_from,
        end,
        notes=reading.text(meta["notes"], f"{here}.notes") if "notes" in meta else "",
        adoption=Adopts(adoption),
    )


def agreed_head(heads: Sequence[tuple[str, DocumentVersion]]) -> DocumentVersion:
    """The head all files (place, head) of a version share; notes may differ and are joined."""
    first_place, first = heads[0]
    for place, head in heads[1:]:
        for key in ("title", "effective_to", "adoption"):
            if getattr(head, key) != getattr(first, key):
                raise SuiteError(
                    f"与同一版本的 {first_place} 不一致",
                    place=f"{place} meta.{key}",
                    found=str(getattr(head, key) or "（空）"),
                    expected=str(getattr(first, key) or "（空）"),
                )
    return replace(first, notes="\n".join(dict.fromkeys(h.notes for _, h in heads if h.notes)))


def check_spans(name: str, versions: Sequence[DocumentVersion]) -> None:
    """Versions, oldest first, follow one another day by day: :class:`SuiteError` for a gap or an overlap."""
    for earlier, later in zip(versions, versions[1:], strict=False):
        end = earlier.effective_to
        if end is None:
            continue  # in force until the next one takes effect
        wanted = later.effective_from - timedelta(days=1)
        if end != wanted:
            overlap = end > wanted
            raise SuiteError(
                "两个版本的施行期重叠" if overlap else "两个版本的施行期之间有空档",
                place=name,
                found=f"{earlier.version} 至 {end}，下一版本 {later.version} 起",
                expected=f"前一版本的 effective_to 为 {wanted}",
                next_step="请改前一版本的 effective_to；不写则至下一版本生效的前一日为止",
            )


def in_force(versions: Sequence[DocumentVersion], reference: date) -> DocumentVersion:
    """Of the versions of one document, oldest first, the one that counts on the day, or a report of why none does."""
    begun = [v for v in versions if v.effective_from <= reference]
    latest = begun[-1] if begun else versions[0]
    if not begun:
        reason = f"{latest.version} 起施行，{reference} 尚未生效"
    elif latest.effective_to is not None and latest.effective_to < reference:
        reason = f"已于 {latest.effective_to} 失效"
    else:
        return latest
    return DocumentVersion(latest.id, latest.title, "", None, None, reason=reason, adoption=latest.adoption)
