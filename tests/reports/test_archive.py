"""The archive: the same content the same bytes, read back without the program, and no tampering passes."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from inspected import DAY, INSPECTOR, Season

from workbench.audit.run import Run
from workbench.errors import LedgerError, Refused, UsageError
from workbench.ledger.events import canonical
from workbench.ledger.ledger import Ledger
from workbench.ledger.runs import run_id
from workbench.ledger.schema import Head, event_of, row_of
from workbench.ledger.store import Store
from workbench.reports.archive import check_archive, write_archive
from workbench.reports.papers import write_rectification

MADE = {"by": INSPECTOR, "on": DAY}


@pytest.fixture(scope="module")
def papers(season: Season, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("papers")
    return [write_rectification(season.ledger, season.run, folder / "整改台账.xlsx", **MADE)]


@pytest.fixture(scope="module")
def archive(season: Season, papers: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_archive(season.ledger, season.run, papers, tmp_path_factory.mktemp("archive") / "归档.zip", **MADE)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def packed(path: Path, content: dict[str, bytes], *, sums: bool = False) -> Path:
    """A zip of these members, with the checksums made anew where asked."""
    if sums:
        lines = [
            f"{hashlib.sha256(data).hexdigest()}  {name}\n"
            for name, data in sorted(content.items()) if name != "SHA256SUMS"
        ]
        content = content | {"SHA256SUMS": "".join(lines).encode()}
    with zipfile.ZipFile(path, "w") as pack:
        for name, data in content.items():
            pack.writestr(name, data)
    return path


def test_an_archive_is_whole(season: Season, archive: Path) -> None:
    check = check_archive(archive)
    assert check.faults == ()
    assert check.events == season.ledger.store.head().seq == check.head.seq
    assert check.members == len(members(archive))


def test_it_holds_run_events_papers_and_head(season: Season, papers: list[Path], archive: Path) -> None:
    content = members(archive)
    run = {f"run/{p.relative_to(season.run.path).as_posix()}" for p in season.run.path.rglob("*") if p.is_file()}
    assert content.keys() == run | {"papers/整改台账.xlsx", "events.jsonl", "head.json", "SHA256SUMS"}
    assert content["papers/整改台账.xlsx"] == papers[0].read_bytes()
    assert content["run/receipt.json"] == (season.run.path / "receipt.json").read_bytes()
    events = [event_of(json.loads(line)) for line in content["events.jsonl"].splitlines()]
    assert events == list(season.ledger.store.events())
    told = json.loads(content["head.json"])
    assert told == {
        "as_of": "2026-08-31", "by": INSPECTOR, "on": DAY.isoformat(), "run": run_id(season.run),
        "head": str(season.ledger.store.head()),
    }


def test_the_same_content_gives_the_same_bytes(season: Season, papers: list[Path], archive: Path, tmp_path: Path):
    again = write_archive(season.ledger, season.run, papers, tmp_path / "a.zip", **MADE)
    assert again.read_bytes() == archive.read_bytes()


def test_plain_tools_check_it(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as pack:
        pack.extractall(tmp_path)
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.count(": OK") == len(members(archive)) - 1


def test_the_run_can_be_opened_from_it(season: Season, archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as pack:
        pack.extractall(tmp_path)
    assert run_id(Run(tmp_path / "run")) == run_id(season.run)


# --- tampering -------------------------------------------------------------------------------------------------------


def lines(content: dict[str, bytes]) -> list[bytes]:
    return content["events.jsonl"].splitlines(keepends=True)


def changed_paper(c: dict[str, bytes]) -> dict[str, bytes]:
    return c | {"papers/整改台账.xlsx": c["papers/整改台账.xlsx"] + b" "}


def removed_paper(c: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in c.items() if not name.startswith("papers/")}


def added_file(c: dict[str, bytes]) -> dict[str, bytes]:
    return c | {"papers/另一份.xlsx": b"x"}


def no_sums(c: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in c.items() if name != "SHA256SUMS"}


@pytest.mark.parametrize(
    ("tamper", "says"),
    [(changed_paper, "papers/整改台账.xlsx：校验码不符"), (removed_paper, "papers/整改台账.xlsx：清单中有"),
     (added_file, "papers/另一份.xlsx：清单中没有"), (no_sums, "SHA256SUMS：归档包应有而没有")],
)
def test_changed_files_are_seen(archive: Path, tmp_path: Path, tamper: Callable, says: str) -> None:
    faults = check_archive(packed(tmp_path / "a.zip", tamper(members(archive)))).faults
    assert any(fault.startswith(says) for fault in faults), faults


def rewritten(c: dict[str, bytes]) -> list[bytes]:
    """Another reason in the last event, its digest made anew: only the head tells."""
    last = event_of(json.loads(lines(c)[-1]))
    other = replace(last, why="另一个理由")
    return [*lines(c)[:-1], canonical(row_of(replace(other, digest=other.computed()))).encode() + b"\n"]


def swapped(c: dict[str, bytes]) -> list[bytes]:
    all_lines = lines(c)
    return [*all_lines[:3], all_lines[4], all_lines[3], *all_lines[5:]]


def spaced(c: dict[str, bytes]) -> list[bytes]:
    return [lines(c)[0].replace(b",", b", ", 1), *lines(c)[1:]]


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (lambda c: lines(c)[:-1], "head.json：所写链尾"),
        (lambda c: [*lines(c)[:5], *lines(c)[6:]], "events.jsonl 第 6 行"),
        (lambda c: [*lines(c)[:5], lines(c)[4], *lines(c)[5:]], "events.jsonl 第 6 行"),
        (lambda c: [lines(c)[0].replace("督查员甲".encode(), "督查员乙".encode()), *lines(c)[1:]], "events.jsonl 第 1 行"),
        (swapped, "events.jsonl 第 4 行"),
        (rewritten, "head.json：所写链尾"),
        (spaced, "events.jsonl 第 1 行"),
        (lambda c: [*lines(c), b"{}\n"], "events.jsonl 第"),
    ],
    ids=["cut off", "removed", "inserted", "changed", "exchanged", "rewritten", "respelt", "added"],
)
def test_a_broken_chain_is_seen_behind_checksums_made_anew(
    archive: Path, tmp_path: Path, tamper: Callable, says: str
) -> None:
    content = members(archive)
    forged = content | {"events.jsonl": b"".join(tamper(content))}
    faults = check_archive(packed(tmp_path / "a.zip", forged, sums=True)).faults
    assert any(fault.startswith(says) for fault in faults), faults


def test_a_ledger_rewritten_throughout_is_seen_by_whoever_holds_a_head(archive: Path, tmp_path: Path) -> None:
    content, held = members(archive), check_archive(archive).head
    last = rewritten(content)
    forged = content | {"events.jsonl": b"".join(last)}
    told = json.loads(content["head.json"])
    event = event_of(json.loads(last[-1]))
    forged["head.json"] = canonical(told | {"head": str(Head(event.seq, event.digest))}).encode() + b"\n"
    path = packed(tmp_path / "a.zip", forged, sums=True)
    assert check_archive(path).faults == ()
    assert any("链条不经过" in fault for fault in check_archive(path, held).faults)
    assert check_archive(archive, held).faults == ()
    first = event_of(json.loads(lines(content)[0]))
    assert check_archive(archive, Head(1, first.digest)).faults == ()


def test_another_run_in_its_place_is_seen(archive: Path, tmp_path: Path) -> None:
    content = members(archive)
    forged = content | {"run/receipt.json": content["run/receipt.json"] + b"\n"}
    faults = check_archive(packed(tmp_path / "a.zip", forged, sums=True)).faults
    assert any(fault.startswith("run/receipt.json：不是台账所导入的") for fault in faults)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_leave_the_folder_and_names_twice_are_seen(archive: Path, tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", members(archive) | {"../外面": b"x"}, sums=True)
    assert any("文件名不合规则" in fault for fault in check_archive(path).faults)
    with zipfile.ZipFile(path, "a") as pack:
        pack.writestr("head.json", b"{}")
    assert any("head.json：重复的文件" in fault for fault in check_archive(path).faults)


def test_every_damaged_byte_of_a_small_archive_is_seen(tmp_path: Path, archive: Path) -> None:
    """A bit turned anywhere in a member's data is told, never passed."""
    content = members(archive)
    small = {name: content[name] for name in ("events.jsonl", "head.json", "run/receipt.json")}
    path = packed(tmp_path / "a.zip", small, sums=True)
    assert check_archive(path).faults == ()
    data = path.read_bytes()
    start = data.index(b"PK\x03\x04") + 30 + len("events.jsonl")
    for at in range(start, len(data) // 2, len(data) // 40):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        try:
            assert check_archive(path).faults, at
        except LedgerError:
            pass


def test_what_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"nothing")
    for name in ("a.zip", "missing.zip"):
        with pytest.raises(LedgerError, match="归档包读不了"):
            check_archive(tmp_path / name)


