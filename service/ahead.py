"""Work done ahead: a few results are made in the background while the one before is used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 4


def made_ahead(make: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, Callable[[], R]]]:
    """Yield each item, in order, with a function that returns what `make` made of it or raises what it raised."""
    remaining = iter(items)
    # One thread: files of risky formats are read one at a time anyway.
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    try:
        waiting: deque[tuple[T, Future[R]]] = deque(
            (item, pool.submit(make, item)) for item in islice(remaining, _AHEAD)
        )
        while waiting:
            item, future = waiting.popleft()
            yield item, future.result
            waiting.extend((following, pool.submit(make, following)) for following in islice(remaining, 1))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
