"""E-mail: sender, recipients, date and subject as labelled values, then the text; attachments by name only."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser

from index.decoding import decode
from index.formats.extracted import Extracted, broken, cleaned, without_pages
from index.formats.markup import render, require_text
from index.formats.parsing import parse_markup
from index.metadata import Metadata, found_metadata, split_tags

_LABEL = "an e-mail"
_SHOWN = ("From", "To", "Cc", "Reply-To", "Date")
_TELLING = ("From", "To", "Date", "Subject", "Received", "Message-ID", "MIME-Version", "Return-Path")
_SUBJECT = "E-mail"


def read(data: bytes, name: str) -> Extracted:
    """Return the text of an e-mail; raises DocumentError."""
    message = BytesParser(EmailMessage, policy=policy.default.clone(raise_on_defect=False)).parsebytes(data)
    if sum(header in message for header in _TELLING) < 2:
        raise broken(name, _LABEL, "it has no sender and no date")
    subject = _header(message, "Subject")
    fields = [f"- {header}: {value}" for header in _SHOWN if (value := _header(message, header))]
    if attached := [title for part in message.iter_attachments() if (title := _one_line(part.get_filename() or ""))]:
        fields.append(f"- Attachments: {', '.join(attached)}")
    parts = [f"# {subject}" if subject else "", "\n".join(fields), _body(message, name)]
    text = "\n\n".join(part for part in parts if part)
    return without_pages(require_text(text, name=name, label=_LABEL), subject or None, _metadata(message))


def _metadata(message: EmailMessage) -> Metadata:
    """Return sender, day of sending, language and keywords as the header lines give them."""
    sent = getattr(message.get("Date"), "datetime", None)
    return found_metadata(
        author=_header(message, "From"),
        date="" if sent is None else sent.date().isoformat(),
        language=_header(message, "Content-Language"),
        tags=split_tags(_header(message, "Keywords")),
        address=_header(message, "Archived-At").strip("<>"),
    )


def _header(message: EmailMessage, name: str) -> str:
    return ", ".join(_one_line(str(value)) for value in message.get_all(name, []))


def _body(message: EmailMessage, name: str) -> str:
    """Return what the message says: its plain text, or else its HTML."""
    for subtype in ("plain", "html"):
        part = message.get_body(preferencelist=(subtype,))
        text = _text(part, name) if part is not None else ""
        if text.strip():
            return text
    return ""


def _text(part: MIMEPart, name: str) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or not data.strip():
        return ""
    if part.get_content_subtype() == "html":
        charset = _declared(part)
        page = parse_markup(data if charset is None else data.decode(charset).encode(), name=name, label=_LABEL)
        return render(page.root)
    charset = _declared(part)
    text = decode(data, name=name) if charset is None else data.decode(charset)
    return cleaned(text).strip("\n")


def _declared(part: MIMEPart) -> str | None:
    """Return the encoding that the part declares if its bytes are in it."""
    charset = part.get_content_charset()
    data = part.get_payload(decode=True)
    if charset is None or not isinstance(data, bytes):
        return None
    try:
        data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return None
    return charset


def _one_line(text: str) -> str:
    return " ".join(cleaned(text).split())
