"""The program as a shell starts it: ``workbench``, or ``python -m workbench``."""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn

from workbench.cli import main


def run() -> NoReturn:
    """Run one command and end the process with its exit code, at once.

    What has to be tidied up is; what only lies in memory goes with the process. Taking millions of small objects down
    one by one, as Python does at its end, takes half a second after an audit.
    """
    code = main()
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # whoever read the output has gone
        code = code or 1
    os._exit(code)


if __name__ == "__main__":
    run()
