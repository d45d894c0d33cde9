"""What a conversation has spoken of so far: its names, things and dates, each once, with where it was last said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from index.analysis import fold
from service.checking.agreement import bare
from service.checking.names import Known
from service.conversation.exchange import Exchange
from service.conversation.followup.kinds import Kind, kind_of, read_known
from service.conversation.followup.phrases import Phrase, Role, find_names, find_phrases
from service.conversation.followup.words import Word, read_words
from service.evidence import grammar
from service.evidence.questions import AnswerType, answer_type

Source = Literal["question", "answer", "sentence", "evidence"]
REACH = 6
MAX_QUESTION = 400
MAX_ANSWER = 300
MAX_EVIDENCE = 600
_SHORT_ANSWER = 10


@dataclass(frozen=True, slots=True)
class Mention:
    """A thing that was spoken of: as it was named in full, and where it was last said.

    `turn` counts exchanges back from the latest (0), `first` tells whether the oldest exchange kept named it; `asked`
    is what kind of answer it was, "other" where it was none.
    """

    text: str
    head: str
    kind: Kind
    name: bool
    turn: int
    source: Source
    role: Role
    count: int
    first: bool
    asked: AnswerType


@dataclass(frozen=True, slots=True)
class Discourse:
    """The exchanges kept, oldest first, the things they spoke of, latest first, and what their texts tell of names."""

    exchanges: tuple[Exchange, ...]
    mentions: tuple[Mention, ...]
    known: Known

    @property
    def last(self) -> Exchange:
        """The latest exchange."""
        return self.exchanges[-1]


def read_history(history: Sequence[Exchange], background: str = "") -> Discourse:
    """Read the last REACH exchanges, each cut to its first words; `background` tells more of the names."""
    kept = tuple(_cut(one) for one in history[-REACH:])
    known = read_known(" \n".join([*(part for one in kept for part in (*one.evidence, one.answer or "", one.question)),
                                   background]))  # fmt: skip
    found: list[Mention] = []
    for turn, exchange in enumerate(reversed(kept)):
        first = turn == len(kept) - 1
        for mention in [*_of_answer(exchange, turn, known), *_of_question(exchange, turn, known),
                        *_of_evidence(exchange, turn, known)]:  # fmt: skip
            _add(found, replace(mention, first=first))
    return Discourse(kept, tuple(found), known)


def _cut(one: Exchange) -> Exchange:
    answer = None if one.answer is None else one.answer[:MAX_ANSWER]
    return Exchange(one.question[:MAX_QUESTION], answer, tuple(text[:MAX_EVIDENCE] for text in one.evidence[:1]))


def _mention(phrase: Phrase, turn: int, source: Source, asked: AnswerType = "other") -> Mention:
    return Mention(phrase.text, phrase.head, phrase.kind, phrase.name, turn, source, phrase.role, 1, first=False,
                   asked=asked)  # fmt: skip


def _of_question(exchange: Exchange, turn: int, known: Known) -> list[Mention]:
    words = read_words(exchange.question)
    return [_mention(phrase, turn, "question") for phrase in find_phrases(exchange.question, words, known)]


def _of_evidence(exchange: Exchange, turn: int, known: Known) -> list[Mention]:
    names = (phrase for text in exchange.evidence for phrase in find_names(text, read_words(text), known))
    return [_mention(phrase, turn, "evidence") for phrase in names]


def _of_answer(exchange: Exchange, turn: int, known: Known) -> list[Mention]:
    if not exchange.answer:
        return []
    answer = exchange.answer.strip(' ".,;:“”')
    words = read_words(answer)
    asked = answer_type(exchange.question)
    whole = _whole(answer, words, asked, known)
    parts = [phrase for phrase in find_phrases(answer, words, known) if phrase.text != answer]
    if whole is not None:
        return [_mention(whole, turn, "answer", asked), *(_mention(part, turn, "sentence") for part in parts)]
    return [_mention(phrase, turn, "sentence") for phrase in parts]


def _whole(answer: str, words: Sequence[Word], asked: AnswerType, known: Known) -> Phrase | None:
    """Return a short answer as one phrase, None where it is a sentence or a list."""
    if not words or len(words) > _SHORT_ANSWER or re.search(r"[,;:(]|\band\b", answer):
        return None
    if asked == "date" or any(words) and fold(answer)[:1].isdigit() and asked != "number":
        return Phrase(0, len(answer), answer, fold(answer), "date", "object", name=False)
    if asked == "number":
        return None
    found = find_phrases(answer, words, known)
    if not found or found[0].start > 0 or found[-1].end < len(answer) or len(found) > 1:
        return None
    only = found[0]
    return replace(only, text=answer, kind=_told_by_question(only, asked, known))


def _told_by_question(phrase: Phrase, asked: AnswerType, known: Known) -> Kind:
    kind = kind_of(phrase.text, phrase.head, known, name=phrase.name, article=phrase.text.lower().startswith("the "))
    if kind != "unknown":
        return kind
    if asked == "place":
        return "place"
    return "person" if asked == "person" and phrase.name and len(phrase.text.split()) > 1 else kind


def _add(found: list[Mention], new: Mention) -> None:
    for place, old in enumerate(found):
        if same_thing(old.text, new.text, names=old.name and new.name, people="person" in (old.kind, new.kind)):
            found[place] = _joined(old, new)
            return
    found.append(new)


def _joined(old: Mention, new: Mention) -> Mention:
    longer = len(bare(new.text)) > len(bare(old.text)) and new.source != "evidence" and new.name == old.name
    # "the MNLA" reads better than "MNLA", and a full name better than a last name.
    article = bare(new.text) == old.text and new.text.lower().startswith("the ")
    better = new if longer or article else old
    kind = old.kind if old.kind != "unknown" else new.kind
    role = old.role if old.source == "question" or new.source != "question" else new.role
    source = old.source if "question" not in (old.source, new.source) or old.turn != new.turn else old.source
    asked = old.asked if old.asked != "other" else new.asked
    return replace(old, text=better.text, head=better.head, kind=kind, role=role, source=source, asked=asked,
                   count=old.count + (new.source != "evidence"), first=old.first or new.first)  # fmt: skip


def same_thing(one: str, other: str, *, names: bool, people: bool) -> bool:
    """Whether two phrases name the same thing: the same words, a name's initials, or a person's last name."""
    first, second = fold(bare(one)), fold(bare(other))
    if first == second or _initials(one) == bare(other) or bare(one) == _initials(other):
        return True
    if not (names and people):
        return False
    short, long = sorted((first.split(), second.split()), key=len)
    return long[-len(short) :] == short or (len(short) == 1 and short[0] == long[0])


def _initials(name: str) -> str:
    words = bare(name).split()
    capitals = "".join(word[0] for word in words if word[0].isupper())
    return capitals if len(capitals) > 1 and all(word[0].isupper() or word in grammar.PREPOSITIONS for word in words) \
        else ""  # fmt: skip
