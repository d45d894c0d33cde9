"""Which words of a message lean on what was said before: pronouns, "that town", "the other group", "the latter"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from service.checking.names import ORGANISATIONS, PLACES, Known
from service.conversation.followup.kinds import EVENTS, PEOPLE, TIMES, fits
from service.conversation.followup.phrases import Phrase, Role
from service.conversation.followup.words import NOMINATIVE, WH, Clause, Word, is_auxiliary
from service.evidence import grammar

Ask = Literal["it", "they", "he", "she", "there", "then", "this", "these", "noun", "other", "former", "latter"]
MAX_LEANING = 3

_PRONOUNS: dict[str, tuple[Ask, bool]] = {
    "it": ("it", False), "its": ("it", True), "they": ("they", False), "them": ("they", False),
    "their": ("they", True), "theirs": ("they", True), "he": ("he", False), "him": ("he", False),
    "his": ("he", True), "she": ("she", False), "hers": ("she", True),
}  # fmt: skip
# As people type them in haste; only words that are nothing else.
SLIPS = {"thier": "their", "thery": "they", "tehy": "they", "thme": "them", "tehir": "their", "hes": "his"}
_COUNTING = frozenset("many much some most all both none one two three several which each few".split())  # noqa: SIM905
_BE = frozenset("is are was were be been isn't aren't wasn't weren't".split())  # noqa: SIM905
_BEFORE_TIME = frozenset("since by until till before after".split())  # noqa: SIM905
_SAYING = frozenset(
    """
    say says said claim claims claimed think believe deny denied admit report reported state stated know mean show
    shows prove argue announce announced agree true fact
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_EMPTY_AFTER = frozenset(
    """
    true possible known clear correct right likely unlikely certain safe legal illegal hard easy difficult necessary
    important raining snowing said believed thought better best worth common normal ok okay fair reported
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
NAMING = ORGANISATIONS | PLACES | EVENTS | PEOPLE


@dataclass(frozen=True, slots=True)
class Lean:
    """Words that lean: where they stand, what they ask for, whether they own what follows, and the noun they carry.

    `pointing` tells "that town" from "the town"; `role` is the part in the sentence; `happens` tells that only an
    event does what the sentence says ("when did it end?"), `company` holds the words of the message.
    """

    start: int
    end: int
    ask: Ask
    possessive: bool
    noun: str
    pointing: bool
    role: Role = "object"
    happens: bool = False
    company: frozenset[str] = frozenset()


def find_leaning(words: Sequence[Word], clause: Clause, phrases: Sequence[Phrase], known: Known) -> list[Lean]:
    """Return the words that lean on something before the message, at most MAX_LEANING of them."""
    found: list[Lean] = []
    company = frozenset(word.word for word in words)
    for lean, at in _leaning(words, clause):
        if not _bound(lean, at, words, phrases, known):
            found.append(replace(lean, role=_role(lean, words, at), happens=_happens(words, at), company=company))
        if len(found) == MAX_LEANING:
            break
    return found


_EVENT_VERBS = frozenset("end start begin happen occur last ended started began happened lasted".split())  # noqa: SIM905


def _role(lean: Lean, words: Sequence[Word], at: int) -> Role:
    if lean.possessive:
        return "owner"
    nominative = words[at].word in ("he", "she", "they")
    return "subject" if nominative or (at and is_auxiliary(words[at - 1])) else "object"


def _happens(words: Sequence[Word], at: int) -> bool:
    after = [word.word for word in words[at + 1 : at + 3]]
    last = (
        at + 2 >= len(words)
        or words[at + 2].word in grammar.PREPOSITIONS | grammar.CONJUNCTIONS
        or words[at + 2].broken
    )
    return bool(after) and ((after[0] in _EVENT_VERBS and last) or after[:2] == ["take", "place"])


def _leaning(words: Sequence[Word], clause: Clause) -> Iterator[tuple[Lean, int]]:
    skip = -1
    for at in range(len(words)):
        if at <= skip:
            continue
        read = _pronoun(words, at) or _adverb(words, at) or _demonstrative(words, at, clause) or _definite(words, at)
        if read is not None:
            lean, skip = read
            yield lean, at


def _pronoun(words: Sequence[Word], at: int) -> tuple[Lean, int] | None:
    word = words[at]
    spelt = SLIPS.get(word.word, word.word)
    if spelt == "her":
        return Lean(word.start, word.end, "she", _is_owner(words, at), "", pointing=False), at
    if spelt not in _PRONOUNS or (word.text.isupper() and len(word.text) > 1) or _is_empty(words, at):
        return None
    ask, possessive = _PRONOUNS[spelt]
    if spelt == "them" and at > 1 and words[at - 1].word == "of" and words[at - 2].word in _COUNTING:
        # "How many of them" counts people or things, not a body that people speak of as "they".
        ask = "these"
    return Lean(word.start, word.end, ask, possessive, "", pointing=False), at


def _is_owner(words: Sequence[Word], at: int) -> bool:
    after = words[at + 1] if at + 1 < len(words) else None
    closed = grammar.PREPOSITIONS | grammar.CONJUNCTIONS | grammar.ARTICLES | grammar.ADVERBS | NOMINATIVE
    return after is not None and not after.broken and after.word not in closed and not is_auxiliary(after)


def _is_empty(words: Sequence[Word], at: int) -> bool:
    """Whether nothing stands behind an "it": "is it true that", "how long did it take to"."""
    if words[at].word != "it":
        return False
    rest = [word.word for word in words[at + 1 : at + 5]]
    before = words[at - 1].word if at else ""
    if any(word in _EMPTY_AFTER for word in rest[:2]) and any(
        word in ("that", "to", "if", "for", "by") for word in rest
    ):
        return True
    if rest[:1] == ["take"] or rest[:1] == ["took"] or rest[:2] == ["comes", "to"]:
        return any(word in ("to", "for", "before", "until") for word in rest)
    time = at > 1 and words[at - 2].word in ("time", "day") and before in _BE
    return time or rest[:2] in (["rain"], ["snow"]) or rest[:1] in (["rain"], ["snow"], ["seem"])


def _adverb(words: Sequence[Word], at: int) -> tuple[Lean, int] | None:
    word, before = words[at], words[at - 1].word if at else ""
    after = words[at + 1] if at + 1 < len(words) else None
    last = after is None or after.broken
    if word.word == "there":
        existential = before in _BE | {"has", "have", "had"} or (after is not None and is_auxiliary(after))
        return (
            None
            if existential or at == 0
            else (Lean(word.start, word.end, "there", possessive=False, noun="", pointing=False), at)
        )
    if word.word == "then" and at and (last or before in _BEFORE_TIME):
        return Lean(word.start, word.end, "then", possessive=False, noun="", pointing=False), at
    return None


def _demonstrative(words: Sequence[Word], at: int, clause: Clause) -> tuple[Lean, int] | None:
    word = words[at]
    if word.word not in grammar.DEMONSTRATIVES - {"one"}:
        return None
    many: Ask = "these" if word.word in ("these", "those") else "this"
    end = _noun_end(words, at + 1, clause.verb)
    if end > at + 1:
        noun = words[end - 1]
        if word.word == "that" and _is_link(words, at) and noun.word not in NAMING | TIMES:
            return None
        ask: Ask = "then" if noun.word in TIMES else "noun"
        if noun.word in ("one", "ones"):
            return Lean(word.start, noun.end, many, noun.possessive, "", pointing=True), end - 1
        return Lean(word.start, noun.end, ask, noun.possessive, noun.word, pointing=True), end - 1
    if word.word == "that" and _is_link(words, at):
        return None
    return Lean(word.start, word.end, many, possessive=False, noun="", pointing=False), at


def _is_link(words: Sequence[Word], at: int) -> bool:
    """Whether "that" joins clauses: "the group that fought", "said that Gao"."""
    if at == 0:
        return False
    before = words[at - 1]
    after = words[at + 1] if at + 1 < len(words) else None
    if before.word in _SAYING:
        return after is not None and not after.broken
    if before.word in WH | grammar.PREPOSITIONS or is_auxiliary(before) or (before.broken and at == 1):
        return False
    return after is not None and not after.broken and before.word not in ("about", "like")


def _noun_end(words: Sequence[Word], at: int, verb: int) -> int:
    """Where the small noun phrase after a demonstrative or an article ends."""
    end = at
    closed = grammar.PREPOSITIONS | grammar.CONJUNCTIONS | grammar.RELATIVES | grammar.PRONOUNS - {"one"}
    while end < len(words) and end - at < 4 and end != verb:
        word = words[end]
        if word.broken or word.word in closed | grammar.MID_ADVERBS | WH or is_auxiliary(word) or word.word in _SAYING:
            break
        if end > at and not grammar.is_adjective(words[end - 1].word) and word.word in grammar.VERBS:
            break
        if grammar.is_participle(word.word) and end > at:
            break
        end += 1
        if words[end - 1].possessive:
            break
    return end


def _definite(words: Sequence[Word], at: int) -> tuple[Lean, int] | None:
    """Return "the other group", "the latter" and "the town" where nothing after them says which."""
    if words[at].word not in ("the", "another") or at + 1 >= len(words) or words[at + 1].broken:
        return None
    noun = words[at + 1]
    if noun.word in ("former", "latter") and (at + 2 == len(words) or not _is_common(words[at + 2])):
        ask: Ask = "former" if noun.word == "former" else "latter"
        return Lean(words[at].start, noun.end, ask, noun.possessive, "", pointing=False), at + 1
    if noun.word in ("other", "others", "second", "first") or words[at].word == "another":
        return _other(words, at)
    return _bare_noun(words, at)


def _other(words: Sequence[Word], at: int) -> tuple[Lean, int] | None:
    marks = words[at + 1].word in ("other", "others")
    place = at + 2 if marks or words[at + 1].word in ("first", "second") else at + 1
    if words[at + 1].word == "others" and _is_last(words, at + 1):
        return Lean(words[at].start, words[at + 1].end, "other", possessive=False, noun="", pointing=False), at + 1
    if place >= len(words) or words[place].broken or not _is_last(words, place):
        return None
    noun = words[place]
    ordinal: Ask = "former" if words[at + 1].word == "first" else "latter"
    ask: Ask = ordinal if words[at + 1].word in ("first", "second") else "other"
    if noun.word not in NAMING | {"one", "ones", "side"} or (ask in ("former", "latter") and noun.word != "one"):
        return None
    if noun.word in ("one", "ones", "side"):
        return Lean(words[at].start, noun.end, ask, noun.possessive, "", pointing=False), place
    return Lean(words[at].start, noun.end, ask, noun.possessive, noun.word, pointing=False), place


def _bare_noun(words: Sequence[Word], at: int) -> tuple[Lean, int] | None:
    noun = words[at + 1]
    if words[at].word != "the" or noun.capital or not _is_last(words, at + 1) or not _is_common(noun):
        return None
    return Lean(words[at].start, noun.end, "noun", noun.possessive, noun.word, pointing=False), at + 1


def _is_last(words: Sequence[Word], at: int) -> bool:
    """Whether a noun ends its phrase and nothing after it tells which one is meant."""
    if at + 1 >= len(words) or words[at + 1].broken or words[at].possessive:
        return True
    after = words[at + 1]
    telling = after.word in ("of", "who", "which", "that", "called", "named", "known", "in", "at", "for", "from", "by")
    return not telling and not _is_common(after) and not after.capital


def _is_common(word: Word) -> bool:
    closed = grammar.PREPOSITIONS | grammar.CONJUNCTIONS | grammar.PRONOUNS | grammar.DETERMINERS | grammar.ADVERBS
    verb = grammar.is_base_verb(word.word) or grammar.is_participle(word.word) or grammar.is_third_person(word.word)
    return not (word.word in closed | WH or is_auxiliary(word) or verb)


def _bound(lean: Lean, at: int, words: Sequence[Word], phrases: Sequence[Phrase], known: Known) -> bool:
    """Whether the message itself names what a pronoun stands for: "Did Ansar Dine lose its leader?"."""
    if lean.ask not in ("it", "they", "he", "she"):
        return False
    before = [one for one in phrases if one.end <= lean.start and fits(lean.ask, one.kind, one.text, known) != "no"]
    asked = any(word.word in ("who", "which", "whose") or (word.word == "many" and lean.ask == "they")
                for word in words[: max(0, at - 1)])  # fmt: skip
    if lean.possessive:
        owners = [one for one in before if one.role != "owner"]
        return bool(owners) or (asked and lean.ask == "they" and _subject_asked(words))
    before_it = words[at - 1] if at else None
    embedded = before_it is not None and words[at].word in ("he", "she", "they") and before_it.word not in (
        grammar.PREPOSITIONS | grammar.CONJUNCTIONS | WH) and not is_auxiliary(before_it)  # fmt: skip
    if embedded and before:
        # "artists he played with": the clause of a noun that the sentence's subject comes before.
        return True
    clause = any(_opens_clause(words, place) for place in range(1, at))
    return bool(before) and clause and any(one.end <= _clause_start(words, at) for one in before)


def _subject_asked(words: Sequence[Word]) -> bool:
    return words[0].word in ("who", "which") and not any(is_auxiliary(word) for word in words[1:3])


def _opens_clause(words: Sequence[Word], at: int) -> bool:
    joins = grammar.SUBORDINATORS | {"that", "and", "but", "before", "after", "since", "until", "who", "which", "as"}
    return words[at].broken or words[at].word in joins or words[at].word in _SAYING


def _clause_start(words: Sequence[Word], at: int) -> int:
    opened = next((place for place in range(at, 0, -1) if _opens_clause(words, place)), 0)
    return words[opened].start if opened else 0
