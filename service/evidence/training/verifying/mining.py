"""Mark in written texts what the verifier mistakes: python -m service.evidence.training.verifying.mining FILE...

Most sentences that search brings up for a claim leave it open, and one taken for a proof is enough for a wrong verdict.
Drawn at random they teach little, since most are easy; so of those nearest to each claim in words the ones are marked
(`mistaken`) that the verifier that ships takes for support or refutation. The files are rewritten in place.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from service.evidence.entailing import label_chances, least_silent
from service.evidence.formats import LABELS
from service.evidence.model import VERIFIER_CHECKSUM, VERIFIER_FILE, EvidenceModel, Pair
from service.evidence.training.verifying.written import Dossier, Place, read_written
from service.lines import read_lines

# So many of the nearest sentences are looked at, and so many of the worst mistaken are kept.
LOOKED_AT = 6
KEPT = 3
# A sentence counts as mistaken from this chance on that it does not leave the claim open.
ALARM = 0.15
_NEUTRAL = LABELS.index("neutral")


def main() -> None:
    """Rewrite the files, each at once or not at all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="written texts, .jsonl.gz")
    model = EvidenceModel(VERIFIER_FILE, VERIFIER_CHECKSUM)
    for path in parser.parse_args().files:
        mark_file(path, model)


def mark_file(path: Path, model: EvidenceModel) -> None:
    """Rewrite a file of written texts with what the verifier mistakes in each."""
    rows = [line.json_object() for line in read_lines(path)]
    dossiers = list(read_written([path]))
    pairs = list(zip(rows, dossiers, strict=True))
    for row, dossier in track(pairs, path.name, console=Console(stderr=True)):
        several = "documents" in row
        for given, places in zip(row["claims"], find_mistaken(dossier, model), strict=True):
            given["mistaken"] = [list(place) if several else place[1] for place in places]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    waiting = path.with_name(f"{path.name}.part")
    waiting.write_bytes(gzip.compress(lines.encode(), mtime=0))
    waiting.replace(path)


def find_mistaken(dossier: Dossier, model: EvidenceModel) -> list[list[Place]]:
    """Return for each claim the places of the sentences that leave it open and do not seem to, worst first."""
    near = [dossier.nearest(claim, LOOKED_AT) for claim in dossier.claims]
    alarms = iter(_alarms(model, _pairs(dossier, near)))
    return [_worst([(next(alarms), place) for place in places]) for places in near]


def _pairs(dossier: Dossier, near: Sequence[Sequence[Place]]) -> list[Pair]:
    return [
        Pair(claim.claim, dossier.header(place), dossier.in_place(place, claim.decided_by))
        for claim, places in zip(dossier.claims, near, strict=True)
        for place in places
    ]


def _alarms(model: EvidenceModel, pairs: Sequence[Pair]) -> list[float]:
    """Return for each pair the chance that it does not leave the claim open."""
    return [1.0 - float(label_chances(least_silent(windows), 1.0)[_NEUTRAL]) for windows in model.judge(pairs)]


def _worst(alarms: Sequence[tuple[float, Place]]) -> list[Place]:
    mistaken = sorted((pair for pair in alarms if pair[0] >= ALARM), reverse=True)
    return [place for _, place in mistaken[:KEPT]]
