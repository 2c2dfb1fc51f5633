"""The standard and the answers on site: ``indicators`` and ``checklist`` of the synthetic city."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.fault import ALL, C, F, L, S, X
from workbench.sample.faults import any_of, has
from workbench.sample.faults_mended import BOX

#: Aspects of the invented standard with the number of their items at the basic level: 41 in all.
_ASPECTS = (("政治建设", 6), ("组织设置", 6), ("班子队伍", 6), ("党员管理", 6), ("组织生活", 7), ("服务群众", 5), ("基础保障", 5))
#: Items of each aspect at the higher levels.
_HIGHER = (("规范", 2), ("创新", 1))
_BRANCH, _AGENCY = "type = '党支部'", "sector = '机关' AND type"
#: Rows of documents that were looked at on site in those who adopt them, and in whom.
_LOOKED_AT: tuple[tuple[str, str], ...] = (
    (S + "4.1-3", _BRANCH), (S + "4.2-2", ALL), (S + "4.4-6", ALL), (S + "4.4-7", ALL), (S + "11-3", "type = '组织部'"),
    (X + "2.6.9-2", _BRANCH), (X + "2.10-3", _BRANCH), (X + "3.5-1", _BRANCH),
    (X + "1.6-3", "type = '党组'"), (X + "3.9-1", "type = '党组'"),
    (L + "7-4", f"{_AGENCY} = '党支部'"), (L + "33-5", f"{_AGENCY} = '党支部'"), (L + "25-1", f"{_AGENCY} = '党组'"),
    (C + "3.1.1-8", _BRANCH), (C + "2.4-11", f"{_BRANCH} AND sector = '农村'"), (C + "2.4-8", f"{_AGENCY} = '党组'"),
    (F + "2.1-10", f"{_AGENCY} = '党支部'"),
)
#: Those of them that faults answer with 不符合.
_UNMET = (S + "4.4-6", X + "3.5-1", L + "25-1", C + "3.1.1-8")
#: Those of them that faults answer so in spring only.
_MENDED = {X + "3.5-1": (BOX,)}


def measure_up(city: City) -> None:
    """Make views ``indicators`` and ``checklist``.

    One organisation of fifteen was visited in spring and its rows answered. Everybody bound by the standard was looked
    at in the last round before ``as_of`` (April or October) and reaches the basic level; one of eight also the next,
    one of twenty the highest.
    """
    con = city.con
    con.execute("CREATE TABLE indicators AS SELECT * FROM (VALUES "
                + ", ".join(f"('{item}', '{aspect}', '{level}', '样例：{aspect}的一项{level}要求')"
                            for item, aspect, level in _items()) + ") AS t(item, aspect, level, text)")
    answers = " UNION ALL ".join((_levels(city), *(_visited(city, *row) for row in _LOOKED_AT), _looked_again(city)))
    con.execute(f"CREATE VIEW checklist AS {answers}")


def _items() -> list[tuple[str, str, str]]:
    """Item, aspect and level of the whole standard."""
    counts = {"基本": dict(_ASPECTS), **{level: {aspect: n for aspect, _ in _ASPECTS} for level, n in _HIGHER}}
    return [(f"{level}{a}-{i}", aspect, level) for level, by_aspect in counts.items()
            for a, (aspect, n) in enumerate(by_aspect.items(), start=1) for i in range(1, n + 1)]


def _levels(city: City) -> str:
    """Answers to the items, by organisation."""
    round_ = city.day(4, 7) if (city.as_of.month, city.as_of.day) >= (6, 1) else city.day(10, 9, -1)
    where = "sector = '机关' AND type IN ('机关党委', '党总支', '党支部') AND list_contains(adopted, 'feicheng-standard')"
    return f"""SELECT org_id, item AS requirement,
            CASE WHEN item = '基本5-3' AND {has(F + "2-2")} THEN '不符合'
                 WHEN level = '基本' AND draw(no * 97 + hash(item) % 97, 260, 40) = 0 THEN '不适用' ELSE '符合' END AS answer,
            least(greatest({round_} + draw(no, 261, 40), live_from + 5), DATE '{city.as_of}') AS checked_on,
            '核查' || (1 + draw(no, 262, 3)) || '组' AS checked_by, NULL::VARCHAR AS note
        FROM (SELECT * EXCLUDE (level) FROM org WHERE {where}) o, indicators
        WHERE live_to > {round_} + 40
            AND (level = '基本' OR level = '规范' AND draw(no, 263, 8) = 0 OR draw(no, 263, 20) = 0)"""


def _visited(city: City, requirement: str, where: str) -> str:
    """Answers to one row of a document, in the organisations visited and wherever a fault needs one."""
    document = requirement.rsplit("-", 2)[0]
    unmet = any_of(requirement, *_MENDED.get(requirement, ())) if requirement in _UNMET else "FALSE"
    return f"""SELECT org_id, '{requirement}' AS requirement,
            CASE WHEN {unmet} THEN '不符合' WHEN draw(no + length('{requirement}'), 265, 20) = 0 THEN '不适用'
                 ELSE '符合' END AS answer,
            {city.day(3, 10)} + draw(no, 266, 60) AS checked_on, '核查' || (1 + draw(no, 262, 3)) || '组' AS checked_by,
            CASE WHEN {unmet} THEN '样例：现场未见' END AS note
        FROM org o WHERE ({where}) AND list_contains(adopted, '{document}') AND live_from < {city.day(1, 1)}
            AND live_to > {city.day(5, 31)} AND {city.day(3, 10)} + draw(no, 266, 60) <= DATE '{city.as_of}'
            AND (draw(no, 264, 15) = 0 OR {any_of(*_UNMET, BOX)})"""


def _looked_again(city: City) -> str:
    """A second look in summer at what was missing in spring."""
    return f"""SELECT org_id, '{X}3.5-1', '符合', {city.day(8, 13)}, '核查1组', '样例：再次到场查看'
        FROM org o WHERE {has(BOX)} AND {city.day(8, 13)} <= DATE '{city.as_of}'"""
