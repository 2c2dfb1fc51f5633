"""督查工作台: audits party-branch ledgers against the documents that bind them."""

from __future__ import annotations

__version__ = "0.1.0"
