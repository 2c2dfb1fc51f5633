"""YAML files read strictly: a key given twice, a wrong kind of value or an unknown key is an error with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from workbench.errors import SuiteError


#: The parser written in C takes a fraction of the time; not every build of PyYAML has it.
_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeyLoader(_SafeLoader):
    """The safe loader of PyYAML, which by itself lets the last of two equal keys win in silence."""


def _unique_mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key must be plain text", key_node.start_mark)
        key = loader.construct_object(key_node)
        if key in seen:
            line = key_node.start_mark.line + 1
            raise SuiteError(
                f"第{line}行的键重复",
                place=loader.name,
                found=str(key),
                expected="每个键只写一次",
                next_step="删去或改名其中一个",
            )
        seen.add(key)
    return loader.construct_mapping(node, deep=deep)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def read_yaml(path: Path, place: str) -> dict[str, Any]:
    """The mapping a YAML file holds; :class:`SuiteError` naming ``place`` when it cannot be read or is no mapping."""
    try:
        loader = _UniqueKeyLoader(path.read_text(encoding="utf-8"))
        loader.name = place
        try:
            data = loader.get_single_data()
        finally:
            loader.dispose()
    except OSError as error:
        raise SuiteError(
            "文件读不出来", place=place, found=error.strerror or str(error), expected="可读的 YAML 文件"
        ) from None
    except UnicodeDecodeError:
        raise SuiteError("文件不是 UTF-8 编码", place=place, expected="UTF-8", next_step="请另存为 UTF-8") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an unquoted day that does not exist
        mark = getattr(error, "problem_mark", None)
        where = f"{place} 第{mark.line + 1}行" if mark else place
        raise SuiteError(
            "YAML 格式有误",
            place=where,
            found=getattr(error, "problem", "") or str(error),
            expected="合法的 YAML",
            next_step="请检查缩进、冒号和引号",
        ) from None
    return mapping(data, place)


def mapping(value: Any, place: str) -> dict[str, Any]:
    """``value`` when it is a mapping with text keys."""
    if not isinstance(value, dict):
        raise SuiteError("此处应为键值对", place=place, found=shown(value), expected="键: 值")
    for key in value:
        if not isinstance(key, str):
            raise SuiteError("键应为文字", place=place, found=shown(key), expected="文字", next_step="请给键加引号")
    return value


def check_keys(
    data: Mapping[str, Any], place: str, *, required: Collection[str], optional: Collection[str] = ()
) -> None:
    """Every key is known and no required one is absent or empty."""
    allowed = [*required, *optional]
    for key in data:
        if key not in allowed:
            raise SuiteError(
                "不认识的键", place=place, found=key, expected="、".join(allowed), next_step="请改用所列的键，或删去此键"
            )
    for key in required:
        if key not in data or data[key] is None or data[key] == "":
            raise SuiteError(
                "缺少必填的键",
                place=place,
                found=f"没有 {key}",
                expected="、".join(required),
                next_step=f"请补上 {key}",
            )


def text(value: Any, place: str) -> str:
    """``value`` when it is text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise SuiteError(
            "此处应为文字", place=place, found=shown(value), expected="非空文字", next_step="若是日期或数字，请加引号"
        )
    return value.strip()


def one_of(value: Any, place: str, allowed: Collection[str]) -> str:
    """``value`` when it is one of the allowed terms."""
    if not isinstance(value, str) or value not in allowed:
        raise SuiteError("不在允许的词项之内", place=place, found=shown(value), expected="、".join(allowed))
    return value


def some_of(value: Any, place: str, allowed: Collection[str]) -> tuple[str, ...]:
    """The terms of a list that is not empty, none of them twice."""
    if not isinstance(value, list) or not value:
        raise SuiteError("此处应为列表", place=place, found=shown(value), expected="[" + "、".join(allowed) + "]")
    found = tuple(one_of(item, place, allowed) for item in value)
    if len(set(found)) != len(found):
        raise SuiteError("列表中有重复", place=place, found="、".join(found), expected="每项只写一次")
    return found


def iso_date(value: Any, place: str) -> date:
    """A day given as YYYY-MM-DD (quoted or not)."""
    if isinstance(value, date) and type(value) is date:
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise SuiteError("日期有误", place=place, found=shown(value), expected="YYYY-MM-DD")


def month_day(value: Any, place: str) -> str:
    """A day of the year given as MM-DD; 02-29 stands for the last day of February."""
    if isinstance(value, str) and re.fullmatch(r"\d\d-\d\d", value):
        try:
            date.fromisoformat(f"2024-{value}")
        except ValueError:
            pass
        else:
            return value
    raise SuiteError(
        "月日有误", place=place, found=shown(value), expected="MM-DD，如 01-31", next_step="请加引号写成两位月、两位日"
    )


def iso_dates(value: Any, place: str) -> list[str]:
    """Days given as YYYY-MM-DD, at most one in a year, in order; returned as text, which JSON can hold."""
    if not isinstance(value, list) or not value:
        raise SuiteError("此处应为日期列表", place=place, found=shown(value), expected="[YYYY-MM-DD、…]")
    days = sorted(iso_date(item, place) for item in value)
    if len({day.year for day in days}) != len(days):
        raise SuiteError("同一年写了两个日期", place=place, found=shown(value), expected="每年一个日期")
    return [day.isoformat() for day in days]


def boolean(value: Any, place: str) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise SuiteError("此处应为真假值", place=place, found=shown(value), expected="true、false")
    return value


def only_true(value: Any, place: str) -> bool:
    """``true``: what is asked for or not written at all."""
    if value is not True:
        raise SuiteError("此处只能写 true", place=place, found=shown(value), expected="true", next_step="不要求时删去此键")
    return True


def number(value: Any, place: str, *, whole: bool, least: float) -> int | float:
    """A number (``whole``: without decimals) not below ``least``."""
    kinds = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value < float("inf"):
        what = "整数" if whole else "数"
        raise SuiteError("数值有误", place=place, found=shown(value), expected=f"不小于 {least:g} 的{what}")
    return value


def shown(value: Any) -> str:
    """``value`` as an error shows it, short."""
    shortened = repr(value) if not isinstance(value, str) else value
    return "（空）" if value is None or shortened == "" else shortened[:80]
