"""The audit: shapes, verdicts, judging, run folders. The package can be called as :func:`workbench.audit.engine.audit`.

``workbench.audit`` is both a part of the house and a word of the Python API (``workbench.audit(source, as_of=...)``);
importing a package binds its name in the parent, so the package itself answers the call.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _CallablePackage(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from workbench.audit.engine import audit

        return audit(*args, **kwargs)


sys.modules[__name__].__class__ = _CallablePackage
