"""Fit what leaning words stand for: python -m eval.fit_followups --rewrites rewrite.jsonl.gz.

Three fifths of the conversations are fitted on; a fifth chooses how sure a reading must be; the last fifth is left for
`benchmarks.followups`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from eval.rewrites import Follow, overlap, read_follows
from index.analysis import FUNCTION_WORDS
from service.conversation.followup.leaning import Lean, find_leaning
from service.conversation.followup.mentions import Discourse, Mention, read_history
from service.conversation.followup.phrases import find_phrases
from service.conversation.followup.ranking import NONE_SIGNS, SIGNS, WEIGHTS, can_stand, describe, describe_none
from service.conversation.followup.words import Word, read_clause, read_words

FloatArray = npt.NDArray[np.float64]
# From this share of words in common a phrase counts as what the words stood for.
_SAME = 0.5
_PENALTY = 0.3
# A leaning word whose meaning was not among the phrases found is better left alone than filled wrongly.
_UNFOUND_WEIGHT = 0.5
# A wrong reading is shown to whoever asked and can be put right; a word left leaning finds nothing at all.
WRONG_COST = 0.5
# Public follow-ups keep to one person or band for a whole conversation; people who ask documents go on from answers.
_EXPECTED = {
    "surely": 2.0, "turn_0": 1.5, "turn_1": 0.5, "later_turn": -0.5, "subject": 1.0, "object": 0.5, "answer": 1.5,
    "sentence": -0.5, "evidence": -1.5, "asked": 1.0, "name": 1.0, "first": 0.3, "count": 0.7, "nearest_fit": 0.7,
    "place_in_order": -0.3, "same_noun": 2.0, "described": 1.5, "they_organisation": 1.0, "they_person": -1.0,
    "person_unknown_long": 1.0, "long": -0.5, "parallel": 0.7, "beaten": -1.5, "suited": 1.0, "unsuited": -1.0,
}  # fmt: skip
PRIOR = np.array([_EXPECTED.get(name, 0.0) for name in SIGNS] + [1.0] + [0.0] * (len(NONE_SIGNS) - 1))
_GRID = np.round(np.arange(0.2, 0.81, 0.05), 2)
# From this share of the best one's chance a name said in the same breath is meant about as often.
RIVAL = 0.4


@dataclass(frozen=True, slots=True)
class Case:
    """A leaning word: its candidates' signs, shape (n, len(SIGNS)), those of none, which are right, and its weight."""

    signs: FloatArray
    none: FloatArray
    right: npt.NDArray[np.bool_]
    weight: float


