"""How often a definition is right, by its form: python -m benchmarks.definitions --squad reader.jsonl.gz .

The rows are public questions that ask what a bare name is, each with its paragraph. A definition is right when it holds
an answer or shares half its words with one (token F1 of .5 or more): people cut such answers in many ways.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

from eval import metrics
from index.analysis import fold
from index.cutting import cut
from index.documents import Document, content_sha256
from index.encoder import PACKAGED, load_encoder
from index.library import MAX_PASSAGE_TOKENS
from service.evidence.definition_forms import Form
from service.evidence.definitions import asked_name, definitions_in
from service.evidence.formats import read_squad
from service.evidence.reading import Evidence

FORMS: dict[Form, str] = {
    "is_a": "NAME is a ...",
    "apposed": "NAME, a ...,",
    "titled": "the ... NAME",
    "spelt_out": "... (NAME)",
}
RIGHT = 0.5


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--squad", type=Path, nargs="+", required=True)
    arguments = parser.parse_args()
    encoder = load_encoder(PACKAGED)
    asked, silent = 0, 0
    right: dict[Form, list[bool]] = defaultdict(list)
    for path in arguments.squad:
        for row in read_squad(path, []):
            name = asked_name(row.question)
            if name is None or not row.answers:
                continue
            document = Document("row", "", row.context, content_sha256(row.context), "")
            passages = cut(document, count_tokens=encoder.count_tokens, max_tokens=MAX_PASSAGE_TOKENS)
            found = definitions_in(name, [Evidence(document, passage, 0.0, {}, ()) for passage in passages])
            if found is None:
                continue
            asked += 1
            if not found:
                silent += 1
                continue
            answers = [answer for answer, _ in row.answers]
            text = found[0].reading.text
            held = any(fold(answer) in fold(text) for answer in answers)
            right[found[0].form].append(held or metrics.token_f1(text, answers) >= RIGHT)
    print(f"{asked} questions after a bare name, {silent} without a definition\n")
    print("| form | found | right |\n| --- | ---: | ---: |")
    for form, name in FORMS.items():
        print(f"| {name} | {len(right[form])} | {sum(right[form]) / max(1, len(right[form])):.2f} |")


if __name__ == "__main__":
    main()
