"""Makes gold of chat: a turn, right or wrong, becomes a question with its answers and quotes."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.anchoring import EvidenceRow, FindDocument, Split, occurrences
from eval.goldset import load_gold
from eval.holding import held
from index.documents import Document, Span
from index.errors import InputError, NotFound
from service.conversation.turns import Turn
from service.quotes import Citation

_STEP = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person says should have been answered; all empty to take the turn's own, which must have been right."""

    answers: tuple[str, ...]
    evidence: tuple[EvidenceRow, ...]
    unanswerable: bool

    @property
    def said(self) -> bool:
        """Whether anything was said at all."""
        return bool(self.answers or self.evidence or self.unanswerable)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file of gold questions."""

    id: str
    question: str
    type: str
    style: str
    split: Split
    answerable: bool
    answers: tuple[str, ...]
    evidence: tuple[EvidenceRow, ...]


def row_of(turn: Turn, wanted: Wanted, find_document: FindDocument, *, kind: str, split: Split) -> Row:
    """Make a turn a gold question; raises InputError where what is right was neither said nor confirmed."""
    known = wanted if wanted.said else _own(turn, find_document)
    if known.unanswerable and (known.answers or known.evidence):
        raise InputError("Give answers and quotes, or --unanswerable; not both.", code="bad_option")
    return Row(
        id=f"chat-{turn.conversation_id}-{turn.turn}",
        question=turn.standalone_question,
        type="unanswerable" if known.unanswerable else kind,
        style="chatty",
        split=split,
        answerable=not known.unanswerable,
        answers=known.answers,
        evidence=known.evidence,
    )


def append(path: Path, row: Row, find_document: FindDocument) -> None:
    """Add a row to a gold file, or begin it; the file is replaced whole, and only if all of it can be loaded.

    Others who add to it at the same time wait for each other. Raises InputError naming the line and the remedy.
    """
    path = path.resolve()
    with held(path.parent, wait=True):
        _append(path, row, find_document)


def _append(path: Path, row: Row, find_document: FindDocument) -> None:
    try:
        held = path.read_text(encoding="utf-8") if path.exists() else ""
        if held and not held.endswith("\n"):
            held += "\n"
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".citecheck-gold-") as folder:
            partial = Path(folder) / path.name
            with partial.open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(held + json.dumps(asdict(row), ensure_ascii=False) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            load_gold(partial, find_document)
            partial.replace(path)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read and written ({error}); name another.", code="bad_out") from error


def read_quote(text: str) -> EvidenceRow:
    """Read a quote as the command line gives it, DOCUMENT:WORDS; raises InputError for anything else."""
    document_id, colon, words = text.partition(":")
    if not (document_id.strip() and colon and words.strip()):
        raise InputError(f"{text!r} is no quote; write DOCUMENT:WORDS.", code="bad_option")
    return EvidenceRow(document_id.strip(), words.strip())


def _own(turn: Turn, find_document: FindDocument) -> Wanted:
    """Take what the turn itself answered, if a person said that this is right."""
    if turn.feedback is None or turn.feedback.verdict != "right":
        raise InputError(
            "Nobody marked this turn as right; give --answer and --quote, or --unanswerable.", code="not_confirmed"
        )
    answer = turn.answer
    if answer.status == "declined":
        if answer.candidates:
            raise InputError("This turn asked back, so it has no one answer; add another.", code="not_a_question")
        return Wanted((), (), unanswerable=True)
    answers = [answer.answer, *(one.answer for one in answer.alternatives)]
    citations = [*answer.citations, *(citation for one in answer.alternatives for citation in one.citations)]
    rows = dict.fromkeys(_row(citation, find_document) for citation in citations)
    return Wanted(tuple(dict.fromkeys(answers)), tuple(rows), unanswerable=False)


def _row(citation: Citation, find_document: FindDocument) -> EvidenceRow:
    """Quote a citation's words, with more of what surrounds them where they stand in their document twice."""
    try:
        document = find_document(citation.document_id)
    except NotFound as error:
        raise InputError(
            f"The document {citation.document_id!r} is gone; index it again, or give --answer and --quote.",
            code="no_document",
        ) from error
    if document.version != citation.version:
        return EvidenceRow(citation.document_id, citation.text)
    return EvidenceRow(citation.document_id, _unique(document, citation.span))


def _unique(document: Document, span: Span) -> str:
    while len(occurrences(document.quote(span), document.text)) > 1:
        span = Span(max(span.start - _STEP, 0), min(span.end + _STEP, len(document.text)))
    return document.quote(span)


def quotes_of(texts: Sequence[str]) -> tuple[EvidenceRow, ...]:
    """Read the quotes of a command line."""
    return tuple(map(read_quote, texts))
