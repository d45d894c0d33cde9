"""Placeholder until the owner of this file writes it (today)."""

from __future__ import annotations

from collections.abc import Iterator

from service.answers import Answered, Conflicting
from service.evidence.reader import EvidenceReader
from service.llm.written import Sentence, Written
from service.settings import Settings


class Writer:
    """Placeholder."""

    def write(self, question: str, answer: Answered | Conflicting) -> Iterator[Sentence | Written]:
        """Write nothing."""
        raise NotImplementedError


def open_writer(settings: Settings, reader: EvidenceReader) -> Writer | None:  # noqa: ARG001
    """Return None."""
    return None
