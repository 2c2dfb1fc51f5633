"""The process in which Great Expectations runs: ``python -m workbench.audit.gx_worker``, started by :mod:`gx_process`.

It imports Great Expectations while the parent still reads ledgers, takes pickled messages (document → requirements
and judged values) from its parent on standard input, and answers each with the pickled judgements on standard output.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from types import ModuleType

#: What Great Expectations imports for charts and for tests of distributions: a third of its import, and not used here.
_UNUSED = ("altair", "scipy.stats")


def main() -> None:
    """Judge what the parent sends, until it leaves."""
    gc.disable()  # while somebody waits
    sys.modules.update({name: ModuleType(name) for name in _UNUSED})
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answer
    sys.modules["sqlalchemy"] = None  # it does without, and frames are all it is given
    # jsonschema builds a grammar for internationalised addresses on import if it can: a second for nothing we check
    sys.modules["rfc3987_syntax"] = None
    import pandas as pd

    from workbench.audit import gx

    while True:
        try:
            frames = pickle.load(sys.stdin.buffer)
        except EOFError:
            os._exit(0)  # taking so many modules down in order takes seconds
        found = gx.judge(
            {
                document: (requirements, pd.DataFrame(judged.T, columns=[r.id for r in requirements]))
                for document, (requirements, judged) in frames.items()
            }
        )
        pickle.dump(found, answer)
        answer.flush()
        del frames, found
        gc.collect()  # nobody waits now


if __name__ == "__main__":
    main()
