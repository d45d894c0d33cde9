"""One evaluation from start to finish: documents indexed, gold anchored in them, items run, results written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from eval import provenance
from eval.claim_scoring import ClaimFigures, ClaimResult, check_gold, summarise_claims
from eval.claimset import CLAIMS_FILE, load_claims
from eval.conversation_scoring import ConversationFigures, TurnResult, summarise_conversations
from eval.conversationset import CONVERSATIONS_FILE, load_conversations
from eval.conversing import converse
from eval.goldset import GOLD_FILE, Split, load_gold, select
from eval.results import ItemResult
from eval.run import run
from eval.rundir import refuse_used, write_run
from eval.summary import Figure, Group, Summary, summarise
from index.errors import InputError
from service.catalogue import read_document
from service.conversation.followups import FollowUps
from service.ingest import ingest_paths
from service.pipeline import Pipeline, open_pipeline
from service.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate; None means: the built-in gold, the seeds, a temporary data folder, a new folder by date."""

    split: Split | Literal["all"]
    gold: Path | None
    documents: Path | None
    data: Path | None
    out: Path | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A finished run and where it was written."""

    folder: Path
    summary: Summary


@dataclass(frozen=True, slots=True)
class Figures:
    """A finished run as `--json` prints it."""

    run: str
    items: int
    broken: bool
    metrics: dict[str, Figure]
    breakdowns: dict[str, tuple[Group, ...]]
    latency_ms: dict[str, float]


def evaluate(
    request: Request,
    *,
    on_start: Callable[[int], None] | None = None,
    on_item: Callable[[ItemResult], None] | None = None,
) -> Evaluation:
    """Carry out a request and write its run folder; `on_start` is told how many items there are."""
    folder = request.out or Path("eval-runs") / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{request.split}"
    refuse_used(folder)
    gold_file = request.gold or GOLD_FILE
    with _pipeline(request) as pipeline:
        find_document = partial(read_document, pipeline.library)
        gold = select(load_gold(gold_file, find_document), request.split)
        pipeline.warm_up()
        if on_start is not None:
            on_start(len(gold))
        made = run(pipeline, find_document, gold, provenance.describe(pipeline, gold_file), on_item=on_item)
    write_run(made, folder)
    return Evaluation(folder, summarise(made.items))


def evaluate_claims(
    request: Request, *, on_start: Callable[[int], None] | None = None, on_item: Callable[[], None] | None = None
) -> tuple[list[ClaimResult], ClaimFigures]:
    """Check the gold claims of a request's split; nothing is written."""
    with _pipeline(request) as pipeline:
        gold = load_claims(request.gold or CLAIMS_FILE, partial(read_document, pipeline.library))
        chosen = [claim for claim in gold if request.split in ("all", claim.split)]
        if on_start is not None:
            on_start(len(chosen))
        results = check_gold(pipeline, chosen, lambda _: on_item() if on_item is not None else None)
    return results, summarise_claims(results)


def evaluate_conversations(
    request: Request, *, on_start: Callable[[int], None] | None = None, on_item: Callable[[], None] | None = None
) -> tuple[list[TurnResult], ConversationFigures]:
    """Hold the gold conversations of a request's split; nothing is written. `on_start` is told how many turns."""
    with _pipeline(request) as pipeline:
        gold = load_conversations(request.gold or CONVERSATIONS_FILE, partial(read_document, pipeline.library))
        chosen = [conversation for conversation in gold if request.split in ("all", conversation.split)]
        if on_start is not None:
            on_start(sum(len(conversation.turns) for conversation in chosen))
        results = converse(pipeline, FollowUps(pipeline), chosen, lambda _: on_item() if on_item is not None else None)
    return results, summarise_conversations(results)


def figures(evaluation: Evaluation) -> Figures:
    """Reduce a finished run to what `--json` prints."""
    summary = evaluation.summary
    return Figures(
        run=str(evaluation.folder),
        items=summary.overall.items,
        broken=summary.broken,
        metrics=summary.overall.figures,
        breakdowns=summary.breakdowns,
        latency_ms=summary.latency_ms,
    )


def seeds() -> Path:
    """Return the folder of documents shipped with citecheck: in the package in a wheel, else the repository's."""
    here = Path(__file__).parent
    for folder in (here / "seeds", here.parent / "seeds"):
        if any(folder.glob("*.txt")):
            return folder
    raise InputError("The seed documents are not installed; name a folder with --documents.", code="no_seeds")


@contextmanager
def _pipeline(request: Request) -> Iterator[Pipeline]:
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
