"""Great Expectations in a process of its own.

Its import takes seconds and 200 MB. Beside the reading of ledgers, on another core, that costs almost nothing; a
notebook that audits stays small; and a crash there makes requirements 检查出错 instead of ending the run. Who audits
again soon (:func:`lent`) does not wait for the import again.
"""

from __future__ import annotations

import atexit
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
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
    """Started early, asked (:meth:`judge`) once or again, closed in any case."""

    def __init__(self) -> None:
        self._asked = False
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
            answered = pool.submit(lambda: self._answer(asked.result()))
            meanwhile()
            asked.result()  # what is wrong with the frames is no fault of the process
            try:
                return answered.result()
            except (OSError, ValueError, EOFError, pickle.UnpicklingError) as error:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(5)  # how it ended by itself says more
                self._process.kill()
                self._process.wait()
                raise RuntimeError(self._last_words() or str(error)) from error

    def _answer(self, message: bytes) -> dict[str, tuple[dict, list[Judgement]]]:
        self._asked = True
        self._process.stdin.write(message)
        self._process.stdin.flush()
        answer = pickle.load(self._process.stdout)
        self._asked = False
        return answer

    @property
    def free(self) -> bool:
        """Whether it can be asked: it lives and owes no answer."""
        return not self._asked and self._process.poll() is None

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            with suppress(OSError):  # what it was sent and never took
                stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _last_words(self) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"进程异常结束（代码 {self._process.poll()}）"


class _Kept:
    """The one process of this program that nobody uses, for a while: several audits are seldom made at once."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._lock = threading.Lock()
        self._process: GxProcess | None = None
        self._owner = 0
        self._timer: threading.Timer | None = None

    def take(self) -> GxProcess:
        """That process, or a new one."""
        process = self._out()
        if process and process.free:
            return process
        if process:
            process.close()
        return GxProcess()

    def keep(self, process: GxProcess) -> None:
        """Have it wait for the next audit; what waited before ends."""
        self.end()
        with self._lock:
            self._process, self._owner = process, os.getpid()
            self._timer = threading.Timer(self.seconds, self.end)
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        if process := self._out():
            process.close()

    def _out(self) -> GxProcess | None:
        with self._lock:
            if self._timer:
                self._timer.cancel()
            process, self._process, self._timer = self._process, None, None
        # A copy of this program (os.fork) has the same process at hand, and would take away its folder.
        return process if self._owner == os.getpid() else None


#: Five minutes: as long as somebody tries a requirement and audits again.
kept = _Kept(300)
atexit.register(kept.end)


@contextmanager
def lent() -> Iterator[GxProcess]:
    """A process for one audit: that of the audit before, or a new one. Afterwards it waits for the next, if it can."""
    process = kept.take()
    try:
        yield process
    finally:
        if process.free:
            kept.keep(process)
        else:
            process.close()
