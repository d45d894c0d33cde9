"""Files and folders into the library and out of it, with progress and a report of what was skipped and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.documents import Document
from index.errors import DocumentClash, InputError
from index.files import FileStamp
from index.library import Incoming, Library
from index.listing import FolderListing, Skipped, SourceFile, find_files
from index.passages import Passage
from index.rows import DocumentRecord
from index.syncing import Pending, ReadFile, folders_of, gone, pending, read_file, refuse_empty, unchanged
from service.ahead import made_ahead
from service.catalogue import ChangeStatus, DocumentChange
from service.progress import IndexProgress, index_progress
from service.unread import unread_note

_TOLD: tuple[ChangeStatus, ...] = ("added", "updated", "removed", "unchanged")
_TOGETHER_CHARACTERS = 400_000
_TOGETHER_DOCUMENTS = 200
# So much is read and cut ahead: about what is put in together.
_AHEAD_BYTES = 800_000
_AHEAD_FILES = 400


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of every file: added, updated, removed or unchanged documents, and what was not taken.

    `counts` has a number for each of those and for `skipped`.
    """

    documents: tuple[DocumentChange, ...]
    skipped: tuple[Skipped, ...]
    counts: dict[str, int]


def ingest_paths(
    library: Library, paths: Sequence[Path], *, max_bytes: int, wait: float = 0.0, keep_missing: bool = False
) -> IngestReport:
    """Make the index hold what files and folders hold: new and changed files are put in, unchanged ones not read.

    A document whose file has vanished from a folder that is given, or was given before with one above or below it, is
    removed unless `keep_missing`. A file named outright must be usable, else InputError; one found in a folder is
    skipped with its reason. Every finished document is kept, whatever happens to the next, so that a run that was cut
    off goes on where it stopped. Another process that writes is waited for `wait` seconds; raises StoreError naming it,
    and DocumentError for a folder that had documents and is empty, since its disk may just not be there.
    """
    with library.writing(wait=wait):
        run = _Run(library, paths, max_bytes)
        if not keep_missing:
            run.refuse_empty()
        run.put_in()
        run.take_out(keep=keep_missing)
    # Others may write meanwhile.
    library.live.compact()
    return run.report()


class _Run:
    """One run over the given paths."""

    def __init__(self, library: Library, paths: Sequence[Path], max_bytes: int) -> None:
        self._library = library
        self._listing: FolderListing = find_files(paths)
        self._folders = folders_of(paths)
        self._named = {str(path.resolve()) for path in paths}
        self._max_bytes = max_bytes
        self._known = self._read_known()
        self._changes: list[DocumentChange] = []
        self._skipped = list(self._listing.skipped)
        self._stamps: list[tuple[str, FileStamp]] = []
        self._waiting: list[tuple[ReadFile, Incoming]] = []
        # The folders that a file could be read of.
        self._readable: set[str] = set()

    def _read_known(self) -> dict[str, DocumentRecord]:
        described = self._library.store.described
        outright = [file.document_id for file in self._listing.files if not file.root]
        records = [*described.named(outright), *(one for root in self._folders for one in described.under(str(root)))]
        return {record.document_id: record for record in records}

    def refuse_empty(self) -> None:
        """Raise DocumentError for a folder without a file that had documents."""
        for root in map(str, self._folders):
            if not any(file.root == root for file in self._listing.files):
                refuse_empty(root, self._known.values())

    def put_in(self) -> None:
        """Put in what is new or changed, several files together, reading a few ahead."""
        todo: list[Pending] = []
        for file in self._listing.files:
            record = unchanged(file, self._known, self._library.recipe)
            if record is None:
                todo.append(pending(file))
            else:
                self._stays(record, file)
        with self._stamped(), index_progress(len(todo), sum(item.size for item in todo)) as progress:
            for item, result in made_ahead(self._read, todo, _size, _AHEAD_BYTES, _AHEAD_FILES):
                progress.begin(item.file.path.name)
                try:
                    self._take(*result())
                except InputError as error:
                    self._put(progress)
                    self._skip(item, error)
                if _is_enough([item.document for _, item in self._waiting]):
                    self._put(progress)
                progress.finish(item.size)
            self._put(progress)

    def _read(self, item: Pending) -> tuple[ReadFile, Sequence[Passage]]:
        """Read a file and cut it: in the background, so that the encoder does not wait for either."""
        read = read_file(item, known=self._known, recipe=self._library.recipe, max_bytes=self._max_bytes)
        return read, () if read.document is None else self._library.passages_of(read.document)

    def _take(self, read: ReadFile, passages: Sequence[Passage]) -> None:
        """Keep a document for the next that are put in together; a file that holds what it held is done with."""
        file = read.pending.file
        self._readable.add(file.root)
        if read.document is not None:
            self._waiting.append((read, Incoming(read.document, file.place, read.stamp, passages)))
        else:
            self._stamps.append((file.document_id, read.stamp))
            self._stays(self._known[file.document_id], file)

    def _put(self, progress: IndexProgress) -> None:
        """Put in what waits."""
        waiting, self._waiting = self._waiting, []
        added = self._library.add_many([item for _, item in waiting], progress.encoded)
        for (read, item), result in zip(waiting, added, strict=True):
            if isinstance(result, DocumentClash):
                self._skip(read.pending, result)
                continue
            self._changes.append(DocumentChange(result.document_id, result.version, result.status, None))
            if item.document.unread:
                self._skipped.append(Skipped(read.pending.file.path, unread_note(item.document.unread)))

    def _skip(self, item: Pending, error: InputError) -> None:
        """Note why a file is not taken; raises the reason for one that was named outright."""
        if item.file.place in self._named:
            raise error
        self._skipped.append(Skipped(item.file.path, error.message))

    def _stays(self, record: DocumentRecord, file: SourceFile) -> None:
        self._changes.append(DocumentChange(record.document_id, record.version, "unchanged", None))
        self._readable.add(file.root)

    @contextmanager
    def _stamped(self) -> Iterator[None]:
        """Note at the end, also of a run that is cut off, how files look now that were read for nothing."""
        try:
            yield
        finally:
            self._library.store.described.stamp(self._stamps)

    def take_out(self, *, keep: bool) -> None:
        """Take out the documents whose files have vanished from the folders; with `keep` only tell of them."""
        for root in map(str, self._folders):
            lost = list(gone(root, self._listing, self._known.values()))
            if lost and not keep and root not in self._readable:
                refuse_empty(root, self._known.values())
            for found in lost:
                if isinstance(found, Skipped):
                    self._skipped.append(found)
                elif keep:
                    reason = "The file has vanished; its document is kept, as you asked."
                    self._skipped.append(Skipped(Path(found.path), reason))
                else:
                    self._remove(found)

    def _remove(self, record: DocumentRecord) -> None:
        del self._known[record.document_id]
        self._library.store.remove(record.document_id, purge=False)
        self._changes.append(DocumentChange(record.document_id, record.version, "removed", None))

    def report(self) -> IngestReport:
        counts = Counter(change.status for change in self._changes)
        numbers: dict[str, int] = {status: counts[status] for status in _TOLD}
        numbers["skipped"] = len(self._skipped)
        return IngestReport(tuple(self._changes), tuple(self._skipped), numbers)


def _is_enough(documents: Sequence[Document]) -> bool:
    """Whether so much waits that putting it in keeps every core busy; what is cut off has to be done again."""
    characters = sum(len(document.text) for document in documents)
    return characters >= _TOGETHER_CHARACTERS or len(documents) >= _TOGETHER_DOCUMENTS


def _size(item: Pending) -> int:
    return item.size
