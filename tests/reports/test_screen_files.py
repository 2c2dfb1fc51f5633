"""A screen as XLSX, DOCX and HTML: pictures, pages, properties, the same bytes for the same screen."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from opened_files import OPEN, page, tags, word, xlsx
from rendering import need_office, plain, render

from workbench.errors import UsageError
from workbench.reports import pictures
from workbench.reports.pictures import received
from workbench.reports.screen import Column, Screen, Share, Table, file_name, write

COLUMNS = (
    Column("组织", 30), Column("日期", 12), Column("数", 10, figures=True),
    Column("", 16, share=("未达标", "已判定"), percent=True),
)
ROWS = (
    ("模拟第一局 & <b>第1党支部</b>", date(2026, 8, 31), 1234, Share(3, 40)),
    ("第一行\n第二行\x01\ud800".encode("utf-8", "ignore").decode(), None, 0.5, "没有判定"),
    ("=1+1", date(2026, 9, 1), None, Share(0, 7)),
)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 4, height: int = 2, *more: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    dots = zlib.compress((b"\0" + b"\x80" * min(width, 8)) * min(height, 8))
    return b"".join([b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *more, chunk(b"IDAT", dots), chunk(b"IEND", b"")])


def sent(data: bytes, title: str = "历次督查走势") -> dict[str, str]:
    return {"title": title, "png": base64.b64encode(data).decode()}


def screen(rows: tuple = ROWS, times: int = 1) -> Screen:
    table = Table.of("清单", COLUMNS, rows * times, caption="问题清单", head=(("筛选", "判定：未达标"),))
    head = (("督查结果", "t8"), ("组织", "甲州市"), ("截至日期", "2026-08-31"), ("查看范围", "全部组织"))
    return Screen("督查总览", "甲州市", "未达标", "2026-08-31", head, (table, Table.of("空", COLUMNS, (), caption="没有行的")))


def test_numbers_are_numbers_and_dates_dates() -> None:
    rows = xlsx(write(screen(), "xlsx")).tables["问题清单"]
    assert rows[0] == ["组织", "日期", "数", "未达标", "已判定", "占比"]
    assert rows[1][1].date() == date(2026, 8, 31) and rows[1][2:5] == [1234, 3, 40]
    assert rows[1][5] == pytest.approx(0.075) and rows[3][3:] == [0, 7, 0]
    assert rows[2][2] == 0.5 and rows[2][3:] == ["没有判定", None, None] and rows[3][0] == "'=1+1"
    book = openpyxl.load_workbook(io.BytesIO(write(screen(), "xlsx")))
    assert book["清单"]["F10"].number_format == "0.0%" and book["清单"].print_title_rows == "$9:$9"


def test_text_formats_say_k_of_n() -> None:
    for form in ("docx", "html"):
        rows = OPEN[form](write(screen(), form)).tables["问题清单"]
        assert rows[0] == ["组织", "日期", "数", "未达标/已判定", "占比"]
        assert rows[1] == ["模拟第一局 & <b>第1党支部</b>", "2026-08-31", "1,234", "3/40", "7.5%"]
        assert rows[2] == ["第一行\n第二行", "", "0.5", "没有判定", ""] and rows[3][0] == "'=1+1"
        assert OPEN[form](write(screen(), form)).tables["没有行的"] == []


@pytest.mark.parametrize("form", ["xlsx", "docx", "html"])
def test_same_screen_same_bytes_and_nobody_named(form: str) -> None:
    data = write(replace(screen(), pictures=received([sent(png())])), form)
    assert data == write(replace(screen(), pictures=received([sent(png())])), form)
    if form == "docx":
        properties = docx.Document(io.BytesIO(data)).core_properties
        assert (properties.author, properties.last_modified_by) == ("", "")
        assert properties.created.date() == date(2026, 8, 31) and "供核实使用" in properties.comments
    if form == "xlsx":
        properties = openpyxl.load_workbook(io.BytesIO(data)).properties
        assert not properties.creator and not properties.lastModifiedBy
        assert properties.created.date() == date(2026, 8, 31)


def test_pictures_are_in_every_format() -> None:
    shown = replace(screen(), pictures=received([sent(png(40, 20)), sent(png(), '<b>"=1')]))
    with zipfile.ZipFile(io.BytesIO(write(shown, "xlsx"))) as parts:
        held = [n for n in parts.namelist() if n.startswith("xl/media/")]
        assert [parts.read(n) for n in sorted(held)] == [p.png for p in shown.pictures]
    document = docx.Document(io.BytesIO(write(shown, "docx")))
    assert len(document.inline_shapes) == 2
    assert document.inline_shapes[0].width / document.inline_shapes[0].height == pytest.approx(2, rel=0.01)
    images = [attributes for tag, attributes in tags(write(shown, "html")) if tag == "img"]
    assert [i["alt"] for i in images] == ["历次督查走势", '<b>"=1']
    assert all(i["src"].startswith("data:image/png;base64,") for i in images)
    assert base64.b64decode(images[1]["src"].partition(",")[2]) == shown.pictures[1].png


def test_a_picture_tells_no_more_than_it_shows() -> None:
    [found] = received([sent(png(4, 2, chunk(b"tEXt", b"Author\0" + "督查员甲".encode()), chunk(b"tIME", b"1234567")))])
    assert found.png == png(4, 2) and (found.width, found.height) == (4, 2)


DAMAGED = {
    "no PNG": b"GIF89a", "empty": b"", "cut": png()[:-6], "no picture": b"\x89PNG\r\n\x1a\n",
    "CRC": png().replace(b"IDAT", b"IDAU"),
    "no header": b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "no width": png(0, 2), "too wide": png(8_001, 2),
    "script": b"\x89PNG\r\n\x1a\n<svg onload=alert(1)>",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_no_picture_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="随导出送来的"):
        received([sent(png()), sent(DAMAGED[name])])


def test_limits_of_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    assert received(None) == received([]) == ()
    assert len(received([sent(png())] * pictures.MOST)) == pictures.MOST
    for wrong in ([sent(png())] * (pictures.MOST + 1), "picture", {"title": "x"}, [5], [{"title": "x", "png": "§"}]):
        with pytest.raises(UsageError):
            received(wrong)
    own = len(png())
    monkeypatch.setattr(pictures, "MOST_IN_ALL", 2 * own)
    assert len(received([sent(png())] * 2)) == 2
    with pytest.raises(UsageError, match="合起来太大"):
        received([sent(png())] * 3)
    monkeypatch.setattr(pictures, "MOST_BYTES", own - 5)
    with pytest.raises(UsageError, match="图片太大"):
        received([sent(png())])


def test_a_web_page_asks_nobody_for_anything() -> None:
    data = write(replace(screen(), pictures=received([sent(png())])), "html")
    found = tags(data)
    assert ("html", {"lang": "zh-CN"}) in found and ("meta", {"charset": "utf-8"}) in found
    policy = next(a["content"] for t, a in found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert not {t for t, _ in found} & {"script", "link", "iframe", "a", "form", "base", "object"}
    assert [a["src"][:5] for _, a in found if "src" in a] == ["data:"] and "url(" not in data.decode()
    assert "@media print" in data.decode() and page(data).head["说明"].startswith("由台账数据")


def test_pages_of_a_long_list(tmp_path: Path) -> None:
    need_office()
    times = 60
    target = tmp_path / "list.docx"
    target.write_bytes(write(replace(screen(times=times), pictures=received([sent(png(960, 300))])), "docx"))
    document = docx.Document(str(target))
    section = document.sections[0]
    assert {round(section.page_width / Mm(1)), round(section.page_height / Mm(1))} == {210, 297}
    rows = list(document.element.body.iter(qn("w:tr")))
    assert len(rows) == 3 * times + 1 == len(word(target.read_bytes()).tables["问题清单"])
    assert [row.find(f".//{qn('w:tblHeader')}") is not None for row in rows] == [True] + [False] * (3 * times)
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    paper = render([target], tmp_path / "pdf")["list"]
    assert 4 <= len(paper.pages) <= 10 and paper.blank_pages() == []
    assert all("未达标/已判定" in page for page in paper.pages[1:-1]), "headers stand on every page"
    assert all("截至日期2026-08-31" in page and f"第{n}页，共{len(paper.pages)}页" in page
               for n, page in enumerate(paper.pages, 1))
    assert plain("由台账数据按条款推算") in paper.pages[0]


def test_names_of_files() -> None:
    assert file_name("甲州市", "督查总览-未达标", "2026-08-31", "docx") == "甲州市-督查总览-未达标-2026-08-31.docx"
    assert file_name("", "a/b\\c:d*\n", "2026-08-31", "html") == "督查-abcd-2026-08-31.html"


@pytest.mark.parametrize(("k", "n", "text"), [
    (0, 10, "0.0%"), (1, 1000, "0.1%"), (1, 1001, "<0.1%"), (15, 1000, "1.5%"), (99, 990, "10.0%"), (7, 7, "100.0%"),
    (999, 1000, "99.9%"), (9999, 10_000, ">99.9%"), (0, 0, ""),
])
def test_a_percentage_never_rounds_a_few_to_nothing_nor_a_rest_away(k: int, n: int, text: str) -> None:
    assert Share(k, n).percent == text
