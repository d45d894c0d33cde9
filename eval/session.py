"""One evaluation from start to finish: documents indexed, gold anchored in them, items run, results written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from eval import journal, provenance
from eval.anchoring import FindDocument
from eval.claim_scoring import ClaimFigures, ClaimResult, check_gold, summarise_claims
from eval.claimset import CLAIMS_FILE, load_claims
from eval.conversation_scoring import ConversationFigures, TurnResult, summarise_conversations
from eval.conversationset import CONVERSATIONS_FILE, load_conversations
from eval.conversing import converse
from eval.goldfiles import Gold, load_sets
from eval.journal import Begun, Journal
from eval.opening import opened, opened_collection
from eval.public.detecting import read_collection
from eval.request import NOTHING_SAID, Request
from eval.results import Provenance, Run
from eval.rundir import refuse_used, write_run
from eval.scored import GoldSet
from eval.summary import Figure, Group, set_figures, summarise
from eval.working import run_sets
from index.errors import InputError
from service.catalogue import read_document
from service.conversation.followups import FollowUps
from service.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A finished run and where it was written."""

    folder: Path
    run: Run

    @property
    def broken(self) -> bool:
        """Whether any item failed or broke an invariant."""
        return any(item.violations for item in self.run.scored)


@dataclass(frozen=True, slots=True)
class Figures:
    """A finished run as `--json` prints it; `breakdowns` and `latency_ms` are of the questions."""

    run: str
    items: int
    broken: bool
    metrics: dict[GoldSet, dict[str, Figure]]
    breakdowns: dict[str, tuple[Group, ...]]
    latency_ms: dict[str, float]


def evaluate(
    request: Request, *, on_start: Callable[[int], None] | None = None, on_item: Callable[[], None] | None = None
) -> Evaluation:
    """Carry out a request and write its run folder; `on_start` is told how many items there are.

    Finished items are kept in the folder as they are made: `resume` goes on from there.
    """
    folder = request.out or folder_by_date(request)
    refuse_used(folder)
    with prepared(request) as ready:
        begun = Begun(request.anywhere(), ready.origin)
        with journal.begin(folder, begun) as kept:
            return _finished(folder, ready, begun.provenance, kept, on_start, on_item)


def folder_by_date(request: Request) -> Path:
    """Return where a run is kept that named no folder."""
    return Path("eval-runs") / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{request.split}"


def resume(
    request: Request,
    folder: Path,
    *,
    on_start: Callable[[int], None] | None = None,
    on_item: Callable[[], None] | None = None,
) -> Evaluation:
    """Go on with the run in `folder` that was interrupted, as it was begun.

    Raises InputError for a request that asks for anything itself, and where what the run was begun with has changed.
    """
    if request != NOTHING_SAID:
        raise InputError("--resume goes on with a run as it was begun; leave other options away.", code="bad_option")
    begun = journal.read_begun(folder)
    with prepared(begun.request) as ready, journal.go_on(folder, begun, ready.origin) as kept:
        return _finished(folder, ready, begun.provenance, kept, on_start, on_item)


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that an evaluation needs: the product over its documents, the gold, and where both come from."""

    pipeline: Pipeline
    find_document: FindDocument
    gold: Gold
    origin: Provenance


@contextmanager
def prepared(request: Request) -> Iterator[Prepared]:
    """Open or index the documents of a request and load its gold."""
    collection = read_collection(request)
    with opened(request) if collection is None else opened_collection(collection) as pipeline:
        find_document = partial(read_document, pipeline.library)
        if collection is None:
            whole = load_sets(request.gold, request.only, request.split, find_document)
            gold = whole.part(request.limit)
        else:
            gold = collection.gold
        pipeline.warm_up()
        origin = provenance.describe(pipeline, gold.files)
        if request.limit is not None:
            origin = replace(origin, gold=f"{origin.gold}, at most {request.limit} items of each set")
        yield Prepared(pipeline, find_document, gold, origin)


def _finished(
    folder: Path,
    ready: Prepared,
    origin: Provenance,
    kept: Journal,
    on_start: Callable[[int], None] | None,
    on_item: Callable[[], None] | None,
) -> Evaluation:
    if on_start is not None:
        on_start(ready.gold.items)
    made = run_sets(ready.pipeline, ready.find_document, ready.gold, origin, on_item or (lambda: None), kept)
    write_run(made, folder)
    journal.end(folder)
    return Evaluation(folder, made)


def evaluate_claims(
    request: Request, *, on_start: Callable[[int], None] | None = None, on_item: Callable[[], None] | None = None
) -> tuple[list[ClaimResult], ClaimFigures]:
    """Check the gold claims of a request's split; nothing is written."""
    with opened(request) as pipeline:
        find_document = partial(read_document, pipeline.library)
        gold = load_claims(request.gold or CLAIMS_FILE, find_document)
        chosen = [claim for claim in gold if request.split in ("all", claim.split)]
        if on_start is not None:
            on_start(len(chosen))
        results = check_gold(pipeline, find_document, chosen, lambda _: on_item() if on_item is not None else None)
    return results, summarise_claims(results)


def evaluate_conversations(
    request: Request, *, on_start: Callable[[int], None] | None = None, on_item: Callable[[], None] | None = None
) -> tuple[list[TurnResult], ConversationFigures]:
    """Hold the gold conversations of a request's split; nothing is written. `on_start` is told how many turns."""
    with opened(request) as pipeline:
        find_document = partial(read_document, pipeline.library)
        gold = load_conversations(request.gold or CONVERSATIONS_FILE, find_document)
        chosen = [conversation for conversation in gold if request.split in ("all", conversation.split)]
        if on_start is not None:
            on_start(sum(len(conversation.turns) for conversation in chosen))
        results = converse(
            pipeline,
            FollowUps(pipeline),
            find_document,
            chosen,
            lambda _: on_item() if on_item is not None else None,
        )
    return results, summarise_conversations(results)


def figures(evaluation: Evaluation) -> Figures:
    """Reduce a finished run to what `--json` prints."""
    run = evaluation.run
    summary = summarise(run.items) if run.items else None
    return Figures(
        run=str(evaluation.folder),
        items=len(run.scored),
        broken=evaluation.broken,
        metrics=set_figures(run.scored),
        breakdowns=summary.breakdowns if summary else {},
        latency_ms=summary.latency_ms if summary else {},
    )
