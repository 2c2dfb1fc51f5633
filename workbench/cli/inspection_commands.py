"""What ``workbench ledger inspection`` does; heavy parts are imported inside each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.commands import one_of, parse_date
from workbench.cli.console import err, out
from workbench.cli.ledger_common import acting, each, last_run, opened, org_of
from workbench.display import percentage
from workbench.errors import UsageError, WorkbenchError
from workbench.exit_codes import ExitCode
from workbench.reports.tables import plain_table

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.inspections import Inspection
    from workbench.ledger.ledger import Ledger

STRATA = ("sector", "size")
#: Word of a step → method of the book.
STEPS = {"开始": "start", "反馈": "report", "通报": "circulate", "回头看": "look_back", "办结": "close"}


def run_inspections(where: str) -> int:
    """``workbench ledger inspection``: all inspections."""
    with opened(where) as ledger:
        rows = [
            (i.id, i.title, f"{i.first} 至 {i.last}", i.state, len(i.teams), len(i.branches), len(i.visits))
            for i in ledger.inspections.all()
        ]
        columns = ("编号", "名称", "起止", "状态", "组数", "支部", "到点")
        out().print(plain_table("督查", columns, rows, right=columns[4:]))
    return ExitCode.CLEAN


def run_show(where: str, ident: str) -> int:
    """``workbench ledger inspection show``: teams, draws, picks, who checks what, visits."""
    with opened(where) as ledger:
        found = ledger.inspections.get(ident)
        out().print(f"{found.title}（{found.id}）{found.first} 至 {found.last}：{found.state}", markup=False)
        rows = [(t.name, "、".join(t.members), "、".join(t.own_units)) for t in found.teams]
        out().print(plain_table("督查组", ("组名", "组员", "回避的单位"), rows))
        for made in found.draws:
            title = f"抽取底稿：种子“{made.seed}”，名单 {made.frame_size} 个，校验值 {made.frame_hash}"
            out().print(plain_table(title, ("层", "共", "抽中", "支部"), [
                (s.name, s.size, len(s.drawn), "、".join(s.drawn)) for s in made.strata
            ], right=("共", "抽中")))
        seen = {v.org_id: v for v in found.visits}
        why = {p.branch.org_id: p.reason for p in found.picked}
        rows = [
            (code, b.name, found.assigned.get(code, ""), seen[code].on if code in seen else "", why.get(code, "抽取"))
            for code, b in found.branches.items()
        ]
        out().print(plain_table("待查组织", ("代码", "名称", "督查组", "到点", "由来"), rows))
        if found.draws and found.visits:
            out().print(estimated(ledger, ident), markup=False, soft_wrap=True)
        if found.runs:
            out().print("核查结果：" + "；".join(f"{r.role} {r.run}" for r in found.runs), markup=False)
    return ExitCode.CLEAN


def estimated(ledger: Ledger, ident: str) -> str:
    """What the drawn branches say about all of the frame; why nothing can be said while a stratum was not seen."""
    try:
        share = ledger.inspections.estimate(ident)
    except WorkbenchError as error:
        return f"推断全体：{error.message}"
    found, low, high = map(percentage, (share.share, share.low, share.high))
    return (f"推断全体：有确认问题的支部占 {found}，{share.confidence:.0%} 的把握在 {low} 至 {high} 之间（只据抽中并到点的支部，按层加权）")


def run_plan(
    where: str, ident: str, title: str, first: str, last: str, scope: str, purpose: str, by: str, on: str | None
) -> int:
    """``workbench ledger inspection plan``."""
    act = acting(by, on)
    days = {"first": parse_date("--first", first), "last": parse_date("--last", last)}
    with opened(where, new=True) as ledger:
        below = org_of(ledger, scope) if scope else ""
        _told(ledger.inspections.plan(ident, act, title=title, scope=below, purpose=purpose, **days))
    return ExitCode.CLEAN


def run_team(
    where: str, ident: str, name: str, members: Sequence[str], own_units: Sequence[str], by: str, on: str | None
) -> int:
    """``workbench ledger inspection team``."""
    act = acting(by, on)
    with opened(where) as ledger:
        units = [org_of(ledger, unit) for unit in own_units]
        _told(ledger.inspections.add_team(ident, act, name=name, members=members, own_units=units))
    return ExitCode.CLEAN


def run_draw(
    where: str, ident: str, number: int, seed: str, strata: Sequence[str], folder: Path | None, by: str, on: str | None
) -> int:
    """``workbench ledger inspection draw``."""
    from dataclasses import replace

    from workbench.ledger.drawing import frame

    act = acting(by, on)
    for stratum in strata:
        one_of("--stratum", stratum, STRATA)
    with opened(where) as ledger:
        run, ident_of_run = _run(ledger, folder)
        found = ledger.inspections.draw(
            ident, replace(act, run=ident_of_run), frame(run), seed=seed, number=number, by=tuple(strata) or STRATA,
        )
        made = found.draws[-1]
        out().print(plain_table(
            f"抽中 {len(made.branches)} 个（名单 {made.frame_size} 个，校验值 {made.frame_hash[:12]}…）",
            ("代码", "支部", "领域", "人数"), [(b.org_id, b.name, b.sector, b.size) for b in made.branches],
        ))
    return ExitCode.CLEAN


def run_pick(
    where: str, ident: str, orgs: Sequence[str], folder: Path | None, by: str, on: str | None, why: str
) -> int:
    """``workbench ledger inspection pick``: any organisation with a secretary may be picked, not branches alone."""
    from workbench.ledger.drawing import frame
    from workbench.vocabulary import OrgType

    act = acting(by, on, why)
    with opened(where) as ledger:
        run, _ = _run(ledger, folder)
        picked = {org_of(ledger, org, folder): why for org in orgs}
        known = frame(run, types=tuple(t.value for t in OrgType))
        _told(ledger.inspections.pick(ident, act, picked, known))
    return ExitCode.CLEAN


def run_assign(where: str, ident: str, team: str | None, orgs: Sequence[str], by: str, on: str | None) -> int:
    """``workbench ledger inspection assign``: to one team, or spread over all that may."""
    act = acting(by, on)
    with opened(where) as ledger:
        course = ledger.inspections.get(ident)
        codes = [org_of(ledger, org) for org in orgs] or [c for c in course.branches if c not in course.assigned]
        given = dict.fromkeys(codes, team) if team else spread(course, codes)
        after = ledger.inspections.assign(ident, act, given)
        counts = Counter(after.assigned.values())
        out().print(plain_table("分派", ("督查组", "组织数"), sorted(counts.items()), right=("组织数",)))
        if left := [c for c in after.branches if c not in after.assigned]:
            err().print(f"还没有分派：{'、'.join(left)}", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def spread(course: Inspection, codes: Sequence[str]) -> dict[str, str]:
    """Organisations over the teams that may check them, the team with the fewest first; :class:`UsageError` if none."""
    assigned = course.assigned
    given: dict[str, str] = {}
    for code in codes:
        branch = course.branches.get(code)
        if branch is None:
            raise UsageError("不是抽中或选中的组织", place=course.id, found=code, next_step="先抽取或选点")
        counts = Counter((assigned | given).values())
        order = sorted(course.teams, key=lambda team: (counts[team.name], team.name))
        fitting = next((t for t in order if not course.may_not(t, branch, assigned | given)), None)
        if fitting is None:
            why = "；".join(course.may_not(team, branch, assigned | given) for team in order)
            raise UsageError("没有一个督查组可以检查这个组织", place=course.id, found=why or code,
                             next_step="增加督查组，或改派后再分派")
        given[code] = fitting.name
    return given


def run_visit(
    where: str, ident: str, orgs: Sequence[str], visitors: Sequence[str], note: str, by: str, on: str | None
) -> int:
    """``workbench ledger inspection visit``."""
    act = acting(by, on)
    with opened(where) as ledger:
        return each(
            [org_of(ledger, org) for org in orgs], str,
            lambda code: ledger.inspections.visit(ident, act, code, visitors=tuple(visitors), note=note),
        )


def run_use(where: str, ident: str, role: str, folder: Path | None, by: str, on: str | None) -> int:
    """``workbench ledger inspection use``."""
    act = acting(by, on)
    with opened(where) as ledger:
        _, run = _run(ledger, folder)
        _told(ledger.inspections.take_run(ident, act, role, run))
    return ExitCode.CLEAN


def run_step(where: str, ident: str, step: str, by: str, on: str | None, why: str) -> int:
    """``workbench ledger inspection step``."""
    act = acting(by, on, why)
    one_of("STEP", step, tuple(STEPS))
    with opened(where) as ledger:
        _told(getattr(ledger.inspections, STEPS[step])(ident, act))
    return ExitCode.CLEAN


def _run(ledger: Ledger, folder: Path | None) -> tuple[Run, str]:
    """A run and what the ledger calls it: that in the folder, else the one taken in last."""
    from workbench.ledger.runs import run_id

    run = last_run(ledger, folder)
    if run is None:
        raise UsageError("没有可用的核查结果", next_step="用 --run 写明结果文件夹，或先运行 workbench ledger sync RUN")
    return run, run_id(run)


def _told(course: Inspection) -> None:
    out().print(f"{course.id} → {course.state}", markup=False, soft_wrap=True)
