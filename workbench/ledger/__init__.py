"""What people decide after an audit: findings, cards, five lists, appraisals, inspections (督查的后半程)."""
