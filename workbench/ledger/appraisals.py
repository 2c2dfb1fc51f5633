"""Debriefing and appraisal of secretaries (述职评议, secretary-2022 第十三条 to 第十五条): grades, their limits and effects.

Grades are given by people; what the text forbids (a grade above the cap of the year's cards, 优秀 without 好, a fourth
recommendation) is refused with clause and ground. What follows from grades is proposed by
:mod:`workbench.ledger.appraisal_proposals`; who is replaced, and when, a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench.errors import Refused
from workbench.ledger.book import Course, YearBook, changed, require, require_evidence
from workbench.ledger.cards import RED, Cap
from workbench.ledger.events import Act, Event
from workbench.ledger.secretaries import Secretary
from workbench.timeline import add_months
from workbench.vocabulary import Grade

if TYPE_CHECKING:
    from workbench.ledger.appraisal_proposals import AppraisalProposal
    from workbench.ledger.review import Repeated

#: Grades of the annual assessment (年度考核).
ANNUAL = (
    Grade.EXCELLENT, Grade.COMPETENT, Grade.BASICALLY_COMPETENT, Grade.INCOMPETENT, Grade.QUALIFIED,
    Grade.BASICALLY_QUALIFIED, Grade.UNQUALIFIED,
)

#: Why a secretary is replaced: the bar on promotion (第十五条（一）) follows the first only.
TWO_YEARS, SERIOUS = "连续两年差", "红牌情节严重"


@dataclass(frozen=True)
class NotAdopted:
    """A proposal that a person did not follow (不采纳建议); it does not return for the same facts."""

    kind: str
    facts: tuple[str, ...]
    reason: str
    on: date


@dataclass(frozen=True)
class Appraisal(Course):
    """The appraisal of one secretary in one year.

    ``holder_since`` is the day of taking office (None: not known). ``recommended_on`` is None again when the
    recommendation was withdrawn. ``supplement`` is the year whose monthly pay is raised.
    """

    year: int
    org_id: str
    org_name: str
    holder: str = ""
    holder_since: date | None = None
    level: str = ""
    sector: str = ""
    county_id: str = ""
    grade: str = ""
    graded_on: date | None = None
    told_on: date | None = None
    reported_on: date | None = None
    talked_on: date | None = None
    deadline: date | None = None
    finished_on: date | None = None
    annual_grade: str = ""
    recommended_on: date | None = None
    replaced_on: date | None = None
    replaced_for: str = ""
    supplement: int | None = None
    declined: tuple[NotAdopted, ...] = ()


#: Verb → field that takes the day of the act.
_DAYS = {"tell": "told_on", "report_up": "reported_on", "talk": "talked_on", "finish": "finished_on"}


class Appraisals(YearBook[Appraisal]):
    """Appraisals by year and organisation (述职评议)."""

    topic = "appraisal"

    # --- folding -----------------------------------------------------------------------------------------------------

    def begin(self, event: Event, base: Course) -> Appraisal:
        """An appraisal that was planned."""
        what = event.what
        return Appraisal(
            **self.of_whom(event, base), holder_since=_day(what.get("holder_since")), level=what.get("level", ""),
            sector=what.get("sector", ""), county_id=what.get("county_id", ""),
        )

    def apply(self, course: Appraisal, event: Event) -> Appraisal:
        """One more event."""
        what = event.what
        match event.verb:
            case "grade" | "correct_grade":
                return changed(course, grade=what["grade"], graded_on=event.on, told_on=None, finished_on=None)
            case "tell" | "report_up" | "talk" | "finish":
                return changed(course, **{_DAYS[event.verb]: event.on})
            case "set_deadline":
                return changed(course, deadline=date.fromisoformat(what["deadline"]))
            case "annual":
                return changed(course, annual_grade=what["grade"])
            case "recommend":
                return changed(course, recommended_on=event.on)
            case "withdraw":
                return changed(course, recommended_on=None)
            case "replace":
                return changed(course, replaced_on=event.on, replaced_for=what["ground"])
            case "supplement":
                return changed(course, supplement=what["pay_year"])
            case "decline":
                no = NotAdopted(what["kind"], tuple(what["facts"]), event.why, event.on)
                return changed(course, declined=(*course.declined, no))
            case "debrief" | "appraise":
                return course
        raise AssertionError(event.kind)

    # --- acts --------------------------------------------------------------------------------------------------------

    def plan(self, year: int, secretary: Secretary, act: Act) -> Appraisal:
        """Put a secretary on the list of a year's appraisals (列入述职评议)."""
        what = {
            "org_name": secretary.org_name, "holder": secretary.holder,
            "holder_since": secretary.since.isoformat() if secretary.since else "", "level": secretary.level,
            "sector": secretary.sector, "county_id": secretary.county_id,
        }
        return self.write(self.ident(year, secretary.org_id), "plan", act, what)

    def debrief(self, ident: str, act: Act) -> Appraisal:
        """The secretary debriefed (述职)."""
        return self.write(ident, "debrief", act)

    def appraise(self, ident: str, act: Act) -> Appraisal:
        """The secretary was appraised (考评)."""
        return self.write(ident, "appraise", act)

    def grade(self, ident: str, act: Act, *, grade: str) -> Appraisal:
        """Give the grade (评定等次); :class:`Refused` above the cap of the year's cards or outside the scale."""
        return self._grade(ident, "grade", act, grade)

    def correct_grade(self, ident: str, act: Act, *, grade: str) -> Appraisal:
        """Correct a grade (更正等次), with a reason; the same limits. What was told and finished is to be done again."""
        require(act.why.strip(), "更正等次须写明理由")
        return self._grade(ident, "correct_grade", act, grade)

    def tell(self, ident: str, act: Act) -> Appraisal:
        """Feed the result back to the secretary (反馈结果)."""
        return self.write(ident, "tell", act)

    def report_up(self, ident: str, act: Act) -> Appraisal:
        """Report the appraisal to the superior (报告上级)."""
        return self.write(ident, "report_up", act)

    def talk(self, ident: str, act: Act) -> Appraisal:
        """The talk that a low grade asks for took place (约谈提醒)."""
        course = self.get(ident)
        if course.graded_on is not None and act.on < course.graded_on:
            raise Refused(
                "约谈的日期早于评定等次", place=ident, found=act.on.isoformat(),
                expected=f"不早于 {course.graded_on.isoformat()}",
            )
        return self.write(ident, "talk", act, checked=course)

    def set_deadline(self, ident: str, act: Act, *, deadline: date) -> Appraisal:
        """Set the day by which to rectify (限期整改), not before the day of the act."""
        if deadline < act.on:
            raise Refused(
                "整改期限早于登记之日", place=ident, found=deadline.isoformat(), expected=f"不早于 {act.on.isoformat()}",
            )
        return self.write(ident, "set_deadline", act, {"deadline": deadline.isoformat()})

    def finish(self, ident: str, act: Act) -> Appraisal:
        """Be done with the appraisal (办结); after a low grade only with talk, deadline and evidence."""
        course = self.get(ident)
        value = self.ledger.rules.value
        if course.grade in value("talk_grades") and course.talked_on is None:
            self._refuse("还没有约谈提醒，不能办结", course, "appraisal_talk")
        if course.grade in value("rectify_grades"):
            if course.deadline is None:
                self._refuse("还没有限期整改，不能办结", course, "appraisal_deadline")
            require_evidence(act, "整改办结")
        return self.write(ident, "finish", act, checked=course)

    def annual(self, ident: str, act: Act, *, grade: str) -> Appraisal:
        """Note the annual grade (年度考核); :class:`Refused` for 优秀 while the appraisal is below 好 (第十五条（一）)."""
        course = self.get(ident)
        if grade not in ANNUAL:
            raise Refused("没有这个年度考核等次", place=ident, found=grade, expected="、".join(ANNUAL))
        if course.grade and self.annual_barred(course, grade):
            rule = self.ledger.rules.rule("annual_excludes")
            raise Refused(
                f"述职评议为“{course.grade}”，年度考核不得评“{grade}”", place=ident, found=grade,
                expected=f"{rule.clause}（{rule.requirement}）", next_step="改正年度考核等次",
            )
        return self.write(ident, "annual", act, {"grade": grade}, checked=course)

    def annual_barred(self, course: Appraisal, grade: str) -> bool:
        """Whether the appraisal's grade forbids this annual grade."""
        value = self.ledger.rules.value
        return grade == value("annual_excludes") and course.grade != value("annual_needs")

    def recommend(self, ident: str, act: Act) -> Appraisal:
        """Recommend a secretary graded 好, at most three per county and year (第十五条（二）); :class:`Refused` beyond."""
        course = self.get(ident)
        needs, most = self.ledger.rules.rule("recommend_needs"), self.ledger.rules.rule("recommendations_per_county")
        if course.grade and course.grade != needs.value:
            raise Refused(
                f"述职评议为“{needs.value}”的才可推荐", place=ident, found=course.grade,
                expected=f"{needs.clause}（{needs.requirement}）",
            )
        if not course.county_id:
            raise Refused("没有写明由哪个县（市）党委或市直属党（工）委推荐", place=ident, next_step="列入述职评议时写明")
        if course.recommended_on is not None:
            raise Refused("已经推荐过", place=ident, found=course.recommended_on.isoformat())
        others = [a for a in self.all() if a.year == course.year and a.county_id == course.county_id]
        named = [a for a in others if a.recommended_on is not None]
        if len(named) >= most.value:
            raise Refused(
                f"每年推荐不超过{most.value}人", place=course.county_id,
                found=f"{course.year}年已推荐{len(named)}人（{'、'.join(a.org_name or a.org_id for a in named)}）",
                expected=f"{most.clause}（{most.requirement}）", next_step="须换人的，先撤回一项推荐",
            )
        unmoved = {self.stream(a.id): a.version for a in others if a.id != ident}
        return self.write(ident, "recommend", act, checked=course, unmoved=unmoved)

    def withdraw(self, ident: str, act: Act) -> Appraisal:
        """Withdraw a recommendation (撤回推荐), with a reason; it counts no longer."""
        course = self.get(ident)
        if course.recommended_on is None:
            raise Refused("没有可撤回的推荐", place=ident)
        require(act.why.strip(), "撤回推荐须写明理由")
        return self.write(ident, "withdraw", act, checked=course)

    def replace(self, ident: str, act: Act, *, ground: str) -> Appraisal:
        """Note that the secretary was replaced (调整撤换), with a reason.

        ``ground`` is :data:`TWO_YEARS` (第十五条（一）) or :data:`SERIOUS` (第十二条（三）); :class:`Refused` when the ledger
        holds no two such years of this person, or no red card of the year.
        """
        from workbench.ledger.appraisal_proposals import row_of_years

        course = self.get(ident)
        require(act.why.strip(), "调整撤换须写明理由")
        value = self.ledger.rules.value
        if ground == TWO_YEARS:
            row = row_of_years(self.ledger, course, value("replacement_grade"))
            if len(row) < value("replacement_years"):
                self._refuse(f"同一书记没有{TWO_YEARS}，不能据此撤换", course, "appraisal_replace")
        elif ground == SERIOUS:
            cap = self.cap(course)
            if cap is None or cap.level != RED:
                self._refuse("当年没有红牌，不能据此撤换", course, "card_red_removal")
        else:
            raise Refused("没有这种撤换依据", place=ident, found=ground, expected=f"{TWO_YEARS}、{SERIOUS}")
        return self.write(ident, "replace", act, {"ground": ground}, checked=course)

    def supplement(self, ident: str, act: Act) -> Appraisal:
        """Note that the third year's pay is raised (绩效补贴上浮); :class:`Refused` when three years are not there."""
        from workbench.ledger.appraisal_proposals import supplement_due

        course = self.get(ident)
        if supplement_due(self.ledger, course) is None:
            self._refuse("不是连续三年为好的村、社区书记，或已经登记", course, "appraisal_supplement")
        later = self.ledger.rules.value("supplement_next_year")
        return self.write(
            ident, "supplement", act, {"pay_year": course.year + 1 if later else course.year}, checked=course
        )

    def decline(self, ident: str, act: Act, *, kind: str) -> Appraisal:
        """Do not follow a proposal of this kind (不采纳建议), with a reason; it returns only for new facts."""
        require(act.why.strip(), "不采纳建议须写明理由")
        course = self.get(ident)
        proposed = [p for p in self.proposals(act.on) if p.ident == ident and p.kind == kind]
        if not proposed:
            raise Refused("现在没有这项建议", place=ident, found=kind, next_step="先看现在的建议")
        facts = [fact for p in proposed for fact in p.facts]
        return self.write(ident, "decline", act, {"kind": kind, "facts": facts}, checked=course)

    # --- what follows ------------------------------------------------------------------------------------------------

    def cap(self, course: Appraisal) -> Cap | None:
        """What the cards of the year leave to this secretary; None: no limit."""
        return self.ledger.cards.cap(course.org_id, course.year, course.holder, since=course.holder_since)

    def above_cap(self, course: Appraisal, grade: str) -> Cap | None:
        """The cap that a grade would be above, None when it is allowed."""
        cap = self.cap(course)
        scale = self.ledger.rules.value("grades")
        return cap if cap is not None and scale.index(grade) < scale.index(cap.grade) else None

    def barred_until(self, ident: str) -> date | None:
        """The last day of the bar on promotion after a replacement for two years 差 (第十五条（一）), None: no bar.

        None also when one of the grades was corrected since, so that two such years no longer stand.
        """
        from workbench.ledger.appraisal_proposals import row_of_years

        course, value = self.get(ident), self.ledger.rules.value
        if course.replaced_on is None or course.replaced_for != TWO_YEARS:
            return None
        if len(row_of_years(self.ledger, course, value("replacement_grade"))) < value("replacement_years"):
            return None
        start = course.graded_on if value("bar_from_grade") and course.graded_on else course.replaced_on
        return add_months(start, 12 * value("bar_years"))

    def proposals(self, as_of: date) -> list[AppraisalProposal]:
        """What follows from the grades; see :func:`workbench.ledger.appraisal_proposals.proposals`."""
        from workbench.ledger.appraisal_proposals import proposals

        return proposals(self.ledger, as_of)

    def review(self, year: int) -> list[Repeated]:
        """Problems that stand in both years up to ``year``; see :func:`workbench.ledger.review.repeated`."""
        from workbench.ledger.review import repeated

        return repeated(self.ledger, year)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _grade(self, ident: str, verb: str, act: Act, grade: str) -> Appraisal:
        course = self.get(ident)
        scale = self.ledger.rules.value("grades")
        if grade not in scale:
            raise Refused("没有这个等次", place=ident, found=grade, expected="、".join(scale))
        card = self.ledger.cards.find(course.org_id)  # before the cap: a card given from here on is a conflict
        unmoved = {self.ledger.cards.stream(course.org_id): 0 if card is None else card.version}
        cap = self.above_cap(course, grade)
        if cap is not None:
            raise Refused(
                "等次高于当年亮牌所许", place=ident, found=grade, expected=f"至多“{cap.grade}”：{cap.reason}",
                next_step=f"依据 {cap.requirement}；亮牌有误的先撤销（card clear --revoked，已摘的 card revoke）",
            )
        return self.write(ident, verb, act, {"grade": grade}, checked=course, unmoved=unmoved)

    def _refuse(self, message: str, course: Appraisal, step: str) -> None:
        rule = self.ledger.rules.rule(step)
        raise Refused(
            message, place=course.id, found=course.grade or course.state, expected=f"{rule.clause}（{rule.requirement}）",
        )


def facts_declined(course: Appraisal, kind: str) -> set[str]:
    """The facts for which proposals of a kind were not followed."""
    return {fact for no in course.declined if no.kind == kind for fact in no.facts}


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
