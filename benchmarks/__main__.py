"""Run every benchmark that the data at hand allows: python -m benchmarks --shared FOLDER."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Run each benchmark in a process of its own and print its table under a heading."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="folder with bench/ and train/")
    parser.add_argument("--cache", type=Path, default=Path(".citecheck-bench"), help="keeps embeddings between runs")
    arguments = parser.parse_args()
    bench, train = arguments.shared / "bench", arguments.shared / "train"
    squad, scifact = bench / "reader" / "squad_v2_dev.jsonl.gz", bench / "beir" / "scifact"
    cache = ["--cache", str(arguments.cache)]
    run("The service over the seeds", ["benchmarks.serving"])
    run("The gold questions over the seeds", ["eval.cli", "eval", "run"])
    run("How long checking takes", ["benchmarks.checking"])
    run("The gold claims over the seeds", ["eval.cli", "eval", "claims"])
    if not bench.exists():
        print(f"{bench} does not exist: the benchmarks on public data were left out.")
        return
    run("Lexical leg against rank_bm25", ["benchmarks.lexical", "--squad", str(train / "reader.jsonl.gz")])
    run("Retrieval on SQuAD v2 dev", ["benchmarks.retrieval", "--squad", str(squad), *cache])
    run("Reranking on SQuAD v2 dev", ["benchmarks.retrieval", "--squad", str(squad), *cache, "--rerank", "500"])
    run("Retrieval on SciFact", ["benchmarks.retrieval", "--beir", str(scifact), *cache, "--rerank", "300"])
    run("The evidence model against its targets", ["benchmarks.evidence", "--shared", str(arguments.shared)])
    run("Claims on public pairs", ["benchmarks.claims", "--pairs", str(bench / "verify")])
    run("Claims on SciFact, end to end", ["benchmarks.claims", "--scifact", str(scifact), *cache])
    run("How many passages to rerank and read", ["benchmarks.reading_depth", "--questions", str(squad)])


def run(title: str, module: list[str]) -> None:
    """Run one benchmark; its failure ends the command."""
    print(f"\n## {title}\n", flush=True)
    result = subprocess.run([sys.executable, "-m", *module], check=False)
    if result.returncode:
        sys.exit(result.returncode)


if __name__ == "__main__":
    main()
