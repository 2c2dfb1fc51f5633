"""The notebooks that travel with the workbench: they run, and they carry no outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from browsing import ROOT
from nbclient import NotebookClient

from workbench.resources import resource

NOTEBOOKS = sorted(resource("notebooks").glob("*.ipynb"))
#: What each shows for certain, whatever the run.
SHOWN = {
    "01-看一次督查.ipynb": ("核查覆盖", "未达标", "到期事项", "先后两次核查的对比", "application/vnd.jupyter.widget-view+json"),
    "02-钻取一个支部.ipynb": ("未达标", "应为", "依据的记录", "binds", "到期事项"),
    "03-抽样与复核.ipynb": ("名单校验值", "'相同'", "导入核查结果", "由抽查推断全体", "亮牌建议（由人决定）"),
    "04-自定义一条要求.ipynb": ("每月至少开展一次主题党日", "未达标", "示例局乙党支部", "2026-03、2026-06"),
    "dashboard.ipynb": ("未达标", "wb-page"),
}


def test_all_are_known() -> None:
    assert sorted(SHOWN) == [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_outputs_are_stripped(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert [c.id for c in cells if c.cell_type == "code" and (c.outputs or c.execution_count)] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebook_runs(path: Path, fake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_RUN", str(fake))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    shown = [dict(o.get("data", {})) for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    text = str(shown)
    assert [expected for expected in SHOWN[path.name] if expected not in text] == []
    assert list(tmp_path.iterdir()) == []  # a notebook leaves nothing behind in the folder of its user
    streams = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if o.output_type == "stream"]
    assert streams == []


@pytest.mark.slow
def test_a_wrong_path_is_told_in_words_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    cell = nbformat.v4.new_code_cell("import workbench\nworkbench.open_run('没有')")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources, allow_errors=True).execute()
    error = notebook.cells[0].outputs[0]
    assert error.traceback[0].startswith("没有：不是完整的督查结果文件夹")
    assert "run.py" not in "\n".join(error.traceback)
