"""Pages of a document that hold no text, told to whoever put it in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

_MAX_RANGES = 20


def unread_note(pages: Sequence[int]) -> str:
    """Say which pages hold no text, neighbours as ranges; the rest of the document was taken."""
    ranges = [list(group) for _, group in groupby(enumerate(pages), key=lambda item: item[1] - item[0])]
    named = [f"{group[0][1]}-{group[-1][1]}" if len(group) > 1 else f"{group[0][1]}" for group in ranges]
    listed = ", ".join(named[:_MAX_RANGES]) + (" and more" if len(named) > _MAX_RANGES else "")
    which = f"Page {listed} holds" if len(pages) == 1 else f"Pages {listed} hold"
    return f"{which} no readable text, perhaps scans; run text recognition (OCR) on the file and add it again."
