"""Where a run comes from: settings, model and index fingerprints, code, machine and moment."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from eval.results import Provenance
from service.pipeline import Pipeline

_PACKAGES = ("index", "service", "eval")
_DIGITS = 12
_CHUNK = 1 << 20


def describe(pipeline: Pipeline, gold: Sequence[Path]) -> Provenance:
    """Record what `pipeline` is made of as it stands now."""
    # The data folder is a place on one machine and often a temporary one; what it holds is in `index`.
    settings = pipeline.settings.model_dump(mode="json", exclude={"data", "llm_key"})
    return Provenance(
        settings={**settings, "min_confidence": pipeline.min_confidence},
        models={
            "encoder": pipeline.library.encoder.fingerprint,
            "reader": pipeline.reader.fingerprint,
            "verifier": pipeline.reader.verifier_fingerprint,
            "claims": pipeline.checker.weights.fingerprint,
        },
        index=index_fingerprint(pipeline),
        gold=", ".join(f"{file.name} {_digest_of(file)}" for file in gold),
        code=f"citecheck {_version()} {code_fingerprint()}",
        machine={"platform": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()},
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def index_fingerprint(pipeline: Pipeline) -> str:
    """Hash the indexed document versions and the passages they were cut into."""
    store = pipeline.library.store
    versions = (f"{record.document_id}@{record.version}" for record in store.records(limit=store.count(), offset=0))
    with store.rows() as (_, rows):
        return _digest([*(name.encode() for name in versions), *(row.index_text.encode() for row in rows)])


def code_fingerprint(packages: Sequence[str] = _PACKAGES) -> str:
    """Hash the Python source of packages, all three if none are named; it needs no repository at hand."""
    root = Path(__file__).parent.parent
    sources = sorted(path for package in packages for path in (root / package).rglob("*.py"))
    return _digest(part for path in sources for part in (path.relative_to(root).as_posix().encode(), path.read_bytes()))


def _digest_of(file: Path) -> str:
    """Hash a file of any size, as `_digest` hashes its content."""
    digest = hashlib.sha256(file.stat().st_size.to_bytes(8, "big"))
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()[:_DIGITS]


def _version() -> str:
    try:
        return version("citecheck")
    except PackageNotFoundError:
        return "(not installed)"


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:_DIGITS]
