"""What the run could not take or could not judge, and what to do about it (数据质量); no browser, no widget.

Every total adds up to the receipt: what cannot be attributed has a line of its own. A viewer within a scope gets
nothing that is told of whole files, since those hold the rows of others.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from workbench.dashboards.state import RunState
from workbench.errors import UsageError
from workbench.vocabulary import Verdict

#: Key under which the receipt counts rows of sheets that fit no table.
UNKNOWN = "未识别"
#: Rows named as examples of a reason.
EXAMPLES = 5
_SUMMARY = re.compile(r"^(?P<problem>.*)：共 (?P<total>\d+) 行，以上只列出前 \d+ 行$")

#: Why a subject could not be judged → what helps.
ADVICE = {
    "doubt": "请报送单位改正被退回或写得不全的行，重新核查后再判；在此之前不能认定未达标。",
    "unknown": "请该组织补填判断要用的数值或人员信息（见条款的核查要点），重新核查后再判。",
    "none": "请向各单位索取这类台账，报送后重新核查；没有报送不等于没有做，也不等于做了。",
    "broken": "不是单位的问题：请把出错文字和结果文件夹交给维护人员，修好后重新核查。",
}


@dataclass
class Reason:
    """One kind of problem: ``rows`` it met, the first of them as ``examples``, what is expected, what to do."""

    problem: str
    column: str
    expected: str
    next_step: str
    rows: int = 0
    examples: list[int] = field(default_factory=list)
    places: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Sheet:
    """A sheet of a ledger of which rows were not taken; ``untold``: rows whose reason the messages do not hold."""

    file: str
    sheet: str
    table: str
    read: int
    rejected: int
    reasons: list[Reason]
    untold: int

    @property
    def sender(self) -> str:
        """The folder the file lies in, which is how units hand in their ledgers; empty when it lies in none."""
        return folder_of(self.file)


@dataclass
class Gap:
    """A requirement about which ``unjudged`` of ``total`` subjects nothing can be said.

    ``units``: (id, name, unjudged, total) of the units concerned; ``reasons``: (kind, words, subjects).
    """

    entry: dict[str, Any]
    no_data: int = 0
    broken: int = 0
    total: int = 0
    units: list[tuple[str, str, int, int]] = field(default_factory=list)
    reasons: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def unjudged(self) -> int:
        return self.no_data + self.broken


def folder_of(file: str) -> str:
    """The first folder of a path within the data."""
    parts = PurePosixPath(file).parts
    return parts[0] if len(parts) > 1 else ""


class Quality:
    """Everything of one run that a person has to mend, within the scope of the viewer of ``state``."""

    def __init__(self, state: RunState):
        self.state = state
        self.receipt = state.receipt
        self.scoped = state.viewer.scope is not None

    # -- rows not taken ---------------------------------------------------------------------------------------

    @cached_property
    def messages(self) -> list[dict[str, Any]]:
        """What intake told, empty for a viewer within a scope and where the run holds none."""
        path = self.state.path / "messages.json"
        return [] if self.scoped or not path.is_file() else json.loads(path.read_text(encoding="utf-8"))

    def kinds(self) -> list[dict[str, Any]]:
        """Kinds of record with ``title``, ``read``, ``accepted``, ``rejected``, in the order of the receipt."""
        from workbench.reports.shipped import table_titles

        titles = table_titles() | {UNKNOWN: "不像任何一种台账的表"}
        return [{"title": titles.get(name, name), **counts} for name, counts in self.receipt["rows"].items()]

    @cached_property
    def rejected(self) -> int:
        """Rows not taken, as the receipt counts them."""
        return sum(counts["rejected"] for counts in self.receipt["rows"].values())

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Sheets of which rows were not taken, those with most of them first."""
        by_place: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for message in self.messages:
            if message["level"] == "错误":
                by_place.setdefault((message["file"], message["sheet"]), []).append(message)
        found = []
        for s in self.receipt["sources"]:
            if not s["rejected"]:
                continue
            told = by_place.get((s["file"], s["sheet"]), [])
            reasons = _reasons(told, whole=0 if s["table"] else s["rejected"])
            named = {m["row"] for m in told if m["row"] is not None}
            # Reasons beyond the cap are counted, their rows are not named: the largest is what is certainly told.
            least = max([len(named), *(r.rows for r in reasons)])
            found.append(Sheet(s["file"], s["sheet"], s["table"] or "", s["read"], s["rejected"], reasons,
                               max(0, s["rejected"] - least)))
        return sorted(found, key=lambda s: (-s.rejected, s.file, s.sheet))

    def reasons(self) -> list[Reason]:
        """The reasons over all sheets that are ledgers, the most frequent first; a row may have several."""
        merged: dict[tuple[str, str, str], Reason] = {}
        for sheet in self.sheets:
            for r in sheet.reasons if sheet.table else ():
                own = merged.setdefault(
                    (r.problem, r.column, r.next_step), Reason(r.problem, r.column, r.expected, r.next_step)
                )
                own.rows += r.rows
                own.places.add((sheet.file, sheet.sheet))
        return sorted(merged.values(), key=lambda r: (-r.rows, r.problem, r.column))

    @property
    def unattributed(self) -> int:
        """Rows not taken that the receipt counts under no sheet."""
        return self.rejected - sum(s.rejected for s in self.sheets)

    def other_messages(self) -> list[tuple[str, Reason]]:
        """What was told without a row being lost: (level, reason), warnings first."""
        found = []
        for level in ("警告", "提示"):
            found += [(level, r) for r in _reasons([m for m in self.messages if m["level"] == level], whole=0)]
        return found

    def rejects(self) -> bytes:
        """``rejects.xlsx`` of the run; :class:`UsageError` within a scope and when the run holds none."""
        path = self.state.path / "rejects.xlsx"
        if self.scoped:
            raise UsageError("退回的行没有按单位登记，不能下载", next_step="请向管理员了解本单位被退回的行")
        if not path.is_file():
            raise UsageError("督查结果中没有 rejects.xlsx", place=self.state.path.name,
                             next_step="请用 workbench audit 重新生成督查结果")
        return path.read_bytes()

    # -- results without a verdict ----------------------------------------------------------------------------

    @cached_property
    def gaps(self) -> list[Gap]:
        """Requirements about which something cannot be said of somebody, in order of document and clause."""
        names = dict(self.state.units())
        rows = self.state.con.execute(
            "SELECT requirement, coalesce(unit_id, '-'), count(*) FILTER (verdict = ?), count(*) FILTER (verdict = ?),"
            " count(*) FROM (FROM results UNION ALL BY NAME FROM waiting)"
            " LEFT JOIN organizations ON org_id = subject WHERE verdict <> ? GROUP BY 1, 2 ORDER BY 1, 2",
            [Verdict.NO_DATA, Verdict.BROKEN, Verdict.NOT_APPLICABLE],
        ).fetchall()
        found: dict[str, Gap] = {}
        for requirement, unit, no_data, broken, total in rows:
            gap = found.setdefault(requirement, Gap(self._entry(requirement)))
            gap.no_data, gap.broken, gap.total = gap.no_data + no_data, gap.broken + broken, gap.total + total
            if no_data or broken:
                gap.units.append((unit, names.get(unit, unit), no_data + broken, total))
        for requirement, kind, words, subjects in self._why():
            found[requirement].reasons.append((kind, words, subjects))
        return sorted(
            (gap for gap in found.values() if gap.unjudged),
            key=lambda g: (g.entry["document"], g.entry["order"], g.entry["id"]),
        )

    def _why(self) -> list[tuple[str, str, str, int]]:
        """(requirement, kind of :data:`ADVICE`, words, subjects); kinds follow the order of ``docs/verdicts.md``."""
        return self.state.con.execute(
            "SELECT requirement, CASE WHEN verdict = ? THEN 'broken' WHEN doubt > 0 AND (missed > 0 OR unknown = 0)"
            " THEN 'doubt' WHEN unknown > 0 THEN 'unknown' ELSE 'none' END, coalesce(reason, ''), count(*)"
            " FROM results WHERE verdict IN (?, ?) GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3",
            [Verdict.BROKEN, Verdict.BROKEN, Verdict.NO_DATA],
        ).fetchall()

    def _entry(self, requirement: str) -> dict[str, Any]:
        blank = {"id": requirement, "document": "", "document_title": "", "clause": requirement, "description": "",
                 "order": 0}
        return self.state.by_id.get(requirement, blank)

    def advised(self) -> list[tuple[str, int, int]]:
        """(kind of :data:`ADVICE`, requirements, subject × requirement) of what could not be judged."""
        counts: Counter[str] = Counter()
        named: dict[str, set[str]] = {}
        for gap in self.gaps:
            for kind, _, subjects in gap.reasons:
                counts[kind] += subjects
                named.setdefault(kind, set()).add(gap.entry["id"])
        return [(kind, len(named[kind]), counts[kind]) for kind in ADVICE if counts[kind]]

    # -- what the run was told --------------------------------------------------------------------------------

    def unplaced(self) -> list[dict[str, Any]]:
        """Organisations without sector or level: ``org_id``, ``name``, ``unit_name``, ``lacks`` (in words)."""
        cursor = self.state.con.execute(
            "SELECT org_id, name, unit_name, sector IS NULL, level IS NULL FROM organizations"
            " WHERE sector IS NULL OR level IS NULL ORDER BY unit_id, org_id"
        )
        return [
            {"org_id": org, "name": name, "unit_name": unit, "lacks": "、".join(
                label for label, empty in (("领域", sector), ("层级", level)) if empty
            )}
            for org, name, unit, sector, level in cursor.fetchall()
        ]

    def parameters(self) -> list[dict[str, Any]]:
        """Parameters of the run that differ from those that come with this program: ``label``, ``value``, ``default``,
        ``source_words``, ``requirements`` that use them."""
        from workbench.reports.shipped import shipped_parameters

        shipped = shipped_parameters()
        found = []
        for name, value in self.receipt["parameters"].items():
            known = shipped.get(name)
            if known is not None and _plain(known.value) == _plain(value):
                continue
            users = [r["id"] for r in self.state.requirements if name in r["parameters"]]
            found.append({
                "label": known.label if known else name, "value": _words(value),
                "default": _words(known.value) if known else "没有这个参数",
                "source_words": known.source_words if known else "", "requirements": users,
            })
        return found

    def adoption(self) -> dict[str, Any] | None:
        """The adoption file: ``file``, ``entries`` (documents, who adopts them); None without one."""
        adoption = self.receipt.get("adoption")
        titles = {d["id"]: d["title"] for d in self.receipt["documents"]}
        labels = {"sectors": "领域", "levels": "层级", "types": "类型", "organizations": "组织", "units": "单位"}
        return adoption and {"file": adoption["file"], "entries": [
            {
                "documents": "、".join(titles.get(d, d) for d in entry.get("documents", ())),
                "who": "；".join(f"{labels.get(k, k)}：{_words(v)}" for k, v in entry.items() if k != "documents")
                or "全部组织",
            }
            for entry in adoption["entries"]
        ]}

    def tiles(self) -> list[dict[str, Any]]:
        """Figures of the head: ``title``, ``value``, ``note``, ``to`` (the section); None: not told in a scope."""
        gaps, verdicts = self.gaps, self.receipt["verdicts"]
        unjudged = sum(g.unjudged for g in gaps)
        unread = len(self.receipt["unread"])
        unknown = self.receipt["rows"].get(UNKNOWN, {}).get("rejected", 0)
        return [
            {"title": "没有结论", "value": unjudged, "to": "gaps",
             "note": f"涉及 {len(gaps)} 项要求，共 {sum(verdicts.values()):,} 项次"},
            {"title": "退回的行", "value": None if self.scoped else self.rejected, "to": "rejects",
             "note": "没有按单位登记" if self.scoped else
             f"读入 {sum(c['read'] for c in self.receipt['rows'].values()):,} 行；含认不出的表 {unknown:,} 行"},
            {"title": "未读入的文件", "value": None if self.scoped else unread, "to": "unread",
             "note": ("有" if unread else "没有") if self.scoped else "缺少其中的全部记录" if unread else "全部文件都已读入"},
            {"title": "没有的记录", "value": len(self.receipt["missing"]), "to": "missing",
             "note": f"{sum(len(m['requirements']) for m in self.receipt['missing'])} 项要求无法判断"},
            {"title": "未填领域或层级", "value": len(self.unplaced()), "to": "unplaced", "note": "个组织"},
        ]

    def lines(self) -> Iterator[dict[str, Any]]:
        """Everything above as one list for work outside the page: ``kind``, ``what``, ``unit``, ``place``, ``n``,
        ``of``, ``why``, ``next``."""
        yield from self._lines_of_files()
        for gap in self.gaps:
            e = gap.entry
            what = f"{e['document_title']} {e['clause']} {e['description']}（{e['id']}）"
            why = "；".join(f"{words or '没有写明原因'}（{n}）" for _, words, n in gap.reasons)
            steps = "".join(dict.fromkeys(ADVICE[kind] for kind, _, _ in gap.reasons))
            for _, name, n, of in gap.units:
                yield _line("没有结论", what, name, "", n, of, why, steps)
        for gap in self.receipt["missing"]:
            yield _line("没有的记录", gap["records"], "", "、".join(gap["requirements"]), len(gap["requirements"]), None,
                        "全部数据中没有这类记录", ADVICE["none"])
        for org in self.unplaced():
            yield _line("未填领域或层级", f"{org['name']}（{org['org_id']}）", org["unit_name"], "", 1, None,
                        f"没有填{org['lacks']}", "补填党组织表；在此之前按领域、层级约束的要求不管它")
        for p in self.state.papers():
            asked = f"{p['entry']['clause']} {p['entry']['description']}" if p["entry"] else p["requirement"]
            yield _line(p["paper"], f"{p['name']}：{asked}", "", p["place"], 1, None, f"{p['state']}，{p['span']}",
                        p["reason"])
        for p in self.parameters():
            yield _line("改动的参数", p["label"], "", "、".join(p["requirements"]), len(p["requirements"]), None,
                        f"本次 {p['value']}，所附 {p['default']}", "核对是谁定的、有无依据")

    def _lines_of_files(self) -> Iterator[dict[str, Any]]:
        for u in self.receipt["unread"]:
            yield _line("未读入的文件", u["file"], folder_of(u["file"]), u["file"], None, None, u["problem"],
                        "请报送单位重新提供能打开的文件")
        for s in self.sheets:
            why = "；".join(f"{r.column} {r.problem}（{r.rows} 行）".strip() for r in s.reasons)
            if s.untold:
                why += f"；另 {s.untold} 行的原因见 rejects.xlsx"
            yield _line("退回的行" if s.table else "认不出的表", s.sheet or s.file, s.sender, s.file, s.rejected, s.read,
                        why.lstrip("；"), "；".join(dict.fromkeys(r.next_step for r in s.reasons if r.next_step)))
        if self.unattributed:
            yield _line("退回的行", "没有写明来自哪张表", "", "", self.unattributed, None, "", "见 rejects.xlsx")


