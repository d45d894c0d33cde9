"""The claim behind a yes/no question: "Was Touré ousted?" asks about "Touré was ousted."."""

from __future__ import annotations

import re
from typing import Literal

from index.analysis import fold
from service.evidence import grammar
from service.evidence.openings import AUXILIARY, open_question

Follows = Literal["base", "past", "be"]
_NEVER = -9.0
_CONTRACTED = {"won": "will", "ca": "can", "sha": "shall", "ai": "is", "can": "can", "wo": "will"}
_IF_SO = re.compile(r"[,;.?]? (?:and )?if (?:so|yes)\b.*$", re.IGNORECASE)
_SOME = {"any": "some", "anyone": "someone", "anybody": "somebody", "anything": "something", "anywhere": "somewhere"}


def as_claim(question: str) -> str:
    """Return what a yes/no question asks about, as a positive statement with a full stop.

    Meant for questions that `is_yes_no` accepts; any other comes back as it stands, with a full stop.
    """
    opened = open_question(_IF_SO.sub("", " ".join(question.split())))
    auxiliary = AUXILIARY.match(opened.text) if opened.form == "question" else None
    said = opened.text if auxiliary is None else _stated(auxiliary[0], opened.text[auxiliary.end() :].split())
    claim = f"{opened.front}, {said}" if opened.front else said
    return f"{claim[:1].upper()}{claim[1:]}." if claim else ""


def _stated(auxiliary: str, body: list[str]) -> str:
    verb = _positive(auxiliary)
    if body and fold(body[0]) == "not":
        body = body[1:]
    end = min(_subject_end(body, _follows(verb)), len(body))
    predicate = [word for place, word in enumerate(body[end:]) if not (place == 0 and fold(word) == "not")]
    words = [*body[:end], verb, *(word for word in predicate if fold(word).strip(",") not in ("ever", "yet"))]
    return " ".join(_SOME.get(fold(word), word) for word in words)


def _positive(auxiliary: str) -> str:
    verb = auxiliary.lower()
    if verb == "cannot":
        return "can"
    bare = re.sub(r"n?['’]?t$", "", verb) if re.search(r"n['’]?t$", verb) else verb
    return _CONTRACTED.get(bare, bare)


def _follows(verb: str) -> Follows:
    if verb in ("am", "is", "are", "was", "were"):
        return "be"
    return "past" if verb in ("has", "have", "had") else "base"


def _subject_end(body: list[str], follows: Follows) -> int:
    """How many words of `body` are the subject: the likeliest predicate begins right after it."""
    if len(body) < 2:
        return len(body)
    phrase = _Phrase(body, follows)
    first = phrase.words[0]
    if first in grammar.PRONOUNS and first not in grammar.DEMONSTRATIVES:
        return 1
    if first in grammar.DEMONSTRATIVES:
        # "this fits" or "this drug fits": see whether a predicate could begin at once.
        phrase.open[1] = phrase.words[1] == "of"
    return max(range(1, len(body)), key=phrase.score)


