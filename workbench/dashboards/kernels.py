"""How long the kernels behind the page live, and how many stand ready for the next visitors."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import PeriodicCallback
from traitlets import Integer

#: Kernels that wait where many may come at once, as when a link is sent around; about what a waiting one takes, and
#: what part of the machine's memory they may take together.
_MANY, _READY_BYTES, _SHARE = 10, 100 << 20, 0.1
#: The next one is prepared when nobody has come for so long: preparing takes a second of computing, which belongs to
#: those who have just come.
_QUIET_SECONDS, _LOOK_MS = 10.0, 500


def many_ready(memory: int) -> int:
    """How many kernels wait for visitors on a machine with so many bytes of memory."""
    return max(1, min(_MANY, int(memory * _SHARE) // _READY_BYTES))


class PoolKeepingKernelManager(AsyncMappingKernelManager):
    """Culls idle kernels, but never one that waits in Voilà's pool for the next visitor.

    The stock culler takes those too after the idle time, and Voilà does not fill the pool again: every visitor
    from then on would wait for a cold start.

    Voilà's own pool is of one size and is filled all at once, also while visitors come. Here it grows one kernel after
    the other in quiet moments; whoever finds it empty gets a kernel at once.
    """

    ready = Integer(1, help="how many kernels wait for visitors").tag(config=True)
    _keeper: PeriodicCallback | None = None
    #: When somebody came last, and how many waited at the last look.
    _last, _seen = 0.0, 0

    async def start_kernel(self, **kwargs: Any) -> str:
        if self._keeper is None:
            self._keeper = PeriodicCallback(self._keep, _LOOK_MS)
            self._keeper.start()
        return await ensure_async(super().start_kernel(**kwargs))

    def prepare(self) -> None:
        """One more kernel for a visitor."""
        pool = len(self._pool())
        config = self.kernel_pools_config["default"]
        self.kernel_pools_config = {"default": config | {"pool_size": pool + 1}}
        self.fill_if_needed(delay=0, notebook_name=self.notebook_path)
        # None by Voilà itself, which would prepare one whenever somebody comes.
        self.kernel_pools_config = {"default": config | {"pool_size": 0}}

    def _keep(self) -> None:
        pool, now = self._pool(), time.monotonic()
        if len(pool) < self._seen:
            self._last = now
        self._seen = len(pool)
        busy = any(not task.done() or not _rendered(task) for task in pool)
        if len(pool) < self.ready and not busy and (not pool or now - self._last >= _QUIET_SECONDS):
            self.prepare()
            self._seen += 1

    def _pool(self) -> list[Any]:
        # ``_pools`` comes from the class Voilà derives from this one: notebook → tasks that prepare a kernel.
        return getattr(self, "_pools", {}).get(getattr(self, "notebook_path", None), [])

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Cull one kernel if it is idle and has had a visitor."""
        if kernel_id not in self._waiting_kernels():
            await super().cull_kernel_if_idle(kernel_id)

    async def dead(self) -> set[str]:
        """Kernels whose process has ended without having been asked to."""
        ready = [kernel for kernel in self.list_kernel_ids() if self.get_kernel(kernel).has_kernel]
        return {kernel for kernel in ready if not await ensure_async(self.is_alive(kernel))}

    async def replace(self, dead: Iterable[str]) -> None:
        """Take dead kernels off the pool and prepare others instead: Voilà would hand out the page of a dead one, and
        would not fill the pool again."""
        waiting = self._waiting_kernels()
        for kernel in waiting.intersection(dead):
            await ensure_async(self.shutdown_kernel(kernel, now=True))
            self.prepare()

    def _waiting_kernels(self) -> set[str]:
        done = [t for t in self._pool() if t.done() and not t.cancelled() and not t.exception()]
        return {t.result()["kernel_id"] for t in done}


def _rendered(task: Any) -> bool:
    """Whether what a task of the pool prepares stands ready (or has failed, which nobody has to wait for)."""
    return task.cancelled() or task.exception() is not None or task.result()["task"].done()
