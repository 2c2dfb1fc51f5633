"""Great Expectations judges every requirement. It is imported here and in ``suites_export``, late: it costs seconds.

Each shape of :mod:`workbench.requirements.shapes` is a custom column-map expectation. The column is the requirement's
``judged`` value, one row per subject, empty where the subject is not judged; the check is one vectorised comparison
with the bounds that follow from the arguments in YAML. The requirement id is a field, so two clauses with the same
figure stay two.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")

import great_expectations as gx
import pandas as pd
from great_expectations.compatibility import pydantic
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)

from workbench.audit.gx_process import Judgement
from workbench.requirements.model import Requirement
from workbench.requirements.shapes import SHAPES, bounds_of

_NAMESPACE = uuid.UUID("3f1b6f2e-6e0b-5f5f-9a55-0d6a0c1b7a10")


class JudgedWithinBounds(ColumnMapMetricProvider):
    """Whether the judged value keeps the bounds; empty values never reach this condition."""

    condition_metric_name = "column_values.judged_within_bounds"
    condition_value_keys = ("lower", "upper")

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, lower: float | None = None, upper: float | None = None, **_: Any) -> pd.Series:
        kept = pd.Series(True, index=column.index)
        if lower is not None:
            kept &= column >= lower
        if upper is not None:
            kept &= column <= upper
        return kept


class DutyExpectation(ColumnMapExpectation):
    """Base of all shapes: ``column`` is the requirement id, the bounds follow from the shape's arguments."""

    requirement: str
    lower: float | None = None
    upper: float | None = None

    map_metric: ClassVar[str] = JudgedWithinBounds.condition_metric_name
    success_keys: ClassVar[tuple[str, ...]] = ("lower", "upper", "mostly")
    _configuration: Any = pydantic.PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """As Great Expectations puts it together, kept: it asks for it fifty times a check, at half its time."""
        if self._configuration is None:
            self._configuration = super().configuration
        return self._configuration

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name != "_configuration":
            self._configuration = None

    @pydantic.root_validator(pre=True)
    def _fill(cls, values: dict) -> dict:
        shape = SHAPES.get(cls.expectation_type) if hasattr(cls, "expectation_type") else None
        values.setdefault("column", values.get("requirement"))
        if shape is not None:
            values["lower"], values["upper"] = bounds_of(shape, values)
        return values


def _declare(name: str) -> type[DutyExpectation]:
    """The expectation class of one shape, its arguments as optional fields."""
    fields = dict.fromkeys(SHAPES[name].arguments)
    title = "".join(part.capitalize() for part in name.split("_"))
    body = {
        "__annotations__": dict.fromkeys(fields, Any),
        "__module__": __name__,
        "__doc__": SHAPES[name].label,
        **fields,
    }
    return type(title, (DutyExpectation,), body)


EXPECTATIONS: dict[str, type[DutyExpectation]] = {name: _declare(name) for name in SHAPES}


def suite_of(document: str, requirements: Sequence[Requirement]) -> gx.ExpectationSuite:
    """The suite of one document with parameters filled in, ids stable over runs."""
    return gx.ExpectationSuite(
        name=document,
        expectations=[
            {
                "type": r.shape,
                "kwargs": {"requirement": r.id, **dict(r.kwargs)},
                "severity": r.severity.value,
                "description": r.description,
                "notes": r.notes or None,
                "meta": {"clause": r.clause, "binds": r.binds.label, "unit": r.unit},
                "id": str(uuid.uuid5(_NAMESPACE, r.id)),
            }
            for r in requirements
        ],
    )


def judge(frames: Mapping[str, tuple[Sequence[Requirement], pd.DataFrame]]) -> dict[str, tuple[dict, list[Judgement]]]:
    """Per document its validation result (JSON) and the judgements; ``frames`` maps it to requirements and frame.

    A frame has one row per subject and one column per requirement.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("judged")
    found = {}
    for document, (requirements, frame) in frames.items():
        asset = source.add_dataframe_asset(document)
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        result = batch.validate(
            suite_of(document, requirements), result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
        )
        found[document] = (result.to_json_dict(), [_judgement(r) for r in result.results])
    return found


def _judgement(result: Any) -> Judgement:
    """A broken check looks like a failure with an empty result: the exception is looked at first."""
    requirement = result.expectation_config.kwargs["requirement"]
    error = _error(result.exception_info)
    if error or "unexpected_count" not in result.result:
        return Judgement(requirement, 0, 0, error or "没有返回结果")
    counts = result.result
    return Judgement(requirement, counts["element_count"] - counts["missing_count"], counts["unexpected_count"])


def _error(info: Mapping | None) -> str:
    """First message of an exception, wherever Great Expectations put it."""
    if not info:
        return ""
    if "raised_exception" in info:
        return str(info.get("exception_message") or "未知错误") if info["raised_exception"] else ""
    return next((message for part in info.values() if isinstance(part, Mapping) and (message := _error(part))), "")
