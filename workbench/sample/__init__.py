"""The synthetic city: invented organisations and people with records, and faults whose place is known.

Nothing in it is real: the places do not exist, people are numbers, identity numbers have the area code 000000.
"""

from workbench.sample.edition import make_sample

__all__ = ["make_sample"]
