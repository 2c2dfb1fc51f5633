"""``workbench season``: a whole inspection played on a ledger, from the audit in July to the look-back in August.

Everything goes through the Python API that anybody uses. The people are invented; what they do follows from rules over
what they find (:mod:`workbench.cli.season_rules`), so the course is the same each time and holds for other data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli import season_rules as rules
from workbench.cli.console import out
from workbench.cli.inspection_commands import estimated, spread
from workbench.ledger.cards import ORANGE, YELLOW
from workbench.ledger.drawing import frame
from workbench.ledger.events import Act
from workbench.ledger.finding import CLOSED, ON_SITE, PERFUNCTORY, RECTIFYING, STANCES, Finding
from workbench.ledger.inspections import BEFORE, LOOK_BACK
from workbench.ledger.runs import run_id
from workbench.ledger.secretaries import of_run
from workbench.ledger.sync import SyncReport, sync
from workbench.reports.tables import plain_table
from workbench.vocabulary import OrgType

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.ledger import Ledger

#: Who acts: the first of a team leads, the second closes what the first handled.
FIRST, SECOND = "督查员甲", "督查员乙"
TEAMS = (("第一组", (FIRST, SECOND)), ("第二组", ("督查员丙", "督查员丁")), ("第三组", ("督查员戊", "督查员己")))
#: The draw: public seed, and how many (at least one of each stratum).
SEED, DRAWN = "2026年督查月", 24
#: Days of the course: month and day of the year of the runs.
PLANNED, TAKEN, STARTED, HEARD, DECIDED, CARDED, ASSIGNED = (7, 1), (7, 16), (7, 20), (7, 30), (7, 31), (8, 3), (8, 4)
PROGRESS, DUE_SOON, REVIEWED, DUE_STATE, DUE_LATER = (8, 12), (8, 14), (8, 20), (8, 25), (9, 30)
SHOWN = 6
DUE_SHOWN = 10


@dataclass
class Season:
    """The course of one inspection: ``july`` and ``august`` are the runs, ``ident`` what the inspection is called."""

    ledger: Ledger
    july: Run
    august: Run
    ident: str = ""
    step: int = 0

    def __post_init__(self) -> None:
        self.year = int(self.july.receipt["year"])
        self.last = date.fromisoformat(self.august.receipt["as_of"])
        self.ident = self.ident or f"{self.year}-督查月"
        self.requirements = {r["id"]: r for r in self.july.requirements}

    # --- telling -----------------------------------------------------------------------------------------------------

    def day(self, month_day: tuple[int, int]) -> date:
        """A day of the season's year."""
        return date(self.year, *month_day)

    def act(self, on: tuple[int, int] | date, why: str = "", evidence: Sequence[str] = (), who: str = FIRST) -> Act:
        """Somebody's act on a day."""
        return Act(who, on if isinstance(on, date) else self.day(on), why, tuple(evidence))

    def tell(self, on: tuple[int, int] | date, title: str, *lines: str) -> None:
        """The heading of a step and what a newcomer should know about it."""
        self.step += 1
        stated = on if isinstance(on, date) else self.day(on)
        out().print(f"\n{self.step}. {title}（{stated}）", style="bold", markup=False)
        for line in lines:
            out().print(f"   {line}", markup=False, soft_wrap=True)

    def table(self, title: str, found: Iterable[Finding], note: Callable[[Finding], str] = lambda f: f.state) -> None:
        """Some of the findings, one line each."""
        listed = list(found)
        rows = [(f.code, f.subject_name, f.description, note(f)) for f in listed[:SHOWN]]
        if rows:
            more = f"，列出 {len(rows)} 个" if len(listed) > len(rows) else ""
            out().print(plain_table(f"{title}：{len(listed)} 个{more}", ("编号", "党组织", "要求", "情况"), rows))

    # --- July --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Plan the inspection, put the teams together, take the run in, draw, pick, assign."""
        book, units = self.ledger.inspections, rules.own_units(self.july)
        act = self.act(PLANNED)
        book.plan(self.ident, act, title=f"{self.year}年督查月", first=self.day((7, 1)), last=self.day((8, 31)),
                  purpose="检查书记抓基层党建责任制落实情况")
        for (name, members), unit in zip(TEAMS, units, strict=False):
            book.add_team(self.ident, act, name=name, members=members, own_units=[unit])
        teams = book.get(self.ident).teams
        self.tell(PLANNED, "立项、组队", *(f"{t.name}：{'、'.join(t.members)}，回避 {'、'.join(t.own_units)}" for t in teams))
        report = sync(self.ledger, self.july, FIRST, self.day(TAKEN))
        book.take_run(self.ident, self.act(TAKEN), BEFORE, report.run)
        self.tell(TAKEN, f"导入截至 {self.july.receipt['as_of']} 的核查结果",
                  f"新列入 {len(report.opened)} 个问题，都是“待核实”：机器只提出，不认定。")
        branches = frame(self.july)
        strata = len({b.stratum(("sector", "size")) for b in branches})
        drawn = book.draw(self.ident, replace(self.act(TAKEN), run=report.run), branches, seed=SEED,
                          number=max(DRAWN, strata))
        risky = rules.risky(self.ledger.findings.all(), drawn.branches)
        everybody = frame(self.july, types=tuple(t.value for t in OrgType))
        course = book.pick(self.ident, self.act(TAKEN), risky, everybody) if risky else drawn
        course = book.assign(self.ident, self.act(TAKEN), spread(course, list(course.branches)))
        made, counts = course.draws[-1], Counter(course.assigned.values())
        self.tell(TAKEN, "抽取、选点、分派",
                  f"种子“{SEED}”，名单 {made.frame_size} 个支部（校验值 {made.frame_hash[:12]}…），按领域和人数分 {len(made.strata)} 层，"
                  f"抽中 {len(made.branches)} 个。",
                  f"另按风险选点 {len(course.picked)} 个（不与抽中的合并推断）。",
                  "分派：" + "，".join(f"{name} {n} 个" for name, n in sorted(counts.items())))

    def visit(self) -> None:
        """Every branch is visited, one thing is seen on site, the branches are heard."""
        book = self.ledger.inspections
        book.start(self.ident, self.act(STARTED))
        course = book.get(self.ident)
        for i, code in enumerate(course.branches):
            team = course.team(course.assigned[code])
            on = self.day(STARTED) + timedelta(days=i % 9)
            book.visit(self.ident, self.act(on, who=team.members[i % 2]), code, visitors=team.members)
        clean = next((c for c in course.branches if not self.ledger.findings.of(c)), None)
        seen = ""
        if clean is not None:
            branch = course.branches[clean]
            found = self.ledger.findings.open_on_site(
                clean, self.act(HEARD, evidence=["现场照片（样例）"]), clause="第四条（四）", severity="warning",
                requirement="secretary-2022-4.4-6", document="secretary-2022", subject_name=branch.name,
                detail="到点查看，活动阵地堆放杂物，未按用途使用", inspection=self.ident,
            )
            seen = f"现场另发现 1 个：{found.code} {branch.name}，{found.detail}。"
        inspected = self.inspected()
        stances: Counter[str] = Counter()
        for f in inspected:
            agrees, text = rules.stated(f, self.requirements)
            self.ledger.findings.answer(f.key, self.act(HEARD), text=text, agrees=agrees)
            stances[STANCES[agrees]] += 1
        self.tell(STARTED, "到点检查，听取支部意见", f"到点 {len(course.branches)} 个组织。{seen}",
                  f"{len(inspected)} 个问题逐一请支部说明，记入台账："
                  + "；".join(f"{stance} {stances[stance]} 个" for stance in STANCES.values()) + "。")

    def inspected(self) -> list[Finding]:
        """Findings of the organisations that are inspected."""
        branches = self.ledger.inspections.get(self.ident).branches
        return [f for f in self.ledger.findings.all() if f.subject in branches]

    def decide(self) -> None:
        """Confirm or dismiss; feed back and circulate; cards given and declined."""
        book = self.ledger.findings
        for f in self.inspected():
            why = rules.explained(f, self.requirements)
            if why:
                book.dismiss(f.key, self.act(DECIDED, why, ["会议记录、情况说明复印件（样例）"]))
            else:
                why = "支部称已办，未能出示材料" if f.agrees is False else ""
                book.confirm(f.key, self.act(DECIDED, why, ["核查所列台账行"]))
        after = self.inspected()
        self.tell(DECIDED, "核实：确认，或认定不成立", "先听支部意见；认定不成立的，支部有异议仍确认的，都写明理由。",
                  estimated(self.ledger, self.ident))
        self.table("不成立", (f for f in after if f.state == "不成立"), lambda f: f.dismiss_reason)
        self.table("已确认", (f for f in after if f.state == "已确认"), lambda f: f.detail)
        self.ledger.inspections.report(self.ident, self.act(DECIDED))
        self.ledger.inspections.circulate(self.ident, self.act(CARDED))
        people = of_run(self.july)
        given, declined = [], []
        for p in self.ledger.cards.proposals(self.day(CARDED), people):
            if len(p.grounds) >= rules.MANY:
                self.ledger.cards.give_yellow(
                    p.org_id, self.act(CARDED, f"首次督查确认硬性问题{len(p.grounds)}个"), grounds=p.grounds,
                    deadline=self.day(DUE_LATER), secretary=people.get(p.org_id))
                given.append(p)
            else:
                self.ledger.cards.decline(
                    p.org_id, self.act(CARDED, "问题较少，责令立行立改，先不亮牌"), level=p.level, grounds=p.grounds,
                    secretary=people.get(p.org_id))
                declined.append(p)
        self.tell(CARDED, "反馈、通报；书记亮牌由人决定",
                  f"台账提出 {len(given) + len(declined)} 条黄牌建议（{given[0].clause if given else '第十二条'}）：亮黄牌 {len(given)} 个，"
                  f"不予亮牌 {len(declined)} 个，都写明理由。")
        rows = [(p.org_id, p.org_name, len(p.grounds), p.texts[0]) for p in given[:SHOWN]]
        out().print(plain_table("亮黄牌", ("代码", "党组织", "事由数", "事由之一"), rows, right=("事由数",)))

    # --- August ------------------------------------------------------------------------------------------------------

    def rectify(self) -> None:
        """Owners, measures, deadlines; progress; what can only be done better is handed in and closed in August."""
        book = self.ledger.findings
        confirmed = [f for f in self.inspected() if f.state == "已确认"]
        for number, f in enumerate(confirmed, 1):
            quick = rules.put_right(f, self.requirements)
            until = DUE_SOON if f.period_kind in rules.OVER else DUE_STATE if quick else DUE_LATER
            book.assign(f.key, self.act(ASSIGNED), owner=f"责任人{number:03d}", leader=f"责任领导{number % 9 + 1:02d}",
                        measure=rules.measure(f, self.requirements), deadline=self.day(until))
        over = [f for f in confirmed if f.period_kind in rules.OVER]
        quick = [f for f in confirmed if rules.put_right(f, self.requirements)]
        states = [f for f in quick if not rules.idle(f)]
        for f in states:
            book.progress(f.key, self.act(PROGRESS, who=self.owner(f)), text="已列出补办事项，正在办理")
        for f in over:
            book.submit(f.key, self.act(PROGRESS, evidence=["7月会议记录（样例）"], who=self.owner(f)),
                        text="缺期原因已说明，7月以来按期开展")
        for f in over:
            book.close(f.key, self.act(REVIEWED, evidence=["7月会议记录原件（样例）"], who=SECOND),
                       conclusion="以往期次无法补开，7月以来已按期开展")
        for f in states:
            book.submit(f.key, self.act(REVIEWED, evidence=["补办材料（样例）"], who=self.owner(f)), text="已补办到位")
        self.tell(ASSIGNED, "整改：责任人、责任领导、措施、时限", f"交办 {len(confirmed)} 个。")
        self.tell(REVIEWED, "报请复查、销号",
                  f"以往缺期的 {len(over)} 个由{SECOND}复查销号（报请的人和责任人不能销号）。",
                  f"补办设置的 {len(states)} 个已报请复查，等回头看；{len(quick) - len(states)} 个没有动静。")

    def owner(self, finding: Finding) -> str:
        """Who is responsible for a finding."""
        return self.ledger.findings.get(finding.key).owner

    def look_back(self) -> SyncReport:
        """The run at the end of August: resolved ones are proposed, one is back by itself."""
        self.ledger.inspections.look_back(self.ident, self.act((8, 28)))
        report = sync(self.ledger, self.august, FIRST, self.last)
        self.ledger.inspections.take_run(self.ident, self.act(self.last), LOOK_BACK, run_id(self.august))
        get = self.ledger.findings.get
        self.tell(self.last, f"回头看：导入截至 {self.last} 的核查结果",
                  f"已达标、提示复查 {len(report.resolved)} 个；新列入 {len(report.opened)} 个；销号后台账仍未补正 "
                  f"{len(report.still_failing)} 个（旧期次补不回来，不算复发）。")
        self.table("复发（销号后又有新的缺期，自动登记）", map(get, report.recurred),
                   lambda f: f"未达：{'、'.join(f.units)}")
        for key in report.recurred:
            self.ledger.findings.answer(key, self.act(self.last), text="8月忙于防汛，未开展（样例）", agrees=True)
            self.ledger.findings.confirm(key, self.act(self.last))
        return report

    def review(self, report: SyncReport) -> None:
        """Close what is resolved, by a second person; fail what was only said to be done; tell what is overdue."""
        book, resolved = self.ledger.findings, set(report.resolved)
        failing = {*report.seen, *report.unchanged}
        shown = f"截至 {self.last} 的核查结果"
        for f in self.inspected():
            if f.state == RECTIFYING and f.key in resolved:
                book.submit(f.key, self.act(self.last, evidence=[shown], who=f.owner), text="已补办，核查已达标")
        for f in [f for f in self.inspected() if f.state == "待复查"]:
            if f.key in resolved:
                book.close(f.key, self.act(self.last, evidence=[shown], who=SECOND), conclusion="核查达标，整改属实")
            elif f.source == ON_SITE:  # no run can show it: somebody goes there again
                book.close(f.key, self.act(self.last, evidence=["到点复看照片（样例）"], who=SECOND), conclusion="到点复看，已清理")
            elif f.key in failing:
                book.fail(f.key, self.act(self.last, "报称已补办，核查仍未见", [shown], who=SECOND), ground=PERFUNCTORY)
        after = self.inspected()
        self.tell(self.last, "复查：属实的销号，敷衍的退回")
        self.table("由第二人销号", (f for f in after if f.state == CLOSED and f.key in resolved), lambda f: f.look_back)
        self.table("复查未通过", (f for f in after if f.failed_on == self.last), lambda f: f.failed[-1].ground)
        late = sorted((f for f in after if f.overdue(self.last)), key=lambda f: bool(f.failed))
        self.table("逾期", late, lambda f: f"时限 {f.deadline}" + ("，复查退回" if f.failed else "，没有动静"))

    def cards(self) -> None:
        """Cards after the look-back: orange for whom the review failed, declined for the others; the talk is noted."""
        people, book = of_run(self.august), self.ledger.cards
        given, declined, cleared = [], [], []
        for p in book.proposals(self.last, people):
            found = [f for f in map(self.ledger.findings.find, p.grounds) if f is not None]
            failed = sum(bool(f.failed) for f in found) >= rules.FAILED_OFTEN
            if p.clear:
                book.clear(p.org_id, self.act(self.last, "事由均已销号", [f"截至 {self.last} 的核查结果"]))
                cleared.append(p)
            elif p.level == ORANGE and failed:
                book.give_orange(p.org_id, self.act(self.last, "回头看发现敷衍整改"), grounds=p.grounds,
                                 deadline=self.day(DUE_LATER))
                given.append(p)
            elif p.level in (YELLOW, ORANGE):
                why = "整改尚在时限内或情节较轻，先约谈提醒，继续跟踪"
                book.decline(p.org_id, self.act(self.last, why), level=p.level, grounds=p.grounds,
                             secretary=people.get(p.org_id))
                declined.append(p)
        if given:
            book.follow_up(given[0].org_id, self.act(self.last), kind="上级书记约谈", note="样例")
        self.tell(self.last, "回头看后的亮牌",
                  f"亮橙牌 {len(given)} 个，不予亮牌 {len(declined)} 个，摘牌 {len(cleared)} 个；其余后续措施到期提示。")
        rows = []
        for p in given[:SHOWN]:
            cap = book.cap(p.org_id, self.year, book.get(p.org_id).holder)
            rows.append((p.org_id, p.org_name, p.texts[0], f"至多“{cap.grade}”（{cap.clause}）" if cap else ""))
        if rows:
            out().print(plain_table("亮橙牌", ("代码", "党组织", "事由之一", "当年述职评议"), rows))

    def states(self) -> Counter[str]:
        """Findings by state, of everything in the ledger."""
        return Counter(f.state for f in self.ledger.findings.all())


