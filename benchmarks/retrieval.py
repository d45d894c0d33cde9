"""Measures the product's own retrieval, leg by leg, on a BEIR folder or on the paragraphs of a SQuAD-style file.

    python benchmarks/retrieval.py --beir FOLDER --cache DIR
    python benchmarks/retrieval.py --squad FILE --cache DIR

Documents are cut, indexed and ranked by the code that serves users. A document stands where its best passage stands.
`--rerank N` also puts the best passages of N queries, evenly chosen, to the evidence model, at several weights of its
relevance head; fusion is then shown for those queries.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress, track

from eval import metrics
from eval.datasets import read_beir_corpus, read_beir_queries
from index.arrays import Arrays, join
from index.cutting import cut
from index.documents import Document, content_sha256
from index.encoder import PACKAGED, Vectors, load_encoder
from index.errors import CitecheckError
from index.fusion import fuse
from index.library import MAX_PASSAGE_TOKENS, Library
from index.passages import Passage
from index.ranking import best
from index.retriever import DENSE_WEIGHT, Ranking, rank
from index.segment import NONE_DEAD, Row, build_segment
from service.evidence.formats import read_squad
from service.evidence.judging import judge
from service.evidence.model import EvidenceModel
from service.evidence.reading import Evidence
from service.pipeline import RERANKED

LEGS: Mapping[str, Callable[[Ranking], Iterable[int]]] = {
    "lexical": lambda ranking: ranking.lexical_top.tolist(),
    "dense": lambda ranking: ranking.dense_top.tolist(),
    "fusion": lambda ranking: ranking.numbers.tolist(),
}
WEIGHTS = (0.25, 0.4, 0.5, 0.6, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the graded relevance of the judged documents."""

    text: str
    relevance: Mapping[str, int]


Score = Callable[[Sequence[str], Mapping[str, int]], float]
BEIR_SCORES: Mapping[str, Score] = {
    "nDCG@10": lambda ranking, judged: metrics.ndcg_at_k(
        [judged.get(name, 0) for name in ranking], list(judged.values()), 10
    ),
    "recall@10": lambda ranking, judged: metrics.recall_at_k(_ranks(ranking, judged), 10),
}
SQUAD_SCORES: Mapping[str, Score] = {
    "recall@1": lambda ranking, judged: metrics.recall_at_k(_ranks(ranking, judged), 1),
    "recall@10": lambda ranking, judged: metrics.recall_at_k(_ranks(ranking, judged), 10),
    "MRR@10": lambda ranking, judged: metrics.reciprocal_rank(_ranks(ranking, judged), 10),
}


def main() -> int:
    """Run the command; returns its exit code."""
    options = _options()
    try:
        documents, queries = _squad(options.squad) if options.squad else _beir(options.beir, options.split)
        scores = SQUAD_SCORES if options.squad else BEIR_SCORES
        table = measure(documents, queries, scores, options)
    except CitecheckError as error:
        print(error.message, file=sys.stderr)
        return 2
    print(table)
    return 0


