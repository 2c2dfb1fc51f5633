"""Every fault of a suite is an error that names the file, the key, what stands there and what may stand there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench.errors import SuiteError, UsageError
from workbench.requirements import load_requirements

DAY = date(2026, 8, 31)
FILE = "local-2026/2022-01-01/lectures.yaml"
DEADLINE = {"process": "民主生活会", "after": "召开", "step": "报告情况", "within_days": 15}
BY_DATE = {"activity": "年度学习计划", "by": "01-31"}
COVERED = {"roles": ["书记"], "scope": "own", "activity": "轮训", "measure": "count", "minimum": 1, "period": "year"}
VALUE = {"process": "民主生活会", "step": "集中学习", "aggregate": "sum", "minimum": 8}

Change = Callable[[dict[str, Any]], None]


def shaped(shape: str, arguments: dict[str, Any], **changed: Any) -> Change:
    """Give the entry another shape with these arguments; a changed argument of None is taken away."""

    def change(entry: dict[str, Any]) -> None:
        given = {"requirement": "local-2026-1", **arguments, **changed}
        entry |= {"type": shape, "kwargs": {k: v for k, v in given.items() if v is not None}}

    return change


def kwargs(**changed: Any) -> Change:
    return lambda entry: entry["kwargs"].update(changed)


def meta(**changed: Any) -> Change:
    return lambda entry: entry["meta"].update(changed)


def top(**changed: Any) -> Change:
    return lambda entry: entry.update(changed)


def without(*path: str) -> Change:
    def change(entry: dict[str, Any]) -> None:
        for key in path[:-1]:
            entry = entry[key]
        del entry[path[-1]]

    return change


#: change of a sound entry, where the error points, what it found, one of the values it allows
ENTRY_FAULTS: dict[str, tuple[Change, str, str, str]] = {
    "unknown key of the entry": (top(threshold=3), "expectations[0]", "threshold", "kwargs"),
    "unknown argument": (kwargs(minimun=2), "kwargs", "minimun", "minimum"),
    "unknown key of meta": (meta(source="x"), "meta", "source", "clause"),
    "unknown shape": (top(type="expect_activity_counts"), "type", "expect_activity_counts", "expect_activity_count"),
    "unknown kind of activity": (kwargs(activity="党克"), "kwargs.activity", "党克", "党课"),
    "unknown kind in a list": (kwargs(activity=["党课", "党克"]), "kwargs.activity", "党克", "党课"),
    "the same term twice": (kwargs(activity=["党课", "党课"]), "kwargs.activity", "党课", "只写一次"),
    "an empty list": (kwargs(tags=[]), "kwargs.tags", "[]", "基层党建"),
    "unknown role": (kwargs(by_role="支书"), "kwargs.by_role", "支书", "书记"),
    "unknown tag": (kwargs(tags=["党建"]), "kwargs.tags", "党建", "基层党建"),
    "tag of another table": (kwargs(tags=["询问函"]), "kwargs.tags", "询问函", "基层党建"),
    "unknown period": (kwargs(period="week"), "kwargs.period", "week", "month"),
    "missing argument": (without("kwargs", "period"), "kwargs", "period", "period"),
    "neither bound": (without("kwargs", "minimum"), "kwargs", "都没有", "minimum"),
    "bounds of a count crossed": (kwargs(maximum=1), "kwargs", "2 > 1", "minimum"),
    "guidance of what ledgers show": (meta(look="公开栏"), "meta", "look", "clause"),
    "number as text": (kwargs(minimum="2"), "kwargs.minimum", "2", "整数"),
    "number with decimals": (kwargs(minimum=1.5), "kwargs.minimum", "1.5", "整数"),
    "truth value as number": (kwargs(minimum=True), "kwargs.minimum", "True", "整数"),
    "negative number": (kwargs(minimum=-1), "kwargs.minimum", "-1", "0"),
    "unknown parameter": (kwargs(minimum="$lectures"), "kwargs.minimum", "lectures", "start_of_year"),
    "parameter of another kind": (kwargs(minimum="$start_of_year"), "kwargs.minimum", "01-31", "整数"),
    "unknown severity": (top(severity="high"), "severity", "high", "critical"),
    "unknown group": (meta(binds="支部"), "meta.binds", "支部", "党支部"),
    "unknown outcome": (meta(outcome="fail"), "meta.outcome", "fail", "prompt"),
    "missing identifier": (without("kwargs", "requirement"), "kwargs.requirement", "空", "字母"),
    "identifier with a bar": (kwargs(requirement="local|1"), "kwargs.requirement", "local|1", "字母"),
    "missing clause": (without("meta", "clause"), "meta", "clause", "clause"),
    "empty clause": (meta(clause=""), "meta", "clause", "clause"),
    "clause as number": (meta(clause=7), "meta.clause", "7", "文字"),
    "missing description": (without("description"), "expectations[0]", "description", "description"),
    "missing unit": (without("meta", "unit"), "meta", "unit", "unit"),
    "arguments as list": (top(kwargs=["party"]), "kwargs", "party", "键: 值"),
    "unknown process": (shaped("expect_step_deadline", DEADLINE, process="民主会"), "kwargs.process", "民主会", "民主生活会"),
    "step of another process": (shaped("expect_step_deadline", DEADLINE, step="转正"), "kwargs.step", "转正", "报告情况"),
    "two spans": (shaped("expect_step_deadline", DEADLINE, within_months=1), "kwargs", "within_days", "within_months"),
    "no span": (shaped("expect_step_deadline", DEADLINE, within_days=None), "kwargs", "都没有", "within_days"),
    "steps not a list": (
        shaped("expect_step_order", {"process": "五单", "steps": "开单"}), "kwargs.steps", "开单", "销单"),
    "day out of range": (shaped("expect_done_by_date", BY_DATE, by="02-30"), "kwargs.by", "02-30", "MM-DD"),
    "day of one digit": (shaped("expect_done_by_date", BY_DATE, by="1-31"), "kwargs.by", "1-31", "MM-DD"),
    "day as number": (shaped("expect_done_by_date", BY_DATE, by=131), "kwargs.by", "131", "MM-DD"),
    "roles and categories": (
        shaped("expect_members_covered", COVERED, categories=["离退休"]), "kwargs", "roles", "categories"),
    "neither roles nor categories": (
        shaped("expect_members_covered", COVERED, roles=None), "kwargs", "都没有", "categories"),
    "unknown scope": (shaped("expect_members_covered", COVERED, scope="all"), "kwargs.scope", "all", "subtree"),
    "subtree of categories": (
        shaped("expect_members_covered", COVERED, roles=None, categories=["离退休"], scope="subtree"),
        "kwargs", "roles", "roles"),
    "sum before nothing": (shaped("expect_step_value", VALUE), "kwargs", "before", "before"),
    "value without bounds": (
        shaped("expect_step_value", VALUE, before="召开", minimum=None), "kwargs", "都没有", "maximum"),
    "bounds crossed": (shaped("expect_step_value", VALUE, before="召开", maximum=2), "kwargs", "8 > 2", "minimum"),
    "inclusive months": (
        shaped("expect_step_lead", {"process": "发展党员", "step": "接收预备党员", "before": "转正",
                                    "at_least_months": 12, "inclusive": True}),
        "kwargs", "at_least_days", "at_least_days"),
    "only true": (
        shaped("expect_posts_held", {"roles": ["书记"], "minimum": 1, "full_time": False}),
        "kwargs.full_time", "False", "true"),
    "hours of a rating": (
        shaped("expect_members_covered", COVERED, activity=None, rating="述职评议", measure="hours"),
        "kwargs", "rating", "measure"),
    "positive beside a minimum": (
        shaped("expect_measure", {"measure": "财政收入", "positive": True, "minimum": 1}), "kwargs", "minimum", "positive"),
    "divided by nothing": (shaped("expect_members_covered", COVERED, size=0), "kwargs.size", "0", "0.01"),
    "truth value as text": (
        shaped("expect_dues_followup", {"months": 6, "process": "党费催缴", "step": "教育", "excused": "yes"}),
        "kwargs.excused", "yes", "true"),
}


@pytest.mark.parametrize("fault", ENTRY_FAULTS)
def test_fault_in_an_entry(fault: str, entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    change, key, found, allowed = ENTRY_FAULTS[fault]
    change(entry)
    write(entry)
    error = refused(suites)
    assert FILE in error.place and error.place.endswith(key)
    assert found in error.found
    assert allowed in error.expected


#: text of the whole file, where the error points, what it says
FILE_FAULTS: dict[str, tuple[str, str, str]] = {
    "key given twice": ("name: a\nname: b\n", FILE, "第2行的键重复"),
    "key given twice inside": ("name: a\nmeta: {document: x, document: y}\n", FILE, "重复"),
    "broken syntax": ("name: [a\nmeta: b\n", FILE, "YAML 格式有误"),
    "not a mapping": ("- a\n", FILE, "键值对"),
    "empty file": ("", FILE, "键值对"),
    "number as key": ("1: a\n", FILE, "键应为文字"),
    "unhashable key": ("? [a]\n: b\n", FILE, "YAML 格式有误"),
    "day that does not exist": ("name: 2022-02-30\n", FILE, "YAML 格式有误"),
    "merge key": ("a: &a {name: x}\nb:\n  <<: *a\n", FILE, "YAML 格式有误"),
    "python object": ("name: !!python/object/apply:os.getcwd []\n", FILE, "YAML 格式有误"),
    "no expectations": ("name: a\nmeta: {}\n", FILE, "缺少必填的键"),
    "unknown key of the suite": ("name: a\nmeta: {}\nexpectations: []\nrules: []\n", FILE, "不认识的键"),
}


@pytest.mark.parametrize("fault", FILE_FAULTS)
def test_fault_in_a_file(fault: str, entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    text, place, message = FILE_FAULTS[fault]
    write(entry).write_text(text, encoding="utf-8")
    error = refused(suites)
    assert place in error.place
    assert message in error.message


def test_file_in_another_encoding(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    write(entry).write_bytes("name: 党课\n".encode("gb18030"))
    assert "UTF-8" in refused(suites).expected


#: head of the suite (``since`` is the folder), where the error points, what it found, what it expected
HEAD_FAULTS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "document of another folder": ({"document": "secretary-2022"}, "meta.document", "secretary-2022", "local-2026"),
    "date of another folder": ({"effective_from": "2023-01-01"}, "meta.effective_from", "2023-01-01", "2022-01-01"),
    "malformed date": ({"effective_from": "2022-1-1"}, "meta.effective_from", "2022-1-1", "YYYY-MM-DD"),
    "impossible date": ({"effective_from": "2022-02-30"}, "meta.effective_from", "2022-02-30", "YYYY-MM-DD"),
    "folder that is no date": ({"since": "first"}, "local-2026/first", "first", "YYYY-MM-DD"),
    "folder of a short date": ({"since": "20220101"}, "local-2026/20220101", "20220101", "YYYY-MM-DD"),
    "end before the start": ({"effective_to": "2021-12-31"}, "meta.effective_to", "2021-12-31", "2022-01-01"),
    "unknown adoption": ({"adoption": "some"}, "meta.adoption", "some", "explicit"),
    "unknown key of the head": ({"author": "x"}, "meta", "author", "title"),
    "no title": ({"title": ""}, "meta", "title", "title"),
}


@pytest.mark.parametrize("fault", HEAD_FAULTS)
def test_fault_in_the_head(fault: str, entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    head, key, found, expected = HEAD_FAULTS[fault]
    write(entry, **head)
    error = refused(suites)
    assert error.place.startswith("local-2026/") and error.place.endswith(key)
    assert found in error.found
    assert expected in error.expected


def test_no_entries(write: Callable[..., Path], suites: Path) -> None:
    write()
    assert "expectations" in refused(suites).message


@pytest.mark.parametrize("key", ["look", "evidence", "faults"])
def test_what_is_looked_at_on_site_needs_guidance(
    key: str, on_site: dict[str, Any], write: Callable[..., Path], suites: Path
) -> None:
    on_site["meta"][key] = ""
    write(on_site)
    error = refused(suites)
    assert FILE in error.place and error.place.endswith("meta")
    assert error.found == f"没有 {key}" and key in error.expected
    on_site["meta"][key] = 7
    write(on_site)
    assert refused(suites).place.endswith(f"meta.{key}")


#: change of a listed row, where the error points, what it found, what it expected
LISTED_FAULTS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "unknown key": ({"binds": "党支部"}, "listed[0]", "binds", "reason"),
    "no reason": ({"reason": None}, "listed[0]", "reason", "reason"),
    "reason as number": ({"reason": 7}, "reason", "7", "文字"),
    "no treatment": ({"treatment": None}, "listed[0]", "treatment", "treatment"),
    "treatment of a judged row": ({"treatment": "automated"}, "treatment", "automated", "excluded"),
    "identifier with a bar": ({"requirement": "local|3"}, "requirement", "local|3", "字母"),
    "no clause": ({"clause": None}, "listed[0]", "clause", "clause"),
}


@pytest.mark.parametrize("fault", LISTED_FAULTS)
def test_fault_in_a_listed_row(
    fault: str, entry: dict[str, Any], write: Callable[..., Path], write_listed: Callable[..., Path], suites: Path
) -> None:
    changed, key, found, expected = LISTED_FAULTS[fault]
    write(entry)
    write_listed(**changed)
    error = refused(suites)
    assert error.place.startswith("local-2026/2022-01-01/listed.yaml") and error.place.endswith(key)
    assert found in error.found
    assert expected in error.expected


@pytest.mark.parametrize("lists", [{"listed": []}, {"listed": 7}, {"listed": [1]}, {"listed": [], "expectations": []}])
def test_listed_file_without_rows_or_with_both_lists(
    lists: dict[str, Any], write_listed: Callable[..., Path], suites: Path
) -> None:
    path = write_listed()
    data = yaml.safe_load(path.read_text("utf-8"))
    path.write_text(yaml.safe_dump(data | lists, allow_unicode=True), encoding="utf-8")
    assert refused(suites).place.startswith("local-2026/2022-01-01/listed.yaml")


def test_identifier_both_judged_and_listed(
    entry: dict[str, Any], write: Callable[..., Path], write_listed: Callable[..., Path], suites: Path
) -> None:
    write(entry)
    write_listed(requirement="local-2026-1")
    assert refused(suites).found == "local-2026-1"


def test_identifier_twice_in_a_file(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    write(entry, entry)
    assert refused(suites).found == "local-2026-1"


def test_identifier_twice_in_two_files(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    write(entry)
    write(entry, file="more.yaml")
    error = refused(suites)
    assert error.place.endswith("more.yaml") and FILE in error.next_step


def test_identifier_twice_in_two_documents(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    first = write(entry)
    second = suites / "other" / "2022-01-01" / "a.yaml"
    second.parent.mkdir(parents=True)
    second.write_text(first.read_text("utf-8").replace("document: local-2026", "document: other"), encoding="utf-8")
    assert refused(suites).found == "local-2026-1"


def test_the_same_identifier_in_two_versions_is_no_fault(
    entry: dict[str, Any], write: Callable[..., Path], suites: Path
) -> None:
    write(entry)
    write(entry, since="2024-01-01")
    assert [r.version for r in load_requirements(as_of=DAY, directory=suites)] == ["2024-01-01"]


def test_files_of_a_version_disagree(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    write(entry)
    entry["kwargs"]["requirement"] = "local-2026-2"
    write(entry, file="more.yaml", title="另一标题")
    error = refused(suites)
    assert error.place.endswith("more.yaml meta.title") and error.expected == "本地规定"


def test_versions_overlap(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    write(entry, effective_to="2024-01-01")
    write(entry, since="2024-01-01")
    assert "2024-01-01" in refused(suites).found
    write(entry, effective_to="2023-12-31")
    assert len(load_requirements(as_of=DAY, directory=suites)) == 1


def test_stray_files_and_empty_folders(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    path = write(entry)
    (path.parent / "notes.txt").touch()
    assert refused(suites).found == "notes.txt"
    (path.parent / "notes.txt").unlink()
    (path.parent / ".hidden").touch()
    assert len(load_requirements(as_of=DAY, directory=suites)) == 1
    (suites / "local-2026" / "2023-01-01").mkdir()
    assert "空" in refused(suites).message
    (suites / "local-2026" / "2023-01-01").rmdir()
    (suites / "local-2026" / "stray.yaml").touch()
    assert refused(suites).found == "stray.yaml"
    (suites / "local-2026" / "stray.yaml").unlink()
    (suites / "empty").mkdir()
    assert refused(suites).place == "empty"


def test_stray_suite_beside_the_documents(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    write(entry)
    (suites / "README.md").touch()
    assert len(load_requirements(as_of=DAY, directory=suites)) == 1
    (suites / "lectures.yaml").touch()
    assert refused(suites).found == "lectures.yaml"


def test_unknown_document(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    write(entry)
    with pytest.raises(SuiteError) as caught:
        load_requirements(["local-2025"], as_of=DAY, directory=suites)
    assert caught.value.found == "local-2025" and "local-2026" in caught.value.expected


def test_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load_requirements(as_of=DAY, directory=tmp_path / "nowhere")
    with pytest.raises(SuiteError) as caught:
        load_requirements(as_of=DAY, directory=tmp_path)
    assert caught.value.place == "subjects.yaml"


#: entry of subjects.yaml, where the error points, what it found, what it allows
GROUP_FAULTS: dict[str, tuple[Any, str, str, str]] = {
    "no types": ({"levels": ["市"]}, "某组", "types", "types"),
    "unknown type": ({"types": ["党小组"]}, "某组.types", "党小组", "党支部"),
    "unknown level": ({"types": ["党委"], "levels": ["省"]}, "某组.levels", "省", "市"),
    "unknown sector": ({"types": ["党委"], "sectors": ["农业"]}, "某组.sectors", "农业", "农村"),
    "unknown flag": ({"types": ["党委"], "flags": ["先进村"]}, "某组.flags", "先进村", "后进村"),
    "unknown key": ({"types": ["党委"], "level": ["市"]}, "某组", "level", "levels"),
    "types not a list": ({"types": "党委"}, "某组.types", "党委", "["),
    "committee false": ({"types": ["党支部"], "has_committee": False}, "某组.has_committee", "False", "true"),
    "unknown type above": ({"types": ["党支部"], "not_under": ["党"]}, "某组.not_under", "党", "党委"),
    "children false": ({"types": ["党委"], "has_children": False}, "某组.has_children", "False", "true"),
    "one alternative": ({"any_of": [{"types": ["党委"]}]}, "某组", "types", "types"),
    "fault in an alternative": (
        {"any_of": [{"types": ["党委"]}, {"types": ["党"]}]}, "某组.any_of[1].types", "党", "党委"),
    "alternatives and traits": (
        {"types": ["党委"], "any_of": [{"types": ["党委"]}, {"types": ["党组"]}]}, "某组", "types", "any_of"),
    "not a mapping": (["党委"], "某组", "党委", "键"),
}


@pytest.mark.parametrize("fault", GROUP_FAULTS)
def test_fault_in_a_group(fault: str, entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    group, key, found, allowed = GROUP_FAULTS[fault]
    write(entry)
    (suites / "subjects.yaml").write_text(yaml.safe_dump({"某组": group}, allow_unicode=True), encoding="utf-8")
    error = refused(suites)
    assert error.place == f"subjects.yaml {key}"
    assert found in error.found and allowed in error.expected


GOOD = {"label": "a", "source_words": "b", "kind": "days", "default": 7}
PARAMETER_FAULTS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "unknown key": ({**GOOD, "value": 7}, "p", "value", "default"),
    "no default": ({k: v for k, v in GOOD.items() if k != "default"}, "p", "default", "default"),
    "unknown kind": ({**GOOD, "kind": "weeks"}, "p.kind", "weeks", "days"),
    "days as text": ({**GOOD, "default": "7"}, "p.default", "7", "整数"),
    "day malformed": ({**GOOD, "kind": "month_day", "default": "13-01"}, "p.default", "13-01", "MM-DD"),
    "truth value": ({**GOOD, "kind": "boolean", "default": 1}, "p.default", "1", "true"),
    "year": ({**GOOD, "kind": "year", "default": 22}, "p.default", "22", "1900"),
}


@pytest.mark.parametrize("fault", PARAMETER_FAULTS)
def test_fault_in_a_parameter(fault: str, entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> None:
    declared, key, found, allowed = PARAMETER_FAULTS[fault]
    write(entry)
    (suites / "parameters.yaml").write_text(yaml.safe_dump({"p": declared}, allow_unicode=True), encoding="utf-8")
    error = refused(suites)
    assert error.place == f"parameters.yaml {key}"
    assert found in error.found and allowed in error.expected


@pytest.mark.parametrize(
    ("values", "found"), [({"start_of_yaer": "02-15"}, "start_of_yaer"), ({"start_of_year": "2-15"}, "2-15"),
                          ({"archive_days": -1}, "-1")],
)
def test_fault_in_an_override(
    values: dict[str, Any], found: str, entry: dict[str, Any], write: Callable[..., Path], suites: Path, tmp_path: Path
) -> None:
    write(entry)
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    for overrides in (values, file):
        with pytest.raises(SuiteError) as caught:
            load_requirements(as_of=DAY, directory=suites, parameters=overrides)
        assert caught.value.found == found


def test_override_file_that_does_not_exist(
    entry: dict[str, Any], write: Callable[..., Path], suites: Path, tmp_path: Path
) -> None:
    write(entry)
    with pytest.raises(SuiteError, match="读不出来"):
        load_requirements(as_of=DAY, directory=suites, parameters=tmp_path / "none.yaml")


def refused(suites: Path) -> SuiteError:
    """The error that reading the folder raises; it says something to the reader in every part."""
    with pytest.raises(SuiteError) as caught:
        load_requirements(as_of=DAY, directory=suites)
    error = caught.value
    assert error.message and error.place and error.expected
    return error
