"""BEIR folders as queries over their corpus; only retrieval can be measured with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from eval.datasets import BeirDocument, read_beir_corpus, read_beir_queries
from eval.goldfiles import Gold
from eval.public.collection import Collection, document_of
from eval.public.reading import check_lines
from eval.query_scoring import GoldQuery
from eval.sampling import sample
from index.documents import Document, content_sha256
from index.errors import InputError
from index.naming import document_id_for_text, is_document_id
from service.bounds import checked_text

USUAL_QRELS = "test"


def read_beir_collection(folder: Path, qrels: str | None, limit: int | None) -> Collection:
    """Read a folder as the queries that `qrels/NAME.tsv` judges; raises InputError where it is malformed.

    Without a name it is the test judgements, or the only ones there are. Queries without any relevant document are
    left out: nothing can be told from them.
    """
    name = qrels or _only_qrels(folder)
    queries = tuple(_queries(folder, name, original_ids(row.id for row in _rows(folder))))
    if not queries:
        raise InputError(f"{folder} has no query with a relevant document in qrels/{name}.tsv.", code="no_gold")
    return Collection(
        Gold((), (), (), (), tuple(sample(queries, limit)), files_of(folder, name)), lambda: read_documents(folder)
    )


def files_of(folder: Path, qrels: str) -> tuple[Path, ...]:
    """Return the files of a folder that a measurement rests on."""
    names = ("corpus.jsonl", "queries.jsonl", f"qrels/{qrels}.tsv")
    found = (folder / f"{name}{suffix}" for name in names for suffix in ("", ".gz"))
    return tuple(path for path in found if path.is_file())


def read_documents(folder: Path) -> Iterator[Document]:
    """Stream a corpus as documents; those without any words, which nothing could find, are left out."""
    for row in _rows(folder):
        text = row.text if row.text.strip() else row.title
        if text.strip():
            yield document_of(folder / "corpus.jsonl", text, safe_id(row.id), row.title)


def safe_id(identity: str) -> str:
    """Return an id as documents can have it: the same where it is safe in a URL, else with a hash to tell it apart."""
    return identity if is_document_id(identity) else document_id_for_text(identity, content_sha256(identity))


def original_ids(ids: Iterable[str]) -> dict[str, str]:
    """Return the ids that documents cannot have, by those they have instead; none with white space, which ends one."""
    return {safe_id(one): one for one in ids if not is_document_id(one) and one.split() == [one]}


def _rows(folder: Path) -> Iterator[BeirDocument]:
    for path in (folder / "corpus.jsonl", folder / "corpus.jsonl.gz"):
        if path.is_file():
            check_lines(path)
    return read_beir_corpus(folder)


def _queries(folder: Path, qrels: str, names: dict[str, str]) -> Iterator[GoldQuery]:
    """Yield the queries, all with the same `names`, to which those of judged documents are added."""
    for query in read_beir_queries(folder, qrels):
        try:
            text = checked_text(query.text, "query")
        except InputError as error:
            raise InputError(f"{folder}, query {query.id!r}: {error.message}", code="bad_file") from error
        if any(grade > 0 for grade in query.relevance.values()):
            # A corpus may lack documents that are judged.
            names.update(original_ids(query.relevance))
            yield GoldQuery(query.id, text, {safe_id(name): grade for name, grade in query.relevance.items()}, names)


def _only_qrels(folder: Path) -> str:
    names = sorted({path.name.split(".")[0] for path in (folder / "qrels").glob("*.tsv*")})
    if USUAL_QRELS in names or not names:
        return USUAL_QRELS
    if len(names) > 1:
        raise InputError(f"{folder} has the judgements {', '.join(names)}; choose with --qrels.", code="bad_option")
    return names[0]
