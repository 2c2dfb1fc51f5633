"""Slices of the long list against a plain filter and sort in pandas."""

from __future__ import annotations


import pandas as pd
import pytest
from fake_run import write_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.dashboards import Overview
from workbench.dashboards.long_list import SORTS
from workbench.dashboards.pages import MOST_ROWS
from workbench.dashboards.state import BATCH, Filter, RunState
from workbench.vocabulary import Verdict

#: Column of the frame for each sortable column of the list.
_COLUMNS = {"name": "name", "unit": "unit_name", "document": "document_title", "clause": "ord",
            "description": "description", "verdict": "verdict", "observed": "observed", "required": "required_text",
            "period": "period"}
_UNITS = ("", "001", "003", "009")
_WORDS = ("", "第三局", "支委会", "第2党支部 党课", "没有这样的词")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> RunState:
    """A run with a subject and a requirement that its other tables do not know: they too have to be listed."""
    run = write_run(tmp_path_factory.mktemp("listed") / "run", branches=60)
    results = pd.read_parquet(run / "results.parquet")
    results.loc[3, "subject"] = "unknown-subject"
    results.loc[4, "requirement"] = "unknown-requirement"
    results.to_parquet(run / "results.parquet")
    return RunState(run)


@pytest.fixture(scope="module")
def frame(state: RunState) -> pd.DataFrame:
    """All listed results with names and texts, joined by pandas."""
    results = pd.read_parquet(state.path / "results.parquet")
    results = results[~((results["verdict"] == Verdict.MANUAL) & (results["missed"] == 0))]
    organizations = pd.read_parquet(state.path / "organizations.parquet")[["org_id", "name", "unit_id", "unit_name"]]
    requirements = pd.DataFrame(state.requirements).rename(columns={"id": "requirement"})
    requirements["ord"] = range(len(requirements))
    texts = requirements[["requirement", "ord", "document_title", "description", "required_text"]]
    found = results.merge(organizations, "left", left_on="subject", right_on="org_id").merge(texts, "left")
    return found.assign(name=found["name"].fillna(found["subject"]))


def wanted(frame: pd.DataFrame, f: Filter) -> list[tuple[str, str]]:
    """Keys of the rows of a filter in its order."""
    for column, value in (("unit_id", f.unit), ("verdict", f.verdict), ("document", f.document)):
        frame = frame[frame[column] == value] if value else frame
    for word in f.text.split():
        frame = frame[
            (frame["name"] + " " + frame["unit_name"]).str.contains(word, regex=False, na=False)
            | frame["description"].str.contains(word, regex=False, na=False)
        ]
    ties = ["unit_id", "subject", "ord", "requirement"]
    frame = frame.sort_values(ties, na_position="last")
    if f.sort:
        frame = frame.sort_values(_COLUMNS[f.sort.removeprefix("-")], kind="stable", na_position="last",
                                  ascending=not f.sort.startswith("-"))
    return list(zip(frame["subject"], frame["requirement"], strict=True))


def keys(rows: list[dict]) -> list[tuple[str, str]]:
    return [(r["subject"], r["requirement"]) for r in rows]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sort=st.sampled_from(["", *SORTS, *(f"-{s}" for s in SORTS)]), unit=st.sampled_from(_UNITS),
    verdict=st.sampled_from(["", "未达标", "数据不足", "检查出错"]), text=st.sampled_from(_WORDS),
    document=st.sampled_from(["", "secretary-2022"]), first=st.integers(0, 2000), count=st.integers(0, 120),
)
def test_a_slice_is_what_pandas_says(
    state: RunState, frame: pd.DataFrame, sort: str, unit: str, verdict: str, text: str, document: str, first: int,
    count: int,
) -> None:
    f = Filter(sort=sort, unit=unit, verdict=verdict, text=text, document=document)
    order = wanted(frame, f)
    assert keys(state.part(f, first, count)) == order[first:first + count]
    assert state.count(f)[0] == len(order)


def test_every_row_stands_in_the_list_once(state: RunState, frame: pd.DataFrame) -> None:
    every = Filter(verdict="", sort="observed")
    rows = keys(list(state.rows(every)))
    assert rows == wanted(frame, every) and len(rows) == len(set(rows)) == len(frame) < BATCH
    assert {"unknown-subject"} <= {subject for subject, _ in rows}
    assert {"unknown-requirement"} <= {requirement for _, requirement in rows}


def test_lists_read_in_turn_do_not_mix(state: RunState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.dashboards.state.BATCH", 13)
    one, other = Filter(verdict="", unit="003", sort="-observed"), Filter(verdict="", unit="003", sort="-name")
    together = [(a, b) for a, b in zip(state.rows(one), state.rows(other), strict=True)]
    assert keys([a for a, _ in together]) == keys(list(state.rows(one)))
    assert keys([b for _, b in together]) == keys(list(state.rows(other)))


def test_an_answer_numbers_its_rows(state: RunState) -> None:
    widget = Overview(state.path)
    f = {"verdict": "", "sort": "-name"}
    answer, _ = widget.answer({"do": "page", "filter": f, "from": 200, "count": 3})
    assert (answer["first"], answer["total"]) == (200, state.count(Filter.of(f))[0])
    numbered = [n for n in range(200, 207) if f'aria-rowindex="{n}"' in answer["html"]]
    assert numbered == [202, 203, 204]
    assert answer["html"].count('role="row"') == 3
    for first, count, drawn in ((-5, 2, 2), (10**9, 5, 0), (0, 10**9, min(MOST_ROWS, answer["total"]))):
        told, _ = widget.answer({"do": "page", "filter": f, "from": first, "count": count})
        assert told["html"].count("data-subject=") == drawn
        assert 0 <= told["first"] <= told["total"] == answer["total"]
    empty, _ = widget.answer({"do": "page", "filter": {"text": "没有这样的组织"}})
    assert (empty["total"], empty["first"]) == (0, 0) and "没有符合" in empty["html"]
