"""Activities of the synthetic city: what every kind of organisation does, how often and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.sample.city import City
from workbench.sample.faults import S, X, has

BRANCH = "o.type = '党支部'"
UPPER = "o.type NOT IN ('党支部', '组织部')"
COMMITTEE = "o.type IN ('党委', '工委')"
TOWNSHIP = f"o.level = '乡镇' AND {COMMITTEE}"
GROUP = "o.type = '党组'"
DEPARTMENT = "o.type = '组织部'"
ANY = "o.type <> '组织部'"
LEADING = "o.type IN ('党委', '工委', '党组')"
#: The slot of the secretary on the day, for organisations other than branches.
SECRETARY = "CASE WHEN held_on < change_on THEN 9 ELSE 1 END"


@dataclass(frozen=True)
class Habit:
    """One kind of activity of the organisations ``where``, once every ``months`` (or ``copies``, SQL, times).

    ``days``: first and last offset from the start of the period; ``extra``: percent held once more; ``lacks``:
    faults and, last, the SQL condition on period ``p`` under which it is left out; ``late``: fault and days of delay;
    ``before``: also in earlier years (things of a year's end); ``own_year``: the year of the period is written down.
    """

    kind: str
    months: int
    days: tuple[int, int]
    where: str
    tag: str = ""
    slot: str = ""
    hours: str = ""
    quantity: str = ""
    extra: int = 0
    copies: str = ""
    lacks: tuple[str, ...] = ()
    late: tuple[str, int] | None = None
    before: bool = False
    own_year: bool = False


_MONTH, _QUARTER, _EVER = "p = o.fault_month", "p = o.fault_quarter", "month(p) >= 1"
_FIRST_HALF = "month(p) = 1"

HABITS: tuple[Habit, ...] = (
    Habit("党员大会", 1, (0, 26), BRANCH, extra=6, lacks=(X + "2.2.1-1", _MONTH)),
    Habit("支委会", 1, (0, 26), f"{BRANCH} AND o.has_committee", lacks=(X + "2.2.2-1", _MONTH)),
    Habit("党小组会", 1, (3, 26), f"{BRANCH} AND o.size > 28"),
    Habit("集中学习", 1, (0, 26), BRANCH, hours="2 + draw(k, 3, 2)", extra=12, lacks=(X + "2.1-1", _MONTH)),
    Habit("党课", 3, (5, 85), BRANCH, slot="1 + draw(k, 4, 3)", extra=8, lacks=(X + "2.2.3-1", _QUARTER)),
    Habit("谈心谈话", 3, (2, 88), BRANCH, tag="班子成员之间", lacks=(X + "2.8-1", _QUARTER)),
    Habit("谈心谈话", 3, (2, 88), BRANCH, tag="班子成员与党员", extra=8, lacks=(X + "2.8-2", _QUARTER)),
    Habit("谈心谈话", 3, (2, 88), BRANCH, tag="党员之间", lacks=(X + "2.8-3", _QUARTER)),
    Habit("组织生活会", 6, (60, 175), BRANCH, extra=5, lacks=(X + "2.3-1", _FIRST_HALF)),
    Habit("民主评议党员", 12, (310, 362), BRANCH, before=True, own_year=True),
    Habit("年度学习计划", 12, (3, 28), BRANCH, late=(X + "2.1-2", 50)),
    Habit("重点项目清单", 12, (3, 28), ANY, lacks=(S + "7.1-1", "waived", _EVER)),
    Habit("责任清单", 12, (3, 28), ANY, late=(S + "7.1-2", 50)),
    Habit("进度公布", 3, (55, 88), ANY, lacks=(S + "7.2-2", _QUARTER)),
    Habit("完成情况公布", 12, (336, 362), ANY, before=True),
    Habit("半年汇报", 6, (130, 178), ANY, lacks=(S + "10-3", _FIRST_HALF)),
    Habit("党建总结", 12, (325, 362), ANY, before=True),
    Habit("书面报告", 12, (325, 362), ANY, before=True),
    Habit("现场述职", 12, (330, 362), ANY, before=True),
    Habit("接受考评", 12, (330, 362), ANY, before=True),
    Habit("党委会", 1, (0, 26), COMMITTEE),
    Habit("党委会", 2, (2, 55), COMMITTEE, tag="基层党建", extra=30,
          lacks=(S + "8-1", "month(p) > 2")),
    Habit("班子会", 3, (5, 85), UPPER, tag="基层党建", extra=20, lacks=(S + "4.2-1", _EVER)),
    Habit("班子会", 1, (0, 26), UPPER),
    Habit("党建例会", 1, (1, 26), UPPER, lacks=(S + "10-1", _MONTH)),
    Habit("调研", 1, (1, 25), LEADING, tag="基层党建", slot=SECRETARY, extra=15, lacks=(S + "8-3", _MONTH)),
    Habit("联系点调研", 6, (40, 140), UPPER, slot=SECRETARY, extra=10, lacks=(S + "9-1", _EVER)),
    Habit("解决问题", 6, (45, 150), UPPER, quantity="1", extra=10, lacks=(S + "9-2", _EVER)),
    Habit("创建示范点", 6, (60, 150), TOWNSHIP, quantity="1", lacks=(S + "8-6", _EVER)),
    # Leading cadres lecture once a year each; in branches late in the year, clear of the quarters with a fault.
    Habit("党课", 12, (40, 350), "o.type <> '党支部'", slot="1 + c", copies="2"),
    Habit("党课", 12, (276, 350), f"{BRANCH} AND o.sector = '机关'", slot="1 + c", copies="2"),
    Habit("民主生活会", 12, (300, 362), GROUP, before=True),
    Habit("互学交流", 3, (10, 80), DEPARTMENT, lacks=(S + "10-2", _QUARTER)),
    Habit("党建督查", 12, (183, 238), DEPARTMENT, copies="2", late=(S + "11-1", -62), before=True),
    Habit("量化考核", 12, (325, 360), DEPARTMENT, before=True),
    Habit("复盘式检查", 12, (80, 150), f"{UPPER} AND draw(o.no, 5, 2) = 0", before=True),
    Habit("推荐人选", 12, (30, 100), f"{COMMITTEE} AND (o.level = '县' OR list_contains(o.flags, '市直属'))",
          copies=f"CASE WHEN {has(S + '15.2-1')} THEN 5 ELSE draw(o.no, 6, 4) END"),
    Habit("党建工作安排", 12, (3, 28), GROUP, lacks=(X + "1.1-1", _EVER)),
    Habit("党务公开通报", 3, (20, 85), GROUP, lacks=(X + "3.7-1", _QUARTER)),
)


def rehearse(city: City) -> None:
    """Make view ``activities``: the habits, the training of those in post and the democratic life meetings."""
    habits = " UNION ALL ".join(_habit(city, i, habit) for i, habit in enumerate(HABITS))
    city.con.execute(f"""CREATE VIEW activities AS
    SELECT org_id || mark AS activity_id, org_id, person(pno) AS person_id, kind,
        CASE WHEN tag <> '' THEN [tag] END AS tags, held_on, hours::DOUBLE AS hours,
        NULL::DOUBLE AS days, quantity::DOUBLE AS quantity, year_of, NULL::VARCHAR AS chair_id,
        NULL::BOOLEAN AS minutes, NULL::DATE AS noticed_on, NULL::DATE AS approved_on,
        CASE WHEN draw(k, 7, 10) < 6 THEN least(held_on + draw(k, 8, 6), DATE '{city.as_of}') END AS recorded_on
    FROM ({habits} UNION ALL {_training(city)} UNION ALL {_democratic_life(city)})
    WHERE held_on <= DATE '{city.as_of}' AND held_on >= live_from AND held_on < live_to""")


def _habit(city: City, index: int, habit: Habit) -> str:
    """SQL of one habit. ``k`` is a number for draws: organisation, habit, period."""
    low, high = habit.days
    width = high - low + 1
    # A second one in the same period falls on another day: 7 days on, wrapped within the days allowed.
    offset = f"{low} + (draw(k, 1, {width}) + 7 * c) % {width}"
    if habit.late:
        offset += f" + CASE WHEN {has(habit.late[0])} AND year(p) = {city.year} THEN {habit.late[1]} ELSE 0 END"
    copies = habit.copies or (f"CASE WHEN draw(k, 2, 100) < {habit.extra} THEN 2 ELSE 1 END" if habit.extra else "1")
    lacks = "TRUE"
    if habit.lacks:
        *codes, when = habit.lacks
        lacks = f"NOT (({' OR '.join(has(c) for c in codes)}) AND year(p) = {city.year} AND {when})"
    first = f"DATE '{city.year - 1}-01-01'"
    # Yearly things of this year only, unless they belong to a year's end; the others since the ledger begins.
    since = "TRUE" if habit.before else f"p >= {city.day(1, 1)}" if habit.months == 12 else "p >= o.hist"
    periods = f"(SELECT unnest(range({first}, DATE '{city.as_of}' + 1, INTERVAL {habit.months} MONTH))::DATE AS p)"
    mark = f"'-{index:02d}' || printf('%02d%02d', year(p) % 100, month(p)) || chr(65 + c::INTEGER)"
    rows = f"""SELECT o.*, p, o.no::BIGINT * 100003 + {index} * 1009 + year(p) * 12 + month(p) AS k
        FROM org o, {periods} WHERE {habit.where} AND {since} AND {lacks}"""
    copied = f"SELECT *, unnest(range({copies}))::INTEGER AS c FROM ({rows}) o"
    dated = f"SELECT * REPLACE (k * 8 + c AS k), (p + ({offset})::INTEGER)::DATE AS held_on FROM ({copied}) o"
    return f"""SELECT org_id, live_from, live_to, k, {mark} AS mark, '{habit.kind}' AS kind, '{habit.tag}' AS tag,
        {f"no * 64 + {habit.slot}" if habit.slot else "NULL::INTEGER"} AS pno, held_on,
        {habit.hours or "NULL"} AS hours, {habit.quantity or "NULL"} AS quantity,
        {"year(p)::INTEGER" if habit.own_year else "NULL::INTEGER"} AS year_of FROM ({dated})"""


def _training(city: City) -> str:
    """Training of secretaries, party workers and officers: classes in winter, spring and autumn (轮训).

    56 hours are asked of a year; the classes keep everyone on course for it in each month.
    """
    short = f"({has(S + '5-4')} AND role = '书记' OR {has(S + '5-14')} AND role <> '书记')"
    classes = f"""(VALUES (1, {city.day(1, 8)}, 16), (2, {city.day(4, 6)}, 70), (3, {city.day(9, 8)}, 40))
        AS t(class, day, width)"""
    hours = """CASE WHEN class = 1 THEN 24 WHEN class = 3 THEN 20 WHEN draw(pno, 9, 4) = 0 THEN 18
        ELSE 32 + draw(pno, 10, 9) END"""
    return f"""SELECT org_id, live_from, live_to, k, mark, '轮训' AS kind, '' AS tag, pno, held_on, hours,
        NULL AS quantity, NULL::INTEGER AS year_of
        FROM (SELECT o.org_id, o.live_from, o.live_to, q.pno * 8 + class AS k, q.pno, q.started_on, q.ended_on,
              '-T' || class || role || (q.pno % 64) AS mark, day + draw(q.pno, 11 + class, width) AS held_on,
              {hours} AS hours
              FROM post q JOIN org o USING (no), {classes}
              WHERE role IN ('书记', '党务干部', '组织干事') AND NOT (class > 1 AND {short})) t
        WHERE held_on >= started_on AND (ended_on IS NULL OR held_on < ended_on)"""


def _democratic_life(city: City) -> str:
    """The meeting about last year, on the day its case says."""
    return f"""SELECT org_id, live_from, live_to, no::BIGINT AS k, '-M' AS mark, '民主生活会' AS kind, '' AS tag,
        NULL::INTEGER AS pno, dlm_on AS held_on, NULL AS hours, NULL AS quantity, {city.year - 1} AS year_of
        FROM org WHERE type = '党组'"""
