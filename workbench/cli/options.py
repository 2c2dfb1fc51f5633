"""Arguments and options that several commands share, with their Chinese help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def argument(metavar: str, text: str) -> Any:
    """A positional argument."""
    return typer.Argument(metavar=metavar, help=text)


def option(name: str, metavar: str | None, text: str, **more: Any) -> Any:
    """An option; ``metavar`` None for a switch."""
    return typer.Option(name, metavar=metavar, help=text, **more)


SourceArgument = Annotated[str, argument("SOURCE", "台账文件夹、单个台账文件，或数据库 URL")]
RunArgument = Annotated[Path, argument("RUN", "核查结果文件夹")]
DocumentOption = Annotated[list[str] | None, option("--document", "ID", "文件代号，可重复；默认全部")]
SuitesOption = Annotated[Path | None, option("--suites", "DIR", "条款文件夹，默认随附的 expectations")]
VersionOption = Annotated[str | None, option("--as-of", "YYYY-MM-DD", "当日有效的版本；默认最新版本")]
ParametersOption = Annotated[Path | None, option("--parameters", "FILE", "参数文件（YAML），覆盖默认值")]
AdoptionOption = Annotated[Path | None, option("--adoption", "FILE", "哪些组织执行哪些文件（YAML）")]
HomeOption = Annotated[Path | None, option("--home", "DIR", "密钥文件夹，默认在用户目录下")]
