"""The process in which Great Expectations runs: ``python -m workbench.audit.gx_worker``, started by :mod:`gx_process`.

It imports Great Expectations while the parent still reads ledgers, takes one pickled message (document → requirements
and judged values) from its parent on standard input, and answers with the pickled judgements on standard output.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from types import ModuleType

#: What Great Expectations imports for charts and for tests of distributions: a third of its import, and not used here.
_UNUSED = ("altair", "scipy.stats")


def main() -> int:
    """Judge what the parent sends; 0 also when the parent leaves without sending anything."""
    gc.disable()  # lives for one answer: what is left behind goes with the process
    sys.modules.update({name: ModuleType(name) for name in _UNUSED})
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answer
    sys.modules["sqlalchemy"] = None  # it does without, and frames are all it is given
    # jsonschema builds a grammar for internationalised addresses on import if it can: a second for nothing we check
    sys.modules["rfc3987_syntax"] = None
    import pandas as pd

    from workbench.audit import gx

    try:
        frames = pickle.load(sys.stdin.buffer)
    except EOFError:
        return 0
    found = gx.judge(
        {
            document: (requirements, pd.DataFrame(judged.T, columns=[r.id for r in requirements]))
            for document, (requirements, judged) in frames.items()
        }
    )
    pickle.dump(found, answer)
    answer.close()
    os._exit(0)  # the parent waits for the end, and taking so many modules down in order takes seconds


if __name__ == "__main__":
    sys.exit(main())
