"""How claims read alone: what is resolved, and what is left because it could mean two things."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.checking.standalone import standalone
from service.checking.statements import find_statements

PARTS = (
    *("The mill burned in 1850. ", "It was rebuilt. ", "They left. ", "Her mill closed. ", "The group denied this. "),
    *("On 6 April 2012, Orvik fell. ", "Two days later, it rained. ", "That year, the town grew. ", "On 1 May, "),
    *(
        "# Orvik Mill\n\n",
        "\n\n",
        "> ",
        "Anna Borg ",
        "Mr Lind, a miller, ",
        "(NUD)",
        "“",
        "”",
        "'",
        ". ",
        ", ",
        "\0",
        "😀",
    ),
)
any_text = st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=40).map("".join)


def alone(text):
    """The claims of a text as they would be checked."""
    statements = find_statements(text)
    read = standalone(text, statements)
    assert len(read) == len(statements)
    return [
        other or text[statement.span.start : statement.span.end]
        for statement, other in zip(statements, read, strict=True)
        if statement.kind == "claim"
    ]


@settings(deadline=None, derandomize=True)
@given(any_text)
def test_any_text_is_read_and_only_claims_change(text):
    statements = find_statements(text)
    for statement, other in zip(statements, standalone(text, statements), strict=True):
        assert other is None or (
            statement.kind == "claim" and other and other != text[statement.span.start : statement.span.end]
        )


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "A" * 100_000,
        "A a " * 40_000,
        "A " * 50_000,
        "Aa the " * 20_000,
        "in A is a b " * 8_000,
        '"' * 50_000,
        "(" * 50_000,
        "It burned down. " * 3_000,
        "The mill fell in 2012. On 1 April, it burned. Two days later, they left it. " * 500,
        "The Orvik Front denied this. " * 2_000,
        "Mr " * 50_000,
        "president " * 20_000,
        "1 April " * 20_000,
        "2012 " * 30_000,
        "\r\n" * 50_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_big_inputs_finish(text):
    statements = find_statements(text)
    assert len(standalone(text, statements)) == len(statements)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Orvik is a small town. It has 300 people.", "Orvik has 300 people."),
        ("Orvik is a small town. Its mayor fled in May.", "Orvik’s mayor fled in May."),
        ("The mill burned in 1850. It was rebuilt quickly.", "The mill was rebuilt quickly."),
        ("A mill was built in Orvik. In 1850, it burned.", "In 1850, the mill burned."),
        ("There is a mill in Orvik. It was built in 1850.", "The mill was built in 1850."),
        ("Anna Borg met Jon Lind. She built a mill.", "Anna Borg built a mill."),
        ("The mill was built by Anna Borg. She lived in Kelm.", "Anna Borg lived in Kelm."),
        ("Mrs Borg met Mr Lind. He gave her a mill.", "Mr Lind gave her a mill."),
        ("Lind, a teacher from Kelm, was arrested. His wife fled.", "Lind’s wife fled."),
        ("The dockers took Orvik. They burned the mill.", "The dockers burned the mill."),
        ("Farmers in Kelm were poor. In 1850, they protested.", "In 1850, farmers in Kelm protested."),
        ("Two men were seen. They fled to Kelm.", "The two men fled to Kelm."),
        ("Ménaka’s mill closed. Ágnes Borg fled to Kelm. She died there.", "Ágnes Borg died there."),
        ("# Orvik Mill\n\nIt was built in 1850.", "Orvik Mill was built in 1850."),
        ("The mill fell. Was it old? It was rebuilt in 1850.", "The mill was rebuilt in 1850."),
        ("The mill is old. It burned in 1850. It was rebuilt later.", "The mill was rebuilt later."),
    ],
)
def test_pronouns(text, last):
    assert alone(text)[-1] == last


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("The Orvik Harbour Company has a mill. The company sold it.", "The Orvik Harbour Company sold it."),
        ("The National Union of Dockers (NUD) met. The group left Orvik.", "The National Union of Dockers left Orvik."),
        ("The town of Orvik has a mill. The town was rich.", "The town of Orvik was rich."),
        ("Orvik is a town. The town’s harbour closed.", "Orvik’s harbour closed."),
        ("Mayor Anna Borg opened it. The mayor resigned in May.", "Mayor Anna Borg resigned in May."),
        ("Borg bought Orvik Mill. The mill burned down.", "Orvik Mill burned down."),
    ],
)
def test_definite_phrases(text, last):
    assert alone(text)[-1] == last


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Orvik fell on 6 April 2012. Two days later, Kelm fell.", "On 8 April 2012, Kelm fell."),
        ("Orvik fell on 30 December 2012. Kelm fell a week later.", "Kelm fell on 6 January 2013."),
        ("Orvik fell on April 6, 2012. The next day, Kelm fell.", "On April 7, 2012, Kelm fell."),
        ("Orvik fell on 6 April. The following day Kelm fell.", "On 7 April Kelm fell."),
        ("Orvik fell on 6 April 2012. Two days earlier, Kelm fell.", "On 4 April 2012, Kelm fell."),
        ("Orvik fell in 2012. That year, Kelm fell too.", "In 2012, Kelm fell too."),
        ("Orvik fell in 2012. Kelm fell later that year.", "Kelm fell later in 2012."),
        ("Orvik fell on 6 April 2012. In the same month, Kelm fell.", "In April 2012, Kelm fell."),
        ("Orvik fell on 6 April 2012. On 9 May, Kelm fell.", "On 9 May 2012, Kelm fell."),
        ("Orvik fell on April 6, 2012. On May 9, Kelm fell.", "On May 9, 2012, Kelm fell."),
        ("Orvik fell in March 2012. In May, Kelm fell.", "In May 2012, Kelm fell."),
        (
            "Orvik fell on 6 April 2012. Two days later, Kelm fell. The next day, Tarn fell.",
            "On 9 April 2012, Tarn fell.",
        ),
    ],
)
def test_times(text, last):
    assert alone(text)[-1] == last


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (
            "The council closed the harbour. The dockers denied this.",
            "The dockers denied that the council closed the harbour.",
        ),
        (
            "Orvik paid the dockers. The council confirmed the claim.",
            "The council confirmed that Orvik paid the dockers.",
        ),
        ("Lind said that the mill had burned. The council denied it.", "The council denied that the mill had burned."),
        (
            "The mayor fled in May. The council rejected this accusation.",
            "The council rejected the claim that the mayor fled in May.",
        ),
    ],
)
def test_denials(text, last):
    assert alone(text)[-1] == last


@pytest.mark.parametrize(
    "text",
    [
        # Two things it could be, or none.
        "Borg built a mill in Orvik. It burned in 1850.",
        "Orvik has a harbour and a mill. Borg sold the harbour to the town. It burned in 1850.",
        "The mayor and Borg’s mill were famous, and nobody knows why. It burned in 1850.",
        "The council paid the dockers. They went on strike.",
        "It burned in 1850.",
        "Orvik fell to Kelm. He died in 1850.",
        "King Otto ruled Orvik. She died in 1850.",
        # Nothing stands behind it.
        "The mill burned. It was in 1850 that the town was rich.",
        "The mill burned. It is known that Borg fled.",
        "The mill burned. It rained for days.",
        "The mill burned. It is hard to say why.",
        # Whole events, not things.
        "The mill burned. This led to a strike.",
        # Not the name that the phrase needs.
        "The Orvik Harbour Company has links to the NUD. The movement denied everything.",
        "Orvik and Kelm are towns. The town was rich.",
        "The town of Orvik has a mill. The town of Kelm was rich.",
        "Mayor Borg fled. Mayor Lind died. The mayor resigned in May.",
        # Times without one sure date before them.
        "Orvik fell in April 2012. Two days later, Kelm fell.",
        "Orvik fell on 6 April 2012 and Tarn on 9 April 2012. Two days later, Kelm fell.",
        "Orvik fell on 6 April 2012. About two days later, Kelm fell.",
        "Orvik fell on 6 April 2012. Two months later, Kelm fell.",
        "Orvik fell on 28 February. The next day, Kelm fell.",
        "Orvik fell in 2011 and Tarn in 2012. On 9 May, Kelm fell.",
        "Orvik fell on 6 April 2012. On 9 January, Kelm fell.",
        "Orvik fell in 2012.\n\nOn 9 May, Kelm fell.",
        "Orvik has 2012 houses. On 9 May, Kelm fell.",
        "Orvik fell in 2012. That year was cold.",
        # Denials of what is not said just before.
        "Borg accused the council of theft. The council denied this.",
        "Was the mill sold? The council denied this.",
        "Borg wrote: “The mill was sold.” The council denied this.",
    ],
)
def test_what_is_not_sure_stays(text):
    statements = find_statements(text)
    assert standalone(text, statements)[-1] is None


def test_the_rest_of_the_sentence_is_verbatim():
    text = "The Orvik Front met on 6 April 2012.\r\nTwo days later, it took  Kelm (“the old\r\nport”), home of 1,200."
    assert alone(text)[-1] == "On 8 April 2012, the Orvik Front took  Kelm (“the old port”), home of 1,200."
