"""One evaluation from start to finish: documents indexed, gold anchored in them, items run, results written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Literal

from eval import provenance
from eval.anchoring import FindDocument, Split
from eval.claim_scoring import ClaimFigures, ClaimResult, check_gold, summarise_claims
from eval.claimset import CLAIMS_FILE, load_claims
from eval.conversation_scoring import ConversationFigures, TurnResult, summarise_conversations
from eval.conversationset import CONVERSATIONS_FILE, load_conversations
from eval.conversing import converse
from eval.flatten import scored_claim, scored_lookup, scored_turn
from eval.goldfiles import Gold, load_sets
from eval.lookup_scoring import look_up_gold
from eval.results import Run
from eval.run import run
from eval.rundir import refuse_used, write_run
from eval.scored import GoldSet
from eval.summary import Figure, Group, set_figures, summarise
from index.errors import InputError
from service.catalogue import read_document
from service.conversation.followups import FollowUps
from service.ingest import ingest_paths
from service.pipeline import Pipeline, open_pipeline
from service.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate; None means: the built-in gold, the seeds, a temporary data folder, a new folder by date.

    `only` names the gold sets wanted, empty for all.
    """

    split: Split | Literal["all"]
    only: frozenset[GoldSet]
    gold: Path | None
    documents: Path | None
    data: Path | None
    out: Path | None


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
    """Carry out a request and write its run folder; `on_start` is told how many items there are."""
    folder = request.out or Path("eval-runs") / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{request.split}"
    refuse_used(folder)
    with opened(request) as pipeline:
        find_document = partial(read_document, pipeline.library)
        gold = load_sets(request.gold, request.only, request.split, find_document)
        pipeline.warm_up()
        if on_start is not None:
            on_start(gold.items)
        made = run_sets(pipeline, find_document, gold, on_item or (lambda: None))
    write_run(made, folder)
    return Evaluation(folder, made)


def run_sets(pipeline: Pipeline, find_document: FindDocument, gold: Gold, on_item: Callable[[], None]) -> Run:
    """Put every gold set to a pipeline; `on_item` is called after each item, from several threads.

    Questions are asked one after the other, so that their latencies are those of a single user; nothing else is timed,
    and is worked on by every core at once.
    """

    def told(_item: object) -> None:
        on_item()

    origin = provenance.describe(pipeline, gold.files)
    asked = run(pipeline, find_document, gold.questions, origin, on_item=told)
    follow_ups = FollowUps(pipeline)
    pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="eval")
    try:
        turns = pool.map(
            lambda one: converse(pipeline, follow_ups, find_document, [one], told, alone=False), gold.conversations
        )
        claims = pool.map(lambda one: check_gold(pipeline, find_document, [one], told), gold.claims)
        lookups = pool.map(lambda one: look_up_gold(pipeline, find_document, [one], told), gold.lookups)
        rest = (
            *map(scored_claim, chain.from_iterable(claims)),
            *map(scored_turn, chain.from_iterable(turns)),
            *map(scored_lookup, chain.from_iterable(lookups)),
        )
    finally:
        pool.shutdown(cancel_futures=True)
    return replace(asked, scored=(*asked.scored, *rest))


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


def seeds() -> Path:
    """Return the folder of documents shipped with citecheck: in the package in a wheel, else the repository's."""
    here = Path(__file__).parent
    for folder in (here / "seeds", here.parent / "seeds"):
        if any(folder.glob("*.txt")):
            return folder
    raise InputError("The seed documents are not installed; name a folder with --documents.", code="no_seeds")


@contextmanager
def opened(request: Request) -> Iterator[Pipeline]:
    """Open a data folder as it is, or index documents into a temporary one."""
    if request.data is not None:
        if request.documents is not None:
            raise InputError("Give --documents or --data, not both: --data is evaluated as it is.", code="bad_option")
        with _opened(read_settings({"data": request.data})) as pipeline:
            yield pipeline
        return
    documents = request.documents or seeds()
    with tempfile.TemporaryDirectory(prefix="citecheck-eval-") as folder:
        settings = read_settings({"data": Path(folder)})
        with _opened(settings) as pipeline:
            ingest_paths(pipeline.library, [documents], max_bytes=settings.max_document_bytes)
            yield pipeline


@contextmanager
def _opened(settings: Settings) -> Iterator[Pipeline]:
    pipeline = open_pipeline(settings)
    try:
        yield pipeline
    finally:
        pipeline.library.close()
