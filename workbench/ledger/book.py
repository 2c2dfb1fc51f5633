"""One kind of course, read and acted on: what findings, cards, lists, appraisals and inspections have in common."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from workbench.display import Displayed, Listing
from workbench.errors import LedgerError, Refused
from workbench.ledger.events import MACHINE, Act, Draft, Event
from workbench.ledger.machines import LABELS, OF_RUNS, OF_THE_MACHINE, OPENING, transitions, verbs

if TYPE_CHECKING:
    from workbench.ledger.ledger import Ledger


@dataclass(frozen=True)
class Course(Displayed):
    """Where one course stands: ``id`` in its topic, ``state`` (Chinese), ``version`` of its stream, since when.

    ``since`` is the day of the event that led to the present state, ``opened_on`` that of the first event, ``by`` who
    wrote the last event.
    """

    id: str
    state: str
    version: int
    opened_on: date
    since: date
    by: str

    _TITLE = "登记"
    _COLUMNS = (("编号", "id"), ("状态", "state"), ("自", "since"), ("登记于", "opened_on"))


S = TypeVar("S", bound=Course)


def changed(course: S, **fields: Any) -> S:
    """The same course with some fields changed; :class:`TypeError` for one it does not have.

    As :func:`dataclasses.replace`, several times as fast: a ledger is folded from hundreds of thousands of events.
    """
    if strange := fields.keys() - course.__dict__.keys():
        raise TypeError(f"{type(course).__name__} has no {sorted(strange)}")
    copy = object.__new__(type(course))
    copy.__dict__.update(course.__dict__)
    copy.__dict__.update(fields)
    return copy


class Book(Generic[S]):
    """All courses of one topic.

    A book folds events into states: :meth:`begin` makes the state of a first event, :meth:`apply` changes it by a
    further one. Acts are methods of the subclass; each ends in :meth:`write`, which refuses what the machine does not
    allow and raises :class:`~workbench.errors.Conflict` when another event came first.
    """

    topic: ClassVar[str]

    def __init__(self, ledger: Ledger):
        self.ledger = ledger
        self._courses: dict[str, S] = {}

    # --- reading -----------------------------------------------------------------------------------------------------

    def begin(self, event: Event, base: Course) -> S:
        """The state after the first event; ``base`` holds the fields every course has."""
        raise NotImplementedError

    def apply(self, course: S, event: Event) -> S:
        """The particulars of one more event; state, version and days are already those after it."""
        raise NotImplementedError

    def fold(self, event: Event) -> None:
        """Take one event in; raises :class:`LedgerError` when it could not have happened in that state."""
        ident = event.stream.partition("/")[2]
        before = self._courses.get(ident)
        state = transitions(self.topic).get((None if before is None else before.state, event.verb))
        if state is None or event.version != (0 if before is None else before.version) + 1:
            raise _damaged(event, "台账中的事件前后不符")
        try:
            if before is None:
                base = Course(ident, state, event.version, event.on, event.on, event.who)
                self._courses[ident] = self.begin(event, base)
                return
            since = event.on if state != before.state else before.since
            moved = changed(before, state=state, version=event.version, since=since, by=event.who)
            self._courses[ident] = self.apply(moved, event)
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(event, "台账中的事件缺少内容或读不懂") from error

    def all(self) -> Listing[S]:
        """Every course of the topic, in the order they began."""
        self.ledger.refresh()
        return self.listing(self._courses.values())

    def listing(self, found: Iterable[S]) -> Listing[S]:
        """Some of the courses, as a notebook shows them: with the run that was taken in last."""
        return Listing(found, about=lambda: self.ledger.standing)

    def _repr_html_(self) -> str:
        return self.all()._repr_html_()

    def find(self, ident: str) -> S | None:
        """A course by its id, None when there is none."""
        self.ledger.refresh()
        return self._courses.get(ident)

    def get(self, ident: str) -> S:
        """A course by its id; :class:`Refused` when there is none."""
        found = self.find(ident)
        if found is None:
            opening = LABELS[f"{self.topic}.{OPENING[self.topic]}"]
            raise Refused("台账中没有这一项", place=self.topic, found=ident, next_step=f"核对编号；还没有的，先“{opening}”")
        return found

    def history(self, ident: str) -> list[Event]:
        """Every event of one course, oldest first."""
        return list(self.ledger.store.events(stream=f"{self.topic}/{ident}"))

    # --- acting ------------------------------------------------------------------------------------------------------

    def stream(self, ident: str) -> str:
        """Name of the stream of one course."""
        return f"{self.topic}/{ident}"

    def draft(self, ident: str, verb: str, act: Act, what: Mapping[str, Any] | None = None) -> Draft:
        """An event that the present state allows, not yet written; :class:`Refused` otherwise."""
        self.ledger.refresh()
        return self._draft(self._courses.get(ident), ident, verb, act, what)

    def write(
        self, ident: str, verb: str, act: Act, what: Mapping[str, Any] | None = None, *,
        checked: Course | None = None, unmoved: Mapping[str, int] | None = None,
    ) -> S:
        """Write one event and return the state after it.

        ``checked`` is the state that the caller's rules looked at: an event that came in between is a conflict, so
        that no rule is passed by on what stood before. ``unmoved`` names other streams those rules rest on, with
        their versions. Raises :class:`Refused` when state, day or name forbid it,
        :class:`~workbench.errors.Conflict` when a stream is no longer at the version that was seen.
        """
        self.ledger.refresh()
        course = self._courses.get(ident)
        version = 0 if course is None else course.version
        for seen in (act.seen, None if checked is None else checked.version):
            self.not_moved(course, ident, verb, act, what, seen=seen)
        drafted = self._draft(course, ident, verb, act, what)
        self.ledger.append([drafted], {**(unmoved or {}), drafted.stream: version})
        return self.get(ident)

    def not_moved(
        self, course: Course | None, ident: str, verb: str, act: Act, what: Mapping[str, Any] | None = None, *,
        seen: int | None,
    ) -> None:
        """:class:`~workbench.errors.Conflict` when the course is no longer at the version that was ``seen``."""
        if seen not in (None, 0 if course is None else course.version):
            told = Draft(self.stream(ident), f"{self.topic}.{verb}", act.on, act.who, act.why, dict(what or {}))
            raise self.ledger.store.conflict(told, seen)

    def _draft(
        self, course: Course | None, ident: str, verb: str, act: Act, what: Mapping[str, Any] | None
    ) -> Draft:
        state = None if course is None else course.state
        target = transitions(self.topic).get((state, verb))
        label = LABELS[f"{self.topic}.{verb}"]
        if target is None:
            mine = [f"{self.topic}.{v}" for v in verbs(self.topic, state)] if state else []
            allowed = "、".join(LABELS[kind] for kind in mine if kind not in OF_RUNS)
            raise Refused(
                f"现在不能“{label}”", place=ident, found=state or "尚未建立",
                expected=f"可以：{allowed}" if allowed else "", next_step="先看该项现在的状态和经过",
            )
        check_person(act, self.topic, verb)
        if course is not None and target != course.state and act.on < course.since:
            raise Refused(
                f"“{label}”的日期早于上一步", place=ident, found=act.on.isoformat(),
                expected=f"不早于 {course.since.isoformat()}（{course.state}）", next_step="改正日期",
            )
        return Draft(
            stream=self.stream(ident), kind=f"{self.topic}.{verb}", on=act.on, who=act.who.strip(),
            why=act.why.strip(), what=dict(what or {}), run=act.run,
            evidence=tuple(e.strip() for e in act.evidence if e.strip()),
        )


def _damaged(event: Event, message: str) -> LedgerError:
    return LedgerError(
        message,
        place=f"事件 {event.seq}（{event.stream} 第 {event.version} 次）",
        found=LABELS.get(event.kind, event.kind),
        next_step="运行 workbench ledger verify 检查台账是否被改动",
    )


def name_of(who: str) -> str:
    """A name as it is compared: width of characters, blanks and case do not make another person."""
    return "".join(unicodedata.normalize("NFKC", who).split()).casefold()


def same_person(one: str, other: str) -> bool:
    """Whether two entries name one person; an empty one names nobody.

    >>> same_person("督查员甲", "督查员 甲"), same_person("A01", "a01"), same_person("", "")
    (True, True, False)
    """
    return bool(name_of(one)) and name_of(one) == name_of(other)


class YearBook(Book[S]):
    """A book with one course per year and organisation; its ids are ``<year>/<org_id>``."""

    @staticmethod
    def ident(year: int, org_id: str) -> str:
        """Id of the course of one secretary and year."""
        return f"{year}/{org_id}"

    @staticmethod
    def of_whom(event: Event, base: Course) -> dict[str, Any]:
        """The fields that every such course begins with: year, organisation, holder."""
        year, _, org_id = base.id.partition("/")
        what = event.what
        return {
            **vars(base), "year": int(year), "org_id": org_id, "org_name": what.get("org_name", ""),
            "holder": what.get("holder", ""),
        }


def check_person(act: Act, topic: str, verb: str) -> None:
    """Somebody must have a name; the machine's only where a run speaks (:data:`OF_THE_MACHINE`)."""
    if not act.who.strip():
        raise Refused("没有写明经办人", expected="姓名或工号", next_step="用 --by 或环境变量 WORKBENCH_INSPECTOR 写明")
    if f"{topic}.{verb}" not in OF_THE_MACHINE:
        person(act)


def require(value: Any, message: str, *, expected: str = "") -> None:
    """:class:`Refused` with ``message`` when ``value`` is empty."""
    if not value:
        raise Refused(message, expected=expected)


def person(act: Act) -> Act:
    """The act, refused when it is made under the name of the machine."""
    if same_person(act.who, MACHINE):
        raise Refused("这一步须由人办理", found=act.who, expected="经办人姓名")
    return act


def require_evidence(act: Act, label: str) -> None:
    """:class:`Refused` when the act names no evidence (佐证); blanks are none."""
    require(any(e.strip() for e in act.evidence), f"{label}要有佐证", expected="材料名称或台账的表、行")
