"""What later words may stand for: the names and noun phrases of a sentence, and what kind of thing each is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.checking.names import CALENDAR, ORGANISATIONS, PARTICLES, PLACES, ROLES, Kind, Known
from service.checking.verbs import Token, is_finite, read_tokens
from service.evidence import grammar

_MAX_SUBJECT = 9
_LINKS = frozenset({"of", "for", "the"})


@dataclass(frozen=True, slots=True)
class Antecedent:
    """A name or noun phrase: its words, the folded noun that heads it, its kind, and whether it is a proper name."""

    text: str
    head: str
    kind: Kind
    name: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What a sentence offers: its subject (None where it is not sure) and its other phrases, in order."""

    subject: Antecedent | None
    others: tuple[Antecedent, ...]
    tokens: tuple[Token, ...]


def read_sentence(text: str, known: Known) -> Read:
    """Return the subject and the other names and noun phrases of a sentence."""
    tokens = read_tokens(text, 0, len(text))
    start, end = subject_bounds(tokens)
    rest = [*_phrases(text, tokens[:start], known), *_phrases(text, tokens[max(end, start) :], known)]
    first = tokens[start].word if start < len(tokens) else ""
    if first == "there" and rest and not rest[0].name:
        # "There is a mill in Orvik": what there is.
        return Read(rest[0], tuple(rest[1:]), tuple(tokens))
    subject = None if first in grammar.PRONOUNS or end <= start else _phrase(text, tokens[start:end], known)
    return Read(subject, tuple(rest), tuple(tokens))


def subject_bounds(tokens: Sequence[Token]) -> tuple[int, int]:
    """Return where the subject begins and ends, as places of words; an end not after the start where it is unsure."""
    start = after_front(tokens)
    if start == 0 and tokens and tokens[0].word in grammar.PREPOSITIONS:
        # "In Orvik the mayor left": where the front ends and the subject begins is not plain.
        return 0, 0
    verb = next((at for at in range(start + 1, len(tokens)) if is_finite(tokens, at)), None)
    if verb is None or verb - start > _MAX_SUBJECT:
        return start, start
    end = verb
    while end > start + 1 and grammar.is_adverb(tokens[end - 1].word) and not tokens[end - 1].capital:
        end -= 1
    comma = next((at for at in range(start, end) if tokens[at].raw[-1] in ",;:"), None)
    if comma is not None:
        # "Anna Borg, the mayor, resigned": the subject ends where its apposition begins.
        apposed = tokens[comma + 1].word in grammar.ARTICLES if comma + 1 < end else False
        end = comma + 1 if apposed and tokens[end - 1].raw.endswith(",") else start
    if any(token.word in grammar.RELATIVES | grammar.SUBORDINATORS for token in tokens[start:end]):
        return start, start
    return start, end


def after_front(tokens: Sequence[Token]) -> int:
    """Return at which word the main clause begins: after "In 1850," or "However,"."""
    if not tokens:
        return 0
    first = tokens[0].word
    fronted = first in grammar.PREPOSITIONS or grammar.is_adverb(first) or first in _FRONT
    later = any(token.word in ("later", "earlier", "afterwards") for token in tokens[:4])
    same = first in ("the", "that") and any(token.word in ("day", "week", "month", "year") for token in tokens[1:4])
    if not (fronted or later or same):
        return 0
    dated = _after_date(tokens) if first in grammar.PREPOSITIONS else 0
    if dated:
        return dated
    comma = next((at for at, token in enumerate(tokens[:14]) if token.raw.endswith(",")), None)
    return 0 if comma is None else comma + 1


def _after_date(tokens: Sequence[Token]) -> int:
    """Return where the words after a preposition and a date begin ("On 6 May 1850 the mill ..."), 0 without a date."""
    at, end = 1, 0
    while at < len(tokens) and (tokens[at].word[:1].isdigit() or tokens[at].word in CALENDAR | _DATE_LINKS):
        if tokens[at].word not in _DATE_LINKS:
            end = at + 1
        at += 1
    return end


_DATE_LINKS = frozenset({"the", "of", "early", "late", "mid", "and", "about", "around"})
_FRONT = frozenset(
    [
        "however",
        "furthermore",
        "moreover",
        "additionally",
        "meanwhile",
        "therefore",
        "later",
        "thus",
        "instead",
        "today",
        "yesterday",
        "finally",
    ]
)


