"""Every error citecheck raises on purpose, drawn as one tree.

CitecheckError
├── InputError            the caller sent something unusable (HTTP 4xx, exit code 2)
│   ├── DocumentError     a file or text that cannot become a document
│   ├── DocumentClash     two sources claim the same document id
│   ├── InProgress        another try of the same request is still being answered
│   ├── NotFound          an address or id that names nothing we hold
│   └── TooLarge          an input beyond its limit
├── SpanError             a slice that does not fit its document: a defect, never shown as a quote
├── StoreError            the data folder cannot be used (exit code 3)
│   └── StoreFull         the disk refused a write; nothing acknowledged was lost
└── ModelError            model weights are missing or do not match their checksum
"""

from __future__ import annotations


class CitecheckError(Exception):
    """Root of the tree. `code` is the stable snake_case name clients see."""

    def __init__(self, message: str, *, code: str, **details: object) -> None:
        """Keep one sentence that says what is wrong and what to do, and machine-readable details."""
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details


class InputError(CitecheckError):
    """The caller sent something unusable."""


class DocumentError(InputError):
    """A file or text that cannot become a document."""


class DocumentClash(InputError):
    """Two sources claim the same document id."""


class InProgress(InputError):
    """Another try of the same request is still being answered."""


class NotFound(InputError):
    """An address or id that names nothing we hold."""


class TooLarge(InputError):
    """An input beyond its limit."""


class SpanError(CitecheckError):
    """A slice that does not fit its document."""


class StoreError(CitecheckError):
    """The data folder cannot be used."""


class StoreFull(StoreError):
    """The disk refused a write."""


class ModelError(CitecheckError):
    """Model weights are missing or do not match their checksum."""
