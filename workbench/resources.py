"""Where the files that travel with the workbench lie: suites, notebooks, the sample.

In a checkout (and an editable install) they stand beside the package; a wheel carries them in ``workbench/_data``.
"""

from __future__ import annotations

from pathlib import Path

from workbench.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Folder ``expectations``, ``notebooks`` or ``sample_data``, whichever way the workbench was installed.

    Raises :class:`UsageError` when it is in neither place.
    """
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise UsageError(
        "安装不完整，缺少随附文件夹", place=name, expected=f"workbench/_data/{name}", next_step="请重新安装 dangjian-workbench"
    )
