"""A :class:`~workbench.reports.screen.Screen` as DOCX on A4: header rows repeat, no page break goes through a row.

Tables are written as XML at once: through python-docx every cell would look up its style, and thousands of rows would
take minutes.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from workbench.reports.papers.docx_style import FIRST_FONT, NUMBER_FONT, add_field, add_run, set_fonts
from workbench.reports.pictures import Picture
from workbench.reports.screen import NOTE, Screen, Table
from workbench.reports.screen_text import cells, clean, headers
from workbench.reports.zips import repacked

#: A4 and its margins in mm; twentieths of a point in a mm.
_SHORT, _LONG, _MARGIN, _TWIPS = 210, 297, 15, 56.69
#: Characters that a page holds upright; wider tables are printed across.
_UPRIGHT = 110
#: Name of a style → typeface, size in points, alignment, room above and below in points.
#: Behind the headers of columns.
_GROUND = '<w:shd w:val="clear" w:color="auto" w:fill="EEF2F6"/>'
_LEFT, _RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
_STYLES = {
    "屏幕标题": (FIRST_FONT, 16, _LEFT, 0, 4), "屏幕说明": (NUMBER_FONT, 9, _LEFT, 0, 1),
    "屏幕表题": (FIRST_FONT, 11, _LEFT, 10, 3), "屏幕表头": (FIRST_FONT, 8, _LEFT, 0, 0),
    "屏幕表头数字": (FIRST_FONT, 8, _RIGHT, 0, 0), "屏幕文字": (NUMBER_FONT, 8, _LEFT, 0, 0),
    "屏幕数字": (NUMBER_FONT, 8, _RIGHT, 0, 0),
}


def to_docx(screen: Screen) -> bytes:
    """The file; the same screen gives the same bytes."""
    document = docx.Document()
    across = any(sum(width for c in t.columns for _, width, _ in headers(c)) > _UPRIGHT for t in screen.tables)
    width = _page(document, across=across) - 2 * _MARGIN
    ids = _styles(document)
    _properties(document, screen)
    _running(document, screen)
    # The outline of Word lists what carries a level; the styles are ours, so they say it themselves.
    _paragraph(document, "屏幕标题", f"{screen.city}　{screen.title}", level=0)
    for name, text in (*screen.head, NOTE):
        _paragraph(document, "屏幕说明", f"{name}：{text}")
    for picture in screen.pictures:
        _picture(document, picture, width)
    for table in screen.tables:
        _paragraph(document, "屏幕表题", f"{table.caption}（{table.total:,} 行）", level=1)
        for name, text in table.head:
            _paragraph(document, "屏幕说明", f"{name}：{text}")
        if table.total:
            document.element.body.insert_element_before(parse_xml(_table(table, width, ids)), "w:sectPr")
        else:
            _paragraph(document, "屏幕说明", "没有。")
    document.add_paragraph(style="屏幕说明")  # a document must not end with a table
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue())


def _table(table: Table, width: float, ids: dict[str, str]) -> str:
    """The XML of a table with fixed columns, together ``width`` mm."""
    tops = [top for column in table.columns for top in headers(column)]
    whole = sum(w for _, w, _ in tops)
    twips = [int(w / whole * width * _TWIPS) for _, w, _ in tops]
    head = [ids["屏幕表头数字" if figures else "屏幕表头"] for *_, figures in tops]
    body = [ids["屏幕数字" if figures else "屏幕文字"] for *_, figures in tops]
    margins = "".join(f'<w:{side} w:w="60" w:type="dxa"/>' for side in ("left", "right"))
    rules = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="A6ADB5"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    parts = [
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="{ids["Table Grid"]}"/>'
        f'<w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:tblBorders>{rules}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        f"<w:tblCaption w:val={quoteattr(clean(table.caption))}/></w:tblPr><w:tblGrid>",
        *(f'<w:gridCol w:w="{w}"/>' for w in twips), "</w:tblGrid>",
        _row([clean(header) for header, *_ in tops], twips, head, "<w:cantSplit/><w:tblHeader/>", _GROUND),
    ]
    for row in table.rows:
        texts = [t for column, value in zip(table.columns, row, strict=True) for t in cells(column, value)]
        parts.append(_row(texts, twips, body, "<w:cantSplit/>"))
    return "".join([*parts, "</w:tbl>"])


def _row(texts: list[str], twips: list[int], styles: list[str], flags: str, ground: str = "") -> str:
    inner = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{w}" w:type="dxa"/>{ground}</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f"{_run(text)}</w:p></w:tc>"
        for text, w, style in zip(texts, twips, styles, strict=True)
    )
    return f"<w:tr><w:trPr>{flags}</w:trPr>{inner}</w:tr>"


def _run(text: str) -> str:
    """A run whose quotation marks are set as Chinese ones; line feeds break the line."""
    if not text:
        return ""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.splitlines())
    return f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>{lines}</w:r>'


# --- page, styles, properties ----------------------------------------------------------------------------------------


def _page(document: Document, *, across: bool) -> float:
    """A4; its width in mm."""
    section = document.sections[0]
    width, height = (_LONG, _SHORT) if across else (_SHORT, _LONG)
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = Mm(_MARGIN)
    section.top_margin, section.bottom_margin = Mm(18), Mm(16)
    section.header_distance = section.footer_distance = Mm(8)
    return width


def _styles(document: Document) -> dict[str, str]:
    """Makes the styles; name → id."""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    ids = {}
    for name, (font, size, align, above, below) in _STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        set_fonts(style.element.get_or_add_rPr(), font, size)
        form = style.paragraph_format
        form.alignment, form.space_before, form.space_after, form.line_spacing = align, Pt(above), Pt(below), 1.1
        form.keep_with_next = name in ("屏幕标题", "屏幕表题")
        ids[name] = style.style_id
    return ids | {"Table Grid": document.styles["Table Grid"].style_id}


def _properties(document: Document, screen: Screen) -> None:
    """What the file says of itself: no name of anybody, no time but the as-of date."""
    properties = document.core_properties
    # Names come from ledgers, with whatever was pasted into them; a property holds 255 characters.
    properties.title = clean(f"{screen.city}{screen.title}")[:255]
    properties.author, properties.last_modified_by = "", ""
    properties.comments, properties.language = NOTE[1], "zh-CN"
    properties.created = properties.modified = datetime.combine(date.fromisoformat(screen.as_of), datetime.min.time())


def _running(document: Document, screen: Screen) -> None:
    """Whence the page is, above each; its number below."""
    section = document.sections[0]
    head = section.header.paragraphs[0]
    head.style = "屏幕说明"
    add_run(head, clean(f"{screen.city}　{screen.title}　" + "　".join(
        f"{name} {text}" for name, text in screen.head if name in ("截至日期", "督查结果")
    ) + "　供核实使用"))
    foot = section.footer.paragraphs[0]
    foot.style = "屏幕数字"
    for text, code in (("第 ", ""), ("", "PAGE"), (" 页，共 ", ""), ("", "NUMPAGES"), (" 页", "")):
        run = foot.add_run(text)
        if code:
            add_field(run, code)


def _paragraph(document: Document, style: str, text: str, *, level: int | None = None) -> Any:
    paragraph = document.add_paragraph(style=style)
    add_run(paragraph, clean(text))
    if level is not None:
        outline = parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="{level}"/>')
        paragraph._p.get_or_add_pPr().append(outline)
    return paragraph


def _picture(document: Document, picture: Picture, width: float) -> None:
    """A picture as wide as the page holds, at most twelve centimetres high, with its title."""
    _paragraph(document, "屏幕表题", picture.title)
    scale = min(width / picture.width, 120 / picture.height)
    run = document.add_paragraph(style="屏幕说明").add_run()
    shape = run.add_picture(io.BytesIO(picture.png), Mm(picture.width * scale), Mm(picture.height * scale))
    shape._inline.docPr.set("descr", clean(picture.title))
