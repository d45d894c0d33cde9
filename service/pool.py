"""A bounded pool for model work: the event loop stays free, and a full queue says so instead of growing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from index.errors import CitecheckError

P = ParamSpec("P")
T = TypeVar("T")

RETRY_AFTER_SECONDS = 1


class Busy(CitecheckError):
    """Every worker is busy and the queue is full (HTTP 503 with Retry-After)."""


class WorkPool:
    """Runs calls on `workers` threads and lets `queue` more wait."""

    def __init__(self, workers: int, queue: int) -> None:
        """Start no thread yet; threads start with the first work."""
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="work")
        self._places = threading.BoundedSemaphore(workers + queue)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `call` on a worker; raises Busy at once when there is no place."""
        if not self._places.acquire(blocking=False):
            raise Busy("The service is busy; try again in a moment.", code="busy")
        try:
            future = self._executor.submit(call, *args, **kwargs)
        except BaseException:
            self._places.release()
            raise
        # The place is free when the work is over, also when the client has gone before.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let running work end and drop what waits."""
        self._executor.shutdown(wait=True, cancel_futures=True)
