"""JUnit XML of a run, for CI servers: a suite per document, a test case per requirement.

A case is an error when a check broke; a failure when an organisation falls short (of a 一般性 requirement, lags behind
or needs checking by hand only when strict, as with the exit code); skipped when nobody fails but data is missing or a
check on site is waiting, so that nobody takes it for a pass; otherwise it passes.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.requirements.model import Treatment
from workbench.vocabulary import SEVERITY_LABELS, Severity, Verdict

#: Failing subjects listed per requirement; the number left out is said.
SUBJECTS_LISTED = 50

#: Name of the suite of ledgers that could not be read; there is one only when there are such.
UNREAD = "未能读入的台账"

#: Characters XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(
    summary: Iterable[Mapping[str, Any]],
    failing: Mapping[str, Sequence[str]],
    receipt: Mapping[str, Any],
    *,
    strict: bool = False,
    cap: int = SUBJECTS_LISTED,
) -> bytes:
    """The document as UTF-8 bytes.

    ``summary`` holds the rows of ``Run.summary()``, ``failing`` a line of text per failing subject under each
    requirement id, ``receipt`` that of the run (``as_of``, ``year`` and ``versions`` become properties). A ledger
    that could not be read is an error in a suite of its own: verdicts may rest on too few records.
    """
    suites: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in summary:
        suites[row["document"]].append(row)
    root = ET.Element("testsuites", name="督查工作台")
    totals = defaultdict(int)
    for document, rows in suites.items():
        suite = ET.SubElement(root, "testsuite", name=_clean(document))
        _properties(suite, receipt, document)
        counts = defaultdict(int)
        for row in rows:
            counts["tests"] += 1
            counts[_case(suite, row, failing.get(row["id"], ()), strict, cap)] += 1
        _close(suite, counts, totals)
    if receipt.get("unread"):
        suite = ET.SubElement(root, "testsuite", name=UNREAD)
        for ledger in receipt["unread"]:
            case = ET.SubElement(suite, "testcase", classname=UNREAD, name=_clean(ledger["file"]))
            ET.SubElement(case, "error", type=UNREAD, message=_clean(ledger["problem"]))
        n = len(receipt["unread"])
        _close(suite, {"tests": n, "errors": n}, totals)
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(totals[key]))
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _close(suite: ET.Element, counts: Mapping[str, int], totals: dict[str, int]) -> None:
    for key in ("tests", "failures", "errors", "skipped"):
        suite.set(key, str(counts.get(key, 0)))
        totals[key] += counts.get(key, 0)


def write_junit(run: Any, path: str | Path, *, strict: bool = False) -> None:
    """Write the JUnit XML of ``run`` (:class:`workbench.audit.run.Run`) to ``path``; its folder is made if need be."""
    target = Path(path)
    data = junit_xml(run.summary(), _failing_lines(run), run.receipt, strict=strict)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _failing_lines(run: Any) -> dict[str, list[str]]:
    names = dict(zip(run.organizations["org_id"], run.organizations["name"], strict=True))
    lines: dict[str, list[str]] = defaultdict(list)
    findings = run.findings
    for subject, requirement, verdict, detail in zip(
        findings["subject"], findings["requirement"], findings["verdict"], findings["detail"], strict=True
    ):
        if verdict in (Verdict.FAILED, Verdict.MANUAL):
            lines[requirement].append(f"{names.get(subject, subject)}（{subject}）：{detail}")
    return lines


def _properties(suite: ET.Element, receipt: Mapping[str, Any], document: str) -> None:
    properties = ET.SubElement(suite, "properties")
    values = {"as_of": receipt.get("as_of"), "year": receipt.get("year")}
    for entry in receipt.get("documents", ()):
        if entry.get("id") == document:
            values |= {"document_title": entry.get("title"), "document_version": entry.get("version")}
    values |= {f"version.{name}": version for name, version in (receipt.get("versions") or {}).items()}
    for name, value in values.items():
        ET.SubElement(properties, "property", name=_clean(str(name)), value=_clean("" if value is None else str(value)))


def _case(suite: ET.Element, row: Mapping[str, Any], failing: Sequence[str], strict: bool, cap: int) -> str:
    """Add the case of one requirement and say which count it belongs to."""
    case = ET.SubElement(
        suite, "testcase", classname=_clean(row["document"]),
        name=_clean(f"{row['id']} {row['clause']} {row['description']}"),
    )
    counts = {verdict: int(row["counts"].get(verdict, 0)) for verdict in Verdict}
    waiting = counts[Verdict.MANUAL] if row["treatment"] == Treatment.CHECKLIST else 0
    text = "，".join(f"{verdict} {n}" for verdict, n in counts.items() if n)
    severity = Severity(row["severity"])
    short = counts[Verdict.FAILED] if severity != Severity.INFO else 0
    soft = counts[Verdict.MANUAL] - waiting + (counts[Verdict.BEHIND] if severity != Severity.INFO else 0)
    if severity == Severity.WARNING:
        short, soft = 0, soft + short
    if counts[Verdict.BROKEN]:
        ET.SubElement(case, "error", type=str(Verdict.BROKEN), message=f"检查出错：{text}")
        return "errors"
    if short or (strict and soft):
        kind = SEVERITY_LABELS[severity]
        body = list(failing[:cap]) + ([f"…… 另有 {len(failing) - cap} 个"] if len(failing) > cap else [])
        failure = ET.SubElement(case, "failure", type=kind, message=f"{kind}：{text}")
        failure.text = _clean("\n".join(body))
        return "failures"
    if counts[Verdict.NO_DATA]:
        ET.SubElement(case, "skipped", message=f"数据不足，未能全部判定：{text}")
        return "skipped"
    if waiting:
        ET.SubElement(case, "skipped", message=f"待现场核查：{text}")
        return "skipped"
    ET.SubElement(case, "system-out").text = text or "没有适用的组织"
    return "passed"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
