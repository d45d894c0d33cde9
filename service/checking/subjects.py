"""A claim's subject that leans on what stands before it: "It", "Their mayor", "The group", "The town"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from index.analysis import fold
from index.documents import Span
from service.checking.antecedents import (
    FEMALE,
    GROUPS,
    MALE,
    PLACES,
    ROLES,
    Antecedent,
    Known,
    Read,
    after_front,
    name_key,
)
from service.checking.verbs import Token, is_finite, read_tokens
from service.evidence import grammar

_Ask = Literal["it", "they", "he", "she"]
_Fit = Literal["surely", "perhaps", "no"]

_PRONOUNS: dict[str, tuple[_Ask, bool]] = {
    "it": ("it", False), "its": ("it", True), "they": ("they", False), "their": ("they", True),
    "he": ("he", False), "his": ("he", True), "she": ("she", False), "her": ("she", True),
}  # fmt: skip
# "It is known that ...", "It was in 1850 that ...", "It is hard to ...", "It rained.": nothing stands behind it.
_EMPTY_IT = re.compile(
    r"it (?:\w+ )?(?:rain|snow|seem|appear|turn|take|took|transpire|emerge|follows|happen)"
    r"|it (?:\w+ ){1,7}(?:that|who|which|whether|when|where|how)\b"
    r"|it (?:is|was|has been|became|will be|would be|had been|remains|remained)(?: not| \w+ly| very| too| so)* "
    r"(?:(?P<adjective>[\w-]+) (?:to|for|of)|possible|impossible|clear|(?:a |an )?\w+ (?:day|night|morning|evening)"
    r"|(?:in|on|at|only|winter|summer|spring|autumn|time|late|early|dark|cold|hot|not until)\b)",
    re.IGNORECASE,
)
_TIME_NOUNS = frozenset(
    """
    year month week day time end beginning start morning night evening century decade hour minute north south east west
    centre center middle same first second third last next following previous way result case fact order number
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_ANY_GROUP = frozenset({"group", "movement", "organisation", "organization"})
_NO_GROUPS = frozenset(
    """
    army government ministry bank university institute school church commission parliament newspaper congress court
    police forces committee council nations
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_ANY_TOWN = frozenset({"town", "city", "village"})
_NO_TITLE = frozenset(
    """
    life career history background legacy death family education overview summary introduction conclusion references
    work works notes impact economy geography climate culture see early later personal origins politics news about
    facts figures reception development timeline events further reading links sources contents part chapter section
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_MAX_TITLE = 6


@dataclass(frozen=True, slots=True)
class Context:
    """What stands before a claim: the sentences it may lean on, the nearest first, and the heading above."""

    reads: tuple[Read, ...]
    heading: str
    known: Known


def resolve_subject(said: str, context: Context) -> str:
    """Return the claim with its leaning subject named, or as it is where that is not sure."""
    tokens = read_tokens(said, 0, len(said))
    start = after_front(tokens)
    if start + 1 >= len(tokens) or any(mark in said[: tokens[start].start] for mark in '“”"«»'):
        return said
    first = tokens[start]
    if first.raw[0] in '“"«‘(':
        return said
    if first.word in _PRONOUNS and first.raw.isalpha():
        return _with_pronoun(said, tokens, start, context)
    if first.word in ("the", "this", "these") and first.raw.isalpha():
        return _with_definite(said, tokens, start, context)
    return said


def _with_pronoun(said: str, tokens: Sequence[Token], start: int, context: Context) -> str:
    pronoun = tokens[start]
    ask, possessive = _PRONOUNS[pronoun.word]
    after = tokens[start + 1]
    if after.word in grammar.CONJUNCTIONS or (possessive and _is_verb(tokens, start + 1)):
        return said
    if ask == "it" and not possessive and _is_empty(said[pronoun.start :]):
        return said
    found = _find(ask, context)
    if found is None:
        return said
    return _put(said, Span(pronoun.start, pronoun.end), _phrase(found, context.known), possessive=possessive)


def _is_verb(tokens: Sequence[Token], at: int) -> bool:
    return is_finite(tokens, at) and tokens[at].word in grammar.AUXILIARIES


def _is_empty(said: str) -> bool:
    found = _EMPTY_IT.match(said)
    if found is None:
        return False
    adjective = found["adjective"]
    # "It was forced to close" has somebody behind it, "it was easy to close" has not.
    return adjective is None or grammar.is_adjective(fold(adjective)) or not grammar.is_participle(fold(adjective))


def _find(ask: _Ask, context: Context) -> Antecedent | None:
    """Return what a pronoun stands for: the nearest sentence that has anything of its kind decides."""
    for read in context.reads:
        found = _choose(ask, read, context.known)
        if found is not None or _blocks(ask, read, context.known):
            return found
    return _titled(ask, context)


def _choose(ask: _Ask, read: Read, known: Known) -> Antecedent | None:
    """Return the sentence's subject where it fits, else the only other phrase that could."""
    if read.subject is None:
        return None
    could = _could(ask, read, known)
    rivals = bool(could) or (ask == "they" and _has_other_plural(read))
    fit = _fit(ask, read.subject, known)
    if fit == "surely" or (fit == "perhaps" and not rivals):
        return read.subject
    if fit == "no" and len(could) == 1 and _fit(ask, could[0], known) == "surely":
        return could[0]
    return None


def _could(ask: _Ask, read: Read, known: Known) -> list[Antecedent]:
    found = [other for other in read.others if other.head not in _TIME_NOUNS and _fit(ask, other, known) != "no"]
    return [one for one in _distinct(found) if read.subject is None or not _same(one, read.subject)]


def _blocks(ask: _Ask, read: Read, known: Known) -> bool:
    """Whether a sentence may hold what the pronoun stands for, only not surely: then nothing before it is asked."""
    if not read.tokens:
        return False
    return (
        read.subject is None
        or _fit(ask, read.subject, known) != "no"
        or bool(_could(ask, read, known))
        or (ask == "they" and _has_other_plural(read))
    )


def _has_other_plural(read: Read) -> bool:
    subject = fold(read.subject.text).split() if read.subject else []
    return any(grammar.looks_plural(token.word) and token.word not in subject for token in read.tokens)


def _fit(ask: _Ask, one: Antecedent, known: Known) -> _Fit:
    if ask == "it":
        return (
            "surely" if one.kind in ("organisation", "place", "thing") else "perhaps" if one.kind == "unknown" else "no"
        )
    if ask == "they":
        return "surely" if one.kind == "several" else "perhaps" if one.kind == "organisation" else "no"
    described = set(fold(one.text).replace(".", "").split()) | known.described.get(name_key(one.text), set())
    if not described.isdisjoint(FEMALE if ask == "he" else MALE):
        return "no"
    if one.kind == "person":
        return "surely"
    if one.kind != "unknown":
        return "no"
    # A name of two or three words that nothing shows to be a place or a body is somebody's.
    return "surely" if 2 <= len(one.text.split()) <= 3 else "perhaps"


def _distinct(found: Sequence[Antecedent]) -> list[Antecedent]:
    """Return each thing once: the same words again or a name's initials are the same thing."""
    kept: list[Antecedent] = []
    for one in found:
        if not any(_same(one, other) for other in kept):
            kept.append(one)
    return kept


def _same(one: Antecedent, other: Antecedent) -> bool:
    first, second = _bare(one.text), _bare(other.text)
    return fold(first) == fold(second) or first == _initials(second) or second == _initials(first)


def _bare(text: str) -> str:
    return re.sub(r"^(?:the|an?) ", "", text, flags=re.IGNORECASE)


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word[0].isupper())


