"""Activities of the synthetic city: habits of organisations, meetings that decide, what each person owes."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.fault import S, X
from workbench.sample.faults import any_of, has
from workbench.sample.faults_mended import MEETING
from workbench.sample.figures import MADE_UP
from workbench.sample.habit import Habit
from workbench.sample.habits import DEMOCRATIC_LIFE, HABITS, MEMBER_MEETING, ORGANIZATIONAL_LIFE
from workbench.sample.habits_of_agencies import HABITS as HABITS_OF_AGENCIES
from workbench.sample.habits_of_agencies import STUDY_GROUP
from workbench.sample.personal import DUTIES, personal

ALL_HABITS: tuple[Habit, ...] = (*HABITS, *HABITS_OF_AGENCIES)
#: Meetings whose sign-in sheets are kept.
_SIGNED = (ORGANIZATIONAL_LIFE, DEMOCRATIC_LIFE, STUDY_GROUP)
#: Steps that a members' meeting takes.
DECIDED = ("接收预备党员", "转正", "延长预备期", "取消预备党员资格", "选举", "选举党代会代表", "评议")


def rehearse(city: City) -> None:
    """Make view ``activities`` and view ``gathering`` (no, kind, held_on, chair) of meetings that people sign."""
    _keep_quiet(city)
    parts = [_habit(city, i, habit) for i, habit in enumerate(ALL_HABITS)]
    parts += [personal(city, i, duty) for i, duty in enumerate(DUTIES)]
    parts += [_decisions(city), _training(city), _democratic_life(city)]
    lived = f"held_on <= DATE '{city.as_of}' AND held_on >= live_from AND held_on < live_to"
    city.con.execute(f"""CREATE VIEW activities AS
    SELECT org_id || mark AS activity_id, org_id, person(pno) AS person_id, kind, tags, held_on, hours::DOUBLE AS hours,
        spent::DOUBLE AS days, quantity::DOUBLE AS quantity, year_of, person(chair) AS chair_id, minutes,
        held_on - noticed AS noticed_on, held_on - approved AS approved_on,
        CASE WHEN draw(k, 7, 10) < 6 THEN least(held_on + draw(k, 8, 6), DATE '{city.as_of}') END AS recorded_on
    FROM ({" UNION ALL BY NAME ".join(parts)}) WHERE {lived}""")
    signed = [_habit(city, ALL_HABITS.index(habit), habit) for habit in _SIGNED] + [_democratic_life(city)]
    city.con.execute(f"""CREATE VIEW gathering AS
    SELECT DISTINCT no, kind, held_on, chair FROM ({" UNION ALL BY NAME ".join(signed)}) WHERE {lived}""")


def _keep_quiet(city: City) -> None:
    """Whoever is to miss a members' meeting misses it in a month in which nothing needed one."""
    day = MADE_UP.replace("fault_month", "month")
    city.con.execute(f"""UPDATE org SET fault_month = free.month FROM (
        SELECT o.no, min(month) AS month FROM org o,
            (SELECT unnest(range({city.day(1, 1)}, date_trunc('month', DATE '{city.as_of}' + 1),
                                 INTERVAL 1 MONTH))::DATE AS month)
        WHERE ({any_of(X + "2.2.1-1", MEETING)} OR {has("permitted")} AND {day} <= DATE '{city.as_of}')
            AND NOT EXISTS (SELECT 1 FROM step s WHERE s.no = o.no AND s.step IN {DECIDED}
            AND date_trunc('month', s.done_on) = month)
        GROUP BY o.no) free WHERE free.no = org.no""")


def _columns(habit: Habit, no: str = "no") -> str:
    """SQL: what a row of a habit says beside its kind, day and mark; ``k`` draws, ``p`` is the period."""
    optional = {"pno": f"({no} * 64 + {habit.slot})::INTEGER" if habit.slot else "",
                "chair": f"({no} * 64 + {habit.chair})::INTEGER" if habit.chair else "",
                "tags": f"({habit.tags})::VARCHAR[]" if habit.tags else "", "hours": habit.hours, "spent": habit.spent,
                "quantity": habit.quantity, "minutes": habit.minutes, "noticed": habit.noticed,
                "approved": habit.approved, "year_of": "year(p)::INTEGER" if habit.own_year else ""}
    given = "".join(f", {value} AS {name}" for name, value in optional.items() if value)
    return f"no, org_id, live_from, live_to, k, '{habit.kind}' AS kind, held_on{given}"


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
    return f"SELECT {mark} AS mark, {_columns(habit)} FROM ({dated}) o"


def _decisions(city: City) -> str:
    """A members' meeting on each day on which one had to decide."""
    absent = " OR ".join(f"step = '{step}' AND {has(X + clause)}"
                         for step, clause in (("选举", "2.2.1-7"), ("评议", "2.4-5")))
    return f"""SELECT DISTINCT '-G' || strftime(held_on, '%y%m%d') AS mark, {_columns(MEMBER_MEETING)}
        FROM (SELECT o.*, held_on, date_trunc('month', held_on)::DATE AS p,
                  o.no::BIGINT * 100003 + date_diff('day', DATE '2000-01-01', held_on) AS k
              FROM (SELECT DISTINCT no, done_on AS held_on, step FROM step WHERE step IN {DECIDED}
                    UNION ALL SELECT no, {MADE_UP}, '补开' FROM org o WHERE {any_of("permitted", MEETING)}) s
              JOIN org o USING (no)
              WHERE o.type = '党支部' AND NOT ({absent})) o"""


def _training(city: City) -> str:
    """Training of secretaries, party workers and officers: classes in winter, spring and autumn (轮训).

    56 hours are asked of a year; the classes keep everyone on course for it in each month.
    """
    short = f"({has(S + '5-4')} AND role = '书记' OR {has(S + '5-14')} AND role <> '书记')"
    classes = f"""(VALUES (1, {city.day(1, 8)}, 16), (2, {city.day(4, 6)}, 70), (3, {city.day(9, 8)}, 40))
        AS t(class, day, width)"""
    hours = """CASE WHEN class = 1 THEN 24 WHEN class = 3 THEN 20 WHEN draw(pno, 9, 4) = 0 THEN 18
        ELSE 32 + draw(pno, 10, 9) END"""
    return f"""SELECT no, org_id, live_from, live_to, k, mark, '轮训' AS kind, pno, held_on, hours
        FROM (SELECT o.no, o.org_id, o.live_from, o.live_to, q.pno * 8 + class AS k, q.pno, q.started_on, q.ended_on,
              '-T' || class || role || (q.pno % 64) AS mark, day + draw(q.pno, 11 + class, width) AS held_on,
              {hours} AS hours
              FROM post q JOIN org o USING (no), {classes}
              WHERE role IN ('书记', '党务干部', '组织干事') AND NOT (class > 1 AND {short})) t
        WHERE held_on >= started_on AND (ended_on IS NULL OR held_on < ended_on)"""


def _democratic_life(city: City) -> str:
    """The meeting about last year, on the day its case says."""
    return f"""SELECT no, org_id, live_from, live_to, no::BIGINT AS k, '-M' AS mark, '民主生活会' AS kind,
        no * 64 + 1 AS chair, TRUE AS minutes, dlm_on AS held_on, {city.year - 1} AS year_of
        FROM org WHERE type = '党组'"""
