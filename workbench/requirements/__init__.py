"""Suites of ``expectations/`` as :class:`Requirement` objects, read strictly."""

from workbench.requirements.loader import load_requirements, load_suites
from workbench.requirements.model import Binding, DocumentVersion, Parameter, Requirement, Suites, terms

__all__ = [
    "Binding",
    "DocumentVersion",
    "Parameter",
    "Requirement",
    "Suites",
    "load_requirements",
    "load_suites",
    "terms",
]