class _Phrase:
    """The words after the auxiliary, and how well a predicate would begin at each."""

    def __init__(self, body: list[str], follows: Follows) -> None:
        self.body = body
        self.follows = follows
        self.words = [fold(word).strip("\"“”‘',.;:()!?") for word in body]
        self.open: list[bool] = []
        for place in range(len(body)):
            self.open.append(self._unfinished(place))

    def score(self, place: int) -> float:
        """The higher, the likelier the predicate begins at `place`."""
        word = self.words[place]
        if self.open[place] or word == "of" or word in grammar.CONJUNCTIONS | grammar.RELATIVES:
            return _NEVER
        value = self._name_score(place)
        if value is None:
            value = {"base": self._base, "past": self._past, "be": self._be}[self.follows](place)
        # Of two equal places the first: what follows a predicate often looks like one.
        return value + 0.5 * grammar.looks_plural(self.words[place - 1]) - 0.1 * place

    def _unfinished(self, place: int) -> bool:
        """Whether a phrase that ends just before `place` still wants its noun."""
        if place == 0:
            return True
        before = self.words[place - 1]
        if self.words[place] in grammar.ARTICLES and grammar.is_adverb(before):
            return False
        if before in grammar.PREPOSITIONS | grammar.CONJUNCTIONS | grammar.AUXILIARIES | grammar.DETERMINERS:
            return True
        if place > 1 and before in grammar.NOMINATIVES:
            return True
        if self.body[place - 1].endswith(("'s", "’s", "s'", "s’", "-")) or self._in_relative(place):
            return True
        described = grammar.is_adverb(before) or grammar.is_adjective(before) or before[:1].isdigit()
        return self.open[place - 1] and (described or grammar.is_participle(before)) and not self._capital(place - 1)

    def _in_relative(self, place: int) -> bool:
        """Whether `place` is in an "if ..." clause, or a "who ..." before it has not had its verb yet."""
        if not grammar.SUBORDINATORS.isdisjoint(self.words[1:place]):
            return True
        for back in range(place - 1, 0, -1):
            word = self.words[back]
            if word in grammar.RELATIVES and self.body[back].islower():
                return True
            if grammar.is_participle(word) or grammar.is_base_verb(word) or word in grammar.AUXILIARIES:
                return False
        return False

    def _capital(self, place: int) -> bool:
        return self.body[place].lstrip("\"“‘'(")[:1].isupper()

    def _name_score(self, place: int) -> float | None:
        """A score for words in or next to a name, or None where the word itself has to tell."""
        after_name = self._capital(place - 1) and not self.body[place - 1].endswith(",")
        if self.words[place] in grammar.PARTICLES and after_name and self._next_capital(place):
            return _NEVER
        if not self._capital(place):
            return None
        if self.follows != "be":
            return -4.0
        if after_name or self.words[place - 1] in grammar.PARTICLES:
            acronym = len(self.body[place - 1]) > 2 and self.body[place - 1].isupper()
            return -0.5 if acronym and not self.body[place].isupper() else -3.0
        return 1.0

    def _next_capital(self, place: int) -> bool:
        return place + 1 < len(self.body) and self._capital(place + 1)

    def _object_next(self, place: int) -> bool:
        """Whether what follows `place` begins a phrase of its own, or nothing follows."""
        if place + 1 >= len(self.words):
            return True
        word = self.words[place + 1]
        starts = grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.PRONOUNS | {"him", "them", "us", "me"}
        return word in starts or word[:1].isdigit() or self._capital(place + 1) or grammar.is_adverb(word)

    def _base(self, place: int) -> float:
        word = self.words[place]
        if word in ("be", "have", "do", "help", "let"):
            return 5.0
        if grammar.is_adverb(word) and place + 1 < len(self.words):
            return max(self._base(place + 1), 0.0) + 0.2 + (word in grammar.MID_ADVERBS)
        if word in grammar.PREPOSITIONS | grammar.DETERMINERS or word[:1].isdigit():
            return -3.0
        last = place + 1 >= len(self.words)
        if word in grammar.VERBS:
            return 3.0 + self._object_next(place)
        if word in grammar.NOUN_VERBS:
            return 1.5 + self._object_next(place) + 0.5 * self._capital(place - 1)
        if grammar.is_participle(word) or grammar.is_adjective(word):
            return -1.0
        return (0.5 if self._object_next(place) and not last else 0.0) + 1.5 * bool(re.search(r"i[fsz][ey]$", word))

    def _past(self, place: int) -> float:
        word = self.words[place]
        if word in ("been", "had"):
            return 5.0
        if grammar.is_adverb(word) and place + 1 < len(self.words):
            return self._past(place + 1) + 0.2
        if grammar.is_participle(word) and not word.endswith("ing"):
            return 3.0
        if word in grammar.PREPOSITIONS:
            return -1.0
        return 1.0 if word in grammar.DETERMINERS else 0.0

    def _be(self, place: int) -> float:
        word = self.words[place]
        if grammar.is_adverb(word) and place + 1 < len(self.words):
            return (self._name_score(place + 1) or self._be(place + 1)) + 0.2
        if grammar.is_participle(word):
            # A participle that ends the question is its verb; an earlier one may only describe the subject.
            return (2.0 if word.endswith("ing") else 3.0) + 0.6 * (place + 1 == len(self.words))
        if word == "being":
            return 4.0
        if self._compares(place) or (grammar.is_adjective(word) and word not in grammar.DETERMINERS):
            following = self.words[place + 1 : place + 2]
            # An adjective before a noun more often describes that noun than ends a predicate.
            alone = (
                self._object_next(place) or following[0] in grammar.CONJUNCTIONS or grammar.is_adjective(following[0])
            )
            return 2.5 if alone or self._compares(place) else 1.0
        if word in grammar.DETERMINERS:
            return self._noun_predicate(place)
        if word in grammar.PREPOSITIONS:
            return 1.2
        return 1.5 if word[:1].isdigit() else 0.0

    def _compares(self, place: int) -> bool:
        rest = self.words[place + 1 :]
        return len(self.words[place]) > 4 and self.words[place].endswith("er") and "than" in rest

    def _noun_predicate(self, place: int) -> float:
        """Score "the president" as a predicate: not after a verb, whose object it is, nor between commas."""
        before = self.words[place - 1]
        if self.body[place - 1].endswith(",") or (place > 1 and grammar.is_participle(before)):
            return -1.0
        return 2.5 if self.words[place] in ("a", "an") else 2.0
