"""State → HTML fragments, with Jinja2 (autoescape on). One renderer serves the first paint and every later answer."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from workbench.dashboards.assets import plotly_address
from workbench.dashboards.clauses import Clauses
from workbench.dashboards.heat import STEPS, Cell, level
from workbench.dashboards.periods import Period
from workbench.dashboards.state import NO_UNIT, URGENT, Absent, Filter, RunState
from workbench.vocabulary import Verdict

_HERE = Path(__file__).parent

COLUMNS = (
    ("name", "组织"), ("unit", "所属"), ("document", "文件"), ("clause", "条款"), ("description", "要求"),
    ("verdict", "判定"), ("observed", "实际"), ("required", "应为"), ("period", "期间"),
)
#: Rows of the list that are painted before anything is asked, and the most that one question gets.
FIRST_ROWS, MOST_ROWS = 40, 500
_STATUS = {"met": "做到", "missed": "未做到", "open": "未到期", "unknown": "不明"}


def standing(row: dict[str, Any]) -> str:
    """How an evidence row was taken: counted or not, and towards what."""
    status = _STATUS.get(row["status"] or "", "")
    return status or "计入" if row["counted"] else "不计入"


def upright(text: str) -> str:
    """Full-width brackets, which have a form of their own in vertical lines; narrow ones would lie on their side."""
    return text.translate({ord("("): "\uff08", ord(")"): "\uff09"})


@lru_cache(10_000)  # drawn once each: most results of a run share a few patterns
def periods(strip: tuple[Period, ...]) -> Markup:
    """The list items of a strip of periods."""
    return Markup(render("periods.html.j2", strip=strip))


def css_text(text: str) -> Markup:
    """A text as a string of a style sheet, fit for a ``<style>``: all but letters and digits by their numbers."""
    inside = "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in text)
    return Markup(f'"{inside}"')


@cache
def _environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "markup"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    env.filters.update(level=level, standing=standing, upright=upright, css_text=css_text, periods=periods)
    return env


def render(name: str, **values: Any) -> str:
    """A template under ``markup/`` with its values."""
    return _environment().get_template(name).render(**values)


def static(name: str) -> str:
    """Text of a file under ``static/``."""
    return (_HERE / "static" / name).read_text(encoding="utf-8")


def style() -> str:
    """All style sheets of the page."""
    names = ("overview", "requirements", "board", "places", "review", "grid", "charts", "exports", "print")
    return "".join(static(f"{name}.css") for name in names)


def _by_document(items: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Consecutive requirements or results under the title of their document, in the order of the run."""
    return [(title or "", list(rows)) for title, rows in groupby(items, lambda item: item["document_title"])]


def shell(state: RunState, f: Filter | None = None, *, ledger: bool = False, login: bool = False) -> str:
    """The whole overview: head, notices, tiles, heatmap by document, filters and the first page of the table.

    ``ledger``: whether there is a ledger of decisions to ask about a branch; ``login``: whether the viewer has logged
    in, and so can log out."""
    f = f or Filter()
    heatmap = state.heatmap
    papers = state.papers()
    return render(
        "shell.html.j2", ledger=ledger, login=login, viewer=state.viewer, receipt=state.receipt,
        run=state.path.name, stamp=state.stamp, plotly=plotly_address(),
        tiles=state.tiles(), heatmap=heatmap,
        papers=papers, paper_states=Counter(p["state"] for p in papers),
        legend=[text for _, text in STEPS], verdicts=[v.value for v in Verdict],
        groups=_by_document(heatmap.requirements), documents=state.documents(), columns=COLUMNS, filter=f,
        rows=state.part(f, 0, FIRST_ROWS), first=0, sees=lambda unit: unit != NO_UNIT and state.sees(unit),
    )


def heat(state: RunState, document: str) -> str:
    """The heatmap of one document, a column per requirement, for the units that it concerns."""
    heatmap = state.heatmap
    bound = [unit for unit in heatmap.units if heatmap.cells.get((unit[0], document), Cell()) != Cell()]
    return render(
        "heat.html.j2", heatmap=heatmap, document=document, title=dict(state.documents()).get(document, document),
        columns=heatmap.columns(document), units=bound,
    )


def heat_paper(state: RunState) -> str:
    """The heatmap for paper, where nothing unfolds: a line for each requirement that anybody fails."""
    heatmap = state.heatmap
    failing = [r for r in heatmap.requirements if heatmap.total(r["id"]).failing]
    rest = [cell for r in heatmap.requirements if not (cell := heatmap.total(r["id"])).failing]
    return render(
        "heat_paper.html.j2", heatmap=heatmap, failing=_by_document(failing), rest=rest,
        silent=sum(cell.silent for cell in rest),
    )


def requirements(clauses: Clauses) -> str:
    """The view of all rows: coverage, filters, the table."""
    coverage = clauses.coverage()
    return render(
        "requirements.html.j2", receipt=clauses.receipt, coverage=coverage, groups=_by_document(clauses.rows),
        treatments=clauses.receipt["treatments"], total=sum(c["total"] for c in coverage),
        treated=sum(c["treated"] for c in coverage),
    )


def rows(state: RunState, f: Filter, first: int, count: int) -> dict[str, Any]:
    """Rows of the list from ``first`` (0 is the uppermost): ``html``, ``first``, ``total`` rows, ``judged`` of the same
    selection."""
    total, judged = state.count(f)
    first, count = min(max(0, first), total), min(max(0, count), MOST_ROWS)
    html = render("rows.html.j2", rows=state.part(f, first, count), first=first)
    return {"html": html, "first": first, "total": total, "judged": judged}


def branch(state: RunState, subject: str, asked: str, *, whole: bool = True) -> str:
    """One branch with the evidence of the requirement that was asked for. Not ``whole``: what needs doing alone, and
    how much follows it, unless just that was asked for.

    Raises :class:`~workbench.dashboards.state.Absent` when the run has no such branch.
    """
    found = state.branch(subject)
    counts = Counter(r["verdict"] for r in found["results"])
    urgent = [r for r in found["results"] if r["verdict"] in URGENT]
    rest = _rest(found)
    whole = whole or asked in [r["requirement"] for r in rest["results"]]
    return render(
        "branch.html.j2", branch=found, urgent=urgent, asked=asked, receipt=state.receipt, **rest,
        following=0 if whole else len(rest["results"]) + len(found["waiting"]),
        evidence=state.evidence(subject, asked),
        verdicts=[(v.value, counts[v.value]) for v in Verdict if counts[v.value]],
    )


def branch_rest(state: RunState, subject: str) -> str:
    """What follows in a branch: what nobody has looked at on site yet, and the results that need nobody."""
    found = state.branch(subject)
    return render("branch_rest.html.j2", branch=found, asked="", evidence=None, receipt=state.receipt, **_rest(found))


def _rest(found: dict[str, Any]) -> dict[str, Any]:
    results = [r for r in found["results"] if r["verdict"] not in URGENT]
    return {"results": results, "groups": _by_document(results), "waiting": _by_document(found["waiting"])}


def absent(state: RunState, error: Absent) -> str:
    """What stands where something would that the run does not have."""
    return render("absent.html.j2", error=error, receipt=state.receipt, run=state.path.name)


def evidence(state: RunState, subject: str, requirement: str, *, all_rows: bool = False) -> str:
    """The evidence table of one subject and requirement."""
    limits = {"limit": 100_000} if all_rows else {}
    return render(
        "evidence.html.j2", evidence=state.evidence(subject, requirement, **limits)
    )
