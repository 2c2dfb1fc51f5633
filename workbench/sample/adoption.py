"""Which organisations of the synthetic city adopt which documents: its adoption file, and the same rules in SQL."""

from __future__ import annotations

from pathlib import Path

import yaml

#: Entries of the adoption file, in order (``workbench/requirements/adoption.py`` reads them).
ENTRIES: tuple[dict[str, list[str]], ...] = (
    {"documents": ["secretary-2022", "xinfang-bureau"]},
    {"documents": ["luoyang-2020"], "sectors": ["机关"]},
    {"documents": ["county-longterm"], "sectors": ["农村", "社区"]},
    {"documents": ["county-longterm"], "levels": ["县", "乡镇"]},
    {"documents": ["feicheng-standard"], "sectors": ["机关"], "types": ["机关党委", "党支部", "党总支", "工委"]},
)
FILE = "适用文件.yaml"
_COLUMNS = {"sectors": "sector", "levels": "level", "types": "type"}


def adopted() -> str:
    """SQL: the documents an organisation adopts, by its own column ``adopts`` or else by the file."""
    parts = (f"CASE WHEN {_fits(entry)} THEN {entry['documents']!r} ELSE [] END" for entry in ENTRIES)
    return f"coalesce(adopts, list_distinct(list_concat({', '.join(parts)})))"


def _fits(entry: dict[str, list[str]]) -> str:
    """SQL: whether an organisation has the traits of an entry; an unknown trait does not fit."""
    traits = (f"coalesce(list_contains({entry[name]!r}, {column}), FALSE)"
              for name, column in _COLUMNS.items() if name in entry)
    return " AND ".join(traits) or "TRUE"


def write_adoption(out: Path) -> None:
    """Write the adoption file of the city into folder ``out``."""
    text = yaml.safe_dump({"adoption": list(ENTRIES)}, allow_unicode=True, sort_keys=False, width=140,
                          default_flow_style=None)
    (out / FILE).write_text(text, encoding="utf-8")
