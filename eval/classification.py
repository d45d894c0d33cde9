"""Labels told against labels wanted: confusion, and the mean of the labels' F1; pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from eval.metrics import mean


def confusion(wanted: Sequence[str], said: Sequence[str]) -> dict[str, dict[str, int]]:
    """Count each label told (inner keys) for each label wanted, labels in alphabetical order, zeros included."""
    counted = Counter(zip(wanted, said, strict=True))
    labels = sorted({*wanted, *said})
    return {gold: {told: counted[gold, told] for told in labels} for gold in labels}


def label_f1(wanted: Sequence[str], said: Sequence[str], label: str) -> float:
    """Harmonic mean of a label's precision and recall; 0 where it is never right (van Rijsbergen, 1979)."""
    right = sum(gold == told == label for gold, told in zip(wanted, said, strict=True))
    named = sum(told == label for told in said) + sum(gold == label for gold in wanted)
    return 2 * right / named if named else 0.0


def macro_f1(wanted: Sequence[str], said: Sequence[str]) -> float:
    """Mean F1 of the labels that are wanted (scikit-learn's f1_score with these labels and average "macro")."""
    return mean([label_f1(wanted, said, label) for label in sorted(set(wanted))])
