"""Writes a run folder in the declared format, for tests that need a run of a special shape.

About 300 synthetic branches in 12 units under 30 requirements of two documents, four checks on site (two of them
looked at nowhere), three rows that are only listed, one conflict; every number follows from the seed.
"""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import duckdb

from workbench.audit.run import FORMAT
from workbench.vocabulary import DueKind, Verdict

AS_OF = "2026-08-31"
_DOCUMENTS = (("secretary-2022", "书记抓基层党建工作责任制"), ("xinfang-bureau", "机关党支部规范化建设办法"))
_SUBJECTS = ("召开党员大会", "召开支委会", "上党课", "开展集中学习", "开展谈心谈话", "召开党小组会", "参加联系点调研", "听取党建汇报")
_PERIODS = {
    "month": ("每月", 12), "quarter": ("每季度", 4), "half_year": ("每半年", 2), "year": ("每年", 1),
    "inspection_months": ("督查月内", 1), "event": ("按时限", 0), "state": ("现状", 0),
}
_GRACE = {"label": "新建组织宽限月数", "value": 6, "text": "6", "source_words": "新成立的"}
_NUMERALS = "一二三四五六七八九"
_COLUMNS = {
    "organizations": "org_id VARCHAR, name VARCHAR, type VARCHAR, sector VARCHAR, level VARCHAR, parent_id VARCHAR,"
    " unit_id VARCHAR, unit_name VARCHAR, members BIGINT, established_on DATE, dissolved BOOLEAN",
    "results": "subject VARCHAR, requirement VARCHAR, document VARCHAR, version VARCHAR, verdict VARCHAR,"
    " observed DOUBLE, required DOUBLE, unit VARCHAR, period VARCHAR, judged DOUBLE, part BIGINT, whole BIGINT,"
    " met INTEGER, missed INTEGER,"
    " open INTEGER, unknown INTEGER, doubt INTEGER, period_kind VARCHAR, met_mask INTEGER, missed_mask INTEGER,"
    " open_mask INTEGER, reason VARCHAR",
    "evidence": "subject VARCHAR, requirement VARCHAR, unit_label VARCHAR, table_name VARCHAR, source_id INTEGER,"
    " source_row INTEGER, dated_on DATE, label VARCHAR, counted BOOLEAN, status VARCHAR",
    "due": "subject VARCHAR, requirement VARCHAR, unit_label VARCHAR, due_on DATE, kind VARCHAR",
    "cases": "process VARCHAR, case_id VARCHAR, org_id VARCHAR, steps VARCHAR[], days DATE[], tags VARCHAR[]",
    "secretaries": "org_id VARCHAR, person_id VARCHAR, started_on DATE",
    "sources": "source_id INTEGER, file VARCHAR, sheet VARCHAR, sha256 VARCHAR, rows_read INTEGER,"
    " rows_accepted INTEGER, rows_rejected INTEGER",
}


def numeral(n: int) -> str:
    """1 to 199 as in 第二十三条."""
    if n > 99:
        return "一百" + ("" if n == 100 else "零" if n < 110 else "一" if n < 120 else "") + numeral(n - 100)
    tens, ones = divmod(n, 10)
    return ("十" if tens == 1 else _NUMERALS[tens - 1] + "十" if tens else "") + (_NUMERALS[ones - 1] if ones else "")


