"""The bars of a long run of indexing: files done, time left, and how many passages are encoded in a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class IndexProgress:
    """Moves the bars. The first counts bytes, since a few large files can take longer than many small ones."""

    def __init__(self, progress: Progress, files: int, size: int) -> None:
        """Begin with so many files of so many bytes in all."""
        self._progress = progress
        self._reading = progress.add_task("files", total=size, done=0, of=files, unit="files")
        self._encoding = progress.add_task("encoding", total=None, visible=False, done=0, of=None, unit="passages")
        self._files = self._passages = 0

    def begin(self, name: str) -> None:
        """Show which file is being worked on."""
        self._progress.update(self._reading, description=name[:40])

    def encoded(self, count: int) -> None:
        """Count passages that were encoded."""
        self._passages += count
        self._progress.update(self._encoding, advance=count, done=self._passages, visible=True)

    def finish(self, size: int) -> None:
        """Count one file of so many bytes as done."""
        self._files += 1
        self._progress.update(self._reading, advance=size, done=self._files)


@contextmanager
def index_progress(files: int, size: int) -> Iterator[IndexProgress]:
    """Show the bars on stderr while the block runs, if that is a terminal: a log would get a line for nothing."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), _Count(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield IndexProgress(progress, files, size)


class _Count(ProgressColumn):
    """How many of how many."""

    def render(self, task: Task) -> Text:
        """Return `12/340 files` or `5120 passages`."""
        done, of = task.fields["done"], task.fields["of"]
        return Text(f"{done}/{of} {task.fields['unit']}" if of is not None else f"{done} {task.fields['unit']}")


class _Rate(ProgressColumn):
    """How many in a second since the beginning: a rate of the last moment jumps with every file."""

    def render(self, task: Task) -> Text:
        """Return `8.3/s`."""
        return Text(f"{task.fields['done'] / task.elapsed:.1f}/s" if task.elapsed else "")
