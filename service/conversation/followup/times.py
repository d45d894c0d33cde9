"""Times that lean on the last exchange: "the next day", "two years later", "the year before"."""

from __future__ import annotations

import re

from service.conversation.followup.events import date_of
from service.conversation.followup.mentions import Discourse

_COUNT = r"an?|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,3}"
_NEXT = re.compile(
    r"\b(?:on |in )?the (?P<way>next|following|previous) (?P<unit>day|week|month|year)\b(?! of\b|['’])"
    rf"|\b(?P<count>{_COUNT}) (?P<units>days?|weeks?|months?|years?) "
    r"(?P<later>later|afterwards|earlier|before)\b(?! \w)"
    r"|\b(?:on |in )?the (?P<bare>day|week|month|year) (?P<after>after|before)(?=\s*[?.!]*$)",
    re.IGNORECASE,
)


def with_times(message: str, discourse: Discourse) -> str:
    """Return the message with a relative time told by the date last spoken of, or as it is where there is none."""
    found = _NEXT.search(message)
    date = date_of(discourse.exchanges[-2:]) if found is not None else None
    if found is None or date is None:
        return message
    if found["count"] is not None:
        way = "before" if found["later"].lower() in ("earlier", "before") else "after"
        said = f"{found['count']} {found['units']} {way} {date}"
    else:
        back = "previous" in (found["way"] or "").lower() or (found["after"] or "").lower() == "before"
        said = f"the {found['unit'] or found['bare']} {'before' if back else 'after'} {date}"
    return message[: found.start()] + said + message[found.end() :]
