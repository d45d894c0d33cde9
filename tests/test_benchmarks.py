"""The benchmarks' tables are read back as printed and stand beside what was recorded."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.comparison import Part, Table, cells, compare, parse, render
from benchmarks.record import Recorded, beside, read, record, write
from benchmarks.sections import sections
from index.errors import InputError

ROOT = Path(__file__).parent.parent
PRINTED = """\
the packaged model

### Speed

| what | p50, ms | p95, ms |
| --- | ---: | ---: |
| ask | 172.0 | 192.0 |
| `check` \\| text | 180.0 |  |

### Quality

| figure | measured |
| --- | ---: |
| F1 | 0.772 |

Some note."""

# Cells are read without the blanks around them; a line break cannot stand in one.
texts = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=12).map(
    lambda text: text.strip(" ")
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(1, 4))
    row = st.tuples(*[texts] * width)
    name = draw(st.from_regex(r"[a-z]{1,3}", fullmatch=True))
    right = draw(st.tuples(*[st.booleans()] * width))
    return Table(name, draw(row), right, tuple(draw(st.lists(row, max_size=4))))


# A heading stands before every table, so that two tables are never one.
outputs = st.lists(tables(), max_size=4).map(
    lambda made: ["figures", *(part for table in made for part in (f"### {table.name}", "", table, ""))]
)


def speed(parts: list[Part]) -> Table:
    return next(part for part in parts if isinstance(part, Table))


def test_tables_are_found_among_the_lines() -> None:
    parts = parse(PRINTED)
    table = speed(parts)
    assert table.name == "Speed"
    assert table.right == (False, True, True)
    assert cells(parts) == {
        "Speed": {
            "ask": {"p50, ms": "172.0", "p95, ms": "192.0"},
            "`check` | text": {"p50, ms": "180.0", "p95, ms": ""},
        },
        "Quality": {"F1": {"measured": "0.772"}},
    }
    assert [part for part in parts if isinstance(part, str) and part] == [
        "the packaged model",
        "### Speed",
        "### Quality",
        "Some note.",
    ]


def test_a_line_with_another_number_of_cells_is_no_row() -> None:
    text = "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 |\n| 4 | 5 | 6 |"
    assert parse(text) == [Table("", ("a", "b"), (False, False), (("1", "2"),)), "| 3 |", "| 4 | 5 | 6 |"]


def test_pipes_without_a_rule_are_text() -> None:
    assert parse("| a | b |\n| 1 | 2 |\n|") == ["| a | b |", "| 1 | 2 |", "|"]


@given(outputs)
def test_what_was_rendered_is_read_back(parts: list[Part]) -> None:
    again = parse(render(parts))
    assert again == parts
    assert cells(again) == cells(parts)


@given(st.text(st.sampled_from("|\\- :#a\n"), max_size=60))
def test_any_text_is_read_and_read_again_the_same(text: str) -> None:
    assert parse(render(parse(text))) == parse(text)


@given(outputs)
def test_nothing_differs_from_itself(parts: list[Part]) -> None:
    assert compare(parts, cells(parts)) == parts


@given(outputs, st.data())
def test_every_changed_figure_shows_both(parts: list[Part], data: st.DataObject) -> None:
    recorded = cells(parts)
    places = [(t, r, c) for t, rows in recorded.items() for r, row in rows.items() for c in row]
    changed = data.draw(st.sets(st.sampled_from(places))) if places else set()
    for table, row, column in changed:
        recorded[table][row][column] += "0"
    shown, before = cells(compare(parts, recorded)), cells(parts)
    for table, row, column in places:
        now, was = before[table][row][column], recorded[table][row][column]
        wanted = f"{now} (was {was})".strip(" ") if (table, row, column) in changed else now
        assert shown[table][row][column].strip() == wanted.strip()


def test_each_row_and_column_and_table_that_came_or_went_is_said() -> None:
    recorded = cells(parse(PRINTED))
    recorded["Speed"]["ask"] = {"p50, ms": "180.0", "p99, ms": "200.0"}
    recorded["Speed"]["lookup"] = {"p50, ms": "9.0"}
    recorded["Memory"] = {"service": {"MB": "264"}}
    del recorded["Speed"]["`check` | text"]
    del recorded["Quality"]
    assert render(compare(parse(PRINTED), recorded)) == (
        """\
the packaged model

### Speed

| what | p50, ms | p95, ms |
| --- | ---: | ---: |
| ask | 172.0 (was 180.0) | 192.0 (new) |
| `check` \\| text (new) | 180.0 |  |

Gone: the row “lookup” (p50, ms 9.0).
Gone: the column “p99, ms”.

### Quality

| figure | measured |
| --- | ---: |
| F1 | 0.772 |

New: this table.

