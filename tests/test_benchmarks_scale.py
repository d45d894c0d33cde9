"""The benchmarks at scale, at a tiny size: real passages, told apart, cut as they are, found again, and the tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import scale, scale_corpus
from benchmarks.comparison import Table, parse
from benchmarks.scale_corpus import Pool, collect, encode
from benchmarks.scale_data import ScaleData, document_text
from benchmarks.scale_exact import exact_best
from benchmarks.scale_folder import document, filled, forget, place_of, size_on_disk
from benchmarks.scale_peers_run import SLOW, SLOW_QUERIES, take_turns, times_table
from benchmarks.scale_sources import documentation_texts, is_ended, is_prose, sentences
from index.cutting import cut
from index.encoder import OnnxEncoder
from index.library import Library, content_key

SEEDS = Path(__file__).parent.parent / "seeds"
PASSAGES = 60


def public_file(folder: Path) -> None:
    """Write the paragraphs of the seeds, and questions, as a public data set comes."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.iterdir()) if path.is_file()]
    paragraphs = [line for text in texts for line in text.splitlines() if len(line) > 200]
    rows = [
        {"id": f"{number}.", "title": "Not a text.", "context": context, "question": f"What is said of place {number}?"}
        for number, context in enumerate(paragraphs)
    ]
    folder.joinpath("rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> ScaleData:
    folder = tmp_path_factory.mktemp("scale")
    public_file(folder)
    made = ScaleData(folder / "corpus")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scale_corpus, "SPARE", 80)
        patch.setattr(scale_corpus, "DOCUMENT_PASSAGES", 7)
        patch.setattr(scale_corpus, "QUERIES", 12)
        collect(made, folder, [], PASSAGES, OnnxEncoder())
    encode(made, OnnxEncoder())
    return made


def test_passages_are_real_sentences_each_different(data: ScaleData) -> None:
    texts = list(data.texts(None))
    assert len(texts) == PASSAGES
    assert all(5 <= len(text.split()) <= 45 and text.endswith((".", ".”", '."', ".)")) for text in texts)
    assert len({" ".join(re.findall(r"\w+", text.lower())) for text in texts}) == PASSAGES
    seeds = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in SEEDS.iterdir() if path.is_file())
    assert all(text in seeds for text in texts)
    assert not set(texts) & set(data.spare())


def test_queries_are_questions_and_no_passages(data: ScaleData) -> None:
    assert len(data.queries()) == 12
    assert all(query.startswith("What is said of place ") for query in data.queries())


def test_a_document_is_cut_into_the_passages_that_were_encoded(data: ScaleData) -> None:
    encoder = OnnxEncoder()
    for number, texts in enumerate(data.documents(None)):
        made = cut(document(number, texts), count_tokens=encoder.count_tokens, max_tokens=160)
        assert [passage.index_text for passage in made] == texts


def test_the_first_documents_hold_exactly_so_many_passages(data: ScaleData) -> None:
    held = list(data.documents(10))
    assert [text for texts in held for text in texts] == list(data.texts(None))[:10]
    assert list(map(len, held)) == [7, 3]


def test_vectors_are_those_of_the_product_and_interrupted_encoding_goes_on(data: ScaleData) -> None:
    encoder = OnnxEncoder()
    expected = encoder.encode(list(data.texts(None)))
    vectors = data.vectors_to_fill(PASSAGES, encoder.dimensions)
    vectors[40:] = 0
    vectors.flush()
    data.save_encoded(40)
    encode(data, encoder)
    assert data.encoded() == PASSAGES
    assert np.array_equal(data.vectors(PASSAGES, encoder.dimensions), expected)
    assert np.array_equal(data.query_vectors(), encoder.encode(data.queries()))


def test_what_differs_in_case_and_punctuation_alone_is_one_text() -> None:
    pool = Pool()
    pool.add(["The town fell in May.", "the town, fell in May", "The town fell in June."])
    assert pool.take() == ["The town fell in May.", "The town fell in June."]
    pool.add(["The Town fell in May!", "The town fell in July."])
    assert pool.take() == ["The town fell in July."]


def test_pairs_are_neighbours_and_share_no_sentence() -> None:
    pool = Pool()
    pool.add_pairs("It was the first of them. It was the second of them. It was the third of them. It is the last.")
    assert pool.take() == [
        "It was the first of them. It was the second of them.",
        "It was the third of them. It is the last.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "def read(path): return open(path)",
        "Town Region Mayor Since Until Party",
        "Yes it is.",
        "x[12] = y[34] + 3 * (a - 1.5) // of the {5}",
    ],
)
def test_code_tables_and_scraps_are_no_prose(text: str) -> None:
    assert not is_prose(text, 5, 45)


def test_headings_and_questions_do_not_end_as_statements() -> None:
    assert is_ended("He said that it “was over.”")
    assert not is_ended("The siege of the town")
    assert not is_ended("Was it over?")


