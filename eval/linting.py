"""Checks gold that a user writes: every problem of every line of every file, each with its remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.anchoring import FindDocument, OnProblem, messages_of
from eval.claimset import load_claims
from eval.conversationset import load_conversations
from eval.goldfiles import gold_files
from eval.goldset import load_gold
from eval.lookupset import load_lookups
from eval.scored import GoldSet
from index.errors import InputError

_LOADERS: dict[GoldSet, Callable[[Path, FindDocument, OnProblem], tuple[object, ...]]] = {
    "questions": load_gold,
    "claims": load_claims,
    "conversations": load_conversations,
    "lookups": load_lookups,
}


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found in gold files: how many items can be used, and what is wrong with the others."""

    files: tuple[Path, ...]
    items: int
    problems: tuple[str, ...]


def lint(path: Path, find_document: FindDocument) -> Linted:
    """Check a folder of gold sets, or one file of questions; raises InputError where there is none to check."""
    files = gold_files(path, frozenset())
    problems: list[str] = []

    def on_problem(error: InputError) -> None:
        problems.extend(messages_of(error))

    items = 0
    for name, file in files.items():
        try:
            items += len(_LOADERS[name](file, find_document, on_problem))
        except InputError as error:
            on_problem(error)
    return Linted(tuple(files.values()), items, tuple(problems))
