"""The evidence model against its targets on public sets: python -m benchmarks.evidence --shared ../shared/data.

`--model FILE` measures another graph with the same inputs and outputs than the packaged one, as the fp32 one that
`python -m service.evidence.training.export --full FILE` keeps. Paragraphs and evidence are given without titles.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.evidence_entailment import entailment
from benchmarks.evidence_reading import Abstaining, policyqa, squad_v2
from benchmarks.judging import Figure, table
from index.errors import CitecheckError, InputError
from service.evidence.model import CHECKSUM, EVIDENCE_FILE, EvidenceModel

PACKAGED = EVIDENCE_FILE
NOTE = "Accuracy is of the least neutral window; FEVER's tokenised text is put back as people write it first."


def main() -> int:
    """Run the command; returns its exit code."""
    options = _options()
    reader, verify = options.shared / "bench" / "reader", options.shared / "bench" / "verify"
    try:
        checksum = _checksum(options.model) if options.model else CHECKSUM
        model = EvidenceModel(options.model or PACKAGED, checksum)
        abstaining = squad_v2(model, reader / "squad_v2_dev.jsonl.gz", options.limit)
        figures = [
            *abstaining.figures,
            *policyqa(model, reader / "policyqa_test.jsonl.gz", options.limit),
            *entailment(model, verify, options.limit),
        ]
    except CitecheckError as error:
        print(error.message, file=sys.stderr)
        return 2
    if options.json:
        options.json.write_text(_json(checksum, options.limit, figures, abstaining), encoding="utf-8")
    print(f"{options.model or 'the packaged model'}, SHA-256 {checksum[:12]}\n\n{table(figures)}\n")
    print(f"{NOTE} No-answer thresholds of the halves: {', '.join(f'{bar:.3f}' for bar in abstaining.thresholds)}.")
    if options.limit:
        print(f"A quick look: every k-th row, at most {options.limit} of each set.")
    return 0


def _json(checksum: str, limit: int | None, figures: Sequence[Figure], abstaining: Abstaining) -> str:
    """Return what was measured, with each SQuAD question so that risk-coverage curves can be drawn from it."""
    content = {
        "sha256": checksum,
        "limit": limit,
        "figures": [asdict(figure) for figure in figures],
        "squad_v2_thresholds": abstaining.thresholds,
        "squad_v2_questions": [
            {"margin": round(one.margin, 4), "f1": round(one.f1, 4), "is_impossible": one.is_impossible}
            for one in abstaining.questions
        ],
    }
    return json.dumps(content, indent=1) + "\n"


def _checksum(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path.", code="bad_file") from error


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="folder with bench/")
    parser.add_argument("--model", type=Path, help="an ONNX file instead of the packaged one")
    parser.add_argument("--limit", type=_positive, help="at most so many rows of each set, for a quick look")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