def measure(
    documents: Sequence[Document], queries: Sequence[Query], scores: Mapping[str, Score], options: argparse.Namespace
) -> str:
    """Index the documents, ask every query, and return the Markdown table of each leg's mean scores."""
    library = Library(options.cache, load_encoder(options.encoder))
    try:
        arrays, passages = _index(library, documents)
    finally:
        library.close()
    if options.rerank:
        queries = queries[:: max(1, len(queries) // options.rerank)]
    model = EvidenceModel() if options.rerank else None
    by_id = {document.id: document for document in documents}
    found: dict[str, dict[str, list[float]]] = {}
    for query in track(queries, "queries", console=Console(stderr=True)):
        ranking = rank(arrays, library.encoder, query.text, None, options.dense_weight)
        orders = {leg: list(pick(ranking)) for leg, pick in LEGS.items()}
        if model is not None:
            orders |= _reranked(model, query.text, ranking, passages, by_id)
        for leg, order in orders.items():
            ranked = _documents_of(order, arrays)
            for name, score in scores.items():
                found.setdefault(leg, {}).setdefault(name, []).append(score(ranked, query.relevance))
    title = f"{len(documents)} documents, {arrays.lexical.size} passages, {len(queries)} queries"
    return f"{title}, {library.encoder.fingerprint}, dense weight {options.dense_weight}\n\n{_table(found)}"


def _reranked(
    model: EvidenceModel, query: str, ranking: Ranking, passages: Sequence[Passage], by_id: Mapping[str, Document]
) -> dict[str, list[int]]:
    """Return the passage numbers with the best by fusion in the model's order, for several weights of its opinion."""
    numbers = ranking.numbers[:RERANKED].tolist()
    evidence = [
        Evidence(by_id[passages[number].document_id], passages[number], float(score), {}, ())
        for number, score in zip(numbers, ranking.fused[:RERANKED], strict=True)
    ]
    relevance = {id(item.evidence): item.relevance for item in judge(model, query, evidence)}
    judged = np.array([relevance[id(item)] for item in evidence])
    rest = ranking.numbers[RERANKED:].tolist()
    orders = {}
    for weight in WEIGHTS:
        order = best(fuse(ranking.fused[:RERANKED], judged, weight), len(numbers))
        orders[f"reranked, weight {weight}"] = [numbers[place] for place in order.tolist()] + rest
    return orders


def _index(library: Library, documents: Sequence[Document]) -> tuple[Arrays, list[Passage]]:
    """Cut and index; vectors come from the cache when it has them. The store itself holds no documents."""
    ordered = sorted(documents, key=lambda document: document.id)
    limit = min(MAX_PASSAGE_TOKENS, library.encoder.max_tokens)
    passages: list[Passage] = []
    rows: list[Row] = []
    for document in track(ordered, "cutting", console=Console(stderr=True)):
        pieces = cut(document, count_tokens=library.encoder.count_tokens, max_tokens=limit)
        first = len(passages)
        rows += [Row(first + n, document.id, document.title, piece.index_text) for n, piece in enumerate(pieces)]
        passages += pieces
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("encoding", total=len(passages))

        def encode(texts: Sequence[str]) -> Vectors:
            vectors = library.vectors(texts)
            progress.advance(task, len(texts))
            return vectors

        segment = build_segment(rows, encode, library.encoder.dimensions)
    return join(0, [segment], [NONE_DEAD]), passages


def _documents_of(numbers: Iterable[int], arrays: Arrays) -> list[str]:
    return list(dict.fromkeys(arrays.document_ids[arrays.owners[number]] for number in numbers))


def _ranks(ranking: Sequence[str], judged: Mapping[str, int]) -> list[int | None]:
    places = {name: place for place, name in enumerate(ranking, start=1)}
    return [places.get(name) for name, grade in judged.items() if grade > 0]


def _beir(folder: Path, split: str) -> tuple[list[Document], list[Query]]:
    documents = [_document(row.id, row.title, row.text) for row in read_beir_corpus(folder)]
    queries = [Query(row.text, row.relevance) for row in read_beir_queries(folder, split)]
    return documents, [query for query in queries if any(grade > 0 for grade in query.relevance.values())]


def _squad(path: Path) -> tuple[list[Document], list[Query]]:
    paragraphs: dict[str, Document] = {}
    queries = []
    for row in read_squad(path):
        known = paragraphs.get(row.context)
        if known is None:
            known = _document(f"{len(paragraphs):06}", row.title.replace("_", " "), row.context)
            paragraphs[row.context] = known
        if not row.is_impossible:
            queries.append(Query(row.question, {known.id: 1}))
    return list(paragraphs.values()), queries


def _document(identity: str, title: str, text: str) -> Document:
    return Document(identity, title, text, content_sha256(text), "")


def _table(found: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in _rows(found))


def _rows(found: Mapping[str, Mapping[str, Sequence[float]]]) -> Iterator[list[str]]:
    names = list(next(iter(found.values())))
    yield ["leg", *names]
    yield ["---", *("---:" for _ in names)]
    for leg, by_name in found.items():
        yield [leg, *(f"{metrics.mean(by_name[name]):.4f}" for name in names)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--beir", type=Path, help="a folder in BEIR's layout")
    source.add_argument("--squad", type=Path, help="a SQuAD-style JSON-lines file, gzipped or not")
    parser.add_argument("--split", default="test", help="the qrels of the BEIR folder to use")
    parser.add_argument("--cache", type=Path, default=Path(".bench-cache"), help="folder that keeps vectors by content")
    parser.add_argument("--encoder", default=PACKAGED, help="as the setting of that name")
    parser.add_argument("--rerank", type=int, default=0, metavar="N", help="rerank for N queries with the model")
    parser.add_argument("--dense-weight", type=float, default=DENSE_WEIGHT, help="as the setting of that name")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
