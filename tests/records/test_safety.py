"""Files that would harm: each gets a message, and none stops the others."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from random import Random

import openpyxl
import pytest

from tests.records.ledgers import ID1, ORGANIZATIONS, balanced, rows, take, workbook
from workbench.errors import IntakeError, UsageError
from workbench.records.identity import KEY_FILE, load_key
from workbench.records.intake import intake
from workbench.records.safety import check_workbook

ACT = ["党组织名称", "活动类型", "活动日期"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good workbook; the bad file goes beside it."""
    workbook(tmp_path / "好.xlsx", {"党组织": ORGANIZATIONS, "活动": [ACT, ["B1", "党课", "2026-01-01"]]})
    return tmp_path


def the_message(folder: Path, file: str, **options):
    """The one message about the bad file, after checking that the good one was read."""
    with intake(folder, **options) as records:
        assert rows(records, "SELECT org_id FROM activities") == [("B1",)]
        assert balanced(records)
        (message,) = [m for m in records.messages if m.file == file]
        return message


def test_an_empty_file(folder: Path) -> None:
    (folder / "空.xlsx").write_bytes(b"")
    assert "空文件" in the_message(folder, "空.xlsx").problem


@pytest.mark.parametrize("content", [b"this is no workbook at all", b"PK\x03\x04" + b"\0" * 200])
def test_a_damaged_workbook(folder: Path, content: bytes) -> None:
    (folder / "坏.xlsx").write_bytes(content)
    message = the_message(folder, "坏.xlsx")
    assert message.level == "错误" and "损坏" in message.problem and message.next_step


def test_a_truncated_workbook(folder: Path) -> None:
    (folder / "断.xlsx").write_bytes((folder / "好.xlsx").read_bytes()[:-400])
    assert "损坏" in the_message(folder, "断.xlsx").problem


