"""What superiors see to: lists, contact points, new secretaries, findings, cards, follow-ups of grades."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.courses.course import Course, Step, few, secretary, steps, tags
from workbench.sample.courses.floating import ADOPTS
from workbench.sample.fault import C, F, L, S
from workbench.sample.faults import any_of, has
from workbench.sample.faults_mended import CONTACT, URGED

_BRANCH, _UPPER = "type = '党支部'", "type IN ('党委', '党组', '工委')"
_LOW = "'一般', '差'"
_TOPICS = ("重要意义", "主要职责", "重点任务", "存在问题和薄弱环节", "思路打算和工作决心")


def courses(city: City) -> tuple[Course, ...]:
    """All courses of oversight."""
    return (_five_lists(city), *_lasting(city), _appointment(), *_findings(city), *_cards(city), *_follow_ups(city),
            *_neglect(city), _proposal(city))


def _five_lists(city: City) -> Course:
    opened = f"{city.day(1, 6)} + draw(no, 78, 20)"
    shown = f"{opened} + CASE WHEN {has(S + '7.5-3')} THEN -3 ELSE 3 + draw(no, 79, 15) END"
    where = f"type NOT IN ('组织部', '机关纪委') AND live_from <= {city.day(1, 1)}"
    return Course("五单", "五单", where, (
        Step("开单", opened),
        Step("晒单", shown),
        Step("派单", f"{city.day(2, 26)} + draw(no, 80, 30)"),
        Step("查单", f"{city.day(6, 16)} + draw(no, 81, 35)"),
        Step("销单", f"{city.day(12, 8)} + draw(no, 82, 20)"),
    ))


def _lasting(city: City) -> tuple[Course, ...]:
    """Contact points and lagging villages: opened earlier and still in force."""
    since = f"{city.day(1, 15, -2)} + draw(no, 83, 300)"
    ended = f"{city.day(5, 6)} + draw(no, 84, 20)"
    pairs = "type IN ('党委', '党组', '工委', '机关党委', '党总支')"
    return (
        Course("联系点", "联系1", pairs, (
            Step("建立", since), Step("结束", ended, when=any_of(S + "8-4", S + "9-3", CONTACT)))),
        Course("联系点", "联系3", f"{pairs} AND {has(CONTACT)}", (Step("建立", city.day(8, 3)),)),
        # A second point that came and went harms nobody.
        Course("联系点", "联系2", f"{pairs} AND draw(no, 85, 4) = 0", (
            Step("建立", since), Step("结束", f"{since} + 200"))),
        Course("后进村挂钩", "挂钩", "level = '乡镇' AND type IN ('党委', '工委') AND has_lagging", (
            Step("挂钩", since), Step("结束", ended, when=has(S + "8-5")))),
    )


def _appointment() -> Course:
    who = "no * 64 + 1"
    topics = f"CASE WHEN {has(S + '6-4')} THEN {tags(*(t for t in _TOPICS if t != '主要职责'))} ELSE {tags(*_TOPICS)} END"
    return Course("书记任职", "任职", "change_on IS NOT NULL", (
        Step("任前谈话", "change_on - 6", pno=who, tags=topics, late=(S + "6-2", 20)),
        Step("任职", "change_on", pno=who),
        Step("集中培训", "change_on + 20 + draw(no, 86, 120)", pno=who, lacks=(S + "6-1",), late=(L + "24-3", 190)),
    ))


def _findings(city: City) -> tuple[Course, ...]:
    """Findings of an organisation department, each told, followed up and mended."""
    where = "type = '组织部'"
    found = [f"{city.day(month, 3)} + draw(no, {190 + month}, 20)" for month in (2, 5)]
    july, april = f"{city.day(7, 6)} + draw(no, 200, 30)", f"{city.day(4, 2)} + draw(no, 201, 20)"
    first = [(S + "7.4-2",), (S + "7.4-3",)]
    urged = [(URGED, city.day(8, 12)), (URGED, city.day(8, 21))]
    return (
        *(Course("督查问题", f"查单{i + 1}", where, (
            Step("发现问题", day),
            Step("点对点反馈", f"{day} + 6", lacks=first[0] if i == 0 else ()),
            Step("督促整改", f"{day} + 7", lacks=first[1] if i == 0 else (), moved=urged[0] if i == 0 else None),
            # Some are not mended yet.
            Step("整改完成", f"{day} + 40 + draw(no, 202, 30)", lacks=first[1] if i == 0 else (),
                 when=f"draw(no, {204 + i}, 3) > 0", moved=urged[1] if i == 0 else None),
        )) for i, day in enumerate(found)),
        *(Course("督查问题", f"督查月{i}", where, (
            Step("督查月发现问题", day), Step("点名通报", f"{day} + 12"), Step("督促整改", f"{day} + 14"),
            Step("整改完成", f"{day} + 55", when=f"draw(no, {206 + i}, 3) > 0"),
        )) for i, day in ((1, july), (2, f"{july} - 365"))),
        Course("督查问题", "不实", where, (
            Step("发现工作不实", april), Step("约谈主要负责人", f"{april} + 15", lacks=(S + "14-3",)))),
        Course("督查问题", "调整", f"{where} AND (draw(no, 203, 2) = 0 OR parent = 0)", (
            Step("发现工作不实", f"{april} - 100"),
            Step("约谈主要负责人", f"{april} - 85"),
            Step("约谈后无明显改进", f"{april} - 40"),
            Step("组织调整", f"{april} - 20"),
        )),
    )


_CARD_FAULTS = tuple(S + code for code in ("12.1-1", "12.1-2", "12.2-4", "12.2-5"))


def _cards(city: City) -> tuple[Course, ...]:
    """Cards (亮牌): yellow for few, orange and red for fewer, and only where the appraisal of the year allows."""
    faulty = any_of(*_CARD_FAULTS)

    def graded(grades: str, year: str) -> str:
        return (f"EXISTS (FROM rating g WHERE g.no = o.no AND g.kind = '述职评议' AND g.period = {year} "
                f"AND g.grade IN ({grades}))")

    last = city.year - 1
    # Of those graded low last year a few went all the way down.
    grave = few(f"type = '党支部' AND live_from < {city.day(1, 1, -2)} AND {graded(_LOW, str(last))}", 216, 60)
    source = f"""(SELECT o.*, make_date(y, 1, 5) + CASE WHEN {faulty} THEN draw(no, 210, 10) ELSE draw(no, 210, 60) END
            AS seen_on, (rank < 6 OR {has(S + '12.2-4')} OR {has(S + '12.2-5')}) AND NOT {graded("'好'", 'y')} AS orange,
            rank < 5 AND NOT {graded("'好', '较好'", 'y')} AS red
        FROM (SELECT *, CASE WHEN {faulty} THEN {city.year} WHEN {grave} THEN {last}
                             ELSE {city.year} - draw(no, 211, 2) END AS y,
                     CASE WHEN {faulty} THEN 8 WHEN {grave} THEN 0 ELSE draw(no, 212, 100) END AS rank
              FROM org o WHERE type NOT IN ('组织部', '机关纪委') AND live_from < {city.day(1, 1, -1)}) o
        WHERE rank < 10)"""
    inspected = f"{city.day(2, 5)} + draw(no, 213, 60)"
    return (
        Course("亮牌", "亮牌", "TRUE", (
            Step("首次督查发现问题", "seen_on"),
            Step("黄牌", "seen_on + 12", lacks=(S + "12.1-1",)),
            Step("限期整改", "seen_on + 14", lacks=(S + "12.1-1",)),
            Step("整改完成", "seen_on + 60", lacks=(S + "12.1-2",)),
            Step("回头看", "seen_on + 95"),
            Step("回头看发现问题", "seen_on + 95", when="orange"),
            Step("橙牌", "seen_on + 105", when="orange"),
            Step("上级书记约谈", "seen_on + 112", when="orange", lacks=(S + "12.2-4",)),
            Step("整改材料备案", "seen_on + 125", when="orange", lacks=(S + "12.2-5",)),
            Step("橙牌后仍有问题", "seen_on + 160", when="orange AND red"),
            Step("红牌", "seen_on + 170", when="orange AND red"),
            Step("函询约谈", "seen_on + 178", when="orange AND red"),
            Step("情节严重", "seen_on + 178", when="orange AND red AND rank < 2"),
            *steps("组织调整 免去书记职务", "seen_on + 190", when="orange AND red AND rank < 2"),
        ), source=source),
        Course("亮牌", "巡察", f"""{_UPPER} AND {few(_UPPER, 215, 12)}
                AND NOT {graded("'好', '较好'", str(city.year))} AND live_from < {city.day(1, 1, -1)}""", (
            Step("巡视巡察反馈突出问题", inspected),
            Step("红牌", f"{inspected} + 20"),
            Step("函询约谈", f"{inspected} + 30"),
        ), last_year=1),
    )


def _follow_ups(city: City) -> tuple[Course, ...]:
    """What follows a low grade (``rating``), and serious problems found."""
    def rated(kind: str, grades: str, process: str, mark: str, found: tuple[Step, ...]) -> Course:
        source = f"""(SELECT o.*, g.pno, g.period, g.rated_on FROM org o JOIN rating g USING (no)
            WHERE g.kind = '{kind}' AND g.grade IN ({grades}))"""
        return Course(process, mark, "TRUE", found, source=source,
                      serial="period || CASE WHEN pno IS NOT NULL THEN '-' || pno ELSE '' END")

    # A fault leaves out what followed the grades of all years: the one before would do for the last.
    low = (
        Step("约谈提醒", "rated_on + 14", pno="pno", lacks=(S + "15.1-2",)),
        Step("限期整改", "rated_on + 14", pno="pno"),
        Step("整改完成", "rated_on + 60", pno="pno", lacks=(S + "15.1-3",)),
    )
    duty = (Step("通报批评", "rated_on + 20", pno="pno"), Step("约谈提醒", "rated_on + 20", pno="pno"))
    poor = (
        Step("约谈", "rated_on + 18", lacks=(F + "4.4-7",)),
        Step("通报批评", "rated_on + 25", lacks=(F + "4.4-8",)),
    )
    grave = f"{city.day(1, 20)} + draw(no, 220, 60)"
    return (
        rated("述职评议", _LOW, "评议整改", "整改", low),
        rated("班子抓党建评价", "'不到位'", "评议整改", "班子", duty),
        rated("干部抓党建评价", "'不到位'", "评议整改", "干部", duty),
        rated("党建考核", "'差'", "责任考核", "考核", poor),
        Course("评议整改", "问责", f"{few(_BRANCH, 221, 30)} OR {has(S + '15.1-4')}", (
            Step("问题严重", grave), Step("追责问责", f"{grave} + 40", lacks=(S + "15.1-4",)))),
    )


def _neglect(city: City) -> tuple[Course, ...]:
    """Work not carried out: talked over and criticised, and nobody commended in that year."""
    found = f"{city.day(2, 1)} + draw(no, 222, 60)"
    faulty = f"{has(C + '3.2.4-9')} OR {has(C + '3.2.4-10')}"
    where = f"""type IN ('党委', '工委', '党总支', '党支部')
        AND ({few(ADOPTS, 223, 12)} OR {faulty})"""
    praised = f"{city.day(1, 12)} + draw(no, 224, 60)"
    return (
        Course("责任考核", "不落实", where, (
            Step("工作不落实", found),
            Step("约谈", f"{found} + 10"),
            Step("通报批评", f"{found} + 20", lacks=(C + "3.2.4-10",)),
            Step("评先评优", f"{found} + 45", when=has(C + "3.2.4-9")),
        )),
        Course("责任考核", "评优", f"type = '党支部' AND draw(no, 225, 25) = 0 AND NOT ({faulty})", (
            Step("评先评优", praised),)),
    )


def _proposal(city: City) -> Course:
    """Secretaries proposed for something this year; none whose appraisal of the year is below good."""
    day = f"{city.day(3, 1)} + draw(no, 226, 100)"
    good = f"""type IN ('党委', '党组', '工委', '党支部') AND live_from < {city.day(1, 1, -2)} AND NOT EXISTS (
        FROM rating g WHERE g.no = o.no AND g.kind = '述职评议' AND g.period = {city.year} AND g.grade <> '好')"""
    return Course("推荐", "推荐", f"{few(good, 227, 8)} OR {has(S + '15.2-2')}", (
        Step("推荐", day, pno=secretary(day)),), last_year=2)
