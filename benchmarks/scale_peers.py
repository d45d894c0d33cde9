"""Side by side with rank_bm25, bm25s and txtai over the same passages, queries, analysis and encoder.

    python -m benchmarks.scale_peers --corpus DIR --cache DIR [--sizes 10000 100000 1000000] [--largest N]

The peers are installed, in the versions named here, into an environment of their own in the cache folder. It sees the
project's packages, whose versions stay as they are locked, and adds what is missing; the project never sees it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from benchmarks.scale import SIZES, chosen_sizes
from benchmarks.scale_data import ScaleData
from benchmarks.scale_folder import filled
from index.encoder import OnnxEncoder

PEERS = ("bm25s==0.3.16", "numba==0.68.1", "txtai==9.14.0")
ROOT = Path(__file__).resolve().parent.parent
# One thread for everybody.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def main() -> None:
    """Install the peers where they are not yet, then measure in their environment, a process for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder made by benchmarks.scale_corpus")
    parser.add_argument("--cache", type=Path, required=True, help="where the peers are installed")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--largest", type=int, help="no size beyond this: a quick look")
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    python = install(options.cache / "peers")
    data = ScaleData(options.corpus)
    texts = sum(map(len, data.documents(None)))
    for size in chosen_sizes(options.sizes, texts, options.largest):
        command = [str(python), "-m", "benchmarks.scale_peers_run", "--corpus", str(data.folder.resolve())]
        command += ["--passages", str(size), "--queries", str(options.queries)]
        # The lexical indexes need no vectors.
        if size <= data.encoded():
            folder = data.folder / f"library-{size}"
            filled(folder, data, size, OnnxEncoder())
            command += ["--folder", str(folder.resolve())]
        found = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env={**os.environ, **ONE_THREAD}, cwd=ROOT
        )
        print(found.stdout, flush=True)


def install(folder: Path) -> Path:
    """Return the interpreter of an environment that has the peers besides the project's own packages."""
    python = folder / "bin" / "python"
    done = folder / "installed.txt"
    if done.exists() and done.read_text(encoding="utf-8") == "\n".join(PEERS):
        return python
    venv.create(folder, with_pip=True, clear=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (packages / "project.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    constraints = ("--constraint", str(ROOT / "requirements.lock"))
    subprocess.run([python, "-m", "pip", "install", "-q", *constraints, *PEERS], check=True, stdout=sys.stderr)
    done.write_text("\n".join(PEERS), encoding="utf-8")
    return python


if __name__ == "__main__":
    main()
