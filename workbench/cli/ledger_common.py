"""What the commands of the ledger share: opening it, who acts and when, codes as people type them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.commands import parse_date
from workbench.cli.console import err, out
from workbench.errors import LedgerError, UsageError
from workbench.exit_codes import ExitCode

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.events import Act
    from workbench.ledger.finding import Finding
    from workbench.ledger.ledger import Ledger
    from workbench.ledger.secretaries import Secretary

#: So many are named when a code fits several.
NAMED = 8


@contextmanager
def opened(where: str, *, new: bool = False) -> Iterator[Ledger]:
    """The ledger at ``where``; only commands that may begin one (``new``) make a file that is not there."""
    from workbench.ledger.ledger import Ledger

    if not new and "://" not in where and not Path(where).exists():
        raise UsageError(
            "没有这个督查台账", place=where, next_step="用 --ledger 指明，或先导入核查结果：workbench ledger sync RUN"
        )
    with Ledger(where) as ledger:
        yield ledger


def day(option: str, text: str | None) -> date:
    """The day given, or today: the only place where the clock is read."""
    # The day of the person at the keyboard, hence in the time zone of this machine.
    return datetime.now().astimezone().date() if text is None else parse_date(option, text)


def acting(by: str, on: str | None, why: str = "", evidence: Sequence[str] | None = None) -> Act:
    """Who acts, on which day, why, on what evidence; :class:`UsageError` without a name."""
    from workbench.ledger.events import Act

    if not by.strip():
        raise UsageError("没有写明经办人", place="--by", expected="姓名或工号",
                         next_step="用 --by 写明，或设置环境变量 WORKBENCH_INSPECTOR")
    return Act(by.strip(), day("--on", on), why, tuple(evidence or ()))


def findings_of(ledger: Ledger, codes: Iterable[str]) -> list[Finding]:
    """The findings of several codes (or their unique beginnings), each once; nothing is done when one is unknown."""
    found = {f.key: f for f in map(ledger.findings.by_code, codes)}
    return list(found.values())


def last_run(ledger: Ledger, folder: Path | None = None) -> Run | None:
    """The run in ``folder``, else the one taken in last, if it lies beside the ledger, in ``runs`` or here.

    The ledger knows a run by its digest and the name of its folder, so another run of that name is not mistaken for it.
    """
    from workbench.audit.run import Run
    from workbench.ledger.runs import run_id

    if folder is not None:
        return Run(folder)
    taken = ledger.runs.last()
    if taken is None:
        return None
    beside = Path() if "://" in ledger.store.place else Path(ledger.store.place).parent
    for place in (beside, beside / "runs", Path(), Path("runs")):
        found = place / taken.folder
        if (found / "receipt.json").is_file() and run_id(found) == taken.id:
            return Run(found)
    return None


def secretaries_known(ledger: Ledger, folder: Path | None = None) -> dict[str, Secretary]:
    """Secretaries by organisation as the run shows them; :class:`UsageError` when there is no run to ask."""
    from workbench.ledger.secretaries import of_run

    run = last_run(ledger, folder)
    if run is None:
        raise UsageError("找不到最后导入的核查结果", next_step="用 --run 写明结果文件夹，书记任职由此得知")
    return of_run(run)


def secretary_of(ledger: Ledger, org_id: str, folder: Path | None = None) -> Secretary:
    """The secretary of one organisation; :class:`UsageError` when the document binds none there."""
    found = secretaries_known(ledger, folder).get(org_id)
    if found is None:
        raise UsageError("核查结果中没有这个组织的书记，或责任制办法不约束该组织", place=org_id)
    return found


def org_of(ledger: Ledger, text: str, folder: Path | None = None) -> str:
    """An organisation's code by code or name; :class:`UsageError` when the last run and the findings know none."""
    names = {f.subject: f.subject_name for f in ledger.findings.all()}
    run = last_run(ledger, folder)
    if run is not None:
        names |= dict(zip(run.organizations["org_id"], run.organizations["name"], strict=True))
    fitting = [text] if text in names else sorted(code for code, name in names.items() if name == text)
    if len(fitting) == 1:
        return fitting[0]
    near = sorted(f"{code} {name}" for code, name in names.items() if text and text in name)[:NAMED]
    raise UsageError("没有这个组织" if not fitting else "几个组织同名", place=text, found="；".join(fitting),
                     expected="；".join(near), next_step="写组织代码或全称")


def units_below(ledger: Ledger | None, org_id: str, run: Run | None = None) -> set[str]:
    """An organisation and all below it, as the run has them (default: the last one taken in)."""
    if run is None and ledger is not None:
        run = last_run(ledger)
    parents: dict[str, Any] = {}
    if run is not None:
        parents = dict(zip(run.organizations["org_id"], run.organizations["parent_id"], strict=True))
    known = [] if ledger is None else ledger.findings.all()
    found, size = {org_id} | {f.subject for f in known if f.unit_id == org_id}, 0
    while size != len(found):
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found


def each(items: Iterable[Any], label: Callable[[Any], str], do: Callable[[Any], Any]) -> int:
    """Do one thing to several courses; what is refused is told and does not stop the others."""
    done: list[str] = []
    refused: list[LedgerError] = []
    for item in items:
        try:
            after = do(item)
        except LedgerError as error:
            refused.append(error)
        else:
            done.append(f"{label(item)} → {after.state}")
    for line in done:
        out().print(line, markup=False, soft_wrap=True)
    for error in refused:
        err().print(f"错误：{error}", markup=False, soft_wrap=True)
    if refused and len(done) + len(refused) > 1:
        err().print(f"已登记 {len(done)} 个，{len(refused)} 个没有登记。", markup=False, soft_wrap=True)
    return ExitCode.USAGE if refused else ExitCode.CLEAN