def _titled(ask: _Ask, context: Context) -> Antecedent | None:
    """Return the heading above, where it is a name that fits."""
    heading = context.heading.strip(" *_")
    words = heading.split()
    if not words or len(words) > _MAX_TITLE or not _NO_TITLE.isdisjoint(fold(heading).split()):
        return None
    if not all(word[0].isupper() or word in ("of", "the", "for", "ag", "de", "von", "van") for word in words):
        return None
    kind = context.known.kind(re.sub(r"^[Tt]he ", "", heading), article=words[0] in ("The", "the"))
    title = Antecedent(heading, fold(words[-1]), kind, name=True)
    fit = _fit(ask, title, context.known)
    return title if fit == "surely" or (fit == "perhaps" and ask == "it" and len(words) > 1) else None


def _with_definite(said: str, tokens: Sequence[Token], start: int, context: Context) -> str:
    """Name "the group" where a name of the sentences before is surely meant."""
    noun = tokens[start + 1]
    possessive = noun.raw.endswith(("'s", "’s"))
    word = re.sub(r"['’]s$", "", noun.word)
    bare = noun.raw.isalpha() and start + 2 < len(tokens) and _follows_subject(tokens, start + 2)
    if not (possessive or bare) or noun.capital:
        return said
    found = _named(word, context)
    if found is None:
        return said
    return _put(said, Span(tokens[start].start, noun.end), _phrase(found, context.known), possessive=possessive)


