"""亮牌通知单 (DOCX): grounds, clause, deadline and what follows of a card that a person gave (secretary-2022 第十二条).

A proposal is no card: without an event in which a person decided there is nothing to notify.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import Refused
from workbench.ledger.cards import FOLLOW_UPS, ORANGE, RED, YELLOW
from workbench.reports.papers import docx_style as style
from workbench.reports.papers import facts
from workbench.reports.papers.mark import mark

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.cards import Card, Given
    from workbench.ledger.events import Event
    from workbench.ledger.ledger import Ledger
    from workbench.ledger.lists import FiveLists, Item

TITLE = "亮牌通知单"
#: The step of the rules that each card is given under, and what giving it is called.
_STEPS = {YELLOW: ("card_yellow", "予以黄牌预警"), ORANGE: ("card_orange", "予以橙牌警告"), RED: ("card_red", "予以红牌处置")}


def write_card_notice(
    ledger: Ledger, run: Run, org_id: str, path: str | Path, *, by: str, on: date, event: int | None = None
) -> Path:
    """Write the notice of the card that stands (or that was given in ``event``, a version of the card's stream).

    Raises :class:`Refused` when no person gave such a card, when it was revoked as given in error, or when one of
    its grounds has since been found not to stand.
    """
    card = ledger.cards.get(org_id)
    given = _chosen(card, event)
    decided = ledger.cards.history(org_id)[given.event - 1]
    source = facts.Source(run)
    document = style.new_document(mark(ledger, run, by, on), TITLE)
    style.add(document, f"{TITLE}（{given.level}）", style.TITLE)
    style.add(document, "")
    style.add(document, f"{card.org_name or card.org_id}：", style.ADDRESS)
    step, act = _STEPS[given.level]
    rule = ledger.rules.rule(step)
    title = source.titles.get(rule.document, rule.document)
    style.add(document, f"依照《{title}》{rule.clause}，对你党组织书记{act}。现将有关事项通知如下。")
    style.add(document, "一、亮牌事由", style.FIRST)
    for number, text in enumerate(_grounds(ledger, source, given), start=1):
        style.add(document, f"{number}．{text}", style.LISTED)
    style.add(document, _ended(f"决定理由：{given.reason}"))
    style.add(document, "二、整改时限", style.FIRST)
    style.add(document, _deadline(ledger, given, decided))
    style.add(document, "三、后续措施", style.FIRST)
    for text in _follows(ledger, given):
        style.add(document, text)
    style.add(document, f"对事由有异议的，可向{style.to_fill('受理单位')}书面说明，并附有关材料。")
    style.add(document, "")
    style.add(document, style.to_fill("发文机关"), style.SIGNATURE)
    style.add(document, style.to_fill("发文日期"), style.SIGNATURE)
    style.add(document, "")
    style.add(document, _from(given, decided), style.SMALL)
    style.glue(document, 6)
    return style.write(document, path)


def _chosen(card: Card, event: int | None) -> Given:
    """The card to notify; only what a person gave and nobody took back as an error."""
    found = card.standing() if event is None else tuple(g for g in card.history if g.event == event)
    if not found:
        raise Refused(
            "没有可通知的亮牌决定", place=card.org_id, found="没有现行的牌" if event is None else f"第 {event} 次登记不是亮牌",
            expected="由人作出并登记的亮牌决定", next_step="先由有权的人决定并登记；亮牌建议不能作为通知的依据",
        )
    given = found[-1]
    if given.revoked:
        raise Refused("这张牌已作为误亮撤销", place=card.org_id, found=f"{given.on.isoformat()} {given.level}")
    return given


def _grounds(ledger: Ledger, source: facts.Source, given: Given) -> list[str]:
    """Each ground with its facts, clause and rows; grounds in words as they stand."""
    texts = []
    for ground in given.grounds:
        finding = ledger.findings.find(ground)
        if finding is None:
            item = ledger.lists.of_ground(ground)
            texts.append(_ended(ground if item is None else _item(*item)))
            continue
        if not facts.established(finding):
            raise Refused(
                "亮牌事由中的问题现在不是已确认", place=finding.key, found=finding.state,
                expected="、".join(facts.SETTLED), next_step="先核实该问题；事由不成立的，更正或撤销亮牌",
            )
        should, seen = facts.should_and_is(finding)
        required = f"应为：{should}；实为：{seen}" if should else seen
        matter = finding.description if finding.description != seen else ""
        head = "，".join(p for p in (facts.when(finding), matter) if p)
        texts.append(
            f"{head}。{required}。依据：{source.basis(finding)}。证据：{source.evidence(finding)}。"
        )
    return texts


def _item(lists: FiveLists, item: Item) -> str:
    """An item of the lists in words: what, by when, and whether it was done."""
    until = f"，时限 {_spoken(item.deadline)}" if item.deadline else ""
    done = f"{_spoken(item.done_on)}完成" if item.done_on else "未登记完成"
    return f"{lists.year}年五单项目“{item.title}”（第{item.id}项{until}），{done}"


def _deadline(ledger: Ledger, given: Given, decided: Event) -> str:
    text = str(decided.what.get("deadline") or "")
    day = _spoken(date.fromisoformat(text)) if text else style.to_fill("整改时限")
    return f"请于{day}前完成整改，并书面报告整改情况。"


def _follows(ledger: Ledger, given: Given) -> list[str]:
    """What the document makes follow, each under its clause; the caps are those the ledger holds appraisals to."""
    rules = ledger.rules
    clauses: dict[str, list[str]] = {}
    for kind, step in FOLLOW_UPS[given.level].items():
        clauses.setdefault(rules.rule(step).clause, []).append(kind)
    done = "；".join(f"依照{clause}，{'、'.join(kinds)}" for clause, kinds in clauses.items())
    if given.level == YELLOW:
        higher = rules.rule("card_orange")
        return [f"到期后{done}。整改敷衍、问题反弹或推进不力的，按{higher.clause}处理。"]
    year = f"{ledger.cards.card_year(given.on)}年度"
    if given.level == ORANGE:
        cap = rules.rule("card_orange_excludes")
        limit = f"依照{cap.clause}，{year}书记述职评议考核不得评为“{cap.value}”。"
        higher = rules.rule("card_red")
        return [limit, f"{done}。", f"此后仍不整改或整改不实的，按{higher.clause}处理。"]
    cap = rules.rule("card_red_at_most")
    return [
        f"依照{cap.clause}，{year}书记述职评议考核至多评为“{cap.value}”。", f"{done}。",
        "是否作进一步组织处理，由有权机关另行研究，本通知不作认定。",
    ]


def _from(given: Given, decided: Event) -> str:
    return (
        f"本通知单由台账第 {decided.seq} 号事件（{given.on.isoformat()}，{given.by} 登记{given.level}）生成，"
        f"事件摘要 {decided.digest[:16]}。"
    )


def _ended(text: str) -> str:
    """With a full stop at its end."""
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def _spoken(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

