"""Gold conversations: messages as people type them, what each means alone, its answers and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import ConfigDict

from eval.anchoring import Evidence, EvidenceRow, FindDocument, OnProblem, Split, Words, anchor_all, read_items
from service.lines import Line

CONVERSATIONS_FILE = Path(__file__).parent / "gold" / "conversations.jsonl"

Part = Literal["opening", "self_contained", "follow_up", "ambiguous"]
PARTS: tuple[Part, ...] = ("follow_up", "self_contained", "opening", "ambiguous")


@dataclass(frozen=True, slots=True)
class GoldTurn:
    """One message of a conversation.

    `standalone` is what it means, as a careful person would ask it alone: the message itself where it stands alone.
    `candidates` holds the readings of a message that could mean several things; such a turn has nothing else to find.
    """

    message: str
    standalone: str
    kind: str
    answers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    unanswerable: bool
    candidates: tuple[str, ...]
    part: Part


@dataclass(frozen=True, slots=True)
class GoldConversation:
    """Turns asked one after the other; the first stands alone."""

    id: str
    split: Split
    turns: tuple[GoldTurn, ...]


@dataclass(frozen=True, slots=True)
class _TurnRow:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    message: Words
    standalone: Words
    kind: Words
    answers: tuple[Words, ...]
    evidence: tuple[EvidenceRow, ...]
    unanswerable: bool
    candidates: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    id: Words
    split: Split
    turns: tuple[_TurnRow, ...]


def load_conversations(
    path: Path, find_document: FindDocument, on_problem: OnProblem | None = None
) -> tuple[GoldConversation, ...]:
    """Read gold conversations and anchor their quotes; raises InputError as `read_items` does."""

    def convert(row: _Row, line: Line) -> GoldConversation:
        return _conversation(row, line, find_document)

    nested = (
        "turns: message, standalone, kind, answers, evidence, unanswerable, candidates; evidence: document_id, quote"
    )
    return read_items(path, _Row, nested, "gold conversations", convert, on_problem)


def _conversation(row: _Row, line: Line, find_document: FindDocument) -> GoldConversation:
    if not row.turns:
        raise line.refuse(f"conversation {row.id!r} has no turns; list at least one")
    turns = tuple(
        _turn(turn, number, f"turn {number} of {row.id!r}", line, find_document)
        for number, turn in enumerate(row.turns, start=1)
    )
    return GoldConversation(row.id, row.split, turns)


def _turn(row: _TurnRow, number: int, name: str, line: Line, find_document: FindDocument) -> GoldTurn:
    _check_contents(row, name, line)
    if number == 1 and (row.standalone != row.message or row.candidates):
        raise line.refuse(f"{name} has nothing before it to lean on; make standalone its message, without candidates")
    return GoldTurn(
        message=row.message,
        standalone=row.standalone,
        kind=row.kind,
        answers=row.answers,
        evidence=anchor_all(row.evidence, line, find_document),
        unanswerable=row.unanswerable,
        candidates=row.candidates,
        part=_part(row, number),
    )


def _part(row: _TurnRow, number: int) -> Part:
    if row.candidates:
        return "ambiguous"
    if number == 1:
        return "opening"
    return "self_contained" if row.standalone == row.message else "follow_up"


def _check_contents(row: _TurnRow, name: str, line: Line) -> None:
    if row.candidates:
        if len(row.candidates) < 2 or row.answers or row.evidence or row.unanswerable:
            raise line.refuse(
                f"{name} is ambiguous and so needs two candidates or more, and no answers, evidence or unanswerable"
            )
        if row.standalone != row.message:
            raise line.refuse(f"{name} is ambiguous and so has no one meaning; make standalone its message")
        return
    wanted = not row.unanswerable
    if (bool(row.answers), bool(row.evidence)) != (wanted, wanted):
        need = "at least one answer and one evidence quote" if wanted else "neither answers nor evidence"
        raise line.refuse(f"{name} has unanswerable={row.unanswerable} and so needs {need}")
