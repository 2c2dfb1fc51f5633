"""What ``workbench ledger card`` does (亮牌); heavy parts are imported inside each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.commands import ROWS_SHOWN, one_of, parse_date
from workbench.cli.console import out
from workbench.cli.ledger_common import acting, day, last_run, opened, org_of, secretaries_known, secretary_of
from workbench.errors import UsageError
from workbench.exit_codes import ExitCode
from workbench.reports.tables import plain_table

if TYPE_CHECKING:
    from datetime import date

    from workbench.ledger.cards import Card
    from workbench.ledger.ledger import Ledger
    from workbench.ledger.secretaries import Secretary


def run_cards(where: str, as_of: str | None) -> int:
    """``workbench ledger card``: the register, and follow-ups nobody has noted."""
    until = day("--as-of", as_of)
    with opened(where) as ledger:
        rows = [
            (c.org_id, c.org_name, c.state, c.given_on or "", c.deadline or "", c.reason, len(c.history))
            for c in ledger.cards.all()
        ]
        columns = ("代码", "党组织", "现有", "亮牌日期", "时限", "理由", "历次")
        out().print(plain_table("亮牌登记", columns, rows, right=("历次",)))
        rows = [
            (d.org_name, d.level, d.kind, d.due, f"逾期{d.days}天" if d.days > 0 else "", d.clause)
            for d in ledger.cards.follow_ups_due(until)
        ]
        if rows:
            out().print(plain_table("未登记的后续措施", ("党组织", "牌", "措施", "应于", "", "条款"), rows))
    return ExitCode.CLEAN


def run_propose(where: str, as_of: str | None, folder: Path | None) -> int:
    """``workbench ledger card propose``: what the ledger would support; a person decides."""
    until = day("--as-of", as_of)
    with opened(where) as ledger:
        print_proposals(ledger, until, secretaries_known(ledger, folder))
    return ExitCode.CLEAN


def print_proposals(ledger: Ledger, until: date, secretaries: dict[str, Secretary]) -> None:
    """Proposals with grounds and clause, and what was left out and why."""
    found = ledger.cards.proposals(until, secretaries)
    rows = [
        (p.org_id, p.org_name, "摘牌" if p.clear else p.level, "；".join(p.texts), f"{p.clause} {p.requirement}")
        for p in found
    ]
    out().print(plain_table(f"亮牌建议（截至 {until}）", ("代码", "党组织", "建议", "事由", "条款"), rows))
    used = {(p.name, p.label, str(p.value)) for proposal in found for p in proposal.parameters}
    if used:
        told = "；".join(f"{label} {value}（{name}）" for name, label, value in sorted(used))
        out().print(f"所用参数：{told}", markup=False, soft_wrap=True)
    left = ledger.cards.left_out(until, secretaries)
    if left:
        rows = [(x.org_name or x.org_id, _word_of(ledger, x.ground), x.why) for x in left[:ROWS_SHOWN]]
        out().print(plain_table("未据以提出建议的", ("党组织", "情况", "原因"), rows))
        if len(left) > ROWS_SHOWN:
            out().print(f"……另有 {len(left) - ROWS_SHOWN:,} 项未列出", markup=False)


def _word_of(ledger: Ledger, ground: str) -> str:
    """A ground as people know it: the code of a finding, else as it is."""
    finding = ledger.findings.find(ground)
    return ground if finding is None else f"问题 {finding.code}"


def run_give(
    where: str, org: str, level: str, grounds: Sequence[str] | None, deadline: str | None, by: str, on: str | None,
    why: str, folder: Path | None,
) -> int:
    """``workbench ledger card give``: yellow, orange after yellow, red after orange (or at once on feedback)."""
    from workbench.ledger.cards import NONE, ORANGE, RED, YELLOW

    act = acting(by, on, why)
    one_of("--level", level, (YELLOW, ORANGE, RED))
    until = None if deadline is None else parse_date("--deadline", deadline)
    with opened(where) as ledger:
        code, secretary = _holder(ledger, org, folder)
        keys = _grounds(ledger, code, level, grounds, act.on, secretary)
        book, card = ledger.cards, ledger.cards.find(code)
        if level == YELLOW:
            if until is None:
                raise UsageError("没有写明整改时限", place="--deadline", expected="YYYY-MM-DD")
            after = book.give_yellow(code, act, grounds=keys, deadline=until, secretary=secretary)
        elif level == ORANGE:
            after = book.give_orange(code, act, grounds=keys, deadline=until, secretary=secretary)
        else:
            at_once = card is None or card.state in (NONE, YELLOW)
            after = (book.give_red_at_once if at_once else book.give_red)(
                code, act, grounds=keys, deadline=until, secretary=secretary)
        _told(after)
    return ExitCode.CLEAN


def run_decline(
    where: str, org: str, level: str, grounds: Sequence[str] | None, by: str, on: str | None, why: str,
    folder: Path | None,
) -> int:
    """``workbench ledger card decline``."""
    from workbench.ledger.cards import LEVELS

    act = acting(by, on, why)
    one_of("--level", level, LEVELS)
    with opened(where) as ledger:
        code, secretary = _holder(ledger, org, folder)
        keys = _grounds(ledger, code, level, grounds, act.on, secretary)
        _told(ledger.cards.decline(code, act, level=level, grounds=keys, secretary=secretary))
    return ExitCode.CLEAN


def run_add_grounds(where: str, org: str, grounds: Sequence[str], by: str, on: str | None, why: str) -> int:
    """``workbench ledger card add-grounds``."""
    act = acting(by, on, why)
    with opened(where) as ledger:
        keys = [ledger.findings.by_code(code).key for code in grounds]
        _told(ledger.cards.add_grounds(org_of(ledger, org), act, grounds=keys))
    return ExitCode.CLEAN


def run_clear(
    where: str, org: str, revoked: bool, by: str, on: str | None, why: str, evidence: Sequence[str] | None
) -> int:
    """``workbench ledger card clear``."""
    act = acting(by, on, why, evidence)
    with opened(where) as ledger:
        _told(ledger.cards.clear(org_of(ledger, org), act, revoked=revoked))
    return ExitCode.CLEAN


def run_revoke(
    where: str, org: str, given: str, by: str, on: str | None, why: str, evidence: Sequence[str] | None
) -> int:
    """``workbench ledger card revoke``: a card that has ended already."""
    act = acting(by, on, why, evidence)
    with opened(where) as ledger:
        _told(ledger.cards.revoke(org_of(ledger, org), act, given_on=parse_date("--given", given)))
    return ExitCode.CLEAN


def run_holder(
    where: str, org: str, same: bool, not_same: bool, by: str, on: str | None, why: str, folder: Path | None
) -> int:
    """``workbench ledger card holder``: another secretary, or the same one under a new key."""
    act = acting(by, on, why)
    if same and not_same:
        raise UsageError("--same 与 --not-same 只能写一个", place="workbench ledger card holder")
    with opened(where) as ledger:
        code = org_of(ledger, org, folder)
        secretary, book = secretary_of(ledger, code, folder), ledger.cards
        if same or not_same:
            _told(book.same_holder(secretary, act, same=same))
            return ExitCode.CLEAN
        if book.persons.same(book.get(code).holder, secretary.holder):
            raise UsageError("书记没有变动", place=code, next_step="不必登记")
        _told(book.change_holder(secretary, act))
    return ExitCode.CLEAN


def run_follow_up(
    where: str, org: str, kind: str, note: str, by: str, on: str | None, evidence: Sequence[str] | None
) -> int:
    """``workbench ledger card follow-up``."""
    act = acting(by, on, evidence=evidence)
    with opened(where) as ledger:
        _told(ledger.cards.follow_up(org_of(ledger, org), act, kind=kind, note=note))
    return ExitCode.CLEAN


def run_feedback(
    where: str, org: str, text: str, source: str, outstanding: bool, by: str, on: str | None,
    evidence: Sequence[str] | None, folder: Path | None,
) -> int:
    """``workbench ledger card feedback``."""
    act = acting(by, on, evidence=evidence)
    with opened(where) as ledger:
        code, secretary = _holder(ledger, org, folder)
        _told(ledger.cards.feedback(
            code, act, text=text, source=source, outstanding=outstanding, secretary=secretary))
    return ExitCode.CLEAN


def _holder(ledger: Ledger, org: str, folder: Path | None) -> tuple[str, Secretary | None]:
    """Code of an organisation and its secretary; with a record of cards it may do without a run to ask."""
    code = org_of(ledger, org, folder)
    if folder is None and ledger.cards.find(code) is not None and last_run(ledger) is None:
        return code, None
    return code, secretaries_known(ledger, folder).get(code)


def _grounds(
    ledger: Ledger, org_id: str, level: str, given: Sequence[str] | None, on: date, secretary: Secretary | None
) -> list[str]:
    """Keys of the findings named, else all grounds of what is proposed for this level on that day."""
    if given:
        return [ledger.findings.by_code(code).key for code in given]
    known = None if secretary is None else {org_id: secretary}
    proposed = [p for p in ledger.cards.proposals(on, known) if p.org_id == org_id and p.level == level and not p.clear]
    if not proposed:
        raise UsageError(f"这一天没有对该组织提出{level}的建议", place=org_id,
                         next_step="用 --ground 写明事由，或先看 workbench ledger card propose")
    return [ground for p in proposed for ground in p.grounds]


def _told(card: Card) -> None:
    out().print(f"{card.org_name or card.org_id} → {card.state}", markup=False, soft_wrap=True)
