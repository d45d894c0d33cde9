"""What the documents know of names: how they are written, and what they name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from index.analysis import FUNCTION_WORDS, fold, terms
from index.library import Library
from service.checking.names import Kind as NameKind
from service.checking.names import name_key
from service.conversation.followup.leaning import NAMING
from service.evidence import grammar

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 3
_MAX_WORDS = 8
_MAX_NAMES = 8
_PASSAGES = 12
_AROUND = 40
_PLACES_OF_A_NAME = 3
# What stands before and after a name says what it names.
_BEFORE: tuple[tuple[NameKind, re.Pattern[str]], ...] = (
    ("place", re.compile(r"\b(?:in|at|near|around|outside|towards?|into|(?:town|city|village|region|province|"
                         r"state|capital|north|south|east|west|parts?|capture|fall|control|battle) of)\s(?:the )?$")),
    ("organisation", re.compile(r"\b(?:groups?|movement|organi[sz]ation|rebels?|militants?|party|coalition|"
                                r"militia|forces|fighters|members|join(?:ed)?|allied|alliance|fought|led|leaders?|between)\s"
                                r"(?:of |for |called |named |with |from |by )?(?:the )?$")),
    ("person", re.compile(r"\b(?:president|general|colonel|captain|minister|mr|mrs|dr|leader|sheikh|commander|chief|"
                          r"spokes(?:man|woman|person)|king|queen)\.?,? $")),
)  # fmt: skip
_AFTER: tuple[tuple[NameKind, re.Pattern[str]], ...] = (
    ("organisation", re.compile(r"(?:['’]s)? (?:fighters?|rebels?|forces|leaders?|leadership|spokes\w+|"
                                r"members?|militants?|troops|combatants|commanders?|movement|group|attacked|captured|seized|declared)\b")),
    ("person", re.compile(r",? (?:who|said|told|was born|born|a former|the (?:leader|head|president|chief))\b")),
)  # fmt: skip
_COMMON = (
    FUNCTION_WORDS | grammar.PRONOUNS | grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.CONJUNCTIONS
    | grammar.AUXILIARIES | NAMING | grammar.ADVERBS | grammar.VERBS | grammar.IRREGULAR_PASTS
)  # fmt: skip


class DocumentNames:
    """Names as the documents of a library write them. Thread-safe."""

    def __init__(self, library: Library) -> None:
        """Look names up in `library`."""
        self._library = library
        self._written = lru_cache(maxsize=4096)(self._write)
        self._told = lru_cache(maxsize=1024)(self._tell)

    def cased(self, text: str) -> str:
        """Return the text with the capitals that the documents never write without; its length does not change."""
        generation = self._library.arrays().generation
        found = [match for match in _WORD.finditer(text) if self._may_be_name(match[0])][:_MAX_WORDS]
        for match in reversed(found):
            written = self._written(generation, match[0])
            text = text[: match.start()] + written + text[match.end() :]
        return text

    def _may_be_name(self, word: str) -> bool:
        return len(word) >= _SHORTEST and word.islower() and fold(word) not in _COMMON

    def _write(self, _generation: int, word: str) -> str:
        forms = {
            match[0] for text in self._passages(word) for match in _WORD.finditer(text) if fold(match[0]) == fold(word)
        }
        small = not forms or any(form[0].islower() for form in forms)
        if small:
            return word
        return word.upper() if all(len(form) > 1 and form.isupper() for form in forms) else word[0].upper() + word[1:]

    def kinds_of(self, names: Sequence[str]) -> dict[str, NameKind]:
        """Return what kinds of things the documents make of some names, by name_key; the first few names are read."""
        generation = self._library.arrays().generation
        found = {name_key(name): self._told(generation, name) for name in dict.fromkeys(names[:_MAX_NAMES])}
        return {name: kind for name, kind in found.items() if kind != "unknown"}

    def _tell(self, _generation: int, name: str) -> NameKind:
        """Return the kind that the words around a name speak for most often."""
        said = fold(name)
        votes: Counter[NameKind] = Counter()
        for text in map(fold, self._passages(name)):
            for match in list(re.finditer(rf"\b{re.escape(said)}\b", text))[:_PLACES_OF_A_NAME]:
                before, after = (
                    text[max(0, match.start() - _AROUND) : match.start()],
                    text[match.end() : match.end() + _AROUND],
                )
                for kind, pattern in _BEFORE:
                    votes[kind] += pattern.search(before) is not None
                for kind, pattern in _AFTER:
                    votes[kind] += pattern.match(after) is not None
        best = votes.most_common(2)
        if not best or not best[0][1] or (len(best) > 1 and best[0][1] == best[1][1]):
            return "unknown"
        return best[0][0]

    def _passages(self, words: str) -> list[str]:
        """Return some of the passages that hold all of the words' terms, in the order of the library."""
        arrays = self._library.arrays()
        lists = [arrays.lexical.postings(term) for term in terms(words)[:_MAX_WORDS]]
        if not lists:
            return []
        lists.sort(key=len)
        common = set(lists[0].tolist()).intersection(*(one.tolist() for one in lists[1:]))
        numbers = sorted(common, key=lambda number: arrays.order[number])[:_PASSAGES]
        ids = [int(arrays.passage_ids[number]) for number in numbers]
        passages = self._library.store.passages(ids)
        return [passages[identity].index_text for identity in ids if identity in passages]
