"""Drafts after the measures of GB/T 9704—2012: page, grid, typefaces, headings, page numbers, tables.

A4 with a text area of 156 mm by 225 mm, 22 lines of 28 characters of 16 pt 仿宋; the title 22 pt 小标宋 centred; first
headings 黑体, second 楷体. No red head, no seal and no number: what is written here is a draft that people edit, so
everything hangs on named styles. Typefaces are named as the standard asks; a machine without them substitutes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt
from docx.text.paragraph import Paragraph

from workbench.reports.papers.mark import DRAFT, Mark
from workbench.reports.zips import repacked

#: Measures of the standard, in mm and points.
PAGE = (210, 297)
TOP, BOTTOM, LEFT, RIGHT = 37, 35, 28, 26
TEXT = (PAGE[0] - LEFT - RIGHT, PAGE[1] - TOP - BOTTOM)
LINES, CHARACTERS = 22, 28
BODY_SIZE, TITLE_SIZE, NUMBER_SIZE, TABLE_SIZE, SMALL_SIZE = 16, 22, 14, 10.5, 9
#: The page number stands 7 mm below the text area.
NUMBER_BELOW = 7

TITLE_FONT, BODY_FONT, FIRST_FONT, SECOND_FONT, NUMBER_FONT = (
    "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
)
LATIN_FONT = "Times New Roman"


@dataclass(frozen=True)
class Look:
    """One named style: typeface, size and height of a line in points, alignment, indent of the first line in
    characters, outline level, and what is added between characters in twentieths of a point."""

    name: str
    font: str
    size: float
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY
    indent: int = 0
    outline: int | None = None
    line: float = 0.0
    between: int = 0


def line_pitch() -> int:
    """Height of a line of the grid in twentieths of a point, so that the text area takes 22."""
    return int(TEXT[1] / 25.4 * 1440 / LINES)


def character_space() -> int:
    """What the grid adds to each character, in 4096ths of a point (negative), so that a line takes 28."""
    pitch = TEXT[0] / 25.4 * 72 / CHARACTERS
    return int((pitch - BODY_SIZE) * 4096) - 1


_LEFT, _CENTER, _RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
# The styles keep the pitch of the grid by themselves: programs disagree on a grid whose cell is narrower than its
# character (28 characters of 16 pt are wider than the text area), and one of them gives each character two cells.
_PITCH = {"line": line_pitch() / 20, "between": -6}
TITLE = Look("公文标题", TITLE_FONT, TITLE_SIZE, _CENTER, outline=0, line=32)
FIRST = Look("公文一级标题", FIRST_FONT, BODY_SIZE, indent=2, outline=1, **_PITCH)
SECOND = Look("公文二级标题", SECOND_FONT, BODY_SIZE, indent=2, outline=2, **_PITCH)
BODY = Look("公文正文", BODY_FONT, BODY_SIZE, indent=2, **_PITCH)
# Names of files do not break: in justified lines they would tear the rest apart.
LISTED = Look("公文列项", BODY_FONT, BODY_SIZE, _LEFT, indent=2, **_PITCH)
ADDRESS = Look("公文主送", BODY_FONT, BODY_SIZE, **_PITCH)
SIGNATURE = Look("公文落款", BODY_FONT, BODY_SIZE, _RIGHT, **_PITCH)
CELL = Look("表格文字", BODY_FONT, TABLE_SIZE, _LEFT, line=14)
CELL_HEAD = Look("表格标题", FIRST_FONT, TABLE_SIZE, _LEFT, line=14)
SMALL = Look("说明小字", BODY_FONT, SMALL_SIZE, _LEFT, line=12)
SMALL_HEAD = Look("说明小标题", FIRST_FONT, SMALL_SIZE, _LEFT, line=12)
LOOKS = (TITLE, FIRST, SECOND, BODY, LISTED, ADDRESS, SIGNATURE, CELL, CELL_HEAD, SMALL, SMALL_HEAD)


def new_document(mark: Mark, title: str) -> Document:
    """An empty draft with page, grid, styles, page numbers, and ``mark`` at the head of every page."""
    document = docx.Document()
    _defaults(document)
    for look in LOOKS:
        _add_style(document, look)
    _page(document)
    _header(document, mark)
    _page_numbers(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "", mark.line()
    return document


def write(document: Document, target: str | Path) -> Path:
    """Save under ``target``, making its folder; the same draft gives the same bytes."""
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    document.save(out)
    path.write_bytes(repacked(out.getvalue()))
    return path


def add(container: Any, text: str, look: Look = BODY) -> Paragraph:
    """A paragraph in one of the styles; ``container`` is the document or a cell."""
    paragraph = container.add_paragraph(style=look.name)
    add_run(paragraph, text)
    return paragraph


def add_run(paragraph: Paragraph, text: str, *, font: str = "") -> None:
    """Text whose quotation marks and dashes are set as Chinese ones; another typeface where one is named."""
    run = paragraph.add_run(text)
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    if font:
        fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:hint"), "eastAsia")


def glue(document: Document, number: int) -> None:
    """Keep the last paragraphs on one page, so that no page holds a signature alone."""
    for paragraph in document.paragraphs[-number:-1]:
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.keep_together = True


def to_fill(text: str) -> str:
    """A place that people fill in, marked so that nobody overlooks it."""
    return f"【{text}】"


# --- tables ----------------------------------------------------------------------------------------------------------


def add_table(document: Document, widths: Sequence[float], rows: int = 0) -> Any:
    """A ruled table with fixed columns (``widths`` in mm, together at most the text area) and cells of one style."""
    table = document.add_table(rows=rows, cols=len(widths))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", 30), ("left", 80), ("bottom", 30), ("right", 80)):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(twips))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    # The schema wants the margins right before tblLook.
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")
    return table


def fill_row(table: Any, texts: Sequence[Any], widths: Sequence[float], *, look: Look = CELL, row: Any = None) -> Any:
    """Write a row (a new one unless given) that no page break goes through."""
    row = row if row is not None else table.add_row()
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = Mm(width)
        put(cell, str(text), look)
    keep_whole(row)
    return row


def keep_whole(row: Any, *, with_next: bool = False) -> None:
    """Let no page break go through a row, nor between it and the next one where asked."""
    _row_flag(row, "w:cantSplit")
    if with_next:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def header_row(table: Any, texts: Sequence[str], widths: Sequence[float]) -> None:
    """The heading of the columns, repeated on every page."""
    _row_flag(fill_row(table, texts, widths, look=CELL_HEAD), "w:tblHeader")


def put(cell: Any, text: str, look: Look = CELL) -> None:
    """Set the text of a cell; a line feed begins a new paragraph."""
    for i, line in enumerate(text.split("\n")):
        paragraph = cell.paragraphs[0] if i == 0 else cell.add_paragraph()
        paragraph.style = look.name
        add_run(paragraph, line)


def shade(cells: Iterable[Any], colour: str = "EDEDED") -> None:
    """A light ground behind labels."""
    for cell in cells:
        ground = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
            ground.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(ground)


def _row_flag(row: Any, name: str) -> None:
    properties = row._tr.get_or_add_trPr()
    if properties.find(qn(name)) is None:
        properties.append(OxmlElement(name))


# --- page and styles -------------------------------------------------------------------------------------------------


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = Mm(16)
    section.footer_distance = Emu(Mm(BOTTOM - NUMBER_BELOW) - Pt(NUMBER_SIZE))
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(line_pitch()))
    grid.set(qn("w:charSpace"), str(character_space()))
    properties.append(grid)


def set_fonts(style_or_properties: Any, font: str, size: float) -> None:
    """Latin and Chinese typeface and size of a run's properties, without those of the theme."""
    fonts = style_or_properties.get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name, value in (("ascii", LATIN_FONT), ("hAnsi", LATIN_FONT), ("eastAsia", font), ("cs", LATIN_FONT)):
        fonts.set(qn(f"w:{name}"), value)
    style_or_properties.sz_val = Pt(size)


