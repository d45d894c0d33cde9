"""The fitted numbers of claim checking: from the chances of quotes to verdicts, and how sure those are."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from service.evidence.model import VERIFIER_CHECKSUM
from service.verdicts import VerdictLabel

WEIGHTS = Path(__file__).parent / "weights.json"
FloatArray = npt.NDArray[np.float64]
_LEAST = 1e-6
# A quote stands against one that speaks for the claim where the two are at odds with at least this chance.
AT_ODDS = 0.15


@dataclass(frozen=True, slots=True)
class Bars:
    """The chances that a quote needs for a verdict; for a conflict, what the surest quote of either side needs."""

    supported: float
    refuted: float
    conflicting: float

    @property
    def least_for(self) -> float:
        """What a quote for a claim needs at least to have a part in a verdict."""
        return min(self.supported, self.conflicting)

    @property
    def least_against(self) -> float:
        """What a quote against a claim needs at least to have a part in a verdict."""
        return min(self.refuted, self.conflicting)


@dataclass(frozen=True, slots=True)
class Confidence:
    """From the chance that decided a verdict to the chance that the verdict is right: logistic, shifted by verdict."""

    slope: float
    supported: float
    refuted: float
    conflicting: float
    not_enough_info: float

    def of(self, verdict: VerdictLabel, chance: float) -> float:
        """Return the chance, in [0, 1], that a verdict is right that was decided by `chance`."""
        shift: float = getattr(self, verdict)
        return 1.0 / (1.0 + math.exp(-(self.slope * log_odds(chance) + shift)))


def log_odds(chance: float) -> float:
    """Return log(p / (1 - p)), p kept where that is finite."""
    kept = min(max(chance, _LEAST), 1.0 - _LEAST)
    return math.log(kept / (1.0 - kept))


@dataclass(frozen=True, slots=True)
class Fitted:
    """What turns the verifier's chances into verdicts, fitted by `eval.fit_verdicts` for the verifier that ships."""

    bars: Bars
    confidence: Confidence
    fingerprint: str


def surest(chances: FloatArray) -> tuple[float, float]:
    """Return the surest chance of either side, 0 without any; a quote counts for the side it likelier speaks for."""
    supports, refutes = chances.reshape(-1, 2).T
    return (
        float(np.max(supports, where=supports > refutes, initial=0.0)),
        float(np.max(refutes, where=refutes > supports, initial=0.0)),
    )


def best_for(chances: FloatArray, bars: Bars) -> int | None:
    """Return the place of the quote that speaks surest for the claim, None where none has a part in the verdict."""
    if not len(chances):
        return None
    best = int(np.argmax(chances[:, 0] - chances[:, 1]))
    return best if chances[best, 0] >= max(bars.least_for, chances[best, 1]) else None


def speaking_against(chances: FloatArray, bars: Bars) -> npt.NDArray[np.bool_]:
    """Return which quotes refute the claim as far as the bars allow."""
    return (chances[:, 1] >= bars.least_against) & (chances[:, 1] >= chances[:, 0])


def verdict_for(supports: float, refutes: float, bars: Bars) -> VerdictLabel:
    """Return the verdict that the surest quote of either side allows.

    One quote against ten is a conflict to be shown, not an average.
    """
    if 0 < min(supports, refutes) >= bars.conflicting:
        return "conflicting"
    supported, refuted = 0 < supports >= bars.supported, 0 < refutes >= bars.refuted
    if supported and (supports >= refutes or not refuted):
        return "supported"
    return "refuted" if refuted else "not_enough_info"


def load_weights(path: Path = WEIGHTS) -> Fitted:
    """Read the fitted numbers; raises ModelError when they were fitted for another verifier."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if content.get("verifier") != VERIFIER_CHECKSUM:
        raise ModelError(
            "The verdicts were fitted for another verifier; run python -m eval.fit_verdicts.", code="model_altered"
        )
    return Fitted(Bars(**content["bars"]), Confidence(**content["confidence"]), content["fingerprint"])
