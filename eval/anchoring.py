"""What gold files share: rows read with refusals that help, and quotes anchored as spans of the documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol, TypeVar

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError
from rapidfuzz import fuzz

from eval.scored import Quoted
from index.documents import Document, Span
from index.errors import InputError, NotFound
from service.lines import Line, read_lines
from service.quotes import Citation

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

NEARLY = 75.0
"""A likeness (0-100) below which a missing quote is called absent: unrelated prose stays under about 60."""

Split = Literal["dev", "test"]
FindDocument = Callable[[str], Document]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slice = Annotated[str, StringConstraints(min_length=1)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a document states something; `quote` is its text."""

    document_id: str
    span: Span
    quote: str

    def shown_by(self, citation: Citation) -> bool:
        """Whether the citation shows at least one character of this evidence."""
        return self.stands_in(citation.document_id, citation.span)

    def stands_in(self, document_id: str, span: Span) -> bool:
        """Whether the span of that document holds at least one character of this evidence."""
        return document_id == self.document_id and span.overlaps(self.span)


def quoted(shown: Iterable[Citation | Evidence]) -> tuple[Quoted, ...]:
    """Return the words of quotes or of gold evidence, for people to read."""
    return tuple(Quoted(one.document_id, one.quote if isinstance(one, Evidence) else one.text) for one in shown)


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A quote as a gold file writes it, not yet anchored."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    document_id: Words
    quote: Slice


class Row(Protocol):
    """What the lines of every gold file are: dataclasses with an id."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str:
        """The name of the item, used once."""
        ...


RowT = TypeVar("RowT", bound=Row)
ItemT = TypeVar("ItemT")
OnProblem = Callable[[InputError], None]


def read_items(
    path: Path,
    kind: type[RowT],
    keys: str,
    noun: str,
    convert: Callable[[RowT, Line], ItemT],
    on_problem: OnProblem | None = None,
) -> tuple[ItemT, ...]:
    """Read the lines of a gold file as rows of `kind` and make them items; each id stands once.

    `keys` names the keys inside the lists of a row, `noun` what the file should hold: both are for the refusals. Raises
    InputError naming the line and the remedy; with `on_problem`, that is told every such error, and their lines are
    left out.
    """
    adapter: TypeAdapter[RowT] = TypeAdapter(kind)
    every_key = f"{', '.join(field.name for field in fields(kind))} ({keys})"
    first_line: dict[str, int] = {}
    items: list[ItemT] = []
    lines = 0
    for lines, line in enumerate(read_lines(path), start=1):  # noqa: B007 - how many there were
        try:
            row = _parse(line, adapter, every_key)
            _check_new(row, line, first_line)
            items.append(convert(row, line))
        except InputError as error:
            if on_problem is None:
                raise
            on_problem(error)
    if not lines:
        raise InputError(f"{path.name} holds no {noun}; write one JSON object a line.", code="bad_gold")
    return tuple(items)


def together(problems: Sequence[InputError]) -> InputError:
    """Return the first of the problems of one line (at least one), which tells of the others in its details."""
    first, *rest = problems
    first.details["more"] = [message for one in rest for message in messages_of(one)]
    return first


def messages_of(error: InputError) -> list[str]:
    """Return what an error says of its line, the problems it tells of in its details too."""
    more = error.details.get("more")
    return [error.message, *(more if isinstance(more, list) else [])]


def _check_new(row: Row, line: Line, first_line: dict[str, int]) -> None:
    if row.id in first_line:
        raise line.refuse(f"the id {row.id!r} was used on line {first_line[row.id]}; give this item its own")
    first_line[row.id] = line.number


def _parse(line: Line, adapter: TypeAdapter[RowT], keys: str) -> RowT:
    try:
        return adapter.validate_json(line.text)
    except ValidationError as error:
        raise together([_problem(line, one, keys) for one in error.errors()]) from error


def _problem(line: Line, problem: ErrorDetails, keys: str) -> InputError:
    where = ".".join(str(part) for part in problem["loc"]) or "the line"
    return line.refuse(f"{where}: {_remedy(problem['type'], problem['msg'], keys)}")


def _remedy(problem: str, message: str, keys: str) -> str:
    if problem == "unexpected_keyword_argument":
        return f"unknown key; remove it, the keys are {keys}"
    if problem == "missing":
        return "this key is missing; add it"
    return message[0].lower() + message[1:]


def anchor_all(parts: Sequence[EvidenceRow], line: Line, find_document: FindDocument) -> tuple[Evidence, ...]:
    """Anchor the quotes of an item; raises InputError for the first that has no place, with the others beside it."""
    found, problems = [], []
    for part in parts:
        try:
            found.append(anchor(part, line, find_document))
        except InputError as error:
            problems.append(error)
    if problems:
        raise together(problems)
    return tuple(found)


def anchor(part: EvidenceRow, line: Line, find_document: FindDocument) -> Evidence:
    """Return the place of a quote that stands once in its document; raises InputError for any other."""
    try:
        document = find_document(part.document_id)
    except NotFound as error:
        raise line.refuse(f"there is no document {part.document_id!r}; index it or correct document_id") from error
    span = only_place(part.quote, document.text, document.id, line)
    if span is None:
        raise line.refuse(f"the quote {short(part.quote)} is not in {document.id}; {_moved(part.quote, document)}")
    return Evidence(part.document_id, span, part.quote)


def only_place(quote: str, text: str, place: str, line: Line) -> Span | None:
    """Return where `quote` stands in `text`, None if nowhere; raises InputError if it stands there more than once."""
    starts = occurrences(quote, text)
    if len(starts) > 1:
        places = ", ".join(map(str, starts[:5]))
        raise line.refuse(
            f"the quote {short(quote)} stands {len(starts)} times in {place} (at {places}); "
            "lengthen it until it stands once"
        )
    return Span(starts[0], starts[0] + len(quote)) if starts else None


def occurrences(quote: str, text: str) -> tuple[int, ...]:
    """Return every place where `quote` stands in `text`, overlapping ones too."""
    starts = []
    start = text.find(quote)
    while start >= 0:
        starts.append(start)
        start = text.find(quote, start + 1)
    return tuple(starts)


def _moved(quote: str, document: Document) -> str:
    near = fuzz.partial_ratio_alignment(quote, document.text, score_cutoff=NEARLY)
    if near is None or near.dest_end <= near.dest_start:
        return "nothing like it is; check document_id or copy the quote again"
    span = Span(near.dest_start, near.dest_end)
    return f"it is probably now {short(document.quote(span))} at {span.start}-{span.end}; copy it from there"


def short(quote: str, limit: int = 120) -> str:
    """Return the quote as a message shows it: quoted, its end cut off when it is long."""
    return repr(quote if len(quote) <= limit else quote[: limit - 1] + "…")
