"""How long the kernels behind the page live."""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager


class PoolKeepingKernelManager(AsyncMappingKernelManager):
    """Culls idle kernels, but never one that waits in Voilà's pool for the next visitor.

    The stock culler takes those too after the idle time, and Voilà does not fill the pool again: every visitor
    from then on would wait for a cold start.
    """

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
            self.fill_if_needed(delay=0, notebook_name=self.notebook_path)

    def _waiting_kernels(self) -> set[str]:
        # ``_pools`` comes from the class Voilà derives from this one: notebook → tasks that prepare a kernel.
        pools = getattr(self, "_pools", {})
        done = [t for pool in pools.values() for t in pool if t.done() and not t.cancelled() and not t.exception()]
        return {t.result()["kernel_id"] for t in done}
