"""What a conversation has spoken of so far: its names, things and dates, each once, with where it was last said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from index.analysis import fold
from service.checking.agreement import bare
from service.checking.names import CALENDAR, Known
from service.checking.names import Kind as NameKind
from service.conversation.exchange import Exchange
from service.conversation.followup.kinds import Kind, kind_of, read_known
from service.conversation.followup.phrases import Phrase, Role, find_names, find_phrases
from service.conversation.followup.words import Word, is_auxiliary, read_clause, read_words
from service.evidence import grammar
from service.evidence.questions import AnswerType, answer_type, answer_words

Source = Literal["question", "answer", "sentence", "evidence"]
REACH = 6
MAX_QUESTION = 400
MAX_ANSWER = 300
MAX_EVIDENCE = 600
_SHORT_ANSWER = 10
_SHORT_CLAUSE = 15


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


def read_history(history: Sequence[Exchange], kinds: Mapping[str, NameKind]) -> Discourse:
    """Read the last REACH exchanges, each cut to its first words; `kinds` are what the documents make of names."""
    kept = tuple(_cut(one) for one in history[-REACH:])
    said = (part for one in kept for part in (*one.evidence, one.answer or "", one.question))
    known = read_known(" \n".join(said), kinds)
    found: list[Mention] = []
    for turn, exchange in enumerate(reversed(kept)):
        first = turn == len(kept) - 1
        for mention in [*_of_answer(exchange, turn, known), *_of_question(exchange, turn, known),
                        *_of_evidence(exchange, turn, known)]:  # fmt: skip
            _add(found, replace(mention, first=first))
    return Discourse(kept, tuple(found), known)


def names_of(message: str, history: Sequence[Exchange]) -> list[str]:
    """Return the names in a message and in the exchanges before it, the latest first."""
    nothing = Known("")
    texts = [message, *(text for one in reversed(history) for text in ((one.answer or "")[:MAX_ANSWER], one.question))]
    return [
        phrase.text
        for text in texts
        for phrase in find_names(text[:MAX_QUESTION], read_words(text[:MAX_QUESTION]), nothing)
    ]


def _cut(one: Exchange) -> Exchange:
    answer = None if one.answer is None else one.answer[:MAX_ANSWER]
    return Exchange(one.question[:MAX_QUESTION], answer, tuple(text[:MAX_EVIDENCE] for text in one.evidence[:1]))


def _mention(phrase: Phrase, turn: int, source: Source, asked: AnswerType = "other") -> Mention:
    return Mention(phrase.text, phrase.head, phrase.kind, phrase.name, turn, source, phrase.role, 1, first=False,
                   asked=asked)  # fmt: skip


def _of_question(exchange: Exchange, turn: int, known: Known) -> list[Mention]:
    words = read_words(exchange.question)
    counted = _counted(exchange.question, words)
    found = [_mention(phrase, turn, "question") for phrase in find_phrases(exchange.question, words, known)]
    return found if counted is None else [*found, _mention(counted, turn, "question")]


def _counted(question: str, words: Sequence[Word]) -> Phrase | None:
    """Return what a question counts: "the soldiers killed at Orvik" for "How many soldiers were killed at Orvik?"."""
    clause = read_clause(words)
    if (
        clause.auxiliary - clause.wh < 3
        or words[clause.wh].word != "how"
        or words[clause.wh + 1].word not in ("many", "much")
    ):
        return None
    start, end = words[clause.wh + 2].start, words[clause.auxiliary - 1].end
    if clause.verb != clause.auxiliary + 1 or len(words) - clause.verb > _SHORT_ANSWER:
        text = f"the {question[start:end]}"
    else:
        text = f"the {question[start:end]} {question[words[clause.verb].start :].rstrip(' ?.!')}"
    return Phrase(start, end, text, words[clause.auxiliary - 1].word, "several", "subject", name=False)


def _of_evidence(exchange: Exchange, turn: int, known: Known) -> list[Mention]:
    names = (phrase for text in exchange.evidence for phrase in find_names(text, read_words(text), known))
    return [_mention(phrase, turn, "evidence") for phrase in names]


def _of_answer(exchange: Exchange, turn: int, known: Known) -> list[Mention]:
    if not exchange.answer:
        return []
    answer = exchange.answer.strip(' ".,;:“”')
    words = read_words(answer)
    asked, role = answer_type(exchange.question), _answer_role(exchange.question)
    if _LIST.search(answer) and len(words) <= _LONGEST_LIST and all(map(_listed, words)):
        every = Phrase(0, len(answer), answer, "", "several", role, name=words[0].capital)
        parts = [replace(part, role=role) for part in find_phrases(answer, words, known) if part.kind != "several"]
        return [_mention(every, turn, "answer", asked), *(_mention(part, turn, "answer", asked) for part in parts)]
    whole = _whole(answer, words, asked, known)
    parts = [phrase for phrase in find_phrases(answer, words, known) if phrase.text != answer]
    if whole is not None:
        return [
            _mention(replace(whole, role=role), turn, "answer", asked),
            *(_mention(part, turn, "sentence") for part in parts),
        ]
    clause = len(words) <= _SHORT_CLAUSE
    return [_mention(phrase, turn, "answer" if clause else "sentence") for phrase in parts]


_LIST = re.compile(r"\band\b|[,;]")
_LONGEST_LIST = 20


def _listed(word: Word) -> bool:
    """Whether a word can stand in a list of names and things rather than in a sentence."""
    finite = is_auxiliary(word) or (grammar.is_participle(word.word) and not word.capital)
    return not finite and word.word not in grammar.PRONOUNS | grammar.PREPOSITIONS - {"of"}


def _answer_role(question: str) -> Role:
    """Return what part of the question its answer would be: "Who took Orvik?" asks for the subject."""
    clause = read_clause(read_words(question))
    subject = clause.verb == clause.wh + 1 or (0 <= clause.auxiliary == clause.verb - 1)
    return "subject" if clause.wh >= 0 and subject else "object"


def _whole(answer: str, words: Sequence[Word], asked: AnswerType, known: Known) -> Phrase | None:
    """Return a short answer as one phrase, None where it is a sentence or a list."""
    if not words or len(words) > _SHORT_ANSWER or re.search(r"[,;:(]|\band\b", answer):
        return None
    dated = any(map(str.isdigit, answer)) or fold(answer) in CALENDAR
    if dated and (asked == "date" or (asked != "number" and answer_words("date", answer)[:1] == [(0, len(answer))])):
        return Phrase(0, len(answer), answer, fold(answer), "date", "object", name=False)
    if asked == "number":
        return None
    found = find_phrases(answer, words, known)
    if not found or found[0].start > 0 or found[-1].end < len(answer) or len(found) > 1:
        return None
    only = found[0]
    common = not only.name and only.kind in ("person", "place", "thing", "organisation", "event")
    bare_noun = common and fold(answer).split()[0] not in grammar.DETERMINERS and not answer[:1].isupper()
    text = f"the {answer}" if bare_noun and len(words) > 1 else answer
    return replace(only, text=text, kind=_told_by_question(only, asked, known))


def _told_by_question(phrase: Phrase, asked: AnswerType, known: Known) -> Kind:
    kind = kind_of(phrase.text, phrase.head, known, name=phrase.name, article=phrase.text.lower().startswith("the "))
    if kind != "unknown":
        return kind
    if asked == "place":
        return "place"
    return "person" if asked == "person" and phrase.name and len(phrase.text.split()) > 1 else kind


def _add(found: list[Mention], new: Mention) -> None:
    for place, old in enumerate(found):
        if same_thing(old.text, new.text, names=old.name and new.name, people=_may_be_people(old, new)):
            found[place] = _joined(old, new)
            return
    found.append(new)


def _may_be_people(one: Mention, other: Mention) -> bool:
    if "several" in (one.kind, other.kind):
        return False
    if "person" in (one.kind, other.kind):
        return True
    longer = max(one.text, other.text, key=len).split()
    unknown = one.kind == other.kind == "unknown"
    return unknown and len(longer) < 4 and not grammar.is_adjective(fold(longer[0]))


def _joined(old: Mention, new: Mention) -> Mention:
    longer = len(bare(new.text)) > len(bare(old.text)) and new.source != "evidence" and new.name == old.name
    # "the MNLA" reads better than "MNLA", and a full name better than a last name.
    article = bare(new.text) == old.text and new.text.lower().startswith("the ")
    better = new if longer or article else old
    kind = old.kind if old.kind != "unknown" else new.kind
    role = old.role if old.source == "question" or new.source != "question" else new.role
    source = old.source
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
