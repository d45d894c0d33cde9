"""The gold sets of an evaluation: which files there are, loaded and cut to one split."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eval.anchoring import FindDocument, Split
from eval.claimset import GoldClaim, load_claims
from eval.conversationset import GoldConversation, load_conversations
from eval.goldset import GoldItem, load_gold
from eval.lookupset import GoldLookup, load_lookups
from eval.query_scoring import GoldQuery
from eval.sampling import sample
from eval.scored import GoldSet
from index.errors import InputError

BUILT_IN = Path(__file__).parent / "gold"
FILES: dict[GoldSet, str] = {
    "questions": "questions.jsonl",
    "claims": "claims.jsonl",
    "conversations": "conversations.jsonl",
    "lookups": "lookups.jsonl",
}


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold of an evaluation, one split of it, and the files it came from."""

    questions: tuple[GoldItem, ...]
    claims: tuple[GoldClaim, ...]
    conversations: tuple[GoldConversation, ...]
    lookups: tuple[GoldLookup, ...]
    queries: tuple[GoldQuery, ...]
    files: tuple[Path, ...]

    @property
    def items(self) -> int:
        """How many items there are; every turn of a conversation is one."""
        turns = sum(len(conversation.turns) for conversation in self.conversations)
        return len(self.questions) + len(self.claims) + turns + len(self.lookups) + len(self.queries)

    def part(self, limit: int | None) -> Gold:
        """Return at most `limit` items of each set (conversations whole), evenly chosen."""
        return Gold(
            tuple(sample(self.questions, limit)),
            tuple(sample(self.claims, limit)),
            tuple(sample(self.conversations, limit)),
            tuple(sample(self.lookups, limit)),
            tuple(sample(self.queries, limit)),
            self.files,
        )


def load_sets(
    path: Path | None, only: frozenset[GoldSet], split: Split | Literal["all"], find_document: FindDocument
) -> Gold:
    """Load gold sets: a folder's files by the names in FILES, or one file of questions; None is the built-in folder.

    `only` names the sets wanted, none of them for all. Raises InputError for a folder without any, or for a line that
    cannot be used.
    """
    files = gold_files(path or BUILT_IN, only)

    def chosen(identity: Split) -> bool:
        return split in ("all", identity)

    def file(name: GoldSet) -> Path | None:
        return files.get(name)

    questions = load_gold(found, find_document) if (found := file("questions")) else ()
    claims = load_claims(found, find_document) if (found := file("claims")) else ()
    conversations = load_conversations(found, find_document) if (found := file("conversations")) else ()
    lookups = load_lookups(found, find_document) if (found := file("lookups")) else ()
    gold = Gold(
        tuple(item for item in questions if chosen(item.split)),
        tuple(claim for claim in claims if chosen(claim.split)),
        tuple(conversation for conversation in conversations if chosen(conversation.split)),
        tuple(lookup for lookup in lookups if chosen(lookup.split)),
        (),
        tuple(files.values()),
    )
    if not gold.items:
        raise InputError("There are no gold items to evaluate; choose another split or file.", code="no_gold")
    return gold


def gold_files(path: Path, only: frozenset[GoldSet]) -> dict[GoldSet, Path]:
    """Return the gold files of a folder by set, or the one file named; raises InputError where there is none."""
    if not path.is_dir():
        if only - {"questions"}:
            raise InputError(
                f"{path} is read as questions; for other sets name a folder that holds {', '.join(FILES.values())}.",
                code="bad_option",
            )
        return {"questions": path}
    found = {name: path / file for name, file in FILES.items() if (not only or name in only)}
    held = {name: file for name, file in found.items() if file.is_file()}
    if not held:
        raise InputError(f"{path} holds none of {', '.join(FILES.values())}; add one.", code="no_gold")
    return held
