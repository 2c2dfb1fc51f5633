"""The overview as one widget: a thin layer between the page and :class:`~workbench.dashboards.state.RunState`.

The page asks by message ``{"ask": n, "do": ..., ...}`` and gets ``{"answer": n, ...}``; every answer about a branch
carries the id of that branch, so the page never shows one branch under the title of another.
"""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import duckdb
import traitlets
from IPython.display import HTML

from workbench.dashboards import pages, place_pages
from workbench.dashboards.clauses import Clauses
from workbench.dashboards.state import Absent, Filter, RunState, told
from workbench.dashboards.tree import Tree
from workbench.dashboards.viewer import Viewer, admit, key_of_server, local, own_kernel
from workbench.errors import RunError, WorkbenchError

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.dashboards.desk import Desk
    from workbench.dashboards.review import Review
    from workbench.dashboards.sections import Sections

#: Environment variables through which the server hands the run folder, the ledger and who acts to the notebook.
RUN_VARIABLE = "WORKBENCH_RUN"
LEDGER_VARIABLE = "WORKBENCH_LEDGER"
INSPECTOR_VARIABLE = "WORKBENCH_INSPECTOR"
#: What an address can name, and so may be missing from this run.
_PLACES = ("branch", "unit", "profile", "card")


class Overview(anywidget.AnyWidget):
    """The overview of one run, in a notebook cell or on the Voilà page.

    ``run`` is a :class:`~workbench.audit.run.Run` or its folder, the last thing in a cell: ``Overview(run)``.
    ``ledger``: the ledger of decisions (file or URL) for the page 整改与亮牌, opened when somebody first asks for it;
    ``inspector``: who acts on that page, empty: it is read only. With ``key``, that of the server's tickets, whoever
    asks has to show a ticket first, and acts under the name in it.
    Raises :class:`~workbench.errors.RunError` when the folder is no usable run.
    """

    _esm = "".join(
        pages.static(f"{name}.js")
        for name in ("requirements", "board", "places", "review", "grid", "charts", "exports", "line", "overview")
    )
    _css = pages.style()
    stamp = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, run: Run | str | Path, ledger: str | Path = "", inspector: str = "", *, key: str = "", **kwargs: Any
    ):
        self.ledger, self._key, self._ticket = str(ledger), key, ""
        self._desk: Desk | None = None
        self._review: Review | None = None
        self._sections: Sections | None = None
        # With a key nothing is answered from what is opened here, but a run that cannot be read is told at once.
        self._open(Path(getattr(run, "path", run)), local(inspector.strip()))
        super().__init__(stamp="" if key else self.state.stamp, **kwargs)
        self.on_msg(self._on_message)

    def _open(self, run: Path, viewer: Viewer) -> None:
        self.state = RunState(run, viewer)
        self._review = self._sections = None
        self.clauses = Clauses(self.state)
        self.tree = Tree(self.state)

    @classmethod
    def from_environment(cls) -> Overview:
        """The overview of the run named by ``WORKBENCH_RUN``; :class:`RunError` when the variable is not set."""
        run = os.environ.get(RUN_VARIABLE)
        if not run:
            raise RunError(
                "没有指定督查结果", place=f"环境变量 {RUN_VARIABLE}", next_step="请用 workbench serve 打开督查总览"
            )
        ledger, inspector = os.environ.get(LEDGER_VARIABLE, ""), os.environ.get(INSPECTOR_VARIABLE, "")
        return cls(run, ledger, inspector, key=key_of_server())

    def first(self) -> HTML:
        """The served page: style, the overview as plain HTML (with login that it is being read, since nobody is known
        yet), so that it shows figures before any script runs, and the script, which finds this widget by its id."""
        # With login it is drawn too, though for nobody: most of what a shell takes is then done when somebody comes.
        drawn = pages.shell(self.state, ledger=bool(self.ledger), login=bool(self._key))
        shown = pages.render("waiting.html.j2") if self._key else drawn
        script = f"{self._esm}{pages.static('served.js')}"
        return HTML(
            f'<style>{self._css}</style>'
            f'<div id="wb-page" data-model="{self.model_id}" data-stamp="{self.stamp}">{shown}</div>'
            f'<script type="module">{script}</script>'
        )

    def answer(self, message: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """What the page gets for one message: the answer and its attachments. A fault becomes ``error`` text."""
        try:
            if self._key:
                self._admit(message)
            self._refresh()
            return self._do(message)
        except Absent as e:
            if message.get("do") not in _PLACES:
                return {"error": told(e, self.state.path)}, []
            # Said where it would stand, with the keys of what was asked: an address of another run is no fault.
            asked = {key: message[key] for key in ("subject", "requirement") if key in message}
            return {"id": str(message.get("unit", message.get("subject", ""))), **asked,
                    "html": pages.absent(self.state, e)}, []
        except WorkbenchError as e:
            return {"error": told(e, self.state.path)}, []
        except (duckdb.Error, OSError) as e:
            return {"error": f"督查结果读取失败：{told(e, self.state.path).splitlines()[0]}。请确认结果文件夹仍在原处，再刷新页面。"}, []
        except Exception as e:  # a fault of ours: without an answer the page would wait and take the line for dead
            traceback.print_exc()
            return {"error": f"程序出错（{type(e).__name__}），这一步没有完成。请刷新页面重试；仍出错时，请告知维护人员。"}, []

    def _do(self, message: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        match message.get("do"):
            case "alive" | "ticket":
                return {}, []
            case "shell":
                return {"html": pages.shell(self.state, ledger=bool(self.ledger), login=bool(self._key))}, []
            case "page":
                first, count = int(message.get("from", 0)), int(message.get("count", pages.FIRST_ROWS))
                return pages.rows(self.state, Filter.of(message.get("filter", {})), first, count), []
            case "branch":
                subject, asked = message["subject"], message["requirement"]
                html = pages.branch(self.state, subject, asked, whole=False)
                return {"subject": subject, "requirement": asked, "html": html}, []
            case "branch-rest":
                return {"html": pages.branch_rest(self.state, message["subject"])}, []
            case "evidence":
                subject, asked = message["subject"], message["requirement"]
                html = pages.evidence(self.state, subject, asked, all_rows=bool(message.get("all")))
                return {"subject": subject, "requirement": asked, "html": html}, []
            case "unit":
                wanted = str(message.get("unit", ""))
                return {"id": wanted, "html": place_pages.unit(self.state, self.tree, wanted)}, []
            case "profile":
                subject = str(message["subject"])
                return {"id": subject, "html": place_pages.branch(self.state, subject)}, []
            case "records":
                subject, kind, on = (str(message[key]) for key in ("subject", "kind", "on"))
                return {"id": subject, "html": place_pages.branch_records(self.state, subject, kind, on)}, []
            case "heat":
                document = message["document"]
                return {"document": document, "html": pages.heat(self.state, document)}, []
            case "paper":
                return {"html": pages.heat_paper(self.state)}, []
            case "sectors" | "trend" | "due" | "due-rows":
                return self._sectioned().answer(message["do"], message), []
            case "requirements":
                return {"html": pages.requirements(self.clauses)}, []
            case "select":
                wanted = {key: str(message.get(key, "")) for key in ("text", "document", "treatment")}
                return {"ids": self.clauses.select(**wanted)}, []
            case "card":
                return {"requirement": message["requirement"],
                        "html": place_pages.card(self.clauses, str(message["requirement"]))}, []
            case "export":
                name, content = self._exported(message)
                return {"name": name}, [content]
            case str(asked) if asked.startswith(("quality", "compare")):
                return self._reviewed().answer(asked, message)
            case str(asked) if asked.startswith("board"):
                return self._at_desk().answer(asked, message), []
            case other:
                return {"error": f"页面与服务版本不一致（{other}），请刷新页面。"}, []

    def _at_desk(self) -> Desk:
        """The page of findings and cards; what it needs is imported only now, so that the first paint waits for
        nothing but the run."""
        if self._desk is None:
            from workbench.dashboards.desk import Desk

            self._desk = Desk(self.ledger, self.state, self.state.viewer.acts_as)
        return self._desk

    def _exported(self, message: dict[str, Any]) -> tuple[str, bytes]:
        """Name and content of the file of what is on screen; what writes it is imported only now."""
        from workbench.dashboards.screens import Shown, export

        opened = (self._sectioned, self._reviewed, lambda: self._at_desk().board)
        return export(Shown(self.state, self.clauses, self.tree, *opened), message)

    def _sectioned(self) -> Sections:
        """What stands beneath the heatmap; imported only now."""
        if self._sections is None:
            from workbench.dashboards.sections import Sections

            self._sections = Sections(self.state, self.ledger)
        return self._sections

    def _reviewed(self) -> Review:
        """The views 数据质量 and 对比; what they need is imported only now."""
        if self._review is None:
            from workbench.dashboards.review import Review

            self._review = Review(self.state, self.ledger)
        return self._review

    def _admit(self, message: dict[str, Any]) -> None:
        """Take a ticket, or hold the one that was taken against the clock; nothing is answered without one."""
        if message.get("do") == "ticket":
            self._ticket = ""
            ticket = str(message.get("ticket", ""))
            viewer = admit(ticket, own_kernel(), self._key)
            if viewer.scope == self.state.viewer.scope:
                # What was read ahead is just what this viewer may see: only who looks is new.
                self.state.viewer = viewer
                self._desk = self._review = self._sections = None
            else:
                self._desk = None
                self._open(self.state.path, viewer)
            self._ticket = ticket
        else:
            admit(self._ticket, own_kernel(), self._key)

    def _refresh(self) -> None:
        """Reopen the run when another one was written in its place: a kernel prepared ahead would show the old one."""
        if self.state.current_stamp() != self.state.stamp:
            self._open(self.state.path, self.state.viewer)
            if self._desk:
                self._desk.show(self.state)
            self.stamp = self.state.stamp

    def _on_message(self, _widget: Any, message: dict[str, Any], _buffers: list[Any]) -> None:
        answer, attachments = self.answer(message)
        known = not self._key or self._ticket
        seq = self._desk.seq() if self._desk and known else None
        stamp = self.state.stamp if known else ""
        self.send({"answer": message.get("ask"), "stamp": stamp, "seq": seq, **answer}, attachments)
