"""Commands that keep a data folder safe: doctor, backup, restore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli_options import DataOption, JsonOption, settings_of

if TYPE_CHECKING:
    from index.doctor.findings import Finding, Progress
    from service.settings import Settings

_MARKS = {"lost": "LOST", "derived": "DERIVED", "around": "PROBLEM", "note": "note"}


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(doctor)
    app.command()(backup)
    app.command()(restore)


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what is derived: passages, vectors, search files, leftovers.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check everything in the data folder: texts, passages, vectors, search files, conversations, disk.

    Ends with 0 when nothing is wrong or all of it was mended, 1 when something is left, 3 when the folder is unusable.
    """
    from index.encoder import load_encoder
    from index.library import Library
    from service.keeping.checkup import check_up
    from service.keeping.files import need_index
    from service.render import print_json, print_text

    settings = _existing(data)
    need_index(settings.data)
    library = Library(settings.data, load_encoder(settings.encoder))
    with _checking() as on_progress:

        def on_finding(finding: Finding) -> None:
            if not as_json:
                print_text(_line(finding))

        found = check_up(settings.data, library, repair=repair, on_finding=on_finding, on_progress=on_progress)
    if as_json:
        print_json(found)
    elif found.open:
        mendable = any(finding.is_open and finding.kind == "derived" for finding in found.findings)
        print_text(f"{found.open} problems{'; --repair mends what is DERIVED' if mendable else ''}.")
    else:
        print_text(f"Nothing is wrong; {found.documents} documents were checked.")
    raise typer.Exit(int(found.open > 0))


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, a zip.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write documents and conversations to one file, while others go on using them."""
    from service.keeping.backup import back_up
    from service.render import print_json, print_text

    settings = _existing(data)
    with _bytes_done("backup") as on_progress:
        made = back_up(settings.data, file, force=force, on_progress=on_progress)
    if as_json:
        print_json(made)
    else:
        print_text(f"Backed up {made.manifest.documents} documents to {file} ({made.bytes / 1e6:.1f} MB).")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `citecheck backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Set aside what the data folder holds.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the data folder what it was when the backup was made; what is there is set aside, never deleted."""
    from service.keeping.restore import restore as bring_back
    from service.render import print_json, print_text

    settings = settings_of(data)
    with _bytes_done("restore") as on_progress:
        restored = bring_back(file, settings.data, force=force, on_progress=on_progress)
    if as_json:
        print_json(restored)
        return
    aside = f" What was there is in {restored.aside}." if restored.aside else ""
    print_text(
        f"Restored {restored.manifest.documents} documents of {restored.manifest.made_at} into {settings.data}.{aside}"
    )


def _existing(data: Path | None) -> Settings:
    """Return the settings with a data folder that is there; raises StoreError."""
    from index.errors import StoreError

    settings = settings_of(data)
    if not settings.data.exists():
        raise StoreError(f"There is no data folder {settings.data}; name another with --data.", code="no_data_folder")
    return settings


def _line(finding: Finding) -> str:
    about = f" {finding.about}:" if finding.about else ""
    return f"{_MARKS[finding.kind]:8} {finding.check}:{about} {finding.problem} {finding.done or ''}".rstrip()


@contextmanager
def _checking() -> Iterator[Progress]:
    """Show on stderr what is being looked at."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda what, done, total: progress.update(task, description=what, completed=done, total=total)


@contextmanager
def _bytes_done(what: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
