"""Arguments and options of the commands that read or write the ledger of decisions, with their Chinese help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from workbench.cli.options import argument, option

#: The ledger when neither ``--ledger`` nor the environment names one.
DEFAULT_LEDGER = "督查台账.sqlite"

LedgerOption = Annotated[
    str,
    option("--ledger", "WHERE", "督查台账：文件，或数据库 URL", envvar="WORKBENCH_LEDGER",
           show_envvar=False),
]
ByOption = Annotated[
    str,
    option("--by", "NAME", "经办人；也可用环境变量 WORKBENCH_INSPECTOR", envvar="WORKBENCH_INSPECTOR",
           show_envvar=False, show_default=False),
]
OnOption = Annotated[str | None, option("--on", "YYYY-MM-DD", "办理日期，默认今天")]
AsOfOption = Annotated[str | None, option("--as-of", "YYYY-MM-DD", "看到哪一天为止，默认今天")]
WhyOption = Annotated[str, option("--why", "TEXT", "理由", show_default=False)]
EvidenceOption = Annotated[list[str] | None, option("--evidence", "TEXT", "佐证：材料名称或台账位置，可重复")]
CodesArgument = Annotated[list[str], argument("CODE", "问题编号，可写开头几位，可写几个")]
CodeArgument = Annotated[str, argument("CODE", "问题编号，可写开头几位")]
OrgArgument = Annotated[str, argument("ORG", "组织代码或全称")]
OrgsArgument = Annotated[list[str], argument("ORG", "组织代码或全称，可写几个")]
YearOption = Annotated[int | None, option("--year", "YYYY", "年度，默认为办理日期所在年")]
InspectionArgument = Annotated[str, argument("ID", "督查编号，如 2026-督查月")]
RunOption = Annotated[
    Path | None, option("--run", "RUN", "核查结果文件夹，默认最后导入的一次")
]
