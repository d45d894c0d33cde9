"""The pieces of work that a run over gold is made of: done one by one or by every core, each once, kept when done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from eval.anchoring import FindDocument
from eval.claim_scoring import check_gold
from eval.claimset import GoldClaim
from eval.conversationset import GoldConversation
from eval.conversing import converse
from eval.flatten import scored_claim, scored_lookup, scored_query, scored_question, scored_turn
from eval.goldfiles import Gold
from eval.goldset import GoldItem
from eval.journal import Done, Journal
from eval.lookup_scoring import look_up_gold
from eval.lookupset import GoldLookup
from eval.query_scoring import GoldQuery, search_gold
from eval.results import Provenance, Run
from eval.run import ask_gold
from eval.scored import Scored
from service.conversation.followups import FollowUps
from service.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of work by a name that no other of its run has; `items` is how many items it makes."""

    name: str
    items: int
    work: Callable[[], Done]


def run_sets(
    pipeline: Pipeline,
    find_document: FindDocument,
    gold: Gold,
    origin: Provenance,
    on_item: Callable[[], None],
    journal: Journal | None,
) -> Run:
    """Put every gold set to a pipeline; `on_item` is called for each item, from several threads.

    Questions and queries are asked one after the other, so that their latencies are those of a single user; nothing
    else is timed, and is worked on by every core at once. What `journal` knows is not done again, what it does not
    know it is told.
    """
    work = _Work(journal, on_item)
    timed = _timed(pipeline, find_document, gold)
    rest = _untimed(pipeline, find_document, gold)
    done = [*map(work.do, timed), *work.do_at_once(rest)]
    items = tuple(one.question for one in done if one.question is not None)
    queries = tuple(one.query for one in done if one.query is not None)
    others = (item for one in done for item in one.scored)
    return Run(origin, items, (*map(scored_question, items), *others, *map(scored_query, queries)), queries)


def _timed(pipeline: Pipeline, find_document: FindDocument, gold: Gold) -> list[_Piece]:
    def question(item: GoldItem) -> _Piece:
        name = f"question {item.id}"
        return _Piece(name, 1, lambda: Done(name, ask_gold(pipeline, find_document, item), None, ()))

    def query(item: GoldQuery) -> _Piece:
        name = f"query {item.id}"
        return _Piece(name, 1, lambda: Done(name, None, search_gold(pipeline, find_document, item), ()))

    return [*map(question, gold.questions), *map(query, gold.queries)]


def _untimed(pipeline: Pipeline, find_document: FindDocument, gold: Gold) -> list[_Piece]:
    follow_ups = FollowUps(pipeline)

    def piece(name: str, items: int, work: Callable[[], Iterable[Scored]]) -> _Piece:
        return _Piece(name, items, lambda: Done(name, None, None, tuple(work())))

    def claim(one: GoldClaim) -> _Piece:
        return piece(f"claim {one.id}", 1, lambda: map(scored_claim, check_gold(pipeline, find_document, [one])))

    def talk(one: GoldConversation) -> _Piece:
        def held() -> Iterable[Scored]:
            return map(scored_turn, converse(pipeline, follow_ups, find_document, [one], alone=False))

        return piece(f"conversation {one.id}", len(one.turns), held)

    def lookup(one: GoldLookup) -> _Piece:
        return piece(f"lookup {one.id}", 1, lambda: map(scored_lookup, look_up_gold(pipeline, find_document, [one])))

    return [*map(claim, gold.claims), *map(talk, gold.conversations), *map(lookup, gold.lookups)]


class _Work:
    """Does pieces that are not known to be done, and tells of every one."""

    def __init__(self, journal: Journal | None, on_item: Callable[[], None]) -> None:
        self._journal = journal
        self._on_item = on_item

    def do(self, piece: _Piece) -> Done:
        """Do a piece, or return what is known of it."""
        known = self._journal.known.get(piece.name) if self._journal is not None else None
        done = known or piece.work()
        if self._journal is not None and known is None:
            self._journal.keep(done)
        for _ in range(piece.items):
            self._on_item()
        return done

    def do_at_once(self, pieces: Sequence[_Piece]) -> list[Done]:
        """Do pieces on every core; the results are in their order."""
        pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="eval")
        try:
            return list(pool.map(self.do, pieces))
        finally:
            pool.shutdown(cancel_futures=True)
