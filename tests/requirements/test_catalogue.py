"""The catalogue: every row of the documents in one treatment, found by words, with a card that says everything."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench.errors import SuiteError, UsageError
from workbench.reports import requirements_page as page
from workbench.requirements import Treatment, catalogue, conflicts, loader
from workbench.requirements.catalogue import Catalogue, card, load_catalogue, load_register

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole() -> Catalogue:
    return load_catalogue()


def test_739_of_739(whole: Catalogue) -> None:
    found = whole.coverage()
    assert {c.document: c.total for c in found} == {
        "county-longterm": 138, "feicheng-standard": 66, "luoyang-2020": 210, "secretary-2022": 134,
        "xinfang-bureau": 191,
    }
    assert [(c.document, c.missing, c.extra) for c in found if c.missing or c.extra] == []
    totals = {t: sum(c.counts[t] for c in found) for t in Treatment}
    assert totals == {
        Treatment.AUTOMATED: 395, Treatment.CHECKLIST: 272, Treatment.NOT_SCORED: 68, Treatment.EXCLUDED: 4
    }
    assert sum(c.treated for c in found) == sum(totals.values()) == len(whole.rows) == 739


def test_every_row_has_a_card_with_everything_an_inspector_asks(whole: Catalogue) -> None:
    for row in whole.rows:
        lines = card(row, whole.conflicts_of(row.id))
        labels = [label for label, _ in lines]
        assert all(text for _, text in lines), row.id
        wanted = {"编号", "文件", "版本", "条款", "要求", "处理方式"}
        match row.treatment:
            case Treatment.CHECKLIST:
                wanted |= {"约束对象", "应为", "性质", "看什么", "查什么材料", "常见问题"}
            case Treatment.AUTOMATED:
                wanted |= {"约束对象", "应为", "期间", "性质"}
            case _:
                wanted |= {"理由"}
        assert wanted <= set(labels), row.id
        assert labels.count("参数") == len(getattr(row, "parameters", ()))


def test_a_card_shows_conflicts_and_the_stricter(whole: Catalogue) -> None:
    shown = card(whole.row("luoyang-2020-32-3"), whole.conflicts_of("luoyang-2020-32-3"))
    text = "\n".join(f"{label}：{value}" for label, value in shown)
    assert "冲突：C08" in text and "county-longterm-2.5-2" in text
    assert "更严：科级领导干部" in text


def test_search_takes_every_word(whole: Catalogue) -> None:
    found = whole.select(words="乡镇 党课")
    assert "secretary-2022-8-2" in {row.id for row in found}
    assert all("党课" in "".join(text for _, text in card(row)) for row in found)
    assert {row.id for row in found} < {row.id for row in whole.select(words="党课")}
    assert whole.select(words="没有这样的词") == ()
    assert [row.id for row in whole.select(words="SECRETARY-2022-8-2")] == ["secretary-2022-8-2"]


def test_rows_are_chosen_by_document_and_treatment(whole: Catalogue) -> None:
    found = whole.select(documents=["luoyang-2020"], treatment=Treatment.NOT_SCORED)
    assert found and {(r.document, r.treatment) for r in found} == {("luoyang-2020", Treatment.NOT_SCORED)}


def test_an_unknown_id_names_those_like_it(whole: Catalogue) -> None:
    with pytest.raises(UsageError) as caught:
        whole.row("2022-8")
    assert "secretary-2022-8-1" in caught.value.expected


def test_rows_nobody_dealt_with_and_rows_of_ones_own(
    entry: dict[str, Any], write: Callable[..., Path], write_listed: Callable[..., Path], suites: Path
) -> None:
    write(entry)
    write_listed()
    (without,) = load_catalogue(directory=suites).coverage()
    assert (without.total, without.treated, without.missing, without.extra) == (2, 2, (), ())
    register = {"documents": {"local-2026": ["1", "2", "10"]}}
    (suites / "catalogue.yaml").write_text(yaml.safe_dump(register), encoding="utf-8")
    (found,) = load_catalogue(directory=suites).coverage()
    assert (found.total, found.treated) == (3, 1)
    assert found.missing == ("local-2026-2", "local-2026-10") and found.extra == ("local-2026-3",)


@pytest.mark.parametrize(
    ("register", "said"),
    [({"docs": {}}, "不认识的键"), ({"documents": {"a": []}}, "列表"), ({"documents": {"a": ["1", "1"]}}, "重复"),
     ({"documents": {"a": [1]}}, "词项"), ({"documents": ["a"]}, "键值对")],
)
def test_a_broken_register_is_an_error(register: Any, said: str, tmp_path: Path) -> None:
    (tmp_path / "catalogue.yaml").write_text(yaml.safe_dump(register), encoding="utf-8")
    with pytest.raises(SuiteError, match=said):
        load_register(tmp_path)


def test_one_document_of_several(whole: Catalogue) -> None:
    """Its conflicts still name the rows of the others."""
    one = load_catalogue(["xinfang-bureau"])
    assert [c.document for c in one.coverage()] == ["xinfang-bureau"]
    assert one.conflicts == whole.conflicts


def test_the_page_of_all_requirements_is_that_of_the_suites(whole: Catalogue) -> None:
    """Made anew by ``workbench requirements export docs/requirements.md``."""
    text = page.requirements_page(whole)
    assert (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8") == text
    assert all(f"| {row.id} |" in text for row in whole.rows)


@pytest.mark.parametrize("module", [catalogue, loader, page])
def test_examples_hold(module: Any) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0


def test_every_kind_of_conflict_is_used(whole: Catalogue) -> None:
    assert {c.kind for c in whole.conflicts} == set(conflicts.KINDS)
