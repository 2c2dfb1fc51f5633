"""The adoption file: read as strictly as the suites, every entry as it stands."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench.errors import SuiteError
from workbench.requirements import DocumentVersion, Suites, adoption
from workbench.requirements.adoption import Entry, load_adoption

#: One document chosen for the run and one that is not.
SUITES = Suites((), (DocumentVersion("luoyang-2020", "文件", "2020-01-01", None, None),), others=("feicheng-standard",))
SOUND = {"documents": ["luoyang-2020"], "sectors": ["机关"]}


def written(folder: Path, *entries: Any, file: str = "adoption.yaml", **more: Any) -> Path:
    path = folder / file
    path.write_text(yaml.safe_dump({"adoption": list(entries), **more}, allow_unicode=True), encoding="utf-8")
    return path


def test_every_entry_is_read(tmp_path: Path) -> None:
    named = {
        "documents": ["feicheng-standard", "luoyang-2020"], "levels": ["市"], "types": ["党组", "党支部"],
        "flags": ["有财政"], "names": ["甲局党支部", "ORG-1"], "except_names": ["乙局党支部"], "note": "试点",
    }
    path = written(tmp_path, SOUND, named, {"documents": ["luoyang-2020"]})
    found = load_adoption(path, SUITES)
    assert found.place == str(path) and len(found.sha256) == 64
    assert found.entries == (
        Entry(("luoyang-2020",), sectors=("机关",)),
        Entry(
            ("feicheng-standard", "luoyang-2020"), levels=("市",), types=("党组", "党支部"),
            flags=("有财政",), names=("甲局党支部", "ORG-1"), except_names=("乙局党支部",),
        ),
        Entry(("luoyang-2020",)),
    )
    receipt = json.loads(json.dumps(found.receipt()))
    assert (receipt["file"], receipt["sha256"]) == ("adoption.yaml", found.sha256)
    assert receipt["entries"][0] == SOUND and receipt["entries"][2] == {"documents": ["luoyang-2020"]}


#: entry, where the error points, what it found, what it allows
FAULTS: dict[str, tuple[Any, str, str, str]] = {
    "unknown key": ({**SOUND, "sector": ["机关"]}, "adoption[0]", "sector", "sectors"),
    "no documents": ({"sectors": ["机关"]}, "adoption[0]", "documents", "documents"),
    "no document": ({**SOUND, "documents": []}, "adoption[0]", "[]", "luoyang-2020"),
    "unknown document": ({**SOUND, "documents": ["luoyang"]}, "documents", "luoyang", "luoyang-2020"),
    "documents not a list": ({**SOUND, "documents": "luoyang-2020"}, "documents", "luoyang-2020", "["),
    "unknown level": ({**SOUND, "levels": ["省"]}, "levels", "省", "市"),
    "unknown sector": ({**SOUND, "sectors": ["农业"]}, "sectors", "农业", "农村"),
    "unknown type": ({**SOUND, "types": ["党小组"]}, "types", "党小组", "党支部"),
    "unknown flag": ({**SOUND, "flags": ["先进村"]}, "flags", "先进村", "后进村"),
    "a name that is a number": ({**SOUND, "names": [1001]}, "names[0]", "1001", "文字"),
    "names not a list": ({**SOUND, "names": "甲局"}, "names", "甲局", "组织代码"),
    "no name": ({**SOUND, "except_names": []}, "except_names", "[]", "组织代码"),
    "a name twice": ({**SOUND, "names": ["甲局", "甲局"]}, "names", "甲局、甲局", "一次"),
    "named and excepted": ({**SOUND, "names": ["甲局"], "except_names": ["甲局"]}, "except_names", "甲局", "一处"),
    "not a mapping": ("luoyang-2020", "adoption[0]", "luoyang-2020", "键"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_an_entry(fault: str, tmp_path: Path) -> None:
    entry, key, found, allowed = FAULTS[fault]
    with pytest.raises(SuiteError) as caught:
        load_adoption(written(tmp_path, entry), SUITES)
    error = caught.value
    assert error.place.startswith(str(tmp_path)) and error.place.split()[-1].startswith("adoption[0]")
    assert key in error.place or key in error.found
    assert found in error.found and allowed in error.expected


def test_fault_in_the_file(tmp_path: Path) -> None:
    for path, problem in (
        (written(tmp_path), "应为列表"),
        (written(tmp_path, SOUND, file="more.yaml", documents=["luoyang-2020"]), "不认识的键"),
        (tmp_path / "nowhere.yaml", "读不出来"),
    ):
        with pytest.raises(SuiteError, match=problem):
            load_adoption(path, SUITES)


def test_a_twice_written_key_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "adoption.yaml"
    path.write_text("adoption:\n  - {documents: [luoyang-2020], documents: [feicheng-standard]}\n", encoding="utf-8")
    with pytest.raises(SuiteError, match="重复"):
        load_adoption(path, SUITES)


def test_the_example_holds() -> None:
    result = doctest.testmod(adoption)
    assert result.attempted > 0 and result.failed == 0
