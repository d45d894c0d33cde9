"""Misspelt words of a question, put right by the words the documents use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from index.analysis import FUNCTION_WORDS, fold, terms
from index.library import Library

_WORD = re.compile(r"[^\W\d_]+")
# Shorter words have too many neighbours one letter away.
_SHORTEST = 5
_TWO_SLIPS = 8
MAX_CORRECTED = 8
# How many passages are looked through for the way a word is written.
_PASSAGES = 20


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The documents' terms by their first letter, at one generation of the library."""

    generation: int
    terms: dict[str, list[str]]


class Speller:
    """Corrects words that neither the documents nor the encoder's vocabulary know. Thread-safe."""

    def __init__(self, library: Library) -> None:
        """Correct by the terms of `library`."""
        self._library = library
        self._whole = lru_cache(maxsize=4096)(lambda word: library.encoder.count_tokens(word) == 1)
        self._vocabulary = _Vocabulary(-1, {})

    def correct(self, question: str) -> str:
        """Return the question with such words replaced by the documents' nearest; itself where there are none.

        A word at most one slip away (two in a long one that is no name; a slip is a letter wrong, missing, added or
        swapped with the next) is taken for a misspelling. Anything the encoder has a token of its own for is a word
        people use. The first MAX_CORRECTED unknown words are looked up: a question of inventions is left as it is.
        """
        unknown = [match for match in _WORD.finditer(question) if self._is_unknown(match[0])][:MAX_CORRECTED]
        for match in reversed(unknown):
            question = question[: match.start()] + self._corrected(match[0]) + question[match.end() :]
        return question

    def _is_unknown(self, word: str) -> bool:
        folded = fold(word)
        if len(folded) < _SHORTEST or folded in FUNCTION_WORDS or self._whole(folded):
            return False
        stems = terms(folded)
        return bool(stems) and stems[0] not in self._library.arrays().lexical

    def _corrected(self, word: str) -> str:
        folded = fold(word)
        slips = 2 if len(folded) >= _TWO_SLIPS and word.islower() else 1
        choices = self._terms_like(folded)
        near = [
            extractOne(form, choices, scorer=OSA.distance, score_cutoff=slips) for form in (terms(folded)[0], folded)
        ]
        found = min((one for one in near if one is not None), key=lambda one: (one[1], one[0]), default=None)
        if found is None:
            return word
        return min(self._as_written(found[0]), key=lambda form: OSA.distance(fold(form), folded), default=word)

    def _terms_like(self, folded: str) -> list[str]:
        arrays = self._library.arrays()
        vocabulary = self._vocabulary
        if vocabulary.generation != arrays.generation:
            by_letter: dict[str, list[str]] = {}
            for term in sorted(arrays.lexical.terms()):
                by_letter.setdefault(term[0], []).append(term)
            self._vocabulary = vocabulary = _Vocabulary(arrays.generation, by_letter)
        return vocabulary.terms.get(folded[0], [])

    def _as_written(self, stem: str) -> list[str]:
        """Return the words of that stem as the documents write them, in the order of some passages that hold it."""
        arrays = self._library.arrays()
        numbers = arrays.lexical.postings(stem)[:_PASSAGES].tolist()
        passages = self._library.store.passages([int(arrays.passage_ids[number]) for number in numbers])
        written = [match[0] for passage in passages.values() for match in _WORD.finditer(passage.index_text)]
        return [form for form in dict.fromkeys(written) if terms(form) == [stem]]
