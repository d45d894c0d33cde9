"""How long checking takes over the seeds: single claims, and an article of a thousand words.

    python -m benchmarks.checking

The claims are the development claims of the gold; the article is made of the development articles and, up to a
thousand words, of those claims.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

from eval.claimset import ARTICLES_FILE, CLAIMS_FILE, load_articles, load_claims
from eval.metrics import percentile
from service.catalogue import read_document
from service.ingest import ingest_paths
from service.pipeline import open_pipeline
from service.settings import Settings

SEEDS = Path(__file__).parent.parent / "seeds"
WORDS = 1_000


def main() -> None:
    """Print both figures."""
    with tempfile.TemporaryDirectory() as folder:
        pipeline = open_pipeline(Settings(data=Path(folder)))
        ingest_paths(pipeline.library, [SEEDS], max_bytes=20_000_000)
        pipeline.warm_up()
        gold = load_claims(CLAIMS_FILE, partial(read_document, pipeline.library))
        claims = [claim.claim for claim in gold if claim.split == "dev"]
        seconds = []
        for claim in claims:
            started = time.perf_counter()
            list(pipeline.verdicts(pipeline.outline_claims([claim])))
            seconds.append(time.perf_counter() - started)
        text = "\n\n".join(article.text for article in load_articles(ARTICLES_FILE) if article.split == "dev")
        for claim in claims:
            if len(text.split()) >= WORDS:
                break
            # Another full stop makes it another text, so that no verdict is remembered from above.
            text += f" {claim.rstrip('.')} ."
        started = time.perf_counter()
        result = pipeline.check(text)
        whole = time.perf_counter() - started
        pipeline.library.close()
    print("| what | measured |\n| --- | ---: |")
    print(f"| single claim, p50 ms | {percentile(seconds, 50) * 1000:.0f} |")
    print(f"| single claim, p95 ms | {percentile(seconds, 95) * 1000:.0f} |")
    print(f"| article, words | {len(text.split())} |")
    print(f"| article, claims found | {len(result.claims)} |")
    print(f"| article, s | {whole:.1f} |")


if __name__ == "__main__":
    main()
