"""The courses drawn (状态图): Mermaid diagrams from the machines, written into ``docs/ledger.md`` between its markers.

``python -m workbench.ledger.diagrams`` writes them; a test holds the page to the code.
"""

from __future__ import annotations

from pathlib import Path

from statemachine.contrib.diagram.extract import extract
from statemachine.contrib.diagram.model import DiagramGraph, DiagramTransition
from statemachine.contrib.diagram.renderers.mermaid import MermaidRenderer

from workbench.ledger import course_machines
from workbench.ledger.machines import LABELS, MACHINES, OPENING, transitions

#: The diagrams stand between these lines.
FIRST, LAST = "<!-- machines -->", "<!-- /machines -->"
FIRST_COURSE, LAST_COURSE = "<!-- courses -->", "<!-- /courses -->"
_PAGE = Path("docs", "ledger.md")

TITLES = {
    "finding": "问题", "card": "亮牌", "lists": "五单", "appraisal": "述职评议", "inspection": "督查",
}


def drawn(topic: str) -> str:
    """The diagram of one course in Mermaid, in Chinese; verbs that move nothing are listed by :func:`staying`."""
    graph = extract(MACHINES[topic])
    events = {(s, t): [] for s in graph_ids(graph) for t in graph_ids(graph)}
    by_name = {state.name: state.id for state in graph.states}
    for (source, verb), target in transitions(topic).items():
        if source is not None and source != target:
            events[by_name[source], by_name[target]].append(LABELS[f"{topic}.{verb}"])
    graph.transitions = [
        DiagramTransition(source, [target], "、".join(labels)) for (source, target), labels in events.items() if labels
    ]
    return MermaidRenderer().render(graph).rstrip()


def graph_ids(graph: DiagramGraph) -> list[str]:
    """Ids of the states, in the order of declaration."""
    return [state.id for state in graph.states]


def staying(topic: str) -> dict[str, list[str]]:
    """State → what may be noted in it without moving it, by label."""
    found: dict[str, list[str]] = {}
    for (source, verb), target in transitions(topic).items():
        if source == target and source is not None:
            found.setdefault(source, []).append(LABELS[f"{topic}.{verb}"])
    return found


def section() -> str:
    """Everything between the markers, markers included."""
    parts = [FIRST]
    for topic in MACHINES:
        first = LABELS[f"{topic}.{OPENING[topic]}"]
        parts += ["", f"**{TITLES[topic]}**（`{topic}`，自“{first}”起）", "", "```mermaid", drawn(topic), "```"]
        lines = [f"- {state}：{'、'.join(labels)}" for state, labels in staying(topic).items()]
        if lines:
            parts += ["", "状态不变的登记：", *lines]
    return "\n".join([*parts, "", LAST])


def other_courses() -> str:
    """The courses that runs show, between their markers: an arrow is named by the first step that leads there."""
    parts = [FIRST_COURSE]
    for name, machine in course_machines.machines().items():
        graph = extract(machine)
        ids = {state.id: state for state in machine.states}
        for arrow in graph.transitions:
            events = [t.event for t in ids[arrow.source].transitions if t.target.id in arrow.targets]
            arrow.event = "、".join(dict.fromkeys(course_machines.LABELS.get(e, e) for e in events))
        parts += ["", f"**{name}**", "", "```mermaid", MermaidRenderer().render(graph).rstrip(), "```"]
    return "\n".join([*parts, "", LAST_COURSE])


def inserted(page: str) -> str:
    """The page with the diagrams of the code between its markers; :class:`ValueError` when it has none."""
    for first, last, made in ((FIRST, LAST, section), (FIRST_COURSE, LAST_COURSE, other_courses)):
        before, found, rest = page.partition(first)
        _, closed, after = rest.partition(last)
        if not found or not closed:
            raise ValueError(f"{first} … {last} not found")
        page = f"{before}{made()}{after}"
    return page


def main() -> None:
    """Write the diagrams into the page of this checkout."""
    _PAGE.write_text(inserted(_PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
