"""Inspections (督查, secretary-2022 第十一条): teams, branches drawn and picked, visits, the runs they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from workbench.errors import Refused, UsageError
from workbench.ledger.book import Book, Course, changed, name_of, require
from workbench.ledger.drawing import Branch, Draw, Estimate, Stratum, draw, estimate
from workbench.ledger.events import Act, Event
from workbench.ledger.finding import DISMISSED, PENDING

#: When a run was taken for an inspection (核查时点).
BEFORE, ON_SITE, LOOK_BACK = "督查前", "到点", "回头看"
ROLES = (BEFORE, ON_SITE, LOOK_BACK)


@dataclass(frozen=True)
class Team:
    """A team (督查组): name, names of the inspectors, the organisations they come from (they may not check these)."""

    name: str
    members: tuple[str, ...]
    own_units: tuple[str, ...]


@dataclass(frozen=True)
class Picked:
    """A branch picked because of a risk (按风险选点), with the reason; never part of an estimate."""

    branch: Branch
    reason: str


@dataclass(frozen=True)
class Visit:
    """A visit: branch, day, team, the inspectors who were there, a note."""

    org_id: str
    on: date
    team: str
    visitors: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class TakenRun:
    """A run that the inspection rests on: when it was taken (one of :data:`ROLES`) and its id."""

    role: str
    run: str


@dataclass(frozen=True)
class Inspection(Course):
    """An inspection and all that belongs to it.

    ``scope`` is the organisation below which branches are checked (empty: all), ``assignments`` branch → team.
    """

    title: str
    year: int
    first: date
    last: date
    scope: str
    purpose: str
    teams: tuple[Team, ...] = ()
    draws: tuple[Draw, ...] = ()
    picked: tuple[Picked, ...] = ()
    assignments: Mapping[str, str] | None = None
    visits: tuple[Visit, ...] = ()
    runs: tuple[TakenRun, ...] = ()

    _TITLE = "督查"
    _COLUMNS = (
        ("编号", "id"), ("名称", "title"), ("状态", "state"), ("起", "first"), ("止", "last"),
        ("督查组", lambda i: len(i.teams)), ("支部", lambda i: len(i.branches)), ("未到点", lambda i: len(i.unvisited)),
    )

    @property
    def branches(self) -> dict[str, Branch]:
        """Every branch drawn or picked, by its code, in that order."""
        drawn = {b.org_id: b for made in self.draws for b in made.branches}
        return drawn | {p.branch.org_id: p.branch for p in self.picked if p.branch.org_id not in drawn}

    @property
    def assigned(self) -> dict[str, str]:
        """Branch → name of its team."""
        return dict(self.assignments or {})

    @property
    def unvisited(self) -> list[str]:
        """Branches to be checked that nobody has visited yet."""
        seen = {visit.org_id for visit in self.visits}
        return [code for code in self.branches if code not in seen]

    def team(self, name: str) -> Team:
        """The team of this name; :class:`Refused` when there is none."""
        found = next((t for t in self.teams if t.name == name), None)
        if found is None:
            raise Refused(
                "没有这个督查组", place=self.id, found=name, expected="、".join(t.name for t in self.teams),
                next_step="先组建督查组，或改正组名",
            )
        return found

    def may_not(self, team: Team, branch: Branch, assigned: Mapping[str, str]) -> str:
        """Why a team may not check a branch, given who checks what; empty when it may.

        Not its own: an organisation that it comes from, or one below. Not mutual: a team that comes from where the
        branch stands already checks a branch of where this team comes from.
        """
        if own := set(team.own_units) & set(branch.above):
            return f"{branch.org_id} 属于本组人员所在的 {'、'.join(sorted(own))}，应当回避"
        theirs = [t for t in self.teams if t.name != team.name and set(t.own_units) & set(branch.above)]
        branches = self.branches
        for other in theirs:
            for code, name in assigned.items():
                if name == other.name and code in branches and set(team.own_units) & set(branches[code].above):
                    return f"{other.name} 检查 {code}（本组人员所在单位），{team.name} 不得再检查 {branch.org_id}（互查）"
        return ""


class Inspections(Book[Inspection]):
    """All inspections of the ledger; the id is typed by people (``2026-督查月``)."""

    topic = "inspection"

    # --- reading -----------------------------------------------------------------------------------------------------

    def begin(self, event: Event, base: Course) -> Inspection:
        what = event.what
        return Inspection(
            **vars(base), title=what["title"], year=what["year"], first=date.fromisoformat(what["first"]),
            last=date.fromisoformat(what["last"]), scope=what["scope"], purpose=what["purpose"],
        )

    def apply(self, course: Inspection, event: Event) -> Inspection:
        what = event.what
        match event.verb:
            case "team":
                team = Team(what["name"], tuple(what["members"]), tuple(what["own_units"]))
                return changed(course, teams=(*(t for t in course.teams if t.name != team.name), team))
            case "draw":
                return changed(course, draws=(*course.draws, _draw_from(what)))
            case "pick":
                picked = tuple(Picked(_branch_from(row["branch"]), row["reason"]) for row in what["picked"])
                return changed(course, picked=course.picked + picked)
            case "assign":
                return changed(course, assignments=course.assigned | dict(what["assignments"]))
            case "visit":
                visit = Visit(what["org_id"], event.on, what["team"], tuple(what["visitors"]), what["note"])
                return changed(course, visits=(*course.visits, visit))
            case "take_run":
                return changed(course, runs=(*course.runs, TakenRun(what["role"], event.run)))
        return course

    def estimate(self, ident: str, requirement: str = "", *, number: int = -1) -> Estimate:
        """Share of the frame of a draw (the last one) that fails, from the branches that were drawn and visited.

        A branch fails with a confirmed finding of the year (under ``requirement``, empty: under any), not one written
        down at another inspection; what was picked for a risk never counts. Raises :class:`Refused` where nothing
        was drawn, :class:`UsageError` for a stratum not seen.
        """
        course = self.get(ident)
        if not course.draws:
            raise Refused("没有抽取支部，不能推断全体", place=ident, next_step="按风险选点的情况只作个案反映")
        failing = {
            f.subject for f in self.ledger.findings.all()
            if f.confirmed_on is not None and f.state not in (DISMISSED, PENDING) and requirement in ("", f.requirement)
            and str(course.year) in f.period.split("-") and f.inspection in ("", ident)
        }
        return estimate(course.draws[number], failing, {visit.org_id for visit in course.visits})

    # --- acting ------------------------------------------------------------------------------------------------------

    def plan(
        self, ident: str, act: Act, *, title: str, first: date, last: date, year: int | None = None,
        scope: str = "", purpose: str = "",
    ) -> Inspection:
        """Set up an inspection (立项) from ``first`` to ``last``; the year is that of its last day unless given."""
        require(ident.strip() and "/" not in ident, "没有写明督查编号", expected="如 2026-督查月，不含斜杠")
        require(title.strip(), "没有写明督查名称")
        if first > last:
            raise Refused(
                "督查的起止日期颠倒", place=ident, found=f"{first} 至 {last}", next_step="改正日期"
            )
        what = {
            "title": title.strip(), "year": year or last.year, "first": first.isoformat(), "last": last.isoformat(),
            "scope": scope, "purpose": purpose,
        }
        return self.write(ident, "plan", act, what)

    def add_team(
        self, ident: str, act: Act, *, name: str, members: Sequence[str], own_units: Sequence[str]
    ) -> Inspection:
        """Put a team together, or anew under the same name; what is assigned already must stay allowed.

        ``own_units`` are the organisations that its members come from, at any level; without any nothing could be
        kept off them, so at least one is asked for.
        """
        people = tuple(dict.fromkeys(m.strip() for m in members if m.strip()))
        units = tuple(dict.fromkeys(u.strip() for u in own_units if u.strip()))
        require(name.strip() and people, "督查组要有组名和人员")
        require(units, "没有写明督查组人员所在的单位", expected="组织代码，用于回避")
        course = self.get(ident)
        for other in course.teams:
            taken = {name_of(m) for m in other.members}
            if other.name != name.strip() and (both := [m for m in people if name_of(m) in taken]):
                raise Refused("同一人不能在两个督查组", place=ident, found="、".join(both))
        team = Team(name.strip(), people, units)
        formed = replace(course, teams=(*(t for t in course.teams if t.name != team.name), team))
        self._check(formed, course.assigned)
        return self.write(ident, "team", act, asdict(team), checked=course)

    def draw(
        self, ident: str, act: Act, frame: Iterable[Branch], *, seed: str, by: Sequence[str] = ("sector", "size"),
        number: int | None = None, per_stratum: Mapping[str, int] | None = None,
    ) -> Inspection:
        """Draw branches from ``frame`` (:func:`workbench.ledger.drawing.frame`) and keep the draw with its strata."""
        course = self.get(ident)
        known = [b for b in frame if not course.scope or course.scope in b.above]
        made = draw(known, seed, by, number=number, per_stratum=per_stratum, run=act.run)
        return self.write(ident, "draw", act, asdict(made), checked=course)

    def pick(self, ident: str, act: Act, picked: Mapping[str, str], frame: Iterable[Branch]) -> Inspection:
        """Add branches because of a risk: code → reason; who is drawn or picked already is refused."""
        course, known = self.get(ident), {b.org_id: b for b in frame}
        require(picked, "没有写明选点的支部")
        for code, reason in picked.items():
            require(reason.strip(), f"没有写明选 {code} 的理由")
            if code not in known or code in course.branches:
                why = "已经抽中或选中" if code in course.branches else "名单中没有这个组织"
                raise Refused(why, place=ident, found=code, next_step="核对组织代码")
        rows = [{"branch": asdict(known[code]), "reason": why.strip()} for code, why in picked.items()]
        return self.write(ident, "pick", act, {"picked": rows}, checked=course)

    def assign(self, ident: str, act: Act, assignments: Mapping[str, str]) -> Inspection:
        """Say which team checks which branch; :class:`Refused` for own units and for mutual pairs (回避、互查)."""
        course = self.get(ident)
        require(assignments, "没有写明分派的支部")
        if strange := [code for code in assignments if code not in course.branches]:
            raise Refused(
                "不是抽中或选中的支部", place=ident, found="、".join(strange), next_step="先抽取或选点"
            )
        self._check(course, course.assigned | dict(assignments))
        return self.write(ident, "assign", act, {"assignments": dict(assignments)}, checked=course)

    def start(self, ident: str, act: Act) -> Inspection:
        """Begin: there are teams, branches, and every branch has its team."""
        course = self.get(ident)
        require(course.teams and course.branches, "督查组或待查支部还没有确定")
        if open_ones := [code for code in course.branches if code not in course.assigned]:
            raise Refused("还有支部没有分派督查组", place=ident, found="、".join(open_ones[:10]))
        return self.write(ident, "start", act, checked=course)

    def visit(self, ident: str, act: Act, org_id: str, *, visitors: Sequence[str] = (), note: str = "") -> Inspection:
        """A visit on the day of the act by members of the branch's team (none named: who acts)."""
        course = self.get(ident)
        name = course.assigned.get(org_id)
        require(name, f"{org_id} 没有分派给督查组", expected="先分派督查组")
        team, there = course.team(str(name)), tuple(visitors) or (act.who,)
        inside = {name_of(m) for m in team.members}
        if outside := [v for v in there if name_of(v) not in inside]:
            raise Refused(
                "到点检查的不是这个支部的督查组人员", place=f"{ident} {org_id}", found="、".join(outside),
                expected=f"{team.name}：{'、'.join(team.members)}", next_step="改分派，或写实际到点的本组人员",
            )
        if act.on < course.first:
            raise Refused(
                "到点检查早于督查开始", place=ident, found=act.on.isoformat(), expected=f"不早于 {course.first}"
            )
        what = {"org_id": org_id, "team": team.name, "visitors": list(there), "note": note}
        return self.write(ident, "visit", act, what, checked=course)

    def take_run(self, ident: str, act: Act, role: str, run: str) -> Inspection:
        """Rest the inspection on a run of the ledger: ``role`` 督查前, 到点 or 回头看, ``run`` its id."""
        if role not in ROLES:
            raise UsageError("核查时点写法不对", found=role, expected="、".join(ROLES))
        if self.ledger.runs.find(run) is None:
            raise Refused("台账中没有这次核查", place=ident, found=run, next_step="先运行 workbench ledger sync")
        return self.write(ident, "take_run", replace(act, run=run), {"role": role})

    def report(self, ident: str, act: Act) -> Inspection:
        """Feed the facts back (反馈); a reason is asked for while branches are not visited."""
        course = self.get(ident)
        require(course.visits, "还没有到点检查，不能反馈")
        if course.unvisited and not act.why.strip():
            raise Refused(
                "还有支部没有到点检查", place=ident, found="、".join(course.unvisited[:10]),
                next_step="补查，或写明不查的理由",
            )
        return self.write(ident, "report", act, checked=course)

    def circulate(self, ident: str, act: Act) -> Inspection:
        """Issue the circular (通报)."""
        return self.write(ident, "circulate", act)

    def look_back(self, ident: str, act: Act) -> Inspection:
        """Begin to look back (回头看)."""
        return self.write(ident, "look_back", act)

    def close(self, ident: str, act: Act) -> Inspection:
        """Finish; without a run taken on looking back a reason is asked for."""
        course = self.get(ident)
        if not act.why.strip() and LOOK_BACK not in {taken.role for taken in course.runs}:
            raise Refused(
                "没有回头看的核查结果", place=ident, next_step="先采用回头看的核查结果，或写明理由"
            )
        return self.write(ident, "close", act, checked=course)

    def _check(self, course: Inspection, assigned: Mapping[str, str]) -> None:
        """:class:`Refused` when one of the assignments is not allowed beside the others."""
        branches = course.branches
        for code, name in assigned.items():
            if why := course.may_not(course.team(name), branches[code], assigned):
                raise Refused(
                    "督查组不能检查这个支部", place=f"{course.id} {name}", found=why, next_step="改派其他督查组"
                )


def _branch_from(row: Mapping[str, Any]) -> Branch:
    return Branch(row["org_id"], row["name"], row["sector"], row["size"], tuple(row["above"]))


def _draw_from(what: Mapping[str, Any]) -> Draw:
    strata = tuple(Stratum(s["name"], s["size"], tuple(s["drawn"])) for s in what["strata"])
    return Draw(
        what["seed"], what["frame_hash"], what["frame_size"], tuple(what["by"]), strata,
        tuple(_branch_from(row) for row in what["branches"]), what["run"],
    )
