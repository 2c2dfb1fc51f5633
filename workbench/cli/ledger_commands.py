"""What ``workbench ledger`` does with findings; heavy parts are imported inside each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.commands import ROWS_SHOWN, one_of, parse_date
from workbench.cli.console import err, out
from workbench.cli.ledger_common import acting, day, each, findings_of, opened, org_of, units_below
from workbench.errors import UsageError
from workbench.exit_codes import ExitCode
from workbench.reports.tables import plain_table

if TYPE_CHECKING:
    from workbench.ledger.events import Event
    from workbench.ledger.finding import Finding
    from workbench.ledger.ledger import Ledger
    from workbench.ledger.sync import SyncReport

#: What to do about what a sync tells: field of its report → next command.
_NEXT = {
    "opened": "核实：workbench ledger list --state 待核实",
    "resolved": "报请复查：workbench ledger submit CODE",
    "recurred": "核实：workbench ledger list --state 复发",
}
#: How a branch stands to a finding, by option.
_STANCES = {"--agrees": True, "--objects": False, "--silent": None}
#: Particulars of an event that people read, in Chinese.
_WORDS = {
    "agrees": "支部", "text": "内容", "owner": "责任人", "leader": "责任领导", "measure": "措施", "deadline": "时限",
    "ground": "情形", "conclusion": "结论", "detail": "表述", "units": "期次", "by": "导入人", "verdict": "判定",
    "inspection": "督查",
}


def run_sync(
    where: str, folder: Path, by: str, on: str | None, include_info: bool, incomplete: bool, renamed_city: bool
) -> int:
    """``workbench ledger sync``: what became of the findings."""
    act = acting(by, on)
    from workbench.audit.run import Run
    from workbench.ledger.sync import TAKEN, sync

    run = Run(folder)
    with opened(where, new=True) as ledger:
        report = sync(ledger, run, by=act.who, on=act.on if on else None, include_info=include_info,
                      incomplete=incomplete, renamed_city=renamed_city)
        rows = [(label, len(getattr(report, name)), _NEXT.get(name, "") if getattr(report, name) else "")
                for name, label in TAKEN.items()]
        out().print(plain_table(f"导入 {folder}（截至 {run.receipt['as_of']}）", ("变化", "问题数", "下一步"), rows,
                                right=("问题数",)))
        for name, label in TAKEN.items():
            keys = getattr(report, name)
            if keys and name in ("resolved", "recurred", "still_failing", "not_judged"):
                print_findings(label, [ledger.findings.get(key) for key in keys])
        print_notes(ledger, report)
        err().print(f"台账：{ledger.store.place}", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def print_notes(ledger: Ledger, report: SyncReport) -> None:
    """Everything that people should look at, all of it: nothing else tells it later."""
    if report.holders:
        out().print(f"书记有变动，亮牌记录从无牌起：{'、'.join(report.holders)}", markup=False, soft_wrap=True)
    rows = []
    for key, note in report.notes.items():
        finding = ledger.findings.find(key)
        card = ledger.cards.find(key) if finding is None else None
        name = finding.subject_name if finding is not None else card.org_name if card is not None else ""
        rows.append((key if finding is None else finding.code, name, note))
    if rows:
        out().print(plain_table("须留意", ("编号", "党组织", "情况"), rows))


def run_list(
    where: str, states: Sequence[str], unit: str | None, overdue: bool, everything: bool, as_of: str | None
) -> int:
    """``workbench ledger list``: findings by state, those of a unit, those overdue."""
    from workbench.ledger.machines import FindingMachine

    known = tuple(state.name for state in FindingMachine.states)
    for state in states:
        one_of("--state", state, known)
    until = day("--as-of", as_of)
    with opened(where) as ledger:
        found = [f for f in ledger.findings.all() if f.opened_on <= until and (not states or f.state in states)]
        if unit is not None:
            below = units_below(ledger, org_of(ledger, unit))
            found = [f for f in found if f.subject in below]
        if overdue:
            found = [f for f in found if f.overdue(until)]
        counts = Counter(f.state for f in found)
        print_findings(
            "问题", sorted(found, key=lambda f: (known.index(f.state), f.deadline or date.max, f.subject, f.requirement)),
            until, everything=everything,
        )
        total = "，".join(f"{state} {counts[state]:,}" for state in known if counts[state])
        out().print(f"共 {len(found):,} 个" + (f"：{total}" if total else ""), markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def print_findings(
    title: str, found: Sequence[Finding], until: date | None = None, *, everything: bool = False
) -> None:
    """A table of findings that fits 80 columns; what is left out is said."""
    if not found:
        return
    shown = found if everything else found[:ROWS_SHOWN]
    rows = []
    for f in shown:
        state = f.state + ("（提示复查）" if f.proposed_for_review else "")
        if until is not None and f.overdue(until):
            state += "（逾期）"
        rows.append((f.code, f.subject_name or f.subject, f.description, state, f.deadline or ""))
    out().print(plain_table(title, ("编号", "党组织", "要求", "状态", "时限"), rows))
    if len(found) > len(shown):
        out().print(f"……另有 {len(found) - len(shown):,} 条未列出（--all 全部列出）", markup=False)


def run_show(where: str, code: str) -> int:
    """``workbench ledger show``: the facts of a finding and every event of it."""
    with opened(where) as ledger:
        finding = ledger.findings.by_code(code)
        out().print(plain_table(f"问题 {finding.code}", ("项目", "内容"), _facts(finding)))
        rows = [(e.seq, e.on, _what_happened(e), e.who) for e in ledger.findings.history(finding.key)]
        out().print(plain_table("经过", ("序号", "日期", "事项", "经办人"), rows))
    return ExitCode.CLEAN


def _facts(f: Finding) -> list[tuple[str, str]]:
    """What a finding says, line by line; what is empty is left out."""
    lines = [
        ("状态", f"{f.state}（{f.since} 起）"),
        ("党组织", f"{f.subject_name}（{f.subject}）"),
        ("单位", f.unit_name),
        ("依据", " ".join(x for x in (f.document_title, f.clause, f.requirement) if x)),
        ("要求", f.description),
        ("情况", f.detail),
        ("未达期次", "、".join(f.units)),
        ("性质", f"{f.nature}（{f.source}）"),
        ("支部意见", f.opinion),
        ("责任人", "，责任领导 ".join(x for x in (f.owner, f.leader) if x)),
        ("措施和时限", "；".join(str(x) for x in (f.measure, f.deadline) if x)),
        ("核查提示", f"{f.resolved_on} 的核查已达标，可报请复查" if f.proposed_for_review else ""),
        ("仍未补正", "销号或不成立后，台账仍未补正" if f.still_failing else ""),
        ("完成情况", f.submit_text),
        ("回头看结论", f.look_back),
        ("反弹次数", str(f.recurrences) if f.recurrences else ""),
    ]
    return [(label, text) for label, text in lines if text]


def _what_happened(event: Event) -> str:
    from workbench.ledger.finding import STANCES
    from workbench.ledger.machines import LABELS

    told = [LABELS.get(event.kind, event.kind)]
    if event.verb != "open":
        for name, word in _WORDS.items():
            value = event.what.get(name)
            if name == "agrees" and name in event.what:
                value = STANCES[value]
            if value not in (None, "", []):
                text = "、".join(value) if isinstance(value, list) else {True: "是", False: "否"}.get(value, value)
                told.append(f"{word}：{text}")
    told += [f"理由：{event.why}"] if event.why else []
    told += [f"佐证：{'、'.join(event.evidence)}"] if event.evidence else []
    return "；".join(str(x) for x in told)


def run_add(
    where: str, org: str, detail: str, requirement: str, clause: str, severity: str, inspection: str, by: str,
    on: str | None, evidence: Sequence[str] | None,
) -> int:
    """``workbench ledger add``: a finding seen on site."""
    act = acting(by, on, evidence=evidence)
    one_of("--severity", severity, ("critical", "warning", "info"))
    with opened(where, new=True) as ledger:
        names = {"requirement": requirement, "clause": clause, "document": "", "document_title": ""}
        if requirement:
            names = _names_of(requirement, act.on)
        finding = ledger.findings.open_on_site(
            org_of(ledger, org), act, detail=detail, severity=severity, inspection=inspection, **names,
        )
        out().print(f"{finding.code} {finding.subject_name or finding.subject} → {finding.state}", markup=False,
                    soft_wrap=True)
    return ExitCode.CLEAN


def _names_of(requirement: str, on: date) -> dict[str, str]:
    """Clause and document of a requirement as in force on the day; UsageError for an unknown id, naming near ones."""
    from workbench.requirements.catalogue import load_catalogue

    catalogue = load_catalogue(None, as_of=on)
    row = catalogue.row(requirement)
    titles = {d.id: d.title for d in catalogue.documents}
    document = requirement.rsplit("-", 2)[0]
    return {
        "requirement": row.id, "clause": row.clause, "document": document, "document_title": titles.get(document, ""),
    }


def run_answer(
    where: str, codes: Sequence[str], text: str, stances: Mapping[str, bool], by: str, on: str | None,
    evidence: Sequence[str] | None,
) -> int:
    """``workbench ledger answer``: what the branch says, or that it was informed and silent; one stance."""
    act = acting(by, on, evidence=evidence)
    given = [name for name, chosen in stances.items() if chosen]
    if len(given) != 1:
        raise UsageError("没有写明支部的态度" if not given else "支部的态度只能写一个", place="workbench ledger answer",
                         found="、".join(given), expected="、".join(stances))
    agrees = _STANCES[given[0]]
    return _findings(where, codes, lambda book, key: book.answer(key, act, text=text, agrees=agrees))


def run_verb(
    where: str, verb: str, codes: Sequence[str], by: str, on: str | None, why: str, evidence: Sequence[str] | None
) -> int:
    """Acts that need nothing but a person, a day and perhaps a reason: confirm, dismiss, reopen, refuse, recur."""
    act = acting(by, on, why, evidence)
    return _findings(where, codes, lambda book, key: getattr(book, verb)(key, act))


def run_assign(
    where: str, codes: Sequence[str], owner: str, leader: str, measure: str, deadline: str | None, by: str,
    on: str | None, why: str,
) -> int:
    """``workbench ledger assign``: hand it over for rectification, or change what was agreed."""
    act = acting(by, on, why)
    until = None if deadline is None else parse_date("--deadline", deadline)
    from workbench.ledger.finding import RECTIFYING

    def do(book: Any, key: str) -> Any:
        given = {"owner": owner, "leader": leader, "measure": measure, "deadline": until}
        if book.get(key).state == RECTIFYING:
            return book.extend(key, act, **given)
        if until is None:
            raise UsageError("没有写明整改时限", place="--deadline", expected="YYYY-MM-DD")
        return book.assign(key, act, **given)

    return _findings(where, codes, do)


def run_progress(
    where: str, codes: Sequence[str], text: str, by: str, on: str | None, evidence: Sequence[str] | None
) -> int:
    """``workbench ledger progress``."""
    act = acting(by, on, evidence=evidence)
    return _findings(where, codes, lambda book, key: book.progress(key, act, text=text))


def run_submit(
    where: str, codes: Sequence[str], text: str, by: str, on: str | None, evidence: Sequence[str] | None
) -> int:
    """``workbench ledger submit``."""
    act = acting(by, on, evidence=evidence)
    return _findings(where, codes, lambda book, key: book.submit(key, act, text=text))


def run_fail(
    where: str, codes: Sequence[str], ground: str, by: str, on: str | None, why: str, evidence: Sequence[str] | None
) -> int:
    """``workbench ledger fail``."""
    act = acting(by, on, why, evidence)
    return _findings(where, codes, lambda book, key: book.fail(key, act, ground=ground))


def run_close(
    where: str, codes: Sequence[str], conclusion: str, by: str, on: str | None, why: str,
    evidence: Sequence[str] | None,
) -> int:
    """``workbench ledger close``."""
    act = acting(by, on, why, evidence)
    return _findings(where, codes, lambda book, key: book.close(key, act, conclusion=conclusion))


def _findings(where: str, codes: Sequence[str], do: Any) -> int:
    """Do something to the findings of these codes."""
    with opened(where) as ledger:
        return each(
            findings_of(ledger, codes), lambda f: f"{f.code} {f.subject_name or f.subject}",
            lambda f: do(ledger.findings, f.key),
        )
