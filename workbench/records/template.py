from __future__ import annotations
def is_term_sheet(sheet): return False