# --- what is refused -------------------------------------------------------------------------------------------------


def test_a_run_that_was_not_taken_in_is_not_archived(season: Season, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(season.run.path, folder)
    (folder / "receipt.json").write_text(
        (folder / "receipt.json").read_text(encoding="utf-8") + "\n", encoding="utf-8"
    )
    with pytest.raises(Refused, match="没有导入台账"):
        write_archive(season.ledger, Run(folder), [], tmp_path / "a.zip", **MADE)
    assert not (tmp_path / "a.zip").exists()


def test_an_older_archive_is_never_overwritten(season: Season, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"kept")
    with pytest.raises(LedgerError, match="归档不覆盖"):
        write_archive(season.ledger, season.run, [], tmp_path / "a.zip", **MADE)
    assert (tmp_path / "a.zip").read_bytes() == b"kept"


def test_papers_that_are_missing_or_of_one_name(season: Season, papers: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有这份文书"):
        write_archive(season.ledger, season.run, [tmp_path / "没有.docx"], tmp_path / "a.zip", **MADE)
    twin = tmp_path / papers[0].name
    twin.write_bytes(b"x")
    with pytest.raises(UsageError, match="重名"):
        write_archive(season.ledger, season.run, [*papers, twin], tmp_path / "a.zip", **MADE)


def test_a_broken_ledger_is_not_archived_and_leaves_nothing(season: Season, tmp_path: Path) -> None:
    import sqlite3

    from workbench.ledger.sync import sync

    place = tmp_path / "督查.sqlite"
    with Ledger(place, store=Store(place, witness=tmp_path / "witness")) as ledger:
        sync(ledger, season.run, INSPECTOR)
        with sqlite3.connect(place) as raw:
            raw.execute("DROP TRIGGER events_no_update")
            raw.execute("UPDATE events SET why = '改过' WHERE seq = 3")
        raw.close()
        out = tmp_path / "out"
        with pytest.raises(LedgerError, match="链条不完整"):
            write_archive(ledger, season.run, [], out / "a.zip", **MADE)
        assert list(out.iterdir()) == []
