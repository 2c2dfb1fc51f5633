"""The rules of the ledger: every figure with its clause, strict reading, parameters to be changed and limits not."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench.errors import SuiteError, UsageError
from workbench.ledger.rules import load_rules
from workbench.requirements.catalogue import load_catalogue
from workbench.resources import resource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ledger.yaml", "parameters.yaml", "catalogue.yaml"):
        shutil.copy(resource("expectations") / name, tmp_path)
    return tmp_path


def changed(folder: Path, path: str, value: Any) -> Path:
    """The rules with the value at ``a.b.c`` replaced (None: removed)."""
    place = folder / "ledger.yaml"
    data = yaml.safe_load(place.read_text("utf-8"))
    *parents, last = path.split(".")
    at = data
    for key in parents:
        at = at[key]
    if value is None:
        del at[last]
    else:
        at[last] = value
    place.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return folder


def test_the_figures_of_the_text() -> None:
    rules = load_rules()
    assert {name: rules.value(name) for name in (
        "card_orange_excludes", "card_red_at_most", "annual_excludes", "replacement_years", "bar_years",
        "recommendations_per_county", "supplement_years", "supplement_percent", "lists_close_by",
    )} == {
        "card_orange_excludes": "好", "card_red_at_most": "一般", "annual_excludes": "优秀", "replacement_years": 2,
        "bar_years": 3, "recommendations_per_county": 3, "supplement_years": 3, "supplement_percent": 30,
        "lists_close_by": "12-31",
    }
    assert rules.value("grades") == ("好", "较好", "一般", "差")


def test_every_rule_names_the_clause_of_its_row_in_the_catalogue() -> None:
    catalogue = load_catalogue(["secretary-2022"])
    for rule in load_rules().rules.values():
        row = catalogue.row(rule.requirement)
        assert row.clause.startswith(rule.clause), (rule.name, row.clause)


def test_parameters_used_are_declared_with_what_they_stand_for() -> None:
    rules = load_rules()
    assert all(rules.parameter(name).note and rules.parameter(name).source_words for name in rules.used)
    assert rules.value("card_red_may_skip_orange") is False and rules.value("card_expiry_months") == 0
    other = load_rules(overrides={"card_red_may_skip_orange": True, "lists_check_by": "06-30"})
    assert other.value("card_red_may_skip_orange") is True and other.value("lists_check_by") == "06-30"
    assert rules.value("lists_check_by") == "08-31"


@pytest.mark.parametrize(
    "overrides", [{"bar_years": 5}, {"card_unknown": 1}, {"card_expiry_months": -1}, {"card_follows_person": "是"}]
)
def test_limits_and_unknown_names_cannot_be_overridden(overrides: dict[str, Any]) -> None:
    with pytest.raises(SuiteError):
        load_rules(overrides=overrides)


def test_unknown_names_are_told() -> None:
    rules = load_rules()
    for ask in (rules.value, rules.rule, rules.parameter):
        with pytest.raises(UsageError, match="没有这"):
            ask("nothing")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("limits.bar_years.value", 0, "数值有误"),
        ("limits.bar_years.value", 2.5, "数值有误"),
        ("limits.bar_years.kind", "years", "词项"),
        ("limits.bar_years.clause", None, "缺少必填的键"),
        ("limits.bar_years.requirement", "15.1-9", "没有这个编号"),
        ("limits.bar_years.because", "x", "不认识的键"),
        ("limits.card_red_at_most.value", "优", "词项"),
        ("limits.card_red_at_most.value", "优秀", "不在述职评议的等次"),
        ("limits.card_orange_excludes.value", "差", "没有等次可评"),
        ("limits.grades.value", ["好", "好"], "重复"),
        ("limits.lists_close_by.value", "12-32", "月日有误"),
        ("limits.supplement_sectors.value", ["乡下"], "词项"),
        ("limits.card_red_at_most", None, "缺少规则"),
        ("steps.card_yellow.value", 1, "不认识的键"),
        ("steps.bar_years", {"label": "x", "clause": "y", "requirement": "7.1-1"}, "名称重复"),
        ("parameters", ["start_of_year", "none_such"], "词项"),
        ("steps", None, "缺少必填的键"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(folder: Path, path: str, value: Any, message: str) -> None:
    with pytest.raises(SuiteError, match=message) as told:
        load_rules(changed(folder, path, value))
    assert "ledger.yaml" in str(told.value)


def test_a_shorter_scale_of_grades_moves_what_orange_leaves(folder: Path) -> None:
    assert load_rules(changed(folder, "limits.grades.value", ["好", "一般", "差"])).value("grades")[1] == "一般"
