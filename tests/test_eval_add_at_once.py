"""Several processes add to one file of gold at the same time; nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import make_document
from eval.linting import lint

TEXT = "The mill of Orvik burned in 1911."
ADD = """
import sys
from pathlib import Path
from conftest import make_document
from eval.adding import Row, append
from eval.anchoring import EvidenceRow

path, name = Path(sys.argv[1]), sys.argv[2]
towns = make_document({text!r}, "towns")
print("ready", flush=True)
sys.stdin.readline()
for number in range(8):
    evidence = (EvidenceRow("towns", "in 1911"),)
    row = Row(f"{{name}}-{{number}}", "When?", "date", "chatty", "dev", True, ("1911",), evidence)
    append(path, row, lambda identity: towns)
"""


def test_rows_added_at_once_are_all_there(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    script = ADD.format(text=TEXT)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(path), str(number)],
            cwd=Path(__file__).parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    found = lint(path, lambda _identity: make_document(TEXT, "towns"))
    assert (found.items, found.problems) == (32, ())
    assert [one.name for one in tmp_path.iterdir()] == ["questions.jsonl"]
