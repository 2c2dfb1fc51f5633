"""Papers of an inspection, as drafts that people edit (督查文书)."""