def main() -> None:
    """Fit, choose, report, write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rewrites", type=Path, required=True, help="rows of src, id, history, question, rewrite")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    follows = read_follows(arguments.rewrites)
    fitting = [case for follow in follows if follow.part == "fit" for case in read_cases(follow)]
    choosing = [case for follow in follows if follow.part == "choose" for case in read_cases(follow)]
    numbers = fit(fitting)
    sure, report = choose(choosing, numbers)
    content = {
        "signs": list(SIGNS),
        "weights": np.round(numbers[: len(SIGNS)], 4).tolist(),
        "none": np.round(numbers[len(SIGNS) :], 4).tolist(),
        "sure": sure,
        "rival": RIVAL,
    }
    content["fingerprint"] = f"followups-{hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]}"
    content["report"] = {"fitted_on": len(fitting), "chosen_on": len(choosing), **report}
    arguments.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(content["report"], indent=1))  # noqa: T201 - the command's result


def read_cases(follow: Follow) -> Iterator[Case]:
    """Yield the leaning words of a message that something spoken of could fill."""
    if not follow.history:
        return
    discourse = read_history(follow.history, {})
    words = read_words(follow.message)
    phrases = find_phrases(follow.message, words, discourse.known)
    for lean in find_leaning(words, read_clause(words), phrases, discourse.known):
        said = _stood_for(lean, words, follow.rewrite)
        able = [one for one in discourse.mentions if can_stand(lean, one, discourse.known)]
        if said is not None and able:
            yield _case(lean, able, discourse, said)


def _case(lean: Lean, able: Sequence[Mention], discourse: Discourse, said: str) -> Case:
    right = np.array([_is_said(one.text, said) for one in able])
    weight = _UNFOUND_WEIGHT if said and not right.any() else 1.0
    return Case(describe(lean, able, discourse.known), describe_none(lean), right, weight)


def _stood_for(lean: Lean, words: Sequence[Word], rewrite: str) -> str | None:
    """Return what the rewrite says in place of the words: "" where it keeps them, None where it drops them."""
    before = [word.word for word in words]
    after = read_words(rewrite)
    places = [at for at, word in enumerate(words) if lean.start <= word.start < lean.end]
    for kind, low, high, start, end in SequenceMatcher(
        a=before, b=[w.word for w in after], autojunk=False
    ).get_opcodes():
        if low <= places[-1] < high:
            if kind == "equal":
                return ""
            return rewrite[after[start].start : after[end - 1].end] if end > start else None
    return None


def _is_said(text: str, said: str) -> bool:
    wanted = " ".join(word for word in said.split() if word.lower() not in FUNCTION_WORDS)
    given = " ".join(word for word in text.split() if word.lower() not in FUNCTION_WORDS)
    return bool(wanted) and overlap(given, wanted) >= _SAME


def fit(cases: Sequence[Case]) -> FloatArray:
    """Return the weights of the signs and then those of none by penalised likelihood of what is right."""

    def loss(numbers: FloatArray) -> tuple[float, FloatArray]:
        away = numbers - PRIOR
        total, gradient = _PENALTY * float(away @ away), 2 * _PENALTY * away
        for case in cases:
            one, slope = _loss_of(case, numbers)
            total, gradient = total + one / len(cases) * 100, gradient + slope / len(cases) * 100
        return total, gradient

    start = PRIOR.copy()
    found: FloatArray = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return found


def _rows(case: Case) -> FloatArray:
    """The candidates beside columns for none, and none itself as the last row."""
    rows = np.zeros((len(case.signs) + 1, len(SIGNS) + len(NONE_SIGNS)))
    rows[:-1, : len(SIGNS)] = case.signs
    rows[-1, len(SIGNS) :] = case.none
    return rows


def _loss_of(case: Case, numbers: FloatArray) -> tuple[float, FloatArray]:
    rows = _rows(case)
    scores = rows @ numbers
    shares = np.exp(scores - np.logaddexp.reduce(scores))
    right = np.append(case.right, not case.right.any())
    mass = float(shares[right].sum()) + 1e-12
    posterior = np.where(right, shares, 0.0) / mass
    slope: FloatArray = case.weight * (rows.T @ (shares - posterior))
    return -case.weight * float(np.log(mass)), slope


def choose(cases: Sequence[Case], numbers: FloatArray) -> tuple[float, dict[str, float]]:
    """Return the chance from which filling gains most, and what it gives."""
    best = [(float(shares[:-1].max()), bool(case.right[int(shares[:-1].argmax())]))
            for case in cases for shares in [_shares(case, numbers)]]  # fmt: skip
    gains = [sum((1.0 if right else -WRONG_COST) for chance, right in best if chance >= sure) for sure in _GRID]
    sure = float(_GRID[int(np.argmax(gains))])
    taken = Counter(right for chance, right in best if chance >= sure)
    fillable = sum(bool(case.right.any()) for case in cases)
    return sure, {
        "right_of_filled": round(taken[True] / max(1, taken.total()), 4),
        "filled_right_of_fillable": round(taken[True] / max(1, fillable), 4),
        "filled": taken.total(),
    }


def _shares(case: Case, numbers: FloatArray) -> FloatArray:
    scores = _rows(case) @ numbers
    shares: FloatArray = np.exp(scores - np.logaddexp.reduce(scores))
    return shares


if __name__ == "__main__":
    main()
