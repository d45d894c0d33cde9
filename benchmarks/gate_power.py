"""What the gate promises, by simulation: how often it sees a true loss, and how often it alarms at none.

    python -m benchmarks.gate_power

prints two Markdown tables, the same ones on every machine, within seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from eval.gating import ALPHA, GATED, corrected, items_needed
from eval.goldfiles import FILES
from eval.paired import sign_test

ROUNDS = 20_000
LOSS = 0.08
ITEMS = (100, 200, 400, 700)
CHURNS = (0.0, 0.01, 0.02, 0.03, 0.05, 0.1)
UNCHANGED = (0.02, 0.05, 0.1, 0.2, 0.4)
# All the metrics a gate over gold of our own decides by, less the main one.
OTHERS = sum(len(GATED[name]) for name in ("all", *FILES)) - 1
_SEED = 20_120_406

Counts = npt.NDArray[np.int64]


def main() -> None:
    """Print the tables."""
    print(f"Items needed to see a loss of {LOSS:.0%} without any gains: {items_needed(LOSS)}\n")
    print("\n".join(_rows("Items gained beside", CHURNS, power)), end="\n\n")
    print("\n".join(_rows("Items that differ by chance", UNCHANGED, false_alarms)))


def power(items: int, gained: float) -> float:
    """How often a loss of LOSS is seen when so large a share of items is gained and LOSS more of them lost.

    Only the main metric moves: that the others usually fall with it is left out, which can only add to what is seen.
    """
    lost, won = _differing(np.random.default_rng(_SEED), items, gained + LOSS, gained, 1)
    return _share_of_alarms(lost, won)


def false_alarms(items: int, churn: float) -> float:
    """How often two runs of the same system differ enough for an alarm, where so many items come out by chance.

    An item that differs is as likely lost as gained. All gated metrics move, each for itself: related ones would raise
    fewer alarms.
    """
    lost, won = _differing(np.random.default_rng(_SEED), items, churn / 2, churn / 2, OTHERS + 1)
    return _share_of_alarms(lost, won)


def _differing(rng: np.random.Generator, items: int, lost: float, gained: float, metrics: int) -> tuple[Counts, Counts]:
    """Draw how many items are lost and gained, shape (ROUNDS, metrics)."""
    drawn = rng.multinomial(items, [lost, gained, 1 - lost - gained], size=(ROUNDS, metrics))
    return drawn[..., 0], drawn[..., 1]


def _share_of_alarms(lost: Counts, won: Counts) -> float:
    known: dict[tuple[int, int], float] = {}
    alarms = 0
    for losses, gains in zip(lost.tolist(), won.tolist(), strict=True):
        values = [_p(known, one, other) for one, other in zip(losses, gains, strict=True)]
        values += [1.0] * (OTHERS + 1 - len(values))
        alarms += min(corrected(values[0], values[1:])) < ALPHA
    return alarms / ROUNDS


def _p(known: dict[tuple[int, int], float], lost: int, gained: int) -> float:
    if (lost, gained) not in known:
        known[lost, gained] = sign_test(lost=lost, gained=gained)
    return known[lost, gained]


def _rows(title: str, columns: tuple[float, ...], figure: Callable[[int, float], float]) -> Iterator[str]:
    yield f"| {title} | {' | '.join(f'{column:.0%}' for column in columns)} |"
    yield f"| --- |{' ---: |' * len(columns)}"
    for items in ITEMS:
        cells = [figure(items, column) for column in columns]
        yield f"| {items} items | {' | '.join(f'{cell:.3f}' for cell in cells)} |"


if __name__ == "__main__":
    main()
