"""Suites of ``expectations/`` as :class:`Requirement` objects, read strictly."""

from workbench.requirements.loader import load_requirements, load_suites
from workbench.requirements.model import (
    Adopts,
    Binding,
    DocumentVersion,
    Guidance,
    Listed,
    Parameter,
    Requirement,
    Suites,
    Treatment,
    terms,
)

__all__ = [
    "Adopts",
    "Binding",
    "DocumentVersion",
    "Guidance",
    "Listed",
    "Parameter",
    "Requirement",
    "Suites",
    "Treatment",
    "load_requirements",
    "load_suites",
    "terms",
]