def _defaults(document: Document) -> None:
    """Normal is the body text: the grid counts its characters by it; the language is Chinese."""
    normal = document.styles["Normal"]
    set_fonts(normal.element.get_or_add_rPr(), BODY_FONT, BODY_SIZE)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1


def _add_style(document: Document, look: Look) -> None:
    style = document.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style, style.quick_style = document.styles["Normal"], True
    set_fonts(style.element.get_or_add_rPr(), look.font, look.size)
    form = style.paragraph_format
    form.alignment = look.align
    form.space_before = form.space_after = Pt(0)
    properties = style.element.get_or_add_pPr()
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    properties.insert_element_before(snap, "w:spacing", "w:ind", "w:jc", "w:outlineLvl")
    if look.between:
        between = OxmlElement("w:spacing")
        between.set(qn("w:val"), str(look.between))
        style.element.rPr.insert_element_before(between, "w:sz", "w:szCs", "w:lang")
    if look.indent:
        form.first_line_indent = Pt(look.indent * look.size)
        properties.ind.set(qn("w:firstLineChars"), str(look.indent * 100))
    if look.outline is not None:
        form.keep_with_next = True
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), str(look.outline))
        properties.append(level)


def _header(document: Document, mark: Mark) -> None:
    """草稿 and where the paper comes from, small, above the text area of every page."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        header.is_linked_to_previous = False
        first = header.paragraphs[0]
        first.style = SMALL.name
        add_run(first, DRAFT, font=FIRST_FONT)
        add(header, mark.line(), SMALL)
        add(header, mark.chain(), SMALL)


def _page_numbers(document: Document) -> None:
    """— 1 —, to the right on odd pages and to the left on even ones, one character in."""
    section = document.sections[0]
    for footer, align in ((section.footer, _RIGHT), (section.even_page_footer, _LEFT)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = "Normal"
        paragraph.alignment = align
        edge = "right_indent" if align == _RIGHT else "left_indent"
        setattr(paragraph.paragraph_format, edge, Pt(NUMBER_SIZE))
        for part in ("— ", "PAGE", " —"):
            run = paragraph.add_run("" if part == "PAGE" else part)
            set_fonts(run._element.get_or_add_rPr(), NUMBER_FONT, NUMBER_SIZE)
            if part == "PAGE":
                add_field(run, part)


def add_field(run: Any, code: str) -> None:
    """A field (PAGE, NUMPAGES) in a run."""
    for kind in ("begin", "instr", "separate", "text", "end"):
        if kind == "instr":
            element = OxmlElement("w:instrText")
            element.text = code
        elif kind == "text":
            element = OxmlElement("w:t")
            element.text = "1"
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._element.append(element)
