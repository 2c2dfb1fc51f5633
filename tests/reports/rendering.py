"""Papers as people see them: one start of LibreOffice turns all of them into PDF, poppler into text and pictures."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

#: Typefaces of the standard, which no free system has, and what stands for them in the pictures.
_STAND_INS = {
    "方正小标宋简体": "Noto Serif CJK SC", "仿宋_GB2312": "Noto Serif CJK SC", "楷体_GB2312": "Noto Serif CJK SC",
    "宋体": "Noto Serif CJK SC", "黑体": "Noto Sans CJK SC",
}
_TOOLS = ("soffice", "pdftotext", "pdftoppm")
#: A page is blank when less than this share of the points between head and foot is dark.
_INK = 0.0005
_HEAD, _FOOT = 0.12, 0.88


@dataclass(frozen=True)
class Rendered:
    """A paper as PDF: by page its text (blanks taken out), a picture, and the share of ink between head and foot."""

    pdf: Path
    pages: tuple[str, ...]
    pictures: tuple[Path, ...]
    inks: tuple[float, ...]

    @property
    def text(self) -> str:
        return "".join(self.pages)

    def blank_pages(self) -> list[int]:
        """Numbers of pages with nothing but header and page number."""
        return [n for n, share in enumerate(self.inks, 1) if share < _INK]


def need_office() -> None:
    """Skip without the programs, or fail where WORKBENCH_REQUIRE_OFFICE=1 asks for them."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        reason = f"没有 {'、'.join(missing)}"
        pytest.fail(reason) if os.environ.get("WORKBENCH_REQUIRE_OFFICE") == "1" else pytest.skip(reason)


def render(papers: Sequence[Path], folder: Path, *, dpi: int = 50) -> dict[str, Rendered]:
    """Every paper by its file name without suffix; the names must differ."""
    folder.mkdir(parents=True, exist_ok=True)
    env = os.environ | {"FONTCONFIG_FILE": str(_fonts(folder)), "HOME": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
         "--outdir", str(folder), *map(str, papers)],
        check=True, capture_output=True, env=env, timeout=300,
    )
    return {paper.stem: _rendered(folder / f"{paper.stem}.pdf", dpi) for paper in papers}


def plain(text: str) -> str:
    """Text without blanks and line ends: lines are broken elsewhere on paper."""
    return re.sub(r"\s+", "", text)


def ink(picture: bytes) -> float:
    """Share of dark points between head and foot of a page, in a grey picture (PGM)."""
    header = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", picture)
    assert header
    width, height = int(header[1]), int(header[2])
    points = picture[header.end() + width * int(_HEAD * height) : header.end() + width * int(_FOOT * height)]
    return sum(point < 160 for point in points) / len(points)


def _rendered(pdf: Path, dpi: int) -> Rendered:
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True).stdout.decode()
    pages = tuple(plain(page) for page in text.split("\f")[:-1])
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-png", str(pdf), str(pdf.with_suffix(""))], check=True)
    pictures = tuple(sorted(pdf.parent.glob(f"{pdf.stem}-*.png"), key=lambda p: int(p.stem.rpartition("-")[2])))
    grey = subprocess.run(["pdftoppm", "-r", "30", "-gray", str(pdf)], check=True, capture_output=True).stdout
    inks = tuple(ink(b"P5" + page) for page in re.split(rb"P5(?=\s\d+ \d+\s255\s)", grey)[1:])
    assert len(pictures) == len(pages) == len(inks)
    return Rendered(pdf, pages, pictures, inks)


def _fonts(folder: Path) -> Path:
    """A configuration of fontconfig that names the stand-ins, on top of the system's."""
    aliases = "".join(
        f"<match target='pattern'><test name='family'><string>{name}</string></test>"
        f"<edit name='family' mode='assign' binding='strong'><string>{font}</string></edit></match>"
        for name, font in _STAND_INS.items()
    )
    path = folder / "fonts.conf"
    path.write_text(
        "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig>"
        f"<include ignore_missing='yes'>/etc/fonts/fonts.conf</include>{aliases}"
        f"<cachedir>{folder / 'fonts-cache'}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    return path
