"""What organisations in agencies (机关) keep: set-up, talks, new cadres, heads, discipline, task forces."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.courses.course import Course, Step, few
from workbench.sample.fault import L
from workbench.sample.faults import has

_HERE = "list_contains(adopted, 'luoyang-2020') AND sector = '机关'"
_BASE = f"{_HERE} AND type IN ('机关党委', '党总支', '党支部')"
_ANY = f"{_HERE} AND type IN ('党组', '机关党委', '机关纪委', '党总支', '党支部')"


def courses(city: City) -> tuple[Course, ...]:
    """All courses of agencies, each in one organisation of ten or so."""
    return (
        _case(city, "组织设置", "设置", _BASE, 230, 10, ("21-2",), (
            _step("上级批准", 0, late=("21-2", 30)), _step("调整设置", 14))),
        _case(city, "谈话事项", "变动", _ANY, 232, 8, ("20-4",), (
            _step("岗位变动", 0), _step("谈话", 6, lacks="20-4"))),
        _case(city, "谈话事项", "处理", _ANY, 234, 20, ("20-5",), (
            _step("组织处理", 0), _step("谈话", 3, lacks="20-5"))),
        _case(city, "干部任职", "入职", _ANY, 236, 8, ("39-1",), (
            _step("入职", 0), _step("廉政教育", 10, lacks="39-1"))),
        _case(city, "干部任职", "任职", _ANY, 238, 8, ("39-2",), (
            _step("任前廉政谈话", 0, late=("39-2", 30)), _step("任职", 9))),
        *_heads(city),
        _case(city, "支部整顿", "整顿", _BASE, 242, 4, (), (_step("列入整顿", 0), _step("整顿销号", 120)), years=-2),
        _case(city, "违纪查处", "四官", _ANY, 244, 20, ("41-1",), (
            _step("发现四官问题", 0), _step("查处", 60, lacks="41-1"))),
        _case(city, "违纪查处", "双查", _ANY, 246, 20, ("43-1",), (
            _step("发生严重违纪", 0), _step("追究主体责任", 70), _step("追究监督责任", 70, lacks="43-1"))),
        _case(city, "项目专班", "专班", _ANY, 248, 20, ("49-1",), (
            _step("成立专班", 0), _step("设立临时党支部", 25, lacks="49-1"), _step("撤销专班", 200))),
    )


def _step(name: str, days: int, *, lacks: str = "", late: tuple[str, int] | None = None) -> Step:
    """A step so many days after the first one of its case."""
    return Step(name, f"begun_on + {days}", lacks=(L + lacks,) if lacks else (),
                late=(L + late[0], late[1]) if late else None)


def _case(city: City, process: str, mark: str, where: str, salt: int, one_of: int, codes: tuple[str, ...],
          found: tuple[Step, ...], *, years: int = 0) -> Course:
    """A case begun early in the year in one organisation of so many, and wherever a fault needs it."""
    old = f"{where} AND live_from < {city.day(1, 1, -1)} AND dissolved_on IS NULL"
    chosen = " OR ".join((few(old, salt, one_of), *(has(L + code) for code in codes)))
    source = f"(SELECT *, {city.day(1, 10, years)} + draw(no, {salt + 1}, 40) AS begun_on FROM org o)"
    return Course(process, mark, f"{where} AND ({chosen})", found, source=source,
                  last_year=1)


def _heads(city: City) -> tuple[Course, ...]:
    """A head of an agency committee or its discipline committee found in time and talked over beforehand."""
    age = f"CASE WHEN {has(L + '58-13')} THEN 40 ELSE 60 + draw(no, 250, 40) END"
    return (_case(city, "负责人配备", "配备", f"{_HERE} AND type IN ('机关党委', '机关纪委')", 240, 3,
                  ("58-11", "58-12", "58-13", "58-14"), (
        _step("空缺", 0),
        Step("拟任人选", "begun_on + 20", value=age),
        _step("沟通机关工委", 25, lacks="58-11"),
        _step("沟通纪检监察工委", 27, lacks="58-12"),
        _step("确定人选", 40),
        _step("任职", 60, lacks="58-14"),
    )),)
