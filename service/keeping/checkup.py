"""The whole data folder examined: documents, search files, conversations, disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index import snapshots
from index.doctor.examination import examine
from index.doctor.findings import Finding, Progress
from index.errors import StoreError
from index.library import Library
from service.conversation.records import MAX_TURNS
from service.conversation.store import FILE as CONVERSATIONS
from service.conversation.store import ConversationStore

_CHECK = "conversations"
_LISTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found in a data folder; `open` counts what is still wrong."""

    documents: int
    findings: tuple[Finding, ...]
    open: int


def check_up(
    data: Path, library: Library, *, repair: bool, on_finding: Callable[[Finding], None], on_progress: Progress
) -> Checkup:
    """Examine everything, telling findings and progress on the way; with `repair` mend what is derived.

    Raises StoreError while another process writes when we are to mend.
    """
    findings = []
    for part in (
        examine(data, library, repair=repair, on_progress=on_progress),
        _check_conversations(data, on_progress),
    ):
        for finding in part:
            findings.append(finding)
            on_finding(finding)
    left = sum(finding.is_open for finding in findings)
    return Checkup(library.store.count(), tuple(findings), left)


def _check_conversations(data: Path, on_progress: Progress) -> Iterator[Finding]:
    path = data / CONVERSATIONS
    if not path.exists():
        return
    found = snapshots.problems(path, thorough=True, on_step=lambda: on_progress(_CHECK, 0, None))
    for problem in found:
        yield Finding(_CHECK, "lost", CONVERSATIONS, f"{problem}; bring back a backup with `citecheck restore`.")
    try:
        store = ConversationStore(data)
    except StoreError as error:
        yield Finding(_CHECK, "lost", CONVERSATIONS, error.message)
        return
    try:
        yield from _check_turns(store, on_progress)
    except StoreError as error:
        yield Finding(_CHECK, "lost", CONVERSATIONS, error.message)
    finally:
        store.close()


def _check_turns(store: ConversationStore, on_progress: Progress) -> Iterator[Finding]:
    """Read every turn as the page would."""
    done, total = 0, 1
    while done < total:
        listing = store.list(limit=_LISTED_AT_ONCE, offset=done)
        total = listing.total
        for info in listing.conversations:
            on_progress(_CHECK, done, total)
            done += 1
            try:
                store.turns(info.conversation_id, MAX_TURNS)
            except (StoreError, ValueError, TypeError) as error:
                reason = str(error).partition("\n")[0]
                yield Finding(_CHECK, "lost", info.conversation_id, f"A turn of it cannot be read ({reason}).")
        if not listing.conversations:
            return
