"""The recorded state of the benchmarks: what each section gave when it was last recorded, and with which models."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.comparison import Cells, Part, cells, compare
from index.encoder import CHECKSUMS
from index.errors import InputError
from service.checking.weights import load_weights
from service.conversation.followup.ranking import WEIGHTS as FOLLOW_UPS
from service.evidence.calibration import load_calibration
from service.evidence.model import CHECKSUM, VERIFIER_CHECKSUM

FILE = Path(__file__).parent / "recorded.json"
_DIGITS = 12
_VARY = "Times, memory and ratios of times differ from run to run and with what else the machine does."


@dataclass(frozen=True, slots=True)
class Recorded:
    """A section's figures, the day they were recorded (ISO 8601) and the settings they depend on."""

    date: str
    settings: dict[str, str]
    tables: Cells


def settings() -> dict[str, str]:
    """Return what the figures of this checkout depend on besides its code: weights by checksum, and the cores."""
    return {
        "evidence model": CHECKSUM[:_DIGITS],
        "encoder": CHECKSUMS["encoder.onnx"][:_DIGITS],
        "confidence": load_calibration().fingerprint,
        "verifier": VERIFIER_CHECKSUM[:_DIGITS],
        "verdicts": load_weights().fingerprint,
        "follow-ups": hashlib.sha256(FOLLOW_UPS.read_bytes()).hexdigest()[:_DIGITS],
        "cores": str(os.cpu_count()),
    }


def read(path: Path = FILE) -> dict[str, Recorded]:
    """Return the recorded sections by name, none where nothing was recorded; raises InputError on a broken file."""
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {name: Recorded(**section) for name, section in content.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is no record of benchmarks; restore it or delete it.", code="bad_record") from error


def write(sections: Mapping[str, Recorded], path: Path = FILE) -> None:
    """Merge `sections` into the file: the others stay as they are; it is replaced whole or not at all."""
    merged = {**read(path), **sections}
    content = {name: asdict(merged[name]) for name in sorted(merged)}
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(_json(content, "") + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def beside(parts: Sequence[Part], recorded: Recorded | None, present: Mapping[str, str]) -> list[Part]:
    """Return a section's parts with the recorded figures where they differ, under a line on what they are beside."""
    if recorded is None:
        return ["Nothing is recorded of this section.", "", *parts]
    pairs = [(name, present.get(name, "none"), was) for name, was in recorded.settings.items()]
    changed = [f"{name} {now} (was {was})" for name, now, was in pairs if now != was]
    since = f"; since then: {', '.join(changed)}" if changed else ""
    return [f"Beside the state recorded on {recorded.date}{since}. {_VARY}", "", *compare(parts, recorded.tables)]


def _json(value: object, indent: str) -> str:
    """Return JSON with a line for each row of a table, so that a change shows as the rows it touched."""
    if not isinstance(value, dict) or not any(isinstance(held, dict) for held in value.values()):
        return json.dumps(value, ensure_ascii=False)
    deeper = indent + " "
    lines = (f"{deeper}{json.dumps(name, ensure_ascii=False)}: {_json(held, deeper)}" for name, held in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def record(parts: Sequence[Part], date: str, present: Mapping[str, str]) -> Recorded:
    """Return a section as it is to be recorded."""
    return Recorded(date, dict(present), cells(parts))
