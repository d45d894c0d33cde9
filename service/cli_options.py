"""What the commands share: options, the settings they lead to, an open pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from index.filtering import Filter
    from service.pipeline import Pipeline
    from service.settings import Settings

DataOption = Annotated[
    Path | None, typer.Option("--data", help="The data folder (environment CITECHECK_DATA, default .citecheck).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, in the shapes of the HTTP API.")]
TopKOption = Annotated[int | None, typer.Option("--top-k", help="How many passages are read or listed.")]
DocumentOption = Annotated[
    list[str] | None, typer.Option("--document", help="Look only in this document; can be repeated.")
]
TagOption = Annotated[
    list[str] | None, typer.Option("--tag", help="Look only in documents with this tag; repeated: with all of them.")
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", help="Look only in documents of this day, month or year (2012-04-06, 2012-04) or later."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="Look only in documents of this day, month or year or earlier.")
]


def narrowed_by(
    document: list[str] | None, tag: list[str] | None, since: str | None, until: str | None
) -> Filter | None:
    """Return the filter that the options make; raises InputError for a date or tag that cannot be one."""
    from index.filtering import narrowed

    return narrowed(document, tag, since, until)


def settings_of(data: Path | None) -> Settings:
    """Return the settings, with the data folder of the command line; raises InputError for unusable ones."""
    from service.settings import read_settings

    return read_settings({} if data is None else {"data": data})


def open_data(data: Path | None) -> Pipeline:
    """Open a data folder that is there; only `index` and `serve` make one. Raises StoreError."""
    from index.errors import StoreError
    from service.pipeline import open_pipeline

    settings = settings_of(data)
    if not settings.data.exists():
        raise StoreError(
            f"There is no data folder {settings.data}; index something first or name another with --data.",
            code="no_data_folder",
        )
    return open_pipeline(settings)
