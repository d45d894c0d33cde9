"""Real English text for the scale benchmarks: public data files, then the documentation installed on this machine."""

from __future__ import annotations

import gzip
import html
import json
import re
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.documents import Span
from index.sentences import split
from service.evidence.training.detokenise import detokenise

# Values under these names are identifiers, not text.
_NO_TEXT = frozenset({"_id", "id", "src", "sub", "label", "url", "metadata", "answers", "title"})
_QUESTION = "question"
_TOKENISED = re.compile(r"-LRB-| [.,](?: |$)")
_LARGEST = 8_000_000
_PROSE = frozenset({".txt", ".md", ".rst"})
_MARKUP = frozenset({".html", ".htm"})
_MANUAL = re.compile(r"\.[1-9][a-z]*$")

_TAGLESS = re.compile(r"(?is)<(script|style|pre|code|nav|head)\b.*?</\1\s*>|<!--.*?-->")
_BLOCK_TAG = re.compile(r"(?i)</?(?:p|div|li|ul|ol|tr|td|th|h[1-6]|dd|dt|dl|table|section|br|blockquote)\b[^>]*>")
_TAG = re.compile(r"<[^>]{0,2000}>")
_QUOTED = re.compile(r'"""(.{20,}?)"""', re.DOTALL)
_ROFF_BREAK = re.compile(r"(?m)^[.'](?:SH|SS|PP|P|LP|IP|TP|HP|Pp|sp|br|It|Sh|Ss|RS|RE|nf|fi|Bl|El|Bd|Ed)\b.*$")
_ROFF_STYLE = re.compile(r"(?m)^[.'](?:[BIR]{1,2}|SM|SB|Nm|Fl|Ar|Xr|Pa|Dq|Ql|Em|Cm|Va) ")
_ROFF_LINE = re.compile(r"(?m)^[.'].*\n?")
_ROFF_ESCAPE = re.compile(r"\\(?:f(?:\(..|\[[^\]]*\]|.)|s[-+]?\d|&|/|,|\||\^|:)")
_ROFF_NAMED = {
    r"\-": "-",
    r"\(aq": "'",
    r"\(cq": "’",
    r"\(oq": "‘",
    r"\(lq": "“",
    r"\(rq": "”",
    r"\e": "\\",
    r"\ ": " ",
}
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")

_ENDED = re.compile(r"[.!][\"'”’)]{0,2}$")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# English says one of these every few words; code, tables and lists of names do not.
_COMMON = frozenset(
    """a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it
    its may more must no not of on one or our out she should so some than that the their then there these they this to
    up was we were what when where which who will with would you your""".split()  # noqa: SIM905 - reads better as text
)


def public_texts(shared: Path) -> Iterator[tuple[str, bool]]:
    """Yield every text of the public JSON-lines files under `shared`, and whether it is a question, in file order."""
    for path in sorted((*shared.rglob("*.jsonl"), *shared.rglob("*.jsonl.gz"))):
        for line in _read(path).splitlines():
            yield from _texts_of(json.loads(line), "")


def _texts_of(value: object, name: str) -> Iterator[tuple[str, bool]]:
    if isinstance(value, str):
        yield (detokenise(value) if _TOKENISED.search(value) else value), name == _QUESTION
    elif isinstance(value, dict):
        for key, held in value.items():
            if key not in _NO_TEXT:
                yield from _texts_of(held, key)
    elif isinstance(value, list):
        for held in value:
            yield from _texts_of(held, name)


def documentation_folders() -> list[Path]:
    """Return where this machine keeps documentation: Python's packages and library, the system's docs and manuals."""
    paths = sysconfig.get_paths()
    folders = [Path(paths["purelib"]), Path(paths["stdlib"]), Path("/usr/share/doc"), Path("/usr/share/man")]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def documentation_texts(folders: Iterable[Path]) -> Iterator[str]:
    """Yield paragraphs of prose from text files, web pages, manual pages and Python's docstrings, in path order."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST:
                yield from _paragraphs(path)


def _paragraphs(path: Path) -> Iterator[str]:
    name = path.name.removesuffix(".gz")
    suffix = Path(name).suffix
    if suffix == ".py":
        found = "\n\n".join(match[1] for match in _QUOTED.finditer(_read(path)))
    elif suffix in _MARKUP:
        found = html.unescape(_TAG.sub("", _BLOCK_TAG.sub("\n\n", _TAGLESS.sub(" ", _read(path)))))
    elif suffix in _PROSE or name.startswith(("README", "changelog", "NEWS")):
        found = _read(path)
    elif _MANUAL.search(name) and "/man" in str(path.parent):
        found = _plain_manual(_read(path))
    else:
        return
    yield from _PARAGRAPH.split(found)


def _plain_manual(source: str) -> str:
    """Return the words of a manual page's source without its formatting."""
    text = _ROFF_LINE.sub("", _ROFF_STYLE.sub("", _ROFF_BREAK.sub("\n", source)))
    text = _ROFF_ESCAPE.sub("", text)
    for escaped, plain in _ROFF_NAMED.items():
        text = text.replace(escaped, plain)
    return text


def _read(path: Path) -> str:
    """Return a file's text; an unreadable one of the thousands on a machine has none."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return raw.decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError):
        return ""


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph, each on one line."""
    plain = " ".join(text.split())
    return [plain[span.start : span.end] for span in split(plain, Span(0, len(plain)))]


def is_prose(text: str, shortest: int, longest: int) -> bool:
    """Whether `text` is `shortest` to `longest` words of English: mostly words, some of them the common ones."""
    tokens = text.split()
    if not shortest <= len(tokens) <= longest or len(text) > longest * 10 or not text[0].isalnum():
        return False
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    common = sum(word.lower() in _COMMON for word in words)
    return letters >= 0.7 * sum(map(len, tokens)) and common >= 2


def is_ended(text: str) -> bool:
    """Whether `text` ends as a statement does; what ends otherwise may be a heading or the start of a list."""
    return _ENDED.search(text) is not None
