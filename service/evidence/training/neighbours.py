"""Retrieval mistakes: the paragraphs our own two legs would offer for a question beside the right one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from index.analysis import query_terms, terms
from index.encoder import Encoder
from index.fusion import fuse
from index.lexical import build_lexical
from index.ranking import best

_POOL = 60
Progress = Callable[[str, int, int], None]


def find_neighbours(
    questions: Sequence[str], texts: Sequence[str], encoder: Encoder, depth: int, on_progress: Progress
) -> npt.NDArray[np.int32]:
    """Return for each question the numbers of the `depth` best texts by fused BM25 and cosine, best first.

    Shape (questions, depth), filled with -1 where there are fewer texts. The right text is among them: leaving it
    out is up to the caller, who knows it.
    """
    lexical = build_lexical(terms(text) for text in texts)
    of_texts = encoder.encode(texts, _counting(on_progress, "paragraphs", len(texts)))
    of_questions = encoder.encode(questions, _counting(on_progress, "questions", len(questions)))
    found = np.full((len(questions), depth), -1, dtype=np.int32)
    for number, question in enumerate(questions):
        cosines = (of_texts @ of_questions[number]).astype(np.float64)
        scores = lexical.scores(query_terms(question))
        pool = np.union1d(best(cosines, _POOL), best(scores, _POOL))
        ranked = pool[best(fuse(scores[pool], cosines[pool], 0.5), depth)]
        found[number, : len(ranked)] = ranked
        if number % 1000 == 0:
            on_progress("searches", number, len(questions))
    return found


def _counting(on_progress: Progress, what: str, total: int) -> Callable[[int], None]:
    done = 0

    def count(newly: int) -> None:
        nonlocal done
        done += newly
        if done % 1000 == 0:
            on_progress(what, done, total)

    return count