def play(ledger: Ledger, july: Run, august: Run) -> Season:
    """Play the season on an empty ledger; the runs are those of mid-July and of the end of August of one year."""
    season = Season(ledger, july, august)
    season.begin()
    season.visit()
    season.decide()
    season.rectify()
    season.review(season.look_back())
    season.cards()
    return season


def write_out(season: Season, folder: Path) -> None:
    """The end of the season: what is due next, papers, archive, backup, verification."""
    from workbench.cli.paper_set import write_papers
    from workbench.cli.store_commands import print_due
    from workbench.ledger.backup import backup
    from workbench.ledger.due import due
    from workbench.reports.archive import write_archive

    ledger, on = season.ledger, season.last
    season.tell(on, "接下来：逾期的和到期的", "workbench due 随时可看；这里只列台账里定下日子的。")
    found = [d for d in due(season.august, ledger, on, 30) if d.source != "核查"]
    print_due(found[:DUE_SHOWN], f"前 {min(len(found), DUE_SHOWN)} 项，截至 {on}")
    again = {f.subject for f in season.inspected() if f.failed_on == on or f.recurred_on == on}
    papers, refused = write_papers(
        ledger, season.august, folder / "文稿", by=FIRST, on=on, inspection=season.ident,
        below=again, drawn_from=season.july,
    )
    season.tell(on, "写出文稿（草稿，可修改，不带红头和印章）", f"清单和通知单只写回头看查出问题的 {len(again)} 个组织：",
                *(path.name for path in papers), *(str(error) for error in refused))
    write_archive(ledger, season.august, papers, folder / "归档.zip", by=FIRST, on=on)
    backup(ledger.store, folder / "督查台账.备份")
    checked = ledger.store.verify()
    told = f"有 {len(checked.faults)} 处不对" if checked.faults else "完好"
    season.tell(on, "归档、备份、检查台账", f"归档.zip、督查台账.备份；{checked.events:,} 个事件，{told}，"
                f"末尾 {checked.head.seq}:{checked.head.digest[:12]}…")
    out().print("   " + "，".join(f"{state} {n}" for state, n in season.states().items()), markup=False)
