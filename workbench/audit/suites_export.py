"""Suites for a plain Great Expectations user (导出套件): a file context that works without this program.

Beside :mod:`workbench.audit.gx` the only module that imports Great Expectations, and late. Each document of a run
becomes a suite of stock expectations over its indicator table: one row per subject, one column per requirement with the
judged value (``docs/verdicts.md``), empty where the subject was not judged. The bounds are those the run judged with.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.audit.run import Run
from workbench.vocabulary import Verdict

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

#: Name of the checkpoint that runs all suites, of the data source, and of the batch that is a whole table.
CHECKPOINT, SOURCE, WHOLE = "all", "indicators", "whole"

_DRAWN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMESPACE = uuid.UUID("7a1c9f0e-52d4-5d0b-8f4e-1c3f5d9b2e60")
#: Verdicts that judge nothing: their cells stay empty, as they do where the run itself asks Great Expectations.
_UNJUDGED = tuple(v.value for v in (Verdict.NOT_APPLICABLE, Verdict.NO_DATA, Verdict.BROKEN))

_README = """# 督查指标与套件（Great Expectations）

截至 {as_of} 的一次核查导出，不需要督查工作台即可使用：

```python
import great_expectations as gx

context = gx.get_context(mode="file", project_root_dir="这个文件夹")
result = context.checkpoints.get("all").run()
```

- `indicators/<文件代号>.parquet`：每个组织一行，每条要求一列（判定值），空格表示没有判定，不等于合格；
  为什么没有判定，见 `indicators/verdicts.parquet`（判定和原因）。
- 每个文件一个套件，一条要求一个检查，编号、条款、约束对象、参数在 `meta` 里。
- 判定值和界限的含义，见督查工作台的 docs/verdicts.md。
- 文件夹移动后，请改 `gx/great_expectations.yml` 里的 `base_directory`。
{broken}"""


def export_suites(run: Run, folder: Path) -> None:
    """Write ``gx/`` (a file context), ``indicators/`` and ``README.md`` into ``folder``, which is new.

    Identifiers are the same each time; JSON is UTF-8. Requirements whose check broke in the run have no expectation:
    an empty column would pass. Raises :class:`OSError` where it cannot write.
    """
    tables = folder.resolve() / "indicators"
    tables.mkdir(parents=True)
    broken = run.receipt["broken"]
    documents = {
        d["id"]: mine for d in run.receipt["documents"]
        if (mine := [r for r in run.requirements if r["document"] == d["id"] and r["id"] not in broken])
    }
    _write_indicators(run, documents, tables)
    _write_context(run, documents, folder.resolve(), tables)
    left_out = f"- 检查出错、没有导出的条款：{'、'.join(broken)}\n" if broken else ""
    readme = _README.format(as_of=run.receipt["as_of"], broken=left_out)
    (folder / "README.md").write_text(readme, encoding="utf-8", newline="\n")


def _write_indicators(run: Run, documents: dict[str, list[dict]], tables: Path) -> None:
    """A table per document, and the verdict with its reason for every cell."""
    for document, requirements in documents.items():
        columns = ", ".join(
            f"max(judged) FILTER (requirement = {_text(r['id'])} AND verdict NOT IN {_UNJUDGED}) AS {_name(r['id'])}"
            for r in requirements
        )
        _copy(
            run,
            f"SELECT subject AS org_id, any_value(name) AS name, {columns} FROM results "
            f"LEFT JOIN organizations ON org_id = subject WHERE document = {_text(document)} GROUP BY subject",
            tables / f"{document}.parquet",
        )
    columns = "subject AS org_id, document, requirement, verdict, judged, observed, reason"
    _copy(run, f"SELECT {columns} FROM results", tables / "verdicts.parquet")


def _copy(run: Run, query: str, path: Path) -> None:
    run.query(f"COPY ({query} ORDER BY ALL) TO {_text(path)} (FORMAT parquet)")


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _write_context(run: Run, documents: dict[str, list[dict]], folder: Path, tables: Path) -> None:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx

    context = gx.get_context(mode="file", project_root_dir=str(folder))
    context.variables.analytics_enabled = False
    context.variables.save()
    source = context.data_sources.add_pandas_filesystem(SOURCE, base_directory=tables)
    given = {str(context.variables.data_context_id): "context", str(source.id): "source"}
    definitions = []
    for document, requirements in documents.items():
        asset = source.add_parquet_asset(document)
        batch = asset.add_batch_definition_path(WHOLE, path=Path(f"{document}.parquet"))
        given |= {str(asset.id): f"asset {document}", str(batch.id): f"batch {document}"}
        suite = context.suites.add(_suite(run, document, requirements))
        definition = gx.ValidationDefinition(name=document, data=batch, suite=suite)
        definitions.append(context.validation_definitions.add(definition))
        given |= {str(suite.id): f"suite {document}", str(definitions[-1].id): f"validation {document}"}
        given |= {str(e.id): f"requirement {e.meta['requirement']}" for e in suite.expectations}
    checkpoint = context.checkpoints.add(gx.Checkpoint(name=CHECKPOINT, validation_definitions=definitions))
    given[str(checkpoint.id)] = "checkpoint"
    _settle(folder / "gx", given)


def _suite(run: Run, document: str, requirements: Sequence[dict]) -> ExpectationSuite:
    """The suite of one document."""
    import great_expectations as gx

    title = next(d["title"] for d in run.receipt["documents"] if d["id"] == document)
    return gx.ExpectationSuite(
        name=document,
        meta={"title": title, "version": requirements[0]["version"], "as_of": run.receipt["as_of"]},
        expectations=[_expectation(r) for r in requirements],
    )


def _expectation(r: dict) -> dict[str, Any]:
    """A stock check of the judged value; everything else the requirement says stands in ``meta``."""
    bounds = {"min_value": r["lower"], "max_value": r["upper"]}
    said = ("document", "version", "clause", "binds", "required_text", "unit", "shape", "kwargs", "parameters",
            "fingerprint")
    return {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": r["id"], **{key: float(value) for key, value in bounds.items() if value is not None}},
        "severity": r["severity"],
        "description": r["description"],
        "notes": r["notes"] or None,
        "meta": {"requirement": r["id"], **{key: r[key] for key in said}},
    }


def _settle(folder: Path, given: dict[str, str]) -> None:
    """Identifiers that Great Expectations drew become stable ones, and its JSON, written in ASCII, becomes UTF-8."""
    for path in [folder / "great_expectations.yml", *sorted(folder.rglob("*.json"))]:
        text = _DRAWN.sub(
            lambda m: str(uuid.uuid5(_NAMESPACE, given[m[0]])) if m[0] in given else m[0], path.read_text("utf-8")
        )
        if path.suffix == ".json":
            text = json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")
