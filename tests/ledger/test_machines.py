"""The courses as declared: labels, tables, and the diagrams of docs/ledger.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.ledger.diagrams import drawn, inserted, section, staying
from workbench.ledger.machines import LABELS, MACHINES, OF_THE_MACHINE, OPENING, transitions, verbs

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ledger.md"
TOPICS = sorted(MACHINES)


def test_every_kind_of_event_has_its_label_and_no_other() -> None:
    kinds = {f"{topic}.{verb}" for topic in OPENING for (_, verb) in transitions(topic)}
    assert set(LABELS) == kinds
    assert OF_THE_MACHINE <= kinds
    for topic in OPENING:
        own = [label for kind, label in LABELS.items() if kind.startswith(f"{topic}.")]
        assert len(own) == len(set(own))


@pytest.mark.parametrize("topic", TOPICS)
def test_the_table_is_what_the_machine_does(topic: str) -> None:
    """The table is drawn from the declaration; the library itself, event by event, does the same and nothing more."""
    table, machine = transitions(topic), MACHINES[topic]
    every = {verb for (_, verb) in table} - {OPENING[topic]}
    for state in machine.states:
        for verb in every:
            course = machine(start_value=state.value)
            try:
                course.send(verb)
                moved = course.configuration
            except course.TransitionNotAllowed:
                moved = None
            expected = table.get((state.name, verb))
            assert (expected is None) == (moved is None), (state.name, verb)
            assert moved is None or [s.name for s in moved] == [expected], (state.name, verb)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_state_can_be_reached(topic: str) -> None:
    table = transitions(topic)
    reached = {table[None, OPENING[topic]]}
    while more := {t for (s, _), t in table.items() if s in reached} - reached:
        reached |= more
    assert reached == {state.name for state in MACHINES[topic].states}


def test_who_settles_a_finding_is_never_the_machine() -> None:
    moving = {f"finding.{v}" for (s, v), t in transitions("finding").items() if s is not None and s != t}
    assert moving & OF_THE_MACHINE == {"finding.recur"}
    closing = {(s, v) for (s, v), t in transitions("finding").items() if t == "已销号" and s != t}
    assert closing == {("待复查", "close")}
    assert verbs("finding", "不成立") == ["reopen", "see", "resolve"]


def test_a_card_is_never_given_by_the_machine() -> None:
    given = {f"card.{v}" for (s, v), t in transitions("card").items() if t not in (s, "无")}
    assert given & OF_THE_MACHINE == set()
    assert {v for (s, v), t in transitions("card").items() if s == "无" and t == "橙牌"} == set()


@pytest.mark.parametrize("topic", TOPICS)
def test_diagrams_are_in_chinese_and_show_every_transition(topic: str) -> None:
    text, quiet = drawn(topic), staying(topic)
    assert text.startswith("stateDiagram-v2")
    arrows = [line.strip() for line in text.splitlines() if "-->" in line and "[*]" not in line]
    names = {state.id: state.name for state in MACHINES[topic].states}
    shown = set()
    for arrow in arrows:
        ends, _, labels = arrow.partition(" : ")
        source, _, target = ends.partition(" --> ")
        shown |= {(names[source], label, names[target]) for label in labels.split("、")}
    shown |= {(state, label, state) for state, labels in quiet.items() for label in labels}
    table = transitions(topic).items()
    assert shown == {(s, LABELS[f"{topic}.{v}"], t) for (s, v), t in table if s is not None}


def test_the_page_shows_the_machines_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert section() in page, "run python -m workbench.ledger.diagrams"
    assert inserted(page) == page


def test_a_page_without_markers_is_told() -> None:
    with pytest.raises(ValueError, match="machines"):
        inserted("# nothing")