def _follows_subject(tokens: Sequence[Token], at: int) -> bool:
    adverb = grammar.is_adverb(tokens[at].word) and at + 1 < len(tokens) and is_finite(tokens, at + 1)
    return adverb or is_finite(tokens, at)


def _named(noun: str, context: Context) -> Antecedent | None:
    """Return the only name that answers to the noun; of several groups the one that was the last subject."""
    names = [name for name in _names(context.reads) if _answers_to(noun, name, context.known)]
    distinct = _distinct(names)
    subjects = [read.subject for read in context.reads if read.subject is not None]
    if noun in GROUPS:
        # A group that is only mentioned ("links to the Dockers' Union") is seldom "the group".
        previous = [read.subject for read in context.reads[:1] if read.subject is not None]
        wanted = subjects if len(distinct) == 1 else previous
        return next((one for one in distinct if any(_same(one, subject) for subject in wanted)), None)
    return distinct[0] if len(distinct) == 1 else None


def _names(reads: Sequence[Read]) -> Iterator[Antecedent]:
    for read in reads:
        if read.subject is not None and read.subject.name:
            yield read.subject
        yield from (other for other in read.others if other.name)


def _answers_to(noun: str, name: Antecedent, known: Known) -> bool:
    described = known.described.get(name_key(_bare(name.text)), set())
    if name.head == noun and len(_bare(name.text).split()) > 1:
        return True
    if noun in ROLES:
        return noun in described and len(known.offices[noun]) == 1
    if noun in described:
        return True
    if noun in _ANY_GROUP:
        other = described & (GROUPS - _ANY_GROUP) or _NO_GROUPS.intersection(fold(name.text).split())
        return name.kind == "organisation" and not other
    return noun in _ANY_TOWN and name.kind == "place" and described.isdisjoint(PLACES)


def _phrase(found: Antecedent, known: Known) -> str:
    """Return the phrase as it reads when it is not new any more, with a small letter unless it begins with a name."""
    phrase = found.text
    first, _, rest = phrase.partition(" ")
    if first.lower() in ("a", "an") and rest:
        return f"the {rest}"
    plain = first.isalpha() and grammar.looks_plural(first.lower()) and first not in known.capitals
    if first.lower() in grammar.DETERMINERS or (found.kind == "several" and plain):
        phrase = phrase[0].lower() + phrase[1:]
    counted = first[0].isdigit() or first.lower() in grammar.DETERMINERS - grammar.ARTICLES
    return f"the {phrase}" if found.kind == "several" and counted else phrase


def _put(said: str, place: Span, phrase: str, *, possessive: bool) -> str:
    if fold(_bare(phrase)) in fold(said):
        return said
    if place.start == 0:
        phrase = phrase[0].upper() + phrase[1:]
    if possessive:
        phrase += "’" if phrase.endswith("s") and grammar.looks_plural(phrase.split()[-1].lower()) else "’s"
    return said[: place.start] + phrase + said[place.end :]
