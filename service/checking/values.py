"""A claim's dates, numbers and names held against those of a quote, as values and not as words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from rapidfuzz.distance import Levenshtein

from index.analysis import query_terms, terms
from index.documents import Span
from service.checking.mentions import DateMention, Mentions, NameMention, NumberMention, find_mentions
from service.evidence.quantities import Number, PartialDate

_VARIANT_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a quote's values stand to a claim's.

    Of dates and numbers: how many of the claim's the quote has too (`agreeing`) or gives otherwise (`clashing`).
    `decisive` are the places in the quote of values that clash, or if none does, of values and names that agree.
    """

    dates_agreeing: int
    dates_clashing: int
    numbers_agreeing: int
    numbers_clashing: int
    decisive: tuple[Span, ...]

    @property
    def clashes(self) -> bool:
        """Whether a date or a number is given otherwise."""
        return self.dates_clashing + self.numbers_clashing > 0


def compare_values(claim: Mentions, quote: Mentions, context: str) -> Comparison:
    """Compare what a claim and a quote name.

    `context` is what stands around the quote (headings, the sentence before): a date said there need not be said again,
    but only the quote itself can be at odds with the claim.
    """
    around = find_mentions(context)
    dates = [_date(mention.value, quote.dates, around.dates) for mention in claim.dates]
    numbers = [_number(mention.value, quote.numbers) for mention in claim.numbers]
    clashing = [span for outcome in (*dates, *numbers) for span in outcome.spans if outcome.clashes]
    agreeing = [span for outcome in (*dates, *numbers) for span in outcome.spans if outcome.agrees]
    agreeing += [span for mention in claim.names for span in _places_of(mention, quote.names)]
    return Comparison(
        sum(one.agrees for one in dates),
        sum(one.clashes for one in dates),
        sum(one.agrees for one in numbers),
        sum(one.clashes for one in numbers),
        tuple(clashing or agreeing),
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one value of the claim, and where in the quote that is seen."""

    agrees: bool
    clashes: bool
    spans: tuple[Span, ...]


_MISSING = _Outcome(agrees=False, clashes=False, spans=())


def _date(value: PartialDate, quote: Sequence[DateMention], around: Sequence[DateMention]) -> _Outcome:
    same = [mention.span for mention in quote if _same_date(value, mention.value)]
    if same:
        return _Outcome(agrees=True, clashes=False, spans=tuple(same[:1]))
    clashing = [mention.span for mention in quote if value.contradicts(mention.value)]
    if clashing:
        return _Outcome(agrees=False, clashes=True, spans=tuple(clashing[:1]))
    agrees = any(_same_date(value, mention.value) for mention in around)
    return _Outcome(agrees=agrees, clashes=False, spans=())


def _same_date(one: PartialDate, other: PartialDate) -> bool:
    """Whether nothing differs and something is shared: "January 2012" has "17 January"."""
    shared = any(
        mine is not None and mine == theirs for mine, theirs in ((one.year, other.year), (one.month, other.month))
    )
    return shared and not one.contradicts(other)


def _number(value: Number, quote: Sequence[NumberMention]) -> _Outcome:
    alike = [mention for mention in quote if _counts_alike(value, mention.value)]
    same = [mention.span for mention in alike if value.overlaps(mention.value)]
    if same:
        return _Outcome(agrees=True, clashes=False, spans=tuple(same[:1]))
    if alike:
        return _Outcome(agrees=False, clashes=True, spans=(alike[0].span,))
    return _MISSING


def _counts_alike(one: Number, other: Number) -> bool:
    """Whether both may count the same: a word of their units is shared, or one says no unit."""
    first, second = one.counts(), other.counts()
    return not first or not second or bool(first & second)


def _places_of(name: NameMention, quote: Sequence[NameMention]) -> list[Span]:
    """Return where a quote first has a name: the words that tell it apart, which are its last one or its initials."""
    told = (
        mention.span
        for mention in quote
        if any(same_name_word(mine, theirs) for mine in name.words for theirs in mention.words)
    )
    return list(islice(told, 1))


def same_name_word(one: str, other: str) -> bool:
    """Whether two folded words may spell one name: "ghali" and "ghaly", "malian" and "mali"."""
    if one == other or not set(terms(one)).isdisjoint(terms(other)):
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < _VARIANT_LETTERS:
        # The people of a place: "mali", "malian".
        return len(shorter) == _VARIANT_LETTERS - 1 and longer.startswith(shorter) and len(longer) - len(shorter) <= 2
    return one[0] == other[0] and Levenshtein.distance(one, other, score_cutoff=1) <= 1


@lru_cache(maxsize=64)
def happening(claim: str, mentions: Mentions) -> frozenset[str]:
    """Return the terms that say what happens: the claim's content words without its names, dates and numbers."""
    taken = [mention.span for kind in (mentions.dates, mentions.numbers, mentions.names) for mention in kind]
    rest = "".join(
        " " if any(span.start <= place < span.end for span in taken) else character
        for place, character in enumerate(claim)
    )
    return frozenset(query_terms(rest)) if rest.strip() else frozenset()