def test_a_zip_that_is_no_workbook(folder: Path) -> None:
    with zipfile.ZipFile(folder / "假.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "损坏" in the_message(folder, "假.xlsx").problem


def test_a_workbook_with_a_password(folder: Path) -> None:
    """An encrypted workbook is an OLE container with a stream EncryptedPackage."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    (folder / "密.xlsx").write_bytes(head + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1024)
    assert "密码" in the_message(folder, "密.xlsx").problem


def test_a_damaged_parquet_file(folder: Path) -> None:
    (folder / "坏.parquet").write_bytes(b"PAR1 nothing PAR1")
    assert "Parquet" in the_message(folder, "坏.parquet").problem


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_text_in_no_known_encoding(folder: Path, mark: bytes) -> None:
    (folder / "乱.csv").write_bytes(mark + "党组织名称,活动类型\n".encode() + b"\xff\xff\xff,\x80\xd8\n\x00")
    assert "编码" in the_message(folder, "乱.csv").problem


def test_malformed_parts_of_a_workbook_never_stop_the_intake(folder: Path) -> None:
    """Sixty copies of the good workbook with bytes changed or parts cut: each is read, or named as damaged."""
    random = Random(1)
    with zipfile.ZipFile(folder / "好.xlsx") as archive:
        good = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    for number in range(60):
        parts = dict(good)
        name = random.choice(sorted(parts))
        content = bytearray(parts[name][: random.randrange(len(parts[name]))] if number % 3 == 0 else parts[name])
        for _ in range(min(8, len(content))):
            content[random.randrange(len(content))] = random.choice(b'<>&"/09AZ\x00\xff:')
        parts[name] = bytes(content)
        with zipfile.ZipFile(folder / f"改{number}.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
            for part, data in parts.items():
                archive.writestr(part, data)
    with intake(folder) as records:
        assert balanced(records)
        assert sum("损坏" in m.problem for m in records.messages) > 10
        assert rows(records, "SELECT count(*) FROM activities")[0][0] >= 1


def test_an_endless_cell_is_stopped(folder: Path) -> None:
    (folder / "引.csv").write_text(
        '党组织名称,活动类型,活动日期\nB1,党课,2026-01-05\n"' + "x" * 400_000, encoding="utf-8"
    )
    with intake(folder) as records:
        (message,) = [m for m in records.messages if m.file == "引.csv"]
        assert "此处以后的内容没有读入" in message.problem and balanced(records)
        assert rows(records, "SELECT count(*) FROM activities") == [(2,)]


def bomb(path: Path, size: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(size >> 20):
                part.write(b"0" * (1 << 20))


def test_a_zip_bomb_by_its_ratio(folder: Path) -> None:
    bomb(folder / "弹.xlsx", 64 << 20)
    message = the_message(folder, "弹.xlsx")
    assert "解压后过大" in message.problem


def test_the_limit_of_unpacked_size_is_kept(folder: Path) -> None:
    bomb(folder / "大.xlsx", 8 << 20)
    assert "解压后过大" in the_message(folder, "大.xlsx", max_unpacked=4 << 20).problem


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = tmp_path / "谎.xlsx"
    bomb(path, 8 << 20)
    data = bytearray(path.read_bytes())
    claimed = (8 << 20).to_bytes(4, "little")
    at = data.rfind(claimed)
    assert at > 0
    while at >= 0:
        data[at : at + 4] = (1000).to_bytes(4, "little")
        at = data.rfind(claimed)
    path.write_bytes(data)
    with zipfile.ZipFile(path) as archive:
        assert sum(entry.file_size for entry in archive.infolist()) < 2000
    with pytest.raises(IntakeError, match="解压后过大"):
        check_workbook(path, path.name, 4 << 20)


def test_macros_are_told_and_not_run(folder: Path) -> None:
    (folder / "好.xlsx").rename(folder / "宏.xlsm")
    with zipfile.ZipFile(folder / "宏.xlsm", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\0")
    message = the_message(folder, "宏.xlsm")
    assert message.level == "提示" and "宏不会运行" in message.problem


@pytest.mark.parametrize("name", ["~$好.xlsx", ".~lock.好.xlsx#"])
def test_lock_files_are_passed_with_a_notice(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"locked")
    message = the_message(folder, name)
    assert message.level == "提示" and "锁文件" in message.problem


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = folder / "锁.csv"
    locked.write_text("党组织名称,活动类型,活动日期\nB1,党课,2026-01-05\n", encoding="utf-8")
    if os.geteuid() == 0:  # root may read everything: let the system refuse as it would on an exclusively opened file
        opened = Path.open

        def refuse(self: Path, *args, **kwargs):
            if self == locked:
                raise PermissionError(13, "Permission denied", str(self))
            return opened(self, *args, **kwargs)

        monkeypatch.setattr(Path, "open", refuse)
    else:
        locked.chmod(0)
    message = the_message(folder, "锁.csv")
    assert message.level == "错误" and "权限" in message.problem


def test_other_files_are_named(folder: Path) -> None:
    (folder / "说明.docx").write_bytes(b"x")
    assert "不是台账格式" in the_message(folder, "说明.docx").problem


def test_formulas_are_defused_and_numbers_masked_in_rejects(tmp_path: Path) -> None:
    (tmp_path / "活动.csv").write_text(
        f"人员身份证号,党组织名称,活动类型,活动日期,标签,手机号\n{ID1},=HYPERLINK(1),党课,2026-01-01,@cmd,13900000000\n"
        f"{ID1},+1,-2+3,2026-01-01,\uff1d1,\n",
        encoding="utf-8",
    )
    with take(tmp_path) as records:
        records.write_rejects(tmp_path / "rejects.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "rejects.xlsx")["活动"]
    cells = [str(c.value) for row in sheet.iter_rows(min_row=2) for c in row if c.value is not None]
    assert "'=HYPERLINK(1)" in cells and {"'@cmd", "'+1", "'-2+3", "'\uff1d1"} <= set(cells)
    assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row)
    assert not any(ID1 in c or "13900000000" in c for c in cells) and "990**************4" in cells


def test_rejects_say_place_problem_and_next_step(tmp_path: Path) -> None:
    lines = [ACT, ["B9", "茶话会", "2026-02-30"]]
    with take(tmp_path, 活动=lines, 杂项=[["物品", "数量"], ["桌", 1]]) as records:
        records.write_rejects(tmp_path / "rejects.xlsx")
    book = openpyxl.load_workbook(tmp_path / "rejects.xlsx")
    head, row = list(book["活动"].iter_rows(values_only=True))
    line = dict(zip(head, row, strict=False))
    assert (line["文件"], line["表"], line["行"], line["列"]) == (
        "台账.xlsx",
        "活动",
        2,
        "党组织名称、活动类型、活动日期",
    )
    assert line["值"] == "B9、茶话会、2026-02-30" and all(line[h] for h in ("问题", "应为", "处理办法"))
    assert line["原表：活动日期"] == "2026-02-30"
    assert book["未识别的表"]["B2"].value == "杂项" and book["未识别的表"]["E2"].value == "2 行"


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    key = load_key(tmp_path / "home")
    assert len(key) == 32 and load_key(tmp_path / "home") == key
    assert stat.S_IMODE((tmp_path / "home" / KEY_FILE).stat().st_mode) == 0o600
    assert load_key(tmp_path / "other") != key


def test_the_key_never_lies_among_the_ledgers(folder: Path) -> None:
    with pytest.raises(UsageError, match="钥匙"):
        intake(folder, home=folder / "home")
    assert not (folder / "home").exists()


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("short")
    with pytest.raises(UsageError, match="已损坏"):
        load_key(tmp_path)
    assert (tmp_path / KEY_FILE).read_text() == "short"


# The kernel's own mark where it has one: the other counter keeps what the parent had taken before the child began.
_STREAM = """
import json, re, resource, sys
from pathlib import Path
from workbench.records.intake import intake
calls = []
def peak():
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
with intake(sys.argv[1], progress=lambda stage, done, total: calls.append((done, total))) as records:
    receipt = records.receipt()["rows"]["dues"]
print(json.dumps({"receipt": receipt, "peak": peak(),
                  "steps": len(calls), "rising": calls == sorted(calls), "end": calls[-1][0] == calls[-1][1]}))
"""


@pytest.mark.slow
def test_a_large_file_is_streamed(tmp_path: Path) -> None:
    """About 100 MB of text under a memory limit of 256 MB for DuckDB: the peak stays bounded."""
    workbook(tmp_path / "党组织.xlsx", {"党组织": ORGANIZATIONS})
    path = tmp_path / "党费.csv"
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("身份证号,所属党支部,月份,应交金额,实交金额,未交原因,备注\n")
        padding = "x" * 170
        while file.tell() < 100_000_000:
            file.writelines(
                f"990102{19500101 + p % 800}{1 + p // 800:04d},B1,{2000 + m // 12}-{1 + m % 12:02d},20,20,,{padding}\n"
                for p in range(count // 240, count // 240 + 50)
                for m in range(240)
            )
            count += 50 * 240
    environment = {**os.environ, "WORKBENCH_MEMORY_LIMIT": "256MB"}
    done = subprocess.run(
        [sys.executable, "-c", _STREAM, str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told_ = json.loads(done.stdout)
    assert told_["receipt"] == {"read": count, "accepted": count, "rejected": 0}
    assert told_["peak"] < 700 and told_["steps"] > 20 and told_["rising"] and told_["end"]
