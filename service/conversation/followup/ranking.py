"""How likely each thing spoken of is what a leaning word stands for: a small fitted model over plain signs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.analysis import fold
from index.errors import ModelError
from service.checking.agreement import bare
from service.checking.names import GROUPS, Known, name_key
from service.conversation.followup.kinds import EVENTS, PEOPLE, fits, suits
from service.conversation.followup.leaning import Lean
from service.conversation.followup.mentions import Mention
from service.evidence.grammar import looks_plural

WEIGHTS = Path(__file__).parent / "weights.json"
# How far behind the next must be, and how much less is asked then of what the last exchange named.
_FAR_BEHIND = 0.6
_NEAR = 0.6
_POINTED = 0.3
# What only perhaps agrees ("he" and a name that nothing shows to be a person's) must be likelier than not.
_PERHAPS = 0.5
FloatArray = npt.NDArray[np.float64]
SIGNS = (
    "surely", "perhaps", "turn_0", "turn_1", "turn_2", "later_turn",
    "subject", "object", "oblique", "answer", "sentence", "sentence_name", "evidence", "asked", "name", "first",
    "count",
    "one_word", "long", "nearest_fit", "place_in_order", "same_noun", "described", "noun_kind",
    "they_organisation", "they_person", "person_unknown_long", "it_unknown", "subject_after_subject", "owner_of_name",
    "date", "parallel", "crossed", "beaten", "suited", "unsuited", "it_person_like", "person_plural",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranked:
    """A thing a leaning word could stand for, and how likely it does."""

    mention: Mention
    chance: float


@dataclass(frozen=True, slots=True)
class Ranker:
    """A choice among the things spoken of and none of them: softmax over weighted signs.

    `sure` is the chance from which the best is taken, `rival` the share of the best one's chance from which the next
    is a rival. Fitted by `eval.fit_followups`.
    """

    weights: FloatArray
    none: FloatArray
    sure: float
    rival: float

    def is_sure(self, lean: Lean, ranked: Sequence[Ranked], known: Known) -> bool:
        """Whether the likeliest is likely enough to be taken; less is asked of what the last exchange surely named."""
        best = ranked[0]
        near = (
            best.mention.turn <= 1
            and best.mention.source != "evidence"
            and _fits(lean, best.mention, known) == "surely"
        )
        alone = len(ranked) == 1 or ranked[1].chance <= _FAR_BEHIND * best.chance
        if alone and _is_called(lean, best.mention, known):
            # "That town" is the town the last exchange named, whatever else it said; "the war" is the only war named.
            return best.chance >= self.sure * _POINTED
        if _fits(lean, best.mention, known) == "perhaps":
            return best.chance >= max(self.sure, _PERHAPS)
        return best.chance >= (self.sure * _NEAR if near and alone else self.sure)

    def rank(self, lean: Lean, mentions: Sequence[Mention], known: Known) -> list[Ranked]:
        """Return what the words can stand for, likeliest first; empty where nothing of its kind was spoken of."""
        able = [one for one in mentions if can_stand(lean, one, known)]
        if not able:
            return []
        scores = describe(lean, able, known) @ self.weights
        every = np.append(scores, describe_none(lean) @ self.none)
        chances = np.exp(every - np.logaddexp.reduce(every))
        ranked = [Ranked(one, float(chance)) for one, chance in zip(able, chances[:-1], strict=True)]
        return sorted(ranked, key=lambda one: -one.chance)


def can_stand(lean: Lean, one: Mention, known: Known) -> bool:
    """Whether a thing is of the kind the words ask for."""
    if lean.happens and one.kind not in ("event", "thing", "unknown"):
        return False
    if one.kind == "number" or (one.kind == "date" and lean.ask != "then"):
        return False
    if lean.ask in ("he", "she") and one.kind == "place":
        return False
    if lean.ask == "they" and one.kind == "thing" and not one.name:
        return False
    if lean.ask in ("noun", "other", "former", "latter"):
        # "The town" is one that has been called so; "that town" may be any town.
        definite = lean.ask == "noun" and not lean.pointing
        if definite and not any(map(str.isupper, one.text)):
            return False
        return answers_to(lean.noun, one, known) > int(definite)
    return fits(lean.ask, one.kind, one.text, known) != "no"


def answers_to(noun: str, one: Mention, known: Known) -> int:
    """Return how well a thing answers to a noun: 3 by its own last word, 2 by what the texts call it, 1 by its kind."""
    if not noun:
        return 1
    if f"{fold(bare(one.text))} ".startswith(f"{noun} "):
        return 0
    stem = noun.removesuffix("s")
    if one.head in (noun, stem) or noun in fold(one.text).split():
        return 3
    if stem in known.described.get(name_key(one.text), set()):
        return 2
    kinds = (("organisation", GROUPS | {"rebels", "organisation"}),
             ("place", frozenset({"town", "city", "place", "village"})),
             ("person", PEOPLE & {"man", "woman", "person", "guy", "leader"}))  # fmt: skip
    generic = any(one.kind == kind and stem in nouns for kind, nouns in kinds)
    return int(generic or (one.kind == "event" and stem in ("event", "incident") and stem in EVENTS))


def describe(lean: Lean, mentions: Sequence[Mention], known: Known) -> FloatArray:
    """Return the signs of each thing for the words, shape (n, len(SIGNS))."""
    places = _places(mentions)
    nearest = min((place for place, one in zip(places, mentions, strict=True) if _fits(lean, one, known) == "surely"),
                  default=-1)  # fmt: skip
    sure = min((one.turn for one in mentions if _fits(lean, one, known) == "surely"), default=len(mentions))
    return np.array(
        [_signs(lean, one, place, (nearest, sure), known) for place, one in zip(places, mentions, strict=True)],
        dtype=np.float64,
    )


# Of a leaning word: how seldom a word of its kind has nothing behind it.
NONE_SIGNS = ("always", "it", "they", "person", "noun", "owner")


def _is_called(lean: Lean, one: Mention, known: Known) -> bool:
    if not lean.noun or one.turn > 1:
        return False
    return (lean.pointing and one.turn == 0) or answers_to(lean.noun, one, known) > 2


def describe_none(lean: Lean) -> FloatArray:
    """Return the signs that a leaning word stands for nothing that was spoken of, shape (len(NONE_SIGNS),)."""
    asks = (lean.ask == "it", lean.ask == "they", lean.ask in ("he", "she"), bool(lean.noun), lean.possessive)
    return np.array([1.0, *map(float, asks)])


def _places(mentions: Sequence[Mention]) -> list[int]:
    """Number the things from the latest on; what was said in the same breath shares a number."""
    breaths = dict.fromkeys((one.turn, one.source) for one in mentions)
    order = {breath: place for place, breath in enumerate(breaths)}
    return [order[one.turn, one.source] for one in mentions]


def _fits(lean: Lean, one: Mention, known: Known) -> str:
    if lean.ask in ("noun", "other", "former", "latter"):
        return "surely" if answers_to(lean.noun, one, known) > 1 else "perhaps"
    return fits(lean.ask, one.kind, one.text, known)


def _signs(lean: Lean, one: Mention, place: int, best: tuple[int, int], known: Known) -> list[float]:
    nearest, sure = best
    fit, words, told = _fits(lean, one, known), len(one.text.split()), one.source in ("question", "answer")
    noun = answers_to(lean.noun, one, known) if lean.noun else 0
    signs = {
        "surely": fit == "surely", "perhaps": fit == "perhaps",
        "turn_0": one.turn == 0, "turn_1": one.turn == 1, "turn_2": one.turn == 2, "later_turn": one.turn > 2,
        "subject": told and one.role == "subject", "object": told and one.role == "object",
        "oblique": told and one.role == "oblique",
        "answer": one.source == "answer", "evidence": one.source == "evidence",
        "sentence": one.source == "sentence", "sentence_name": one.source == "sentence" and one.name,
        "asked": one.source == "answer" and one.asked != "other", "name": one.name, "first": one.first,
        "count": float(np.log1p(one.count)), "one_word": words == 1, "long": words > 4,
        "nearest_fit": place == nearest, "place_in_order": float(np.log1p(place)),
        "same_noun": noun == 3, "described": noun == 2, "noun_kind": noun == 1,
        "they_organisation": lean.ask == "they" and one.kind == "organisation",
        "they_person": lean.ask == "they" and one.kind in ("person", "place"),
        "person_unknown_long": lean.ask in ("he", "she") and one.kind == "unknown" and 1 < words < 4,
        "it_unknown": lean.ask == "it" and one.kind == "unknown",
        "subject_after_subject": one.role == "subject" and not lean.possessive and one.turn == 0,
        "owner_of_name": lean.possessive and one.name,
        "date": one.kind == "date",
        "parallel": lean.role == one.role or (lean.role == "object" and one.role == "oblique"),
        "crossed": lean.role == "object" and one.role == "subject" and one.turn == 0,
        "beaten": fit == "perhaps" and one.turn >= sure,
        "it_person_like": lean.ask in ("it", "they") and one.kind == "unknown" and one.name and 1 < words < 4,
        "person_plural": lean.ask in ("he", "she") and looks_plural(one.head),
        "suited": suits(one.kind, lean.company) > 0, "unsuited": suits(one.kind, lean.company) < 0,
    }  # fmt: skip
    return [float(signs[name]) for name in SIGNS]


def load_ranker(path: Path = WEIGHTS) -> Ranker:
    """Read the fitted numbers; raises ModelError when they were fitted on other signs."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if content.get("signs") != list(SIGNS) or len(content.get("weights", ())) != len(SIGNS):
        raise ModelError(
            "The follow-ups were fitted on other signs; run python -m eval.fit_followups.", code="model_altered"
        )
    return Ranker(np.array(content["weights"]), np.array(content["none"]), content["sure"], content["rival"])