def requirements(count: int) -> list[dict]:
    """``count`` requirements, spread over both documents and all kinds of period."""
    kinds, found = list(_PERIODS), []
    for i in range(count):
        document, title = _DOCUMENTS[i * 2 // count]
        kind = kinds[i % len(kinds)]
        what, least = _SUBJECTS[i % len(_SUBJECTS)], 1 + i % 4
        clause = f"第{numeral(3 + i // 2)}条" + (f"第（{_NUMERALS[i % 3]}）项" if i % 2 else "")
        found.append({
            "id": f"{document}-{i + 1}", "document": document, "document_title": title, "version": "2022-03-01",
            "clause": clause, "description": f"{_PERIODS[kind][0]}{what}不少于{least}次", "binds": "全部党支部",
            "severity": ("critical", "warning")[i % 5 == 4], "shape": "expect_activity_count", "kwargs": {},
            "period": kind, "period_label": _PERIODS[kind][0], "unit": "次", "required": least, "lower": float(least),
            "upper": None,
            "required_text": f"{_PERIODS[kind][0]}不少于 {least} 次",
            "parameters": {"grace": _GRACE} if kind == "state" else {},
            "notes": "", "order": i, "fingerprint": f"{i:08x}", **_JUDGED_ENTRY,
        })
    return found


_JUDGED_ENTRY = {
    "treatment": "automated", "guidance": None, "effective_to": None, "outcome": "未达标", "shape_label": "按期次数",
}


def checks(first: int) -> list[dict]:
    """Two checks on site of each document, in order after the ``first`` requirements."""
    found = []
    for i in range(4):
        document, title = _DOCUMENTS[i // 2]
        found.append({
            **_JUDGED_ENTRY, "id": f"{document}-site-{i + 1}", "document": document, "document_title": title,
            "version": "2022-03-01", "clause": f"第{numeral(40 + i)}条", "description": f"设有活动阵地第{i + 1}处",
            "binds": "全部党支部", "severity": "info", "shape": "expect_checklist", "shape_label": "现场核查",
            "kwargs": {}, "period": "year", "period_label": "每年", "unit": "项", "required": None, "lower": None,
            "upper": None,
            "required_text": "现场核查符合", "parameters": {}, "notes": "", "order": first + i,
            "fingerprint": f"c{i}", "treatment": "checklist",
            "guidance": {"look": f"活动室第{i + 1}处", "evidence": "活动台账", "faults": "长期锁门"},
        })
    return found


def _listed() -> list[dict]:
    rows = [("secretary-2022", "not_scored"), ("xinfang-bureau", "not_scored"), ("xinfang-bureau", "excluded")]
    return [
        {
            "id": f"{document}-list-{i + 1}", "document": document, "document_title": dict(_DOCUMENTS)[document],
            "version": "2022-03-01", "clause": f"第{numeral(60 + i)}条", "description": f"倡导性内容第{i + 1}项",
            "treatment": treatment, "reason": "只是倡导，没有可以核对的内容", "file": "listed.yaml",
        }
        for i, (document, treatment) in enumerate(rows)
    ]


def _catalogue(found: list[dict]) -> dict:
    """The part of the receipt that lists every row."""
    rows = [*found, *_listed()]
    rows.sort(key=lambda r: [d for d, _ in _DOCUMENTS].index(r["document"]))
    coverage = []
    for document, title in _DOCUMENTS:
        own = [r["treatment"] for r in rows if r["document"] == document]
        counts = {t: own.count(t) for t in _TREATMENTS}
        coverage.append({"document": document, "title": title, "counts": counts, "total": len(own), "missing": [],
                         "extra": []})
    first, last = found[0]["id"], next(r["id"] for r in found if r["document"] == "xinfang-bureau")
    return {
        "catalogue": [r["id"] for r in rows], "treatments": _TREATMENTS, "listed": _listed(), "coverage": coverage,
        "conflicts": [{
            "id": "C01", "topic": "党员大会次数", "kind": "要求不同", "note": "各按各的判。",
            "positions": [{"requirements": [first], "says": "每月一次"}, {"requirements": [last], "says": "每季一次"}],
            "stricter": [{"who": "机关党支部", "requirement": first, "why": "次数更多"}],
        }],
    }


_TREATMENTS = {"automated": "台账判定", "checklist": "现场核查", "not_scored": "不计分", "excluded": "不纳入"}


def _organizations(branches: int, units: int) -> list[tuple]:
    rows = [("000", "甲州市模拟市委", "党委", "机关", "市", None, "000", "甲州市模拟市委")]
    for u in range(units):
        code, name = f"{u + 1:03}", f"模拟第{numeral(u + 1)}局"
        rows.append((code, name, "机关党委", "机关", "市", "000", code, name))
    for b in range(branches):
        u = b % units
        rows.append((
            f"{u + 1:03}-{b // units + 1:04}", f"模拟第{numeral(u + 1)}局第{b // units + 1}党支部", "党支部", "机关", "基层",
            f"{u + 1:03}", f"{u + 1:03}", f"模拟第{numeral(u + 1)}局",
        ))
    return rows


def _result(rng: random.Random, org: tuple, r: dict, weakness: float) -> tuple:
    kind, n = r["period"], _PERIODS[r["period"]][1]
    closed = {"month": 8, "quarter": 2, "half_year": 1, "inspection_months": 1}.get(kind, 0)
    met = missed = open_ = 0
    for i in range(n):
        if i < closed:
            late = rng.random() < weakness / max(1, closed) * 1.6
            missed, met = missed | late << i, met | (not late) << i
        elif i == closed:
            open_ |= 1 << i
    count = [m.bit_count() for m in (met, missed, open_)]
    if n == 0:
        draw = rng.random()
        count = [0, 1, 0] if draw < weakness else [2, 0, 1] if draw < 0.8 else [0, 0, 1]
    verdict, doubt = Verdict.MET, 0
    if rng.random() < 0.02:
        verdict, doubt = Verdict.NO_DATA, 1
    elif count[1]:
        verdict = Verdict.WAIVED if rng.random() < 0.03 else Verdict.MANUAL if r["order"] == 11 else Verdict.FAILED
    elif not count[0]:
        verdict = Verdict.BEHIND if rng.random() < 0.2 else Verdict.OPEN
    observed = float(max(0, r["required"] - 1) if count[1] else r["required"] + rng.randrange(2))
    return (
        org[0], r["id"], r["document"], r["version"], verdict.value, observed, float(r["required"]), "次", "2026",
        observed, None, None, *count, 0, doubt, kind, met, missed, open_, "有 1 行被退回,可能应计入" if doubt else None,
    )


def _looked(org: tuple, r: dict) -> tuple:
    """One check on site: the first of each document is answered at every third branch, half of those with a fault."""
    number = int(org[0][-4:])
    met = missed = 0
    if r["order"] % 2 == 0 and number % 3 == 0:
        met, missed = number % 2, 1 - number % 2
    verdict = Verdict.MET if met else Verdict.FAILED if missed else Verdict.MANUAL
    return (
        org[0], r["id"], r["document"], r["version"], verdict.value, None, None, "项", "2026",
        float(met) if met or missed else None, None, None, met, missed, 1 - met - missed, 0, 0, "state", 0, 0, 0, None,
    )


def _evidence(rng: random.Random, result: tuple) -> list[tuple]:
    rows = []
    for i in range(result[12]):
        held = date(2026, 1 + min(7, i), 3 + rng.randrange(24))
        label = f"{held.month}月 活动记录 {i + 1}"
        source = 1 + rng.randrange(3)
        place = (source, 4 + rng.randrange(900))
        rows.append((*result[:2], f"{held.month}月", "activities", *place, held, label, True, "met"))
    return rows


def _finding(result: tuple) -> tuple:
    detail = f"应为：{result[6] or ''}；实为：{result[5] or ''}；{result[13]} 期未做到"
    return (f"{result[0]}|{result[1]}|{result[8]}", *result, detail)


def write_run(
    folder: Path, *, branches: int = 300, units: int = 12, count: int = 30, seed: int = 7, city: str = "甲州市",
    rename: dict[str, str] | None = None, receipt: dict | None = None,
) -> Path:
    """Write a run into ``folder`` and return it. ``rename``: organisation code → name, for awkward names;
    ``receipt``: what its receipt says otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    found, orgs = requirements(count), _organizations(branches, units)
    on_site = checks(count)
    orgs = [(o[0], (rename or {}).get(o[0], o[1]), *o[2:]) for o in orgs]
    weakness = {u: rng.random() * 0.3 for u in sorted({o[6] for o in orgs})}
    hard = {r["id"]: rng.random() ** 2 for r in found}
    results = [
        _result(rng, o, r, weakness[o[6]] * hard[r["id"]] * 2) for o in orgs[1 + units:] for r in found
        if hash((int(o[6]), r["order"])) % 13
    ]
    results += [_looked(o, r) for o in orgs[1 + units:] for r in on_site]
    people = {Verdict.FAILED, Verdict.MANUAL, Verdict.WAIVED}
    tables = {
        "organizations": [(*o, 6 + int(o[6]) * 3, "2015-07-01", False) for o in orgs], "results": results,
        "due": [
            (r[0], r[1], AS_OF[:4], "2026-12-31", DueKind.PERIOD) for r in results if r[14] and r[17] != "state"
        ],
        "cases": [],
        "secretaries": [(o[0], f"key-{o[0]}", "2025-01-01") for o in orgs],
        "evidence": [row for r in results for row in _evidence(rng, r)],
        "sources": [(i, f"台账{i}.xlsx", "三会一课", "0" * 64, 900, 890, 10) for i in (1, 2, 3)],
        "findings": [_finding(r) for r in results if r[4] in people and r[13]],
    }
    columns = _COLUMNS | {"findings": f"key VARCHAR, {_COLUMNS['results']}, detail VARCHAR"}
    for name, rows in tables.items():
        _write_table(folder / f"{name}.parquet", columns[name], rows)
    counts: dict[str, int] = {}
    for r in results:
        counts[r[4]] = counts.get(r[4], 0) + 1
    _write_json(folder / "requirements.json", [*found, *on_site])
    _write_json(folder / "receipt.json", {
        "format": FORMAT, "as_of": AS_OF, "year": 2026, "city": city, "exit_code": 1, "verdicts": counts,
        "parameters": {},
        "evidence": "all", "broken": {},
        "documents": [{"id": i, "title": t, "version": "2022-03-01", "reason": ""} for i, t in _DOCUMENTS],
        "suites": [], "sources": [], "versions": {}, "unread": [], "missing": [], "exemptions": [], "permissions": [],
        "rows": {"activities": {"read": 900, "accepted": 900, "rejected": 0}}, **_catalogue([*found, *on_site]),
        **(receipt or {}),
    })
    return folder


def _write_table(path: Path, columns: str, rows: list[tuple]) -> None:
    # Row by row inserts are slow in DuckDB: the rows go through a JSON file it reads at once.
    names = [c.strip().split(" ")[0] for c in columns.split(",")]
    raw = path.with_suffix(".json")
    raw.write_text("\n".join(json.dumps(dict(zip(names, r, strict=True)), default=str) for r in rows), encoding="utf-8")
    types = ", ".join(f"'{c.strip().split(' ')[0]}': '{c.strip().split(' ')[1]}'" for c in columns.split(","))
    with duckdb.connect() as con:
        rows_of = f"FROM read_json('{raw}', columns = {{{types}}}, format = 'nd')"
        con.execute(f"COPY ({rows_of}) TO '{path}' (FORMAT parquet)")
    raw.unlink()


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    import sys

    print(write_run(Path(sys.argv[1]), branches=int(sys.argv[2]) if len(sys.argv) > 2 else 300))
