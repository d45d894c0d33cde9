"""The verifier's training mix: claims made from questions and rows, details changed, headings; a whole run."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import torch
from training_files import PEOPLE, SOURCES, TOWNS, pair_rows, reader_rows, write_lines

from index.analysis import query_terms, terms
from service.evidence import train
from service.evidence.formats import LABELS, SquadRow
from service.evidence.training import batches
from service.evidence.training.examples import Example, entailing
from service.evidence.training.loop import entailment_loss
from service.evidence.training.verifying import mix
from service.evidence.training.verifying.asked import claims_from, find_sources
from service.evidence.training.verifying.headings import headed
from service.evidence.training.verifying.mix import with_changed_details
from service.evidence.training.verifying.rows import claims_about_rows

NAMES = ("Orvik", "Ada Lindqvist", "Dunmore", "Selma Voss", "Kestrel Bay", "Ravnholm", "Tomas Brandt")


def silence(_what: str, _done: int, _total: int) -> None:
    """Report no progress."""


def mill_rows() -> list[SquadRow]:
    """Paragraphs on towns whose mills were opened and burned, with three questions each."""
    rows = []
    for number, (town, builder) in enumerate(zip(TOWNS, PEOPLE, strict=True)):
        year, hurt = str(1890 + number), str(10 + 7 * number)
        context = (
            f"The mill of {town} was built by {builder} from local stone. It opened to the public in {year}. "
            f"The great mill fire of {town} hurt {hurt} people. Many farmers of {town} brought their grain."
        )
        for place, (question, answer) in enumerate(
            (
                (f"Who built the stone mill of {town}?", builder),
                (f"When did the great mill of {town} open?", year),
                (f"How many people did the mill fire of {town} hurt?", hurt),
            )
        ):
            answers = ((answer, context.index(answer)),)
            rows.append(SquadRow(f"{number}-{place}", "Mills", context, question, answers, False, "towns"))
    return rows


def asked(seed: int = 0) -> list[Example]:
    sources = find_sources(mill_rows(), frozenset())
    return list(claims_from(sources, random.Random(seed), silence))


def test_every_question_makes_a_statement_with_its_sentence() -> None:
    sources = find_sources(mill_rows(), frozenset())
    assert len(sources) == 3 * len(TOWNS)
    for source in sources:
        assert source.answer in source.sentences[source.at]
        assert source.title == source.group


@pytest.mark.parametrize("seed", range(8))
def test_a_true_claim_goes_with_what_says_it_and_a_false_one_gives_another_answer(seed: int) -> None:
    answers = {answer for row in mill_rows() for answer, _ in row.answers}
    kinds = Counter[str]()
    for example in asked(seed):
        kinds[str(example.label)] += 1
        said = {answer for answer in answers if re.search(rf"\b{answer}\b", example.question)}
        if example.label == "entailment":
            assert said
            assert all(re.search(rf"\b{answer}\b", example.context) for answer in said)
        elif example.label == "contradiction":
            assert not any(re.search(rf"\b{answer}\b", example.context) for answer in said)
    assert kinds["entailment"] == 3 * len(TOWNS)
    assert kinds["contradiction"] > 2 * len(TOWNS)
    assert kinds["neutral"] > len(TOWNS)


@pytest.mark.parametrize("seed", range(8))
def test_a_sentence_that_leaves_a_claim_open_lacks_much_of_it(seed: int) -> None:
    for example in asked(seed):
        if example.label == "neutral":
            wanted = set(query_terms(example.question))
            assert len(wanted - set(terms(example.context))) >= 2


def test_a_sentence_that_leans_on_the_one_before_it_is_not_judged_alone() -> None:
    contexts = {example.context for example in asked() if example.label == "entailment"}
    assert not any(context.startswith("It opened") for context in contexts)
    assert any("stone. It opened" in context for context in contexts)


SUPPORTED = [
    entailing(
        "Ada Lindqvist opened the mill in 1893.", "Ada Lindqvist opened it in March 1893.", "entailment", kind="x"
    ),
    entailing("About 412 people left Orvik.", "In all, 412 people left Orvik after the fire.", "entailment", kind="x"),
    entailing("The first engine came from Dunmore.", "Dunmore sold the first engine.", "entailment", kind="x"),
    entailing("Orvik burned.", "Nothing is known.", "contradiction", kind="x"),
]


def test_an_edited_pair_differs_in_one_text_and_is_supported_no_more() -> None:
    originals = {(example.question, example.context) for example in SUPPORTED}
    kinds = Counter[str]()
    for seed in range(60):
        for made in with_changed_details(SUPPORTED, random.Random(seed)):
            assert (made.question, made.context) not in originals
            assert sum(made.question == one[0] or made.context == one[1] for one in originals) == 1
            kinds[str(made.label)] += 1
    assert set(kinds) == {"contradiction", "unsupported"}
    assert min(kinds.values()) > 10


def test_a_changed_number_contradicts_and_a_changed_name_only_fails_to_support() -> None:
    for seed in range(60):
        for made in with_changed_details(SUPPORTED[1:2], random.Random(seed)):
            kept = "412" in made.question and "412" in made.context
            assert made.label == ("unsupported" if kept else "contradiction")


def test_about_half_of_the_pairs_get_a_title_and_some_of_those_a_section() -> None:
    rng = random.Random(0)
    made = [headed(example, rng.choice(NAMES), NAMES, rng) for example in SUPPORTED * 500]
    titled = [example.header for example in made if example.header]
    assert 0.45 < len(titled) / len(made) < 0.55
    assert all(header.endswith("\n") for header in titled)
    assert 0.3 < sum(header.count("\n") == 2 for header in titled) / len(titled) < 0.5
    assert [(one.question, one.context, one.label) for one in made] == [
        (one.question, one.context, one.label) for one in SUPPORTED * 500
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_claim_about_a_row_is_said_by_it_or_differs_from_it(seed: int) -> None:
    by_kind: dict[str, list[Example]] = defaultdict(list)
    for example in claims_about_rows(600, NAMES, random.Random(seed)):
        by_kind[example.kind].append(example)
    assert {example.label for made in by_kind.values() for example in made} == {*LABELS, "unsupported"}
    for example in by_kind["row, claim"]:
        assert example.context.split(", ")[0] in example.question
        assert all(number in example.context for number in re.findall(r"\d[\d,]*", example.question))
    for example in by_kind["row, other key"]:
        key, cells = example.context.split(", ", 1)
        assert key in cells or key not in example.question
    for example in by_kind["field, claim"]:
        items = example.context.split(": ")[1].split(", ")
        assert any(item in example.question for item in items)


def test_unsupported_is_either_of_neutral_and_contradiction() -> None:
    logits = torch.tensor([[0.0, 1.0, 2.0]])
    chances = torch.softmax(logits, dim=-1)[0]
    plain = [float(entailment_loss(logits, torch.tensor([label]))) for label in range(4)]
    assert plain[:3] == pytest.approx((-chances.log()).tolist())
    assert plain[3] == pytest.approx(float(-(chances[1] + chances[2]).log()))


def test_a_run_trains_the_verifier_from_the_evidence_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_lines(tmp_path / "reader.jsonl", reader_rows())
    write_lines(tmp_path / "nli.jsonl", pair_rows("painted"))
    write_lines(tmp_path / "verifier.jsonl", pair_rows("burned"))
    monkeypatch.setattr(mix, "ROW_CLAIMS", 12)
    monkeypatch.setattr(
        mix, "QUESTION_TIMES", dict.fromkeys((row["src"] for row in reader_rows() if "src" in row), 1.0)
    )
    monkeypatch.setattr(batches, "BATCH_TOKENS", 256)
    sources = [word for name in SOURCES for word in (f"--{name}", str(tmp_path / f"{name}.jsonl"))]
    command = [
        "train",
        "--model",
        "verifier",
        *sources,
        "--out",
        str(tmp_path / "run"),
        "--steps",
        "2",
        "--written",
        "0",
    ]
    monkeypatch.setattr("sys.argv", [*command, "--steps", "2"])
    train.main()
    state = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    assert state["step"] == 2
    assert (tmp_path / "run" / "card.json").exists()
