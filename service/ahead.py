"""Work done ahead: results are made in the background while the ones before are used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def made_ahead(
    make: Callable[[T], R], items: Iterable[T], size: Callable[[T], int], budget: int, most: int
) -> Iterator[tuple[T, Callable[[], R]]]:
    """Yield each item, in order, with a function that returns what `make` made of it or raises what it raised.

    Up to `most` items are made ahead while their sizes come to no more than `budget` together; one always is.
    """
    remaining = iter(items)
    # One thread: files of risky formats are read one at a time anyway.
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    waiting: deque[tuple[T, Future[R]]] = deque()
    held = 0

    def fill() -> int:
        total = held
        while not waiting or (len(waiting) < most and total < budget):
            following = next(remaining, None)
            if following is None:
                break
            total += size(following)
            waiting.append((following, pool.submit(make, following)))
        return total

    try:
        held = fill()
        while waiting:
            item, future = waiting.popleft()
            held = held - size(item)
            held = fill()
            yield item, future.result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