def _phrases(text: str, tokens: Sequence[Token], known: Known) -> Iterator[Antecedent]:
    """Yield the names and the phrases with an article among some words."""
    at = 0
    while at < len(tokens):
        end = _phrase_end(tokens, at)
        if end > at:
            found = _phrase(text, tokens[at:end], known)
            if found is not None:
                yield found
        at = max(end, at + 1)


def _phrase_end(tokens: Sequence[Token], at: int) -> int:
    """Where the name or noun phrase ends that begins at `at`, or `at` where none does."""
    article = tokens[at].word in grammar.ARTICLES
    if not article and not _in_name(tokens[at]):
        return at
    end = at + 1
    while end < len(tokens) and tokens[end - 1].raw[-1] not in ",;:.)" and _continues(tokens, end, article=article):
        end += 1
    return end


def _continues(tokens: Sequence[Token], at: int, *, article: bool) -> bool:
    token = tokens[at]
    if token.raw[0] in '(“"«':
        return False
    if token.capital:
        return True
    if token.word in _LINKS | PARTICLES and tokens[at - 1].capital:
        return any(later.capital for later in tokens[at + 1 : at + 3])
    closed = grammar.PREPOSITIONS | grammar.CONJUNCTIONS | grammar.AUXILIARIES | grammar.RELATIVES | grammar.DETERMINERS
    common = article and token.word not in closed and not tokens[at - 1].capital
    return common and not (at > 1 and tokens[at - 1].word not in grammar.ARTICLES and is_finite(tokens, at))


def _in_name(token: Token) -> bool:
    return token.capital and token.word not in CALENDAR and token.word not in _NOT_NAMES


_NOT_NAMES = (
    grammar.PREPOSITIONS | grammar.PRONOUNS | grammar.DETERMINERS | grammar.CONJUNCTIONS | grammar.ADVERBS | _FRONT
)


def _phrase(text: str, tokens: Sequence[Token], known: Known) -> Antecedent | None:
    """Return what some words name, or None where that is not sure."""
    tokens = tokens[: next((at for at, token in enumerate(tokens) if at and token.raw[0] == "("), len(tokens))]
    whole = text[tokens[0].start : tokens[-1].end].strip(' ,;:.()[]“”"«»*_')
    whole = re.sub(r"['’]s$|(?<=s)['’]$", "", whole)
    bare = [token for token in tokens if token.word not in grammar.ARTICLES]
    if not bare or not whole or (tokens[0].word not in grammar.ARTICLES and tokens[0].word in _UNSURE_FIRST):
        return None
    if any(token.word == "and" for token in tokens):
        return Antecedent(whole, "", "several", name=False)
    article = tokens[0].word in grammar.ARTICLES
    name = all(token.capital or token.word in _LINKS | PARTICLES for token in bare) and not bare[0].word[:1].isdigit()
    if name and (len(bare) > 1 or article or not grammar.looks_plural(bare[0].word)):
        proper = re.sub(r"^[Tt]he ", "", whole)
        return Antecedent(whole, _head(bare), known.kind(proper, article=article), name=True)
    return _common(whole, bare)


_UNSURE_FIRST = frozenset(
    [
        "its",
        "their",
        "his",
        "her",
        "our",
        "my",
        "your",
        "no",
        "some",
        "any",
        "few",
        "many",
        "most",
        "several",
        "each",
        "every",
        "all",
        "both",
        "this",
        "that",
        "these",
        "those",
        "there",
    ]
)


def _head(bare: Sequence[Token]) -> str:
    end = next((at for at, token in enumerate(bare) if at and token.word in grammar.PREPOSITIONS), len(bare))
    return re.sub(r"['’]s$", "", bare[end - 1].word)


def _common(whole: str, bare: Sequence[Token]) -> Antecedent:
    head = _head(bare)
    name = any(token.capital for token in bare)
    if grammar.looks_plural(head):
        return Antecedent(whole, head, "several", name)
    if head in ROLES:
        return Antecedent(whole, head, "person", name)
    kind: Kind = "organisation" if head in ORGANISATIONS else "place" if head in PLACES else "thing"
    return Antecedent(whole, head, kind, name)