def test_documentation_is_read_without_its_formatting(tmp_path: Path) -> None:
    manual = tmp_path / "man" / "man1" / "tool.1"
    manual.parent.mkdir(parents=True)
    manual.write_text(".TH TOOL 1\n.SH NAME\ntool \\- a tool\n.PP\nThis \\fBtool\\fR reads\n.I files\nof the user.\n")
    (tmp_path / "page.html").write_text("<nav>Home</nav><p>The page is &amp; was <b>here</b>.</p><script>x()</script>")
    (tmp_path / "code.py").write_text('def f():\n    """Return what is in the file."""\n    return "no text of ours"\n')
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    found = [sentence for text in documentation_texts([tmp_path]) for sentence in sentences(text)]
    assert "This tool reads files of the user." in found
    assert "The page is & was here." in found
    assert "Return what is in the file." in found
    assert not any("Home" in text or "x()" in text or "ours" in text for text in found)


@given(st.integers(1, 60), st.integers(1, 8), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_exact_search_is_a_full_sort(count: int, queries: int, depth: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.standard_normal((count, 4)).astype(np.float32)
    asked = generator.standard_normal((queries, 4)).astype(np.float32)
    depth = min(depth, count)
    cosines, rows = exact_best(vectors, asked, depth)
    assert np.allclose(cosines, np.sort(asked @ vectors.T, axis=1)[:, ::-1][:, :depth], atol=1e-5)
    assert np.allclose(np.take_along_axis(asked @ vectors.T, rows, axis=1), cosines, atol=1e-5)


@given(st.lists(st.lists(st.text("ab é", min_size=1), min_size=1), min_size=1), st.data())
def test_an_address_leads_back_to_its_passage(held: list[list[str]], draw: st.DataObject) -> None:
    number = draw.draw(st.integers(0, len(held) - 1))
    within = draw.draw(st.integers(0, len(held[number]) - 1))
    before = document_text([*held[number][:within], ""]) if within else ""
    starts = np.cumsum([0, *map(len, held)]).tolist()
    texts = [text for one in held for text in one]
    assert place_of(f"scale-{number:06}", len(before), starts, texts) == starts[number] + within


def test_a_folder_is_filled_without_encoding_and_brought_to_another_size(data: ScaleData, tmp_path: Path) -> None:
    class NeverEncodes(OnnxEncoder):
        def encode(self, *_: object) -> np.ndarray:
            raise AssertionError("a vector was not found under its text")

    filled(tmp_path, data, 30, NeverEncodes())
    filled(tmp_path, data, 50, NeverEncodes())
    assert size_on_disk(tmp_path)["derived"] > 50 * 384
    library = Library(tmp_path, OnnxEncoder())
    held = list(data.texts(50))
    try:
        ids = [record.document_id for record in library.store.records(limit=100, offset=0)]
        assert ids == [f"scale-{number:06}" for number in range(8)]
        assert library.refresh().alive == 50
        library_keys = {content_key(text) for text in held}
        assert library.store.vectors(library.encoder.fingerprint, library_keys).keys() == library_keys
        forget(tmp_path, held[:5], library.encoder.fingerprint)
        assert len(library.store.vectors(library.encoder.fingerprint, library_keys)) == 45
    finally:
        library.close()


def test_the_benchmark_prints_its_tables(
    data: ScaleData, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["scale", "--corpus", str(data.folder), "--sizes", "30", "1000", "--queries", "6"]
    monkeypatch.setattr("sys.argv", arguments)
    scale.main()
    found = {part.name: part for part in parse(capsys.readouterr().out) if isinstance(part, Table)}
    assert [len(table.rows) for table in found.values()] == [2] * 4
    assert all(table.labels == ["30", str(PASSAGES)] for table in found.values())
    searching = found["One query, one thread, warm, ms"]
    # So few passages are searched exactly.
    assert [row[-1] for row in searching.rows] == ["1.0000", "1.0000"]
    assert all(float(cell) > 0 for row in searching.rows for cell in row[1:])
    assert all(
        float(cell) >= 0 for name in ("The data folder", "Indexing") for row in found[name].rows for cell in row[1:]
    )


def test_a_run_before_anything_is_encoded_says_what_to_do() -> None:
    with pytest.raises(SystemExit, match=r"benchmarks\.scale_corpus"):
        scale.chosen_sizes((10, 20), 0, None)


def test_peers_take_turns_and_the_slow_one_is_asked_less() -> None:
    asked: dict[str, list[str]] = {"citecheck": [], SLOW: []}
    spent = take_turns({name: asked[name].append for name in asked}, [str(number) for number in range(50)])
    assert len(spent["citecheck"]) == 50
    assert asked[SLOW] == [str(number) for number in range(SLOW_QUERIES)]


def test_ratios_are_medians_over_the_same_queries() -> None:
    text = times_table({"citecheck": [1.0, 2.0, 4.0], "other": [3.0, 4.0]}, {"other": 1.0}, {})
    (table,) = (part for part in parse(text) if isinstance(part, Table))
    assert table.rows == (("citecheck", "2.000", "3.800", "1.00", ""), ("other", "3.500", "3.950", "2.50", "1.0"))
