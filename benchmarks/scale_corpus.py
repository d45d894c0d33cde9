"""Makes a million real passages and real queries with their vectors: what the scale benchmarks run on.

    python -m benchmarks.scale_corpus --shared FOLDER --out DIR [--passages 1000000] [--docs FOLDER ...]

Passages are sentences of the public data files, then of the documentation on this machine (and of `--docs`); if those
do not reach, two neighbouring sentences. Each is real text, 5 to 45 words, and differs from all others in more than
case and punctuation. Their order is shuffled, so that the first n are a fair sample of all. Encoding is resumable: run
it again.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from pathlib import Path

from benchmarks.scale_data import ScaleData, document_text, write_atomically
from benchmarks.scale_sources import (
    documentation_folders,
    documentation_texts,
    is_ended,
    is_prose,
    public_texts,
    sentences,
)
from index.cutting import cut
from index.documents import Document, content_sha256
from index.encoder import OnnxEncoder
from index.library import MAX_PASSAGE_TOKENS, batched

SHORTEST, LONGEST = 5, 45
DOCUMENT_PASSAGES = 100
QUERIES = 1000
CHUNK = 2000
SPARE = 4000
# A text that the product would cut otherwise is left out: about one in a thousand.
LEFT_OUT = 1.004
_WORD = re.compile(r"\w+")
_FEWEST_CHARACTERS = 25


def main() -> None:
    """Collect what is not there yet, then encode from where it was left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder with public JSON-lines files")
    parser.add_argument("--out", type=Path, required=True, help="folder for texts and vectors")
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--docs", type=Path, action="append", default=[], help="a folder with more documentation")
    options = parser.parse_args()
    data, encoder = ScaleData(options.out), OnnxEncoder()
    if not data.passages_file.exists():
        collect(data, options.shared, [*documentation_folders(), *options.docs], options.passages, encoder)
    encode(data, encoder)


def collect(data: ScaleData, shared: Path, docs: Sequence[Path], wanted: int, encoder: OnnxEncoder) -> None:
    """Write the queries and the passages, and say on standard error where the passages come from."""
    data.folder.mkdir(parents=True, exist_ok=True)
    statements, questions = Pool(), Pool()
    for text, is_question in public_texts(shared):
        if is_question:
            questions.add(item for item in sentences(text) if is_prose(item, SHORTEST, LONGEST))
        else:
            statements.add_sentences(text)
    write_atomically(data.queries_file, "".join(f"{query}\n" for query in shuffled(questions.take())[:QUERIES]))
    tiers, enough = {"sentences of public data": statements.take()}, int(wanted * LEFT_OUT) + DOCUMENT_PASSAGES + SPARE
    if len(tiers["sentences of public data"]) < enough:
        for text in documentation_texts(docs):
            statements.add_sentences(text)
        tiers["sentences of documentation"] = statements.take()
    if sum(map(len, tiers.values())) < enough:
        for text in chain((text for text, _ in public_texts(shared)), documentation_texts(docs)):
            statements.add_pairs(text)
        tiers["two neighbouring sentences"] = statements.take()
    # A later tier fills up what the earlier ones leave; of each tier a fair sample is taken.
    chosen = list(islice(chain.from_iterable(shuffled(texts) for texts in tiers.values()), enough))
    print({name: len(texts) for name, texts in tiers.items()}, file=sys.stderr, flush=True)
    texts = shuffled(chosen)
    # The last ones stand in no document: they are for what a benchmark adds.
    write_atomically(data.spare_file, "".join(f"{text}\n" for text in texts[-SPARE:]))
    held = documents(texts[:-SPARE], encoder, wanted)
    write_atomically(data.passages_file, "\n".join("".join(f"{text}\n" for text in one) for one in held))


class Pool:
    """Distinct texts: two that differ in case, spacing or punctuation alone are one."""

    def __init__(self) -> None:
        """Start empty."""
        self._texts: list[str] = []
        self._seen: set[bytes] = set()

    def take(self) -> list[str]:
        """Return the texts since the last call; they keep others like them out."""
        texts, self._texts = self._texts, []
        return texts

    def add(self, texts: Iterable[str]) -> None:
        """Take the texts that are new."""
        for text in texts:
            if self._is_new(" ".join(_WORD.findall(text.lower()))):
                self._texts.append(text)

    def add_sentences(self, paragraph: str) -> None:
        """Take the new sentences of a paragraph; one that came before is passed over whole."""
        if len(paragraph) >= _FEWEST_CHARACTERS and self._is_new(paragraph):
            self.add(text for text in sentences(paragraph) if _is_passage(text))

    def add_pairs(self, paragraph: str) -> None:
        """Take each two neighbouring sentences of a paragraph that are short enough together; none is in two pairs."""
        neighbours = list(pairwise(sentences(paragraph)))[::2]
        self.add(f"{one} {two}" for one, two in neighbours if is_ended(one) and _is_passage(f"{one} {two}"))

    def _is_new(self, text: str) -> bool:
        key = _digest(text)
        known = key in self._seen
        self._seen.add(key)
        return not known


def documents(texts: Sequence[str], encoder: OnnxEncoder, wanted: int) -> Iterator[list[str]]:
    """Yield the passages of documents of about DOCUMENT_PASSAGES that the product cuts as they are, `wanted` in all.

    A text that the product would read as something else (a heading, a list item) is left out.
    """
    left = wanted
    for batch in batched(texts, DOCUMENT_PASSAGES):
        while batch and (cut_as := _cut(batch, encoder)) != batch:
            same = (one == two for one, two in zip(batch, cut_as, strict=False))
            batch.pop(next((place for place, equal in enumerate(same) if not equal), len(batch) - 1))
        if not batch or not left:
            continue
        yield batch[:left]
        left -= len(batch[:left])


def _cut(texts: Sequence[str], encoder: OnnxEncoder) -> list[str]:
    text = document_text(texts)
    document = Document("x", "x", text, content_sha256(text), "")
    limit = min(MAX_PASSAGE_TOKENS, encoder.max_tokens)
    return [passage.index_text for passage in cut(document, count_tokens=encoder.count_tokens, max_tokens=limit)]


def _is_passage(text: str) -> bool:
    return is_prose(text, SHORTEST, LONGEST) and is_ended(text)


def shuffled(texts: Iterable[str]) -> list[str]:
    """Return the texts in an order that depends on nothing but what they say."""
    return sorted(texts, key=_digest)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def encode(data: ScaleData, encoder: OnnxEncoder) -> None:
    """Encode the queries, then the passages from where the last run was stopped; says the rate on standard error."""
    if not data.query_vectors_file.exists():
        data.save_query_vectors(encoder.encode(data.queries()))
    texts = list(data.texts(None))
    done = data.encoded()
    vectors = data.vectors_to_fill(len(texts), encoder.dimensions)
    while done < len(texts):
        started = time.perf_counter()
        batch = texts[done : done + CHUNK]
        vectors[done : done + len(batch)] = encoder.encode(batch)
        vectors.flush()
        done += len(batch)
        data.save_encoded(done)
        rate = len(batch) / (time.perf_counter() - started)
        print(f"{done} of {len(texts)} encoded, {rate:.0f}/s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
