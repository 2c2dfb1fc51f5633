"""How long the kernels behind the page live."""

from __future__ import annotations

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

    def _waiting_kernels(self) -> set[str]:
        # ``_pools`` comes from the class Voilà derives from this one: notebook → tasks that prepare a kernel.
        pools = getattr(self, "_pools", {})
        done = [t for pool in pools.values() for t in pool if t.done() and not t.cancelled() and not t.exception()]
        return {t.result()["kernel_id"] for t in done}
