"""The built-in development questions put to a pipeline; the shared, unchanged pipeline is asked once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from eval import provenance, run
from eval.goldset import GOLD_FILE, GoldItem, load_gold, select
from eval.results import Run
from index.documents import Document
from service.catalogue import read_document
from service.pipeline import Pipeline


@cache
def dev_questions(pipeline: Pipeline) -> tuple[GoldItem, ...]:
    return select(load_gold(GOLD_FILE, documents_of(pipeline)), "dev")


@cache
def dev_run(pipeline: Pipeline) -> Run:
    return asked(pipeline, pipeline)


def asked(
    shared: Pipeline,
    changed: run.Pipeline,
    find_document: Callable[[str], Document] | None = None,
    *,
    every: int = 1,
) -> Run:
    """Put every question of the shared pipeline, or one in `every`, to one that was changed."""
    origin = provenance.describe(shared, [GOLD_FILE])
    return run.run(changed, find_document or documents_of(shared), dev_questions(shared)[::every], origin)


def documents_of(pipeline: Pipeline) -> Callable[[str], Document]:
    return partial(read_document, pipeline.library)
