"""Where a paper comes from (来源): as-of day, run, head of the ledger, who drew it up and on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from workbench.errors import Refused
from workbench.ledger.events import MACHINE
from workbench.ledger.runs import run_id

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.ledger import Ledger

#: What every paper says of itself.
DRAFT = "草稿 供修改核定，未经审批不作为正式文件"
#: How many digits of the ledger's head stand where there is no room for all.
DIGITS = 16


@dataclass(frozen=True)
class Mark:
    """What every paper bears: ``as_of`` and ``run`` of the audit, ``head`` of the ledger, ``by`` and ``on``."""

    as_of: str
    run: str
    seq: int
    digest: str
    by: str
    on: date

    @property
    def head(self) -> str:
        """The head as ``workbench ledger verify --head`` takes it: number and digest of the last event."""
        return f"{self.seq}:{self.digest}"

    def line(self) -> str:
        """One line for the head or foot of a page, the digest cut short."""
        return (
            f"数据截至 {self.as_of}；核查结果 {self.run}；台账 {self.seq}:{self.digest[:DIGITS]}；"
            f"制表 {self.by} {self.on.isoformat()}"
        )

    def chain(self) -> str:
        """The head of the ledger in full: whoever holds the paper can tell whether the ledger was changed since."""
        return f"台账链尾 {self.head}"


def mark(ledger: Ledger, run: Run, by: str, on: date) -> Mark:
    """The mark of a paper made now from ``ledger`` and ``run``; :class:`Refused` without a person's name."""
    name = by.strip()
    if not name or name == MACHINE:
        raise Refused("没有写明制表人", found=by, expected="姓名或工号", next_step="用 --by 写明")
    head = ledger.store.head()
    return Mark(str(run.receipt["as_of"]), run_id(run), head.seq, head.digest, name, on)
