"""A claim's subject that leans on what stands before it: "It", "Their mayor", "The group", "The town"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.analysis import fold
from index.documents import Span
from service.checking.agreement import Ask, bare, distinct, fit, same
from service.checking.antecedents import Antecedent, Read, after_front
from service.checking.names import GROUPS, PLACES, ROLES, Known, name_key
from service.checking.verbs import Token, is_finite, read_tokens
from service.evidence import grammar

_PRONOUNS: dict[str, tuple[Ask, bool]] = {
    "it": ("it", False), "its": ("it", True), "they": ("they", False), "their": ("they", True),
    "he": ("he", False), "his": ("he", True), "she": ("she", False), "her": ("she", True),
}  # fmt: skip
# "It is known that ...", "It was in 1850 that ...", "It is hard to ...", "It rained.": nothing stands behind it.
_EMPTY_IT = re.compile(
    r"it (?:\w+ )?(?:rain|snow|(?:seem|appear|transpire|emerge|follow|happen)\w* (?:that|to|as)\b|turn(?:s|ed) out"
    r"|(?:takes?|took|would take) (?:[\w-]+ ){0,3}(?:minutes?|hours?|days?|weeks?|months?|years?|time|long|until)\b)"
    r"|it (?:is|was|has been|had been|became|will be|would be|remains)(?: [\w-]+){1,6} "
    r"(?:that|who|which|whether|when|where|how|why)\b"
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
    police forces committee council nations company firm
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
# "The mill of Orvik's owner" would be read as the mill of somebody.
_OF_COMMON = re.compile(r"\b[a-z][\w-]* (?:of|in|at|from|for|on|near|by|with)\b")


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


def _find(ask: Ask, context: Context) -> Antecedent | None:
    """Return what a pronoun stands for: the nearest sentence that has anything of its kind decides."""
    for read in context.reads:
        found = _choose(ask, read, context.known)
        if found is not None or _blocks(ask, read, context.known):
            return found
    return _titled(ask, context)


def _choose(ask: Ask, read: Read, known: Known) -> Antecedent | None:
    """Return the sentence's subject where it fits, else the only other phrase that could."""
    if read.subject is None:
        return None
    could = _could(ask, read, known)
    rivals = bool(could) or (ask == "they" and _has_other_plural(read))
    fits = fit(ask, read.subject, known)
    if fits == "surely" or (fits == "perhaps" and not rivals):
        return read.subject
    if fits == "no" and len(could) == 1 and fit(ask, could[0], known) == "surely":
        return could[0]
    return None


def _could(ask: Ask, read: Read, known: Known) -> list[Antecedent]:
    found = [other for other in read.others if other.head not in _TIME_NOUNS and fit(ask, other, known) != "no"]
    return [one for one in distinct(found) if read.subject is None or not same(one, read.subject)]


def _blocks(ask: Ask, read: Read, known: Known) -> bool:
    """Whether a sentence may hold what the pronoun stands for, only not surely: then nothing before it is asked."""
    if not read.tokens:
        return False
    return (
        read.subject is None
        or fit(ask, read.subject, known) != "no"
        or bool(_could(ask, read, known))
        or (ask == "they" and _has_other_plural(read))
    )


def _has_other_plural(read: Read) -> bool:
    subject = fold(read.subject.text).split() if read.subject else []
    return any(grammar.looks_plural(token.word) and token.word not in subject for token in read.tokens)


def _titled(ask: Ask, context: Context) -> Antecedent | None:
    """Return the heading above, where it is a name that fits."""
    heading = context.heading.strip(" *_")
    words = heading.split()
    if not words or len(words) > _MAX_TITLE or not _NO_TITLE.isdisjoint(fold(heading).split()):
        return None
    if not all(word[0].isupper() or word in ("of", "the", "for", "ag", "de", "von", "van") for word in words):
        return None
    kind = context.known.kind(re.sub(r"^[Tt]he ", "", heading), article=words[0] in ("The", "the"))
    title = Antecedent(heading, fold(words[-1]), kind, name=True)
    fits = fit(ask, title, context.known)
    return title if fits == "surely" or (fits == "perhaps" and ask == "it" and len(words) > 1) else None


def _with_definite(said: str, tokens: Sequence[Token], start: int, context: Context) -> str:
    """Name "the group" where a name of the sentences before is surely meant."""
    noun = tokens[start + 1]
    possessive = noun.raw.endswith(("'s", "’s"))
    word = re.sub(r"['’]s$", "", noun.word)
    plain = noun.raw.isalpha() and start + 2 < len(tokens) and _follows_subject(tokens, start + 2)
    if not (possessive or plain) or noun.capital:
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
    several = distinct(names)
    subjects = [read.subject for read in context.reads if read.subject is not None]
    if noun in GROUPS:
        # A group that is only mentioned ("links to the Dockers' Union") is seldom "the group".
        previous = [read.subject for read in context.reads[:1] if read.subject is not None]
        wanted = subjects if len(several) == 1 else previous
        return next((one for one in several if any(same(one, subject) for subject in wanted)), None)
    return several[0] if len(several) == 1 else None


def _names(reads: Sequence[Read]) -> Iterator[Antecedent]:
    for read in reads:
        if read.subject is not None and read.subject.name:
            yield read.subject
        yield from (other for other in read.others if other.name)


def _answers_to(noun: str, name: Antecedent, known: Known) -> bool:
    described = known.described.get(name_key(bare(name.text)), set())
    if name.head == noun and len(bare(name.text).split()) > 1:
        return True
    if noun in ROLES:
        return noun in described and len(known.offices[noun]) == 1
    if noun in described:
        return True
    if noun in _ANY_GROUP:
        return name.kind == "organisation" and _NO_GROUPS.isdisjoint(described.union(fold(name.text).split()))
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
    if fold(bare(phrase)) in fold(said) or (possessive and _OF_COMMON.search(phrase)):
        return said
    if place.start == 0:
        phrase = phrase[0].upper() + phrase[1:]
    if possessive:
        phrase += "’" if phrase.endswith("s") and grammar.looks_plural(phrase.split()[-1].lower()) else "’s"
    return said[: place.start] + phrase + said[place.end :]
