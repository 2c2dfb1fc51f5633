"""Whether a folder is a run that can be shown, told before anything is started."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.errors import RunError

FILES = (
    "receipt.json", "organizations.parquet", "requirements.json", "results.parquet", "evidence.parquet",
    "sources.parquet",
)
_REQUIREMENT_KEYS = (
    "id", "document", "document_title", "clause", "description", "required_text", "order", "shape", "unit", "required",
    "kwargs",
)


def check_run(run: Path) -> dict[str, Any]:
    """The receipt of a run folder; raises :class:`RunError` when the folder is missing, incomplete or unreadable."""
    run = Path(run)
    if not run.is_dir():
        raise RunError(
            "没有这个督查结果文件夹", place=str(run), next_step="请核对路径,或先执行 workbench audit 生成督查结果"
        )
    missing = [name for name in FILES if not (run / name).is_file()]
    if missing:
        raise RunError(
            "督查结果不完整", place=str(run), found="缺少 " + "、".join(missing),
            expected="、".join(FILES), next_step="请用 workbench audit 重新生成督查结果",
        )
    try:
        receipt = json.loads((run / "receipt.json").read_text(encoding="utf-8"))
        receipt["as_of"], receipt["year"], receipt["documents"]
    except (ValueError, KeyError, TypeError) as e:
        raise RunError(
            "督查结果的 receipt.json 无法读取", place=str(run / "receipt.json"), found=f"{type(e).__name__}: {e}",
            next_step="文件可能损坏,请用 workbench audit 重新生成督查结果",
        ) from e
    return receipt


def read_requirements(run: Path) -> list[dict[str, Any]]:
    """The requirements of a run in their order; raises :class:`RunError` when a field the page shows is missing."""
    path = run / "requirements.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        lacking = sorted({key for r in found for key in _REQUIREMENT_KEYS if key not in r})
    except (ValueError, TypeError) as e:
        lacking = [f"{type(e).__name__}: {e}"]
    if lacking:
        raise RunError(
            "督查结果的 requirements.json 无法使用", place=str(path), found="缺少或无法读取 " + "、".join(lacking),
            next_step="文件可能损坏,请用 workbench audit 重新生成督查结果",
        )
    return sorted(found, key=lambda r: (r["document"], r["order"]))
