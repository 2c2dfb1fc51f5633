"""Great Expectations in a process of its own.

Its import takes seconds and 200 MB. Beside the reading of ledgers, on another core, that costs almost nothing; a
notebook that audits stays small; and a crash there makes requirements 检查出错 instead of ending the run.
"""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # whoever starts the process early has nothing of this yet
    import numpy as np

    from workbench.requirements.model import Requirement

    #: By document its requirements and their judged values: a row a requirement, a column a subject, NaN: not judged.
    Frames = dict[str, tuple[Sequence[Requirement], np.ndarray]]


@dataclass(frozen=True)
class Judgement:
    """What Great Expectations says of one requirement: subjects judged and failing, or why the check broke."""

    requirement: str
    judged: int
    failing: int
    error: str = ""


class GxProcess:
    """Started early, asked once (:meth:`judge`), closed in any case."""

    def __init__(self) -> None:
        self._complaints = tempfile.TemporaryFile()
        self._folder = tempfile.mkdtemp(prefix="workbench-gx-")  # Great Expectations leaves a folder behind each time
        environment = {
            **os.environ,
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._folder),
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "GX_ANALYTICS_ENABLED": "False",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workbench.audit.gx_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=environment,
        )

    def judge(
        self, frames: Callable[[], Frames], meanwhile: Callable[[], object] = lambda: None
    ) -> dict[str, tuple[dict, list[Judgement]]]:
        """Validation result and judgements per document; ``meanwhile`` is called while they are awaited.

        ``frames`` may itself wait for its data. Raises :class:`RuntimeError` with the last words of the process when
        it broke.
        """
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(lambda: pickle.dumps(frames(), protocol=5))
            answered = pool.submit(lambda: self._process.communicate(asked.result()))
            meanwhile()
            asked.result()  # what is wrong with the frames is no fault of the process
            try:
                answer, _ = answered.result()
            except (OSError, ValueError) as error:
                raise RuntimeError(self._last_words() or str(error)) from error
        if self._process.returncode != 0 or not answer:
            raise RuntimeError(self._last_words())
        return pickle.loads(answer)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _last_words(self) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"进程异常结束（代码 {self._process.poll()}）"
