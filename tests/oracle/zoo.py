"""Random suites of every shape with arguments that the real suites do not use ("shape zoo")."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .zoo_shapes import SHAPES, TYPES, Chance

SUBJECTS: dict[str, Any] = {
    "全部": {"types": TYPES},
    "党支部": {"types": ["党支部"]},
    "基层": {"types": TYPES, "levels": ["乡镇", "基层"]},
    "农村社区学校": {"types": ["党支部", "党总支", "机关党委"], "sectors": ["农村", "社区", "学校"]},
    "有财政": {"types": TYPES, "flags": ["有财政"]},
    "有财政且市直属": {"types": TYPES, "flags": ["有财政", "市直属"]},
    "设支委会": {"types": ["党支部"], "has_committee": True},
    "有下级": {"types": TYPES, "has_children": True},
    "不设支委会": {"types": ["党支部"], "no_committee": True},
    "党委之下": {"types": TYPES, "under": ["党委"], "not_under": ["机关党委", "党总支"]},
    "不在党总支之下": {"types": TYPES, "not_under": ["党总支", "党委"]},
    "其一": {"any_of": [{"types": ["党委"], "levels": ["县"]}, {"types": ["党支部"], "flags": ["后进村"]}]},
}


def expectations(rng: Chance, document: str, rounds: int) -> list[dict[str, Any]]:
    """``rounds`` entries of every shape."""
    entries = []
    for number, shape in enumerate(SHAPES * rounds):
        meta: dict[str, Any] = {"clause": "动物园", "unit": "次", "binds": "全部"}
        if rng.random() < 0.25:
            meta["binds"] = rng.choice(list(SUBJECTS))
        if rng.random() < 0.1 or shape.__name__ == "dues_followup":
            meta["outcome"] = "prompt"
        if shape.__name__ == "checklist":
            meta |= {"look": "现场", "evidence": "材料", "faults": "问题"}
        entries.append({
            "type": f"expect_{shape.__name__}", "kwargs": {"requirement": f"{document}-{number}", **shape(rng)},
            "severity": "critical", "description": shape.__name__, "meta": meta,
        })
    return entries


def write_suites(folder: Path, seed: int, year: int, rounds: int) -> Path:
    """Four documents: in force long ago, from some day of ``year``, only for who adopts it, and in two versions."""
    rng = Chance(f"zoo {seed}")
    rng.year = year
    grace, cycle = rng.choice([3, 6]), rng.choice([2021, 2022])
    parameters = {
        "two_year_cycle_start": ("year", cycle), "new_organization_grace_months": ("months", grace),
        "early": ("month_day", "02-28"),
    }
    dump(folder / "subjects.yaml", SUBJECTS)
    dump(folder / "parameters.yaml", {
        name: {"label": name, "source_words": name, "kind": kind, "default": value, "note": "试验"}
        for name, (kind, value) in parameters.items()
    })
    mid_year = f"{year}-{rng.choice(['01-01', '01-02', '02-28', '03-31', '04-01', '07-01', '07-02'])}"
    suite(rng, folder, "zoo-long", "2021-01-01", None, rounds)
    suite(rng, folder, "zoo-new", mid_year, None, max(1, rounds // 2))
    suite(rng, folder, "zoo-chosen", "2021-01-01", None, 1, adoption="explicit")
    suite(rng, folder, "zoo-versions", "2021-01-01", f"{year}-06-29", 1)
    suite(rng, folder, "zoo-versions", f"{year}-06-30", None, 1)
    return folder


def suite(
    rng: Chance, folder: Path, document: str, begins: str, ends: str | None, rounds: int, **more: str,
) -> None:
    meta = {"document": document, "title": document, "effective_from": begins, **more}
    if ends:
        meta["effective_to"] = ends
    dump(folder / document / begins / "zoo.yaml", {
        "name": document, "meta": meta, "expectations": expectations(rng, document, rounds),
    })


def dump(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
