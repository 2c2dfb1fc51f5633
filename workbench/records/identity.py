"""Persons as keyed hashes, organisations by code, full name or short name (身份)."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import duckdb

from workbench.errors import UsageError

KEY_FILE = "person.key"
#: A staged person value that starts so is no key but the code of a problem.
PROBLEM_MARK = "!"

_KEY = re.compile(r"[0-9a-f]{32}")
_ID18 = re.compile(r"[0-9]{17}[0-9X]")
_ID15 = re.compile(r"[0-9]{15}")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")
_FREE = re.compile(r"[0-9A-Z][0-9A-Z_-]{0,39}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_BLANK = frozenset(("", "-", "--", "—", "——", "/", "无"))
_CACHE = 300_000


def home_folder(home: Path | str | None = None) -> Path:
    """The workbench's own folder: ``home``, else ``WORKBENCH_HOME``, else ``~/.workbench``."""
    return Path(home or os.environ.get("WORKBENCH_HOME") or Path.home() / ".workbench")


def load_key(home: Path | str | None = None, data: Path | None = None) -> bytes:
    """The key of this workbench, made on first use with mode 600.

    Raises :class:`UsageError` when the key would lie inside the folder ``data`` of the ledgers, or is damaged.
    """
    folder = home_folder(home).resolve()
    if data is not None and folder.is_relative_to(data.resolve()):
        raise UsageError(
            "人员加密钥匙不能放在台账文件夹里", place=str(folder), next_step="用环境变量 WORKBENCH_HOME 指定台账以外的文件夹"
        )
    path = folder / KEY_FILE
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise UsageError(
            "人员加密钥匙已损坏", place=str(path), expected="64 位十六进制",
            next_step="从备份恢复；没有备份时删除它，程序会另生成一把（与以往结果中的人员不再对应）",
        )
    return bytes.fromhex(text)


def mask(text: str) -> str:
    """First three characters and the last one, the rest as asterisks.

    >>> mask("990102199001011234"), mask("张三")
    ('990**************4', '**')
    """
    return text[:3] + "*" * (len(text) - 4) + text[-1] if len(text) > 7 else "*" * len(text)


def check_digit(first17: str) -> str:
    """Check digit of an 18-digit ID number (GB 11643—1999)."""
    return "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, first17, strict=False)) % 11]


def standard_id(text: str) -> str:
    """The ID number in its one form (18 digits, X upper; the old 15 digits completed), or ``!code`` for a problem."""
    if _ID18.fullmatch(text):
        if text.endswith("000") and check_digit(text[:17]) != text[17]:
            return PROBLEM_MARK + "id_truncated"
        return text
    if _ID15.fullmatch(text):
        first17 = text[:6] + "19" + text[6:]
        return first17 + check_digit(first17)
    if _SCIENTIFIC.fullmatch(text):
        return PROBLEM_MARK + "id_truncated"
    return PROBLEM_MARK + "id"


class PersonKeys:
    """Turns ID numbers into keys and names into tokens that live only as long as this object."""

    def __init__(self, key: bytes):
        self._key = key
        self._name_key = secrets.token_bytes(32)
        self._known: dict[tuple[str, bool], tuple[str | None, str | None]] = {}

    def key_of(self, number: str) -> str:
        """Key of one normalised ID number: HMAC-SHA256, first 32 hexadecimal digits."""
        return hmac.digest(self._key, number.encode(), "sha256").hex()[:32]

    def pair(self, text: str | None, free: bool = False) -> tuple[str | None, str | None]:
        """(staged value, masked text) of one cell; ``free``: the ledger numbers people itself."""
        if text is None:
            return None, None
        found = self._known.get((text, free))
        if found is None:
            if len(self._known) >= _CACHE:
                self._known.clear()
            found = self._known[(text, free)] = self._pair(text, free)
        return found

    def _pair(self, text: str, free: bool) -> tuple[str | None, str | None]:
        if _ID18.fullmatch(text) and not text.endswith("000"):
            return self.key_of(text), mask(text)
        folded = re.sub(r"[\s'’`\u200b\ufeff]+", "", unicodedata.normalize("NFKC", text))
        if folded in _BLANK:
            return None, None
        if _KEY.fullmatch(folded):
            return folded, mask(folded)
        folded = folded.upper()
        number = standard_id(folded)
        if number.startswith(PROBLEM_MARK) and free and _FREE.fullmatch(folded) and not _SCIENTIFIC.fullmatch(folded):
            number = folded
        staged = number if number.startswith(PROBLEM_MARK) else self.key_of(number)
        return staged, mask(folded)

    def columns(self, texts: Sequence[str | None], free: bool = False) -> tuple[list[str | None], list[str | None]]:
        """Staged values and masked texts of a batch."""
        pairs = [self.pair(text, free) for text in texts]
        return [p[0] for p in pairs], [p[1] for p in pairs]

    def name_token(self, text: str | None) -> str | None:
        """A token that is equal for equal names and says nothing else."""
        if not text:
            return None
        folded = unicodedata.normalize("NFKC", "".join(text.split()))
        if folded in _BLANK:
            return None
        return hmac.digest(self._name_key, folded.encode(), "sha256").hex()[:16]


def build_org_lookup(con: duckdb.DuckDBPyConnection) -> None:
    """(Re)build ``wb_orgs(name, org_id, candidates)`` from ``organizations``.

    ``name`` is a code, full or short name without blanks; a code goes before names; ``org_id`` is NULL where a name
    belongs to several organisations, which ``candidates`` lists.
    """
    con.execute("""
        CREATE OR REPLACE TEMP TABLE wb_orgs AS
        WITH names AS (
            SELECT wb_name(org_id) AS name, org_id, 0 AS rank FROM organizations
            UNION SELECT wb_name(name), org_id, 1 FROM organizations
            UNION SELECT wb_name(short_name), org_id, 1 FROM organizations WHERE short_name IS NOT NULL
        ), first AS (SELECT name, min(rank) AS rank FROM names GROUP BY name)
        SELECT name,
               CASE WHEN count(DISTINCT org_id) = 1 THEN min(org_id) END AS org_id,
               CASE WHEN count(DISTINCT org_id) > 1
                    THEN array_to_string(list_sort(list(DISTINCT org_id))[:5], '、') END AS candidates
        FROM names JOIN first USING (name, rank) GROUP BY name
    """)
