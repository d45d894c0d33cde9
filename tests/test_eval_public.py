"""Gold and documents of other people's formats: what is read, what is refused and where, and whole runs over them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from eval import opening
from eval.cli import eval_app
from eval.public import reading
from eval.public.detecting import form_of, read_collection
from eval.public.scifact import read_claims
from eval.public.squad import read_squad_collection
from eval.request import NOTHING_SAID, Form, Request
from eval.rundir import read_run
from index.documents import Document
from index.errors import InputError

MILL = "The mill of Orvik burned in 1911. It was built anew by Anna Moor.\r\nBread was dear in 1912."
PORT = "The port of Selje was dug in 1921. Its first ship was the Havfrue."


def question(identity: str, text: str, *answers: tuple[str, int]) -> dict[str, Any]:
    found = [{"text": answer, "answer_start": start} for answer, start in answers]
    return {"id": identity, "question": text, "answers": found}


ARTICLES = [
    {
        "title": "Orvik_(town)",
        "paragraphs": [
            {
                "context": MILL,
                "qas": [
                    question("m1", "When did the mill of Orvik burn?", ("1911", 28), ("in 1911", 25), ("1911", 28)),
                    question("m2", "When was bread dear?", ("1912", MILL.index("1912"))),
                    {**question("m3", "Who sold the mill of Orvik?"), "is_impossible": True, "plausible_answers": []},
                ],
            }
        ],
    },
    {
        "title": "Selje",
        "paragraphs": [
            {"context": PORT, "qas": [question("p1", "What was the first ship of Selje?", ("Havfrue", 58))]}
        ],
    },
]


def official(path: Path, articles: object = ARTICLES, **options: Any) -> Path:
    path.write_text(json.dumps({"version": "v2.0", "data": articles}, **options), encoding="utf-8")
    return path


def lines(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), "utf-8")
    return path


def flat() -> list[dict[str, Any]]:
    return [
        {"title": article["title"], "context": paragraph["context"], "is_impossible": False, **one}
        for article in ARTICLES
        for paragraph in article["paragraphs"]  # type: ignore[attr-defined]
        for one in paragraph["qas"]
    ]


PAIRS = [
    {"id": "a", "premise": MILL, "hypothesis": "The mill of Orvik burned in 1911.", "label": "entailment"},
    {"id": "b", "premise": MILL, "hypothesis": "The mill of Orvik burned in 1950.", "label": "contradiction"},
    {"id": "c", "premise": PORT, "hypothesis": "The mill of Orvik burned in 1911.", "label": "neutral", "src": "made"},
]
ABSTRACTS = [
    {
        "doc_id": 7,
        "title": "Orvik",
        "abstract": ["The mill of Orvik burned in 1911.", "Bread was dear."],
        "structured": False,
    },
    {"doc_id": 8, "title": "Selje", "abstract": ["The port of Selje was dug in 1921."], "structured": False},
]
CLAIMS = [
    {
        "id": 1,
        "claim": "The mill of Orvik burned in 1911.",
        "evidence": {"7": [{"sentences": [0], "label": "SUPPORT"}]},
    },
    {
        "id": 2,
        "claim": "The port of Selje was dug in 1950.",
        "evidence": {"8": [{"sentences": [0], "label": "CONTRADICT"}]},
    },
    {"id": 3, "claim": "Anna Moor liked ships.", "evidence": {}, "cited_doc_ids": [7]},
]


def scifact(folder: Path, claims: list[Any] = CLAIMS) -> Path:
    lines(folder / "corpus.jsonl", ABSTRACTS)
    return lines(folder / "claims.jsonl", claims)


def beir(folder: Path, corpus: list[Any] | None = None) -> Path:
    (folder / "qrels").mkdir(parents=True)
    documents = [
        {"_id": "mill", "title": "Orvik", "text": MILL},
        {"_id": "<port/1>", "title": "", "text": PORT},
        {"_id": "bare", "title": "Only a title", "text": ""},
        {"_id": "none", "title": "", "text": " "},
    ]
    lines(folder / "corpus.jsonl", corpus or documents)
    queries = [("q1", "When did the mill burn?"), ("q 2", "the first ship of Selje"), ("q3", "nothing")]
    lines(folder / "queries.jsonl", [{"_id": identity, "text": text} for identity, text in queries])
    judged = [
        "query-id\tcorpus-id\tscore",
        "q1\tmill\t2",
        "q1\t<port/1>\t1",
        "q1\tnone\t0",
        "q 2\t<port/1>\t1",
        "q3\tmill\t0",
    ]
    lines(folder / "qrels" / "test.tsv", list(judged))
    return folder


def asked(gold: Path, form: Form | None = None, **options: Any) -> Request:
    return Request("all", frozenset(), gold, None, None, None, form, **options)


def documents_of(path: Path) -> dict[str, Document]:
    collection = read_collection(asked(path))
    assert collection is not None
    return {document.id: document for document in collection.documents()}


@pytest.mark.parametrize("indent", [None, 1])
def test_official_and_flat_squad_are_the_same_gold_and_documents(tmp_path: Path, indent: int | None) -> None:
    nested = read_squad_collection(official(tmp_path / "dev.json", indent=indent), None)
    for path in (lines(tmp_path / "dev.jsonl", flat()), tmp_path / "dev.jsonl.gz"):
        if path.suffix == ".gz":
            path.write_bytes(gzip.compress((tmp_path / "dev.jsonl").read_bytes()))
        other = read_squad_collection(path, None)
        assert other.gold.questions == nested.gold.questions
        assert list(other.documents()) == list(nested.documents())
    documents = {document.id: document for document in nested.documents()}
    assert [document.title for document in documents.values()] == ["Orvik (town)", "Selje"]
    first, second, impossible, last = nested.gold.questions
    assert (first.answers, first.type, impossible.type) == (("1911", "in 1911"), "when", "unanswerable")
    assert (impossible.answerable, impossible.evidence) == (False, ())
    for item, words in ((first, ["1911", "in 1911"]), (second, ["1912"]), (last, ["Havfrue"])):
        assert [documents[one.document_id].quote(one.span) for one in item.evidence] == words


def test_a_limit_takes_questions_and_leaves_their_documents(tmp_path: Path) -> None:
    collection = read_squad_collection(lines(tmp_path / "dev.jsonl", flat()), 2)
    assert [item.id for item in collection.gold.questions] == ["m1", "p1"]
    assert len(list(collection.documents())) == 2


def test_pairs_are_claims_each_in_its_own_premise(tmp_path: Path) -> None:
    path = lines(tmp_path / "pairs.jsonl", PAIRS)
    collection = read_collection(asked(path))
    assert collection is not None
    first, second, third = collection.gold.claims
    assert [one.verdict for one in (first, second, third)] == ["supported", "refuted", "not_enough_info"]
    assert first.documents == second.documents != third.documents
    assert set(documents_of(path)) == {*(first.documents or ()), *(third.documents or ())}
    assert (third.kind, third.supporting, third.refuting) == ("made", (), ())
    joined = read_collection(asked(lines(tmp_path / "joined.jsonl", [*PAIRS, *PAIRS[:2]])))
    assert joined is not None
    assert [one.id for one in joined.gold.claims] == ["a", "b", "c", "a-2", "b-2"]


def test_scifact_s_evidence_is_the_sentence_of_its_number(tmp_path: Path) -> None:
    collection = read_collection(asked(scifact(tmp_path)))
    assert collection is not None
    first, second, third = collection.gold.claims
    assert [(one.document_id, one.quote) for one in first.supporting] == [("7", ABSTRACTS[0]["abstract"][0])]  # type: ignore[index]
    assert [(one.document_id, one.quote) for one in second.refuting] == [("8", ABSTRACTS[1]["abstract"][0])]  # type: ignore[index]
    assert (third.verdict, third.documents) == ("not_enough_info", None)
    beirs = [{"_id": str(one["doc_id"]), "title": one["title"], "text": " ".join(one["abstract"])} for one in ABSTRACTS]  # type: ignore[arg-type]
    lines(tmp_path / "corpus.jsonl", beirs)
    again = read_collection(asked(tmp_path / "claims.jsonl"))
    assert again is not None
    assert again.gold.claims == collection.gold.claims


def test_a_claim_with_evidence_on_both_sides_is_conflicting(tmp_path: Path) -> None:
    groups = {"7": [{"sentences": [0], "label": "SUPPORT"}], "8": [{"sentences": [0], "label": "CONTRADICT"}]}
    (claim,) = read_claims(lines(tmp_path / "claims.jsonl", [{**CLAIMS[0], "evidence": groups}]))
    assert (claim.label, claim.rationale) == ("conflicting", {("7", 0), ("8", 0)})


def test_beir_gives_queries_with_something_relevant_and_documents_with_words(tmp_path: Path) -> None:
    collection = read_collection(asked(beir(tmp_path)))
    assert collection is not None
    first, second = collection.gold.queries
    (renamed,) = second.relevance
    assert renamed.startswith("port-1-")
    assert first.relevance == {"mill": 2, renamed: 1, "none": 0}
    assert first.names == {renamed: "<port/1>"}
    documents = documents_of(tmp_path)
    assert list(documents) == ["mill", renamed, "bare"]
    assert documents["bare"].text == "Only a title"


def test_the_format_is_told_by_the_content(tmp_path: Path) -> None:
    own = {"id": "a", "question": "Who?", "answerable": False}
    for form, path in {
        "squad": official(tmp_path / "one"),
        "pairs": lines(tmp_path / "two", PAIRS),
        "scifact": scifact(tmp_path),
        "gold": lines(tmp_path / "three", [own]),
        "beir": beir(tmp_path / "beir"),
    }.items():
        assert form_of(path) == form
    assert form_of(lines(tmp_path / "four", flat())) == "squad"
    assert form_of(official(tmp_path / "five.json", indent=2)) == "squad"
    assert form_of(lines(tmp_path / "six", ["[" * 200_000])) == "gold"
    with pytest.raises(InputError, match=r"seven\.json, the file: .*recursion limit"):
        documents_of(lines(tmp_path / "seven.json", ["[" * 200_000]))
    lines(tmp_path / "beir" / "questions.jsonl", [own])
    with pytest.raises(InputError, match="both gold sets and a BEIR collection; choose with --format"):
        form_of(tmp_path / "beir")
    assert read_collection(NOTHING_SAID) is None


BAD: list[tuple[str, Callable[[Path], Path], str]] = [
    ("cut off", lambda at: _text(at / "dev.json", '{"data": [\n{'), r"dev.json, the file: .*line 2 column"),
    ("no paragraphs", lambda at: official(at / "dev.json", [{"title": "x"}]), r"data.0.paragraphs: .*; write SQuAD"),
    (
        "wrong place",
        lambda at: official(at / "dev.json", [_article(MILL, question("x9", "When?", ("1911", 27)))], indent=1),
        r"dev.json, line 1\d, question 'x9': the answer '1911' does not stand at 27",
    ),
    ("no answer", lambda at: official(at / "dev.json", [_article(MILL, question("x", "When?"))]), "so needs answers"),
    (
        "no words",
        lambda at: official(at / "dev.json", [_article(MILL, question("x", "?", ("1911", 28)))]),
        "question 'x': The question is empty",
    ),
    (
        "empty answer",
        lambda at: official(at / "dev.json", [_article(MILL, question("x", "When?", ("", 3)))]),
        "an answer is empty",
    ),
    ("twice", lambda at: lines(at / "a.jsonl", [*flat(), flat()[0]]), "the id 'm1' stands twice"),
    (
        "no document",
        lambda at: official(at / "dev.json", [_article("\x00" * 9, question("x", "Who?"))]),
        "is not readable",
    ),
    ("line", lambda at: lines(at / "a.jsonl", [flat()[0], "{"]), "a.jsonl, line 2: not JSON"),
    (
        "deep",
        lambda at: lines(at / "a.jsonl", [flat()[0], '{"a":' * 200_000]),
        "a.jsonl, line 2: its JSON is nested too deeply",
    ),
    ("label", lambda at: lines(at / "a.jsonl", [PAIRS[0], {**PAIRS[1], "label": "yes"}]), "line 2: label is 'yes'"),
    ("silent", lambda at: lines(at / "a.jsonl", [{**PAIRS[0], "hypothesis": "42"}]), "claim 'a' has no words"),
    (
        "unknown document",
        lambda at: scifact(
            at, [CLAIMS[2], {**CLAIMS[0], "evidence": {"99": [{"sentences": [0], "label": "SUPPORT"}]}}]
        ),
        "claims.jsonl, line 2: there is no document '99' in corpus.jsonl",
    ),
    (
        "unknown label",
        lambda at: scifact(at, [{**CLAIMS[0], "evidence": {"7": [{"sentences": [0], "label": "MAYBE"}]}}]),
        "line 1: a label of the evidence is 'MAYBE'",
    ),
    (
        "no sentences",
        lambda at: scifact(at, [{**CLAIMS[0], "evidence": {"7": [{"sentences": ["0"], "label": "SUPPORT"}]}}]),
        "line 1: evidence needs 'sentences', a list of whole numbers",
    ),
    ("corpus", lambda at: beir(at / "b", [{"_id": "mill", "text": 3}]), "corpus.jsonl, line 1: 'text' is not a string"),
]


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _article(context: str, *questions: dict[str, Any]) -> dict[str, Any]:
    return {"title": "T", "paragraphs": [{"context": context, "qas": list(questions)}]}


@pytest.mark.parametrize(("make", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_is_malformed_is_named_with_its_place(tmp_path: Path, make: Callable[[Path], Path], message: str) -> None:
    path = make(tmp_path)
    with pytest.raises(InputError, match=message):
        documents_of(path)


def test_what_would_fill_the_memory_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_LINE_BYTES", 1000)
    monkeypatch.setattr(reading, "MAX_JSON_BYTES", 1000)
    long = lines(tmp_path / "a.jsonl", [flat()[0], {**flat()[1], "context": "x" * 1000}])
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(long.read_bytes()))
    for path in (long, tmp_path / "a.jsonl.gz"):
        with pytest.raises(InputError, match="line 2: longer than"):
            read_collection(asked(path))
    with pytest.raises(InputError, match="larger than"):
        read_collection(asked(official(tmp_path / "dev.json", indent=20)))


@given(
    st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")), max_size=6),
    st.integers(1, 7),
    st.integers(0, 12),
)
def test_long_lines_are_found_however_the_file_is_cut_into_pieces(found: list[bytes], piece: int, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        content = b"\n".join(found)
        patch.setattr(
            reading, "_chunks", lambda _path: (content[at : at + piece] for at in range(0, len(content), piece))
        )
        patch.setattr(reading, "MAX_LINE_BYTES", most)
        wrong = [number for number, line in enumerate(found, start=1) if len(line) > most]
        if wrong:
            with pytest.raises(InputError, match=f"line {wrong[0]}:"):
                reading.check_lines(Path("x"))
        else:
            reading.check_lines(Path("x"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"documents": Path("x")}, "--documents means nothing with a squad file"),
        ({"data": Path("x")}, "--data means nothing"),
        ({"split": "dev"}, "--split means nothing"),
        ({"only": frozenset({"claims"})}, "--only means nothing"),
        ({"qrels": "test"}, "--qrels is for a BEIR folder"),
    ],
)
def test_options_that_mean_nothing_are_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    fields = {name: getattr(NOTHING_SAID, name) for name in NOTHING_SAID.__slots__}
    request = Request(**{**fields, "gold": official(tmp_path / "dev.json"), **options})
    with pytest.raises(InputError, match=message):
        read_collection(request)


def test_the_judgements_are_chosen_where_there_are_several(tmp_path: Path) -> None:
    folder = beir(tmp_path)
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "train.tsv")
    assert read_collection(asked(folder)) is not None
    lines(folder / "qrels" / "dev.tsv", ["query-id\tcorpus-id\tscore", "q1\tmill\t0"])
    with pytest.raises(InputError, match="has the judgements dev, train; choose with --qrels"):
        read_collection(asked(folder))
    with pytest.raises(InputError, match=r"no query with a relevant document in qrels/dev\.tsv"):
        read_collection(asked(folder, qrels="dev"))


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    "make", [lambda at: official(at / "dev.json"), beir, lambda at: lines(at / "p.jsonl", PAIRS), scifact]
)
def test_a_run_is_measured_kept_compared_and_indexed_once(
    make: Callable[[Path], Path], tmp_path: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = str(make(tmp_path / "gold") if make is beir else make(workplace))
    first = CliRunner().invoke(eval_app, ["run", "--gold", gold, "--out", "one", "--json"])
    assert first.exit_code == 0, first.output
    printed = json.loads(first.stdout)
    (figures,) = printed["metrics"].values()
    assert printed["items"] == len(read_run(Path("one")).scored) > 1
    assert figures["right"]["value"] > 0.5
    if make is beir:
        # As its own qrels have them.
        assert {line.split()[2] for line in Path("one/run.trec").read_text("utf-8").splitlines()} >= {
            "<port/1>",
            "mill",
        }
        assert "q1 0 <port/1> 1" in Path("one/qrels.trec").read_text("utf-8").splitlines()
    monkeypatch.setattr(opening, "_index", lambda *_: pytest.fail("indexed again"))
    second = CliRunner().invoke(eval_app, ["run", "--gold", gold, "--out", "two"])
    assert second.exit_code == 0, second.output
    compared = json.loads(CliRunner().invoke(eval_app, ["compare", "one", "two", "--json"]).stdout)
    assert (compared["items"], compared["changed"]) == (printed["items"], [])
    assert CliRunner().invoke(eval_app, ["accept", "one", "--baseline", "kept"]).exit_code == 0
    gated = CliRunner().invoke(eval_app, ["gate", "two", "--baseline", "kept"])
    assert (gated.exit_code, "too few to tell" in gated.stdout) == (3, True)
    assert CliRunner().invoke(eval_app, ["report", "two", "--baseline", "kept"]).exit_code == 0
