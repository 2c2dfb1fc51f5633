"""Messages of the views 数据质量 and 对比, answered from the run and the runs beside it; imported when first asked."""

from __future__ import annotations

from typing import Any

from workbench.dashboards import charts, comparison
from workbench.dashboards.comparison import CHANGES, PAGE_SIZE, Choice, Comparing, ListFilter
from workbench.dashboards.pages import render
from workbench.dashboards.quality import ADVICE, Quality
from workbench.dashboards.state import RunState
from workbench.errors import WorkbenchError
from workbench.reports.screen import file_name


class Review:
    """Answers ``quality…`` and ``compare…``; ``ledger``: file or URL of the ledger, empty without one."""

    def __init__(self, state: RunState, ledger: str = ""):
        self.state = state
        self.quality = Quality(state)
        self.ledger = ledger
        self._comparing: Comparing | None = None

    def answer(self, asked: str, message: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """What the page gets for one message, with its attachments; a :class:`WorkbenchError` is for it to read."""
        match asked:
            case "quality":
                return {"html": self._quality()}, []
            case "quality-rejects":
                receipt = self.state.receipt
                name = file_name(receipt.get("city") or "", "rejects", receipt["as_of"], "xlsx")
                return {"name": name}, [self.quality.rejects()]
            case "compare":
                return self._frame(str(message.get("with") or "")), []
        comparing = self.comparing(str(message.get("with") or ""))
        f = ListFilter.of(message.get("filter") or {})
        match asked:
            case "compare-rows":
                return self._rows(comparing, f), []
            case "compare-evidence":
                subject, requirement = str(message["subject"]), str(message["requirement"])
                html = render("compare_evidence.html.j2", both=comparing.evidence(subject, requirement))
                return {"subject": subject, "requirement": requirement, "html": html}, []
        return {"error": f"页面与服务版本不一致（{asked}），请刷新页面。"}, []

    def _quality(self) -> str:
        q = self.quality
        papers = self.state.papers()
        return render(
            "quality.html.j2", q=q, receipt=q.receipt, run=self.state.path.name, papers=papers, advice=ADVICE,
            tiles=q.tiles(),
        )

    # -- two runs ---------------------------------------------------------------------------------------------

    def _choices(self) -> tuple[list[Choice], str]:
        """The runs to choose from, and why those of the ledger are not among them (empty: they are)."""
        taken, beside, problem = [], None, ""
        if self.ledger:
            from workbench.ledger import Ledger

            try:
                with Ledger(self.ledger) as ledger:
                    taken = list(ledger.runs.all())
            except WorkbenchError as e:
                problem = e.message
            beside = comparison.folder_of(self.ledger)
        return comparison.choices(self.state, taken, beside), problem

    def course(self) -> comparison.Course:
        """The course over the runs there are."""
        return comparison.trend(self.state, self._choices()[0])

    def comparing(self, name: str) -> Comparing:
        """The comparison with the run of that name; kept until one of the runs changes."""
        kept = self._comparing
        if kept and name == kept.other.path.name and kept.current:
            return kept
        found, _ = self._choices()
        choice = comparison.chosen(found, name, self.state)
        if choice is None:
            raise comparison.alone(self.state)
        return self._open(found, choice)

    def _open(self, found: list[Choice], choice: Choice) -> Comparing:
        first = min(choice.as_of, self.state.receipt["as_of"])
        same = comparison.usable(found, self.state.receipt.get("city") or "")
        self._comparing = Comparing(self.state, choice.path, [c.path for c in same if c.as_of < first])
        return self._comparing

    def _frame(self, name: str) -> dict[str, Any]:
        """The view but for the rows of its list; ``with``: the run it stands beside, empty when there is none."""
        found, problem = self._choices()
        choice = comparison.chosen(found, name, self.state)
        city = self.state.receipt.get("city") or ""
        course = comparison.trend(self.state, found)
        note = charts.stand(self.state.receipt, self.state.path.name)
        shown = {self.state.path.name, choice.name if choice else ""}
        values = {"choices": found, "chosen": choice, "problem": problem, "receipt": self.state.receipt, "city": city,
                  "chart": charts.trend(course.points, note, shown), "course": course,
                  "served": self.state.path.name}
        if choice is None:
            return {"with": "", "html": render("compare_none.html.j2", **values)}
        kept = self._comparing
        current = kept and kept.other.path == choice.path and kept.current
        comparing = kept if current else self._open(found, choice)
        return {"with": choice.name, "html": render(
            "compare.html.j2", c=comparing, changes=CHANGES, counts=comparing.counts(), doubts=comparing.doubts(),
            units=comparing.by_unit(), requirements=comparing.by_requirement(), rules=comparing.changed_rules(),
            ids=comparing.ids(), **values,
        )}

    def _rows(self, comparing: Comparing, f: ListFilter) -> dict[str, Any]:
        total = comparing.count(f)
        pages = max(1, -(-total // PAGE_SIZE))
        page = min(f.page, pages - 1)
        html = render(
            "compare_rows.html.j2", lines=comparing.part(f, page * PAGE_SIZE, PAGE_SIZE), changes=CHANGES,
            known=comparing.served.by_id, subjects=comparing.known(),
        )
        return {"with": comparing.other.path.name, "html": html, "total": total, "all": comparing.count(ListFilter()),
                "page": page, "pages": pages}
