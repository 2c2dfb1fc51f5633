"""What intake has to say about the ledgers (消息): one dataclass and a log that never grows with the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Weight of a message: an error loses data, a warning changes some, a notice only tells."""

    ERROR = "错误"
    WARNING = "警告"
    NOTICE = "提示"


@dataclass(frozen=True)
class Message:
    """One message: where (``file``, ``sheet``, ``row``, ``column``), what stood there and what to do.

    ``row`` counts from 1 as spreadsheet programs do; ``None`` when the message is about a whole sheet or file.
    Values of person columns are masked.
    """

    level: Level
    file: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    problem: str = ""
    expected: str = ""
    next_step: str = ""

    def __str__(self) -> str:
        parts = (self.file, self.sheet, f"第 {self.row} 行" if self.row else "", self.column)
        place = " · ".join(p for p in parts if p)
        text = f"[{self.level}] {place}：{self.problem}" if place else f"[{self.level}] {self.problem}"
        if self.value:
            text += f"；现为“{self.value}”"
        if self.expected:
            text += f"；应为：{self.expected}"
        if self.next_step:
            text += f"；处理办法：{self.next_step}"
        return text


class MessageLog:
    """Collects messages; ``cap`` is the most that one sheet, column and problem may fill."""

    def __init__(self, cap: int = 200):
        self.cap = cap
        self.messages: list[Message] = []
        self._seen: Counter[tuple[str, str, str, str]] = Counter()

    def add(self, level: Level, file: str, problem: str, **fields) -> None:
        """Note one message, unless its kind has reached the cap."""
        kind = (file, fields.get("sheet", ""), fields.get("column", ""), problem)
        self._seen[kind] += 1
        if self._seen[kind] <= self.cap:
            self.messages.append(Message(level, file, problem=problem, **fields))

    def summarize(self, level: Level, file: str, problem: str, total: int, **fields) -> None:
        """Say how many there were of a kind when only the first ``cap`` were listed."""
        if total > self.cap:
            text = f"{problem}：共 {total} 行，以上只列出前 {self.cap} 行"
            self.messages.append(Message(level, file, problem=text, **fields))