Some note.
Gone: the table “Memory”."""
    )


def test_a_figure_that_was_empty_or_is_now_shows_so() -> None:
    recorded = cells(parse(PRINTED))
    recorded["Speed"]["ask"]["p50, ms"] = ""
    recorded["Speed"]["`check` | text"]["p95, ms"] = "200.0"
    rows = speed(compare(parse(PRINTED), recorded)).rows
    assert rows[0][1] == "172.0 (was empty)"
    assert rows[1][2] == "(was 200.0)"


def test_every_leading_column_of_words_labels_a_row() -> None:
    rows = (("dev", "short", "5"), ("dev", "long", "7"))
    table = Table("", ("half", "texts", "kept"), (False, False, True), rows)
    assert cells([table]) == {"": {"dev, short": {"kept": "5"}, "dev, long": {"kept": "7"}}}
    words = replace(table, right=(False, False, False))
    assert cells([words]) == cells([table])
    (shown,) = compare([table], {"": {"dev, short": {"kept": "4"}, "dev, long": {"kept": "7"}}})
    assert isinstance(shown, Table)
    assert shown.rows == (("dev", "short", "5 (was 4)"), ("dev", "long", "7"))


def test_rows_of_one_name_are_told_apart() -> None:
    table = Table("", ("depth", "right"), (False, True), (("8", ".7"), ("8", ".8"), ("8 (2)", ".9")))
    assert cells([table, table]) == {
        name: {"8": {"right": ".7"}, "8 (2)": {"right": ".8"}, "8 (2) (2)": {"right": ".9"}} for name in ("", " (2)")
    }


def test_a_recorded_section_is_read_back_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "recorded.json"
    settings = {"evidence model": "46e9"}
    first = record(parse(PRINTED), "2026-01-02", settings)
    write({"speed": first, "other": Recorded("2026-01-01", {}, {})}, file)
    second = replace(first, date="2026-03-04")
    write({"speed": second}, file)
    assert read(file) == {"other": Recorded("2026-01-01", {}, {}), "speed": second}
    assert [path.name for path in tmp_path.iterdir()] == ["recorded.json"]
    assert '    "ask": {"p50, ms": "172.0", "p95, ms": "192.0"},' in file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("content", ["", "[]", '{"speed": {"date": "2026-01-02"}}', '{"speed": 1}', "\xff"])
def test_a_broken_record_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    file = tmp_path / "recorded.json"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError, match="restore it"):
        write({"speed": record(parse(PRINTED), "2026-01-02", {})}, file)
    assert file.read_bytes() == content.encode("latin-1")


def test_a_change_of_models_is_said_above_the_figures() -> None:
    recorded = record(parse(PRINTED), "2026-01-02", {"evidence model": "46e9", "cores": "2"})
    same = beside(parse(PRINTED), recorded, {"evidence model": "46e9", "cores": "2"})
    assert str(same[0]).startswith("Beside the state recorded on 2026-01-02. Times")
    assert same[2:] == parse(PRINTED)
    other = beside(parse(PRINTED), recorded, {"evidence model": "b1d5", "follow-ups": "77aa"})
    assert "since then: evidence model b1d5 (was 46e9), cores none (was 2)." in str(other[0])
    assert beside(parse(PRINTED), None, {})[2:] == parse(PRINTED)


def test_the_committed_record_is_of_known_sections() -> None:
    known = {section.name for section in sections(Path("shared"), Path("cache"))}
    recorded = read()
    assert recorded
    assert set(recorded) <= known
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", one.date) and one.tables for one in recorded.values())


def test_every_section_has_its_benchmark() -> None:
    known = sections(Path("shared"), Path("cache"))
    assert len({section.name for section in known}) == len(known)
    for section in known:
        assert importlib.util.find_spec(section.module[0]) is not None, section.name


def test_a_limit_reaches_only_sections_that_know_one() -> None:
    by_name = {section.name: section for section in sections(Path("shared"), Path("cache"))}
    assert by_name["evidence"].command(50)[-2:] == ["--limit", "50"]
    assert by_name["evidence"].command(None) == list(by_name["evidence"].module)
    assert by_name["serving"].command(50) == ["benchmarks.serving"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "speling"], "no section speling"),
        (["--limit", "5", "--record"], "not recorded"),
        (["--limit", "0"], "1 or more"),
        (["--only", "evidence", "--shared", "nowhere"], "--shared"),
    ],
)
def test_bad_usage_runs_nothing(arguments: list[str], message: str) -> None:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert result.returncode == 2
    assert message in result.stderr
    assert "##" not in result.stdout


def run_depth(shared: Path, recorded: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", "--only", "reading-depth", "--shared", str(shared)]
    command += ["--recorded", str(recorded), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")


def write_squad(shared: Path, rows: list[dict[str, object]]) -> None:
    file = shared / "bench" / "reader" / "squad_v2_dev.jsonl.gz"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))


def test_a_benchmark_is_recorded_and_the_next_run_stands_beside_it(tmp_path: Path) -> None:
    context = "The bridge over the river was opened in May 1931 by the mayor."
    answers = [{"text": "May 1931", "answer_start": context.index("May 1931")}]
    row = {"id": "1", "title": "Bridges", "context": context, "question": "When was the bridge opened?"}
    write_squad(tmp_path, [{**row, "answers": answers, "is_impossible": False}])
    recorded = tmp_path / "recorded.json"
    first = run_depth(tmp_path, recorded, "--record")
    assert (first.returncode, "Nothing is recorded of this section." in first.stdout) == (0, True), first.stderr
    kept = read(recorded)["reading-depth"]
    assert kept.tables[""]["1 reranked, 1 read"]["right"] == "1.000"

    told = recorded.read_text(encoding="utf-8").replace('"1.000"', '"0.500"', 1)
    recorded.write_text(told, encoding="utf-8")
    second = run_depth(tmp_path, recorded, "--limit", "5")
    assert second.returncode == 0, second.stderr
    assert f"Beside the state recorded on {kept.date}." in second.stdout
    assert "| 1 reranked, 1 read | 1.000 (was 0.500) |" in second.stdout
    assert second.stdout.count("| 1.000 |") == len(kept.tables[""]) - 1
    assert recorded.read_text(encoding="utf-8") == told


def test_a_benchmark_that_fails_ends_the_run_and_is_not_recorded(tmp_path: Path) -> None:
    write_squad(tmp_path, [{"id": "1"}])
    result = run_depth(tmp_path, tmp_path / "recorded.json", "--record")
    assert result.returncode == 1
    assert "squad_v2_dev" in result.stderr
    assert not (tmp_path / "recorded.json").exists()