def _reasons(messages: list[dict[str, Any]], *, whole: int) -> list[Reason]:
    """Messages of one level by problem and column; ``whole``: rows of a message about the whole sheet."""
    found: dict[tuple[str, str, str], Reason] = {}
    totals: dict[tuple[str, str, str], int] = {}
    for m in messages:
        summary = _SUMMARY.match(m["problem"])
        head = (summary["problem"] if summary else m["problem"]).split("，")[0]
        key = (head, m["column"], m["next_step"])
        reason = found.setdefault(key, Reason(head, m["column"], m["expected"], m["next_step"]))
        if summary:
            totals[key] = totals.get(key, 0) + int(summary["total"])
            continue
        reason.rows += 1 if m["row"] is not None else whole or 1
        reason.places.add((m["file"], m["sheet"]))
        if m["row"] is not None and len(reason.examples) < EXAMPLES:
            reason.examples.append(m["row"])
    for key, total in totals.items():
        found[key].rows = max(found[key].rows, total)
    return sorted(found.values(), key=lambda r: (-r.rows, r.problem, r.column))


def _line(kind: str, what: str, unit: str, place: str, n: int | None, of: int | None, why: str, step: str) -> dict:
    return {"kind": kind, "what": what, "unit": unit, "place": place, "n": n, "of": of, "why": why, "next": step}


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
