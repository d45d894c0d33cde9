"""Yes/no questions and the claims they ask about; questions that ask for several things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.evidence.claims import as_claim
from service.evidence.questions import answer_type, answer_words, asks_list, is_yes_no

CLAIMS = [
    ("Did the MNLA capture Gao in March?", "The MNLA did capture Gao in March."),
    ("Was Touré ousted in a coup?", "Touré was ousted in a coup."),
    ("Is it true that Touré fled to Senegal?", "Touré fled to Senegal."),
    ("Wasn't Touré ousted in a coup?", "Touré was ousted in a coup."),
    ("Didn’t the rebels attack Kidal?", "The rebels did attack Kidal."),
    ("Did the rebels not attack Kidal?", "The rebels did attack Kidal."),
    ("Did Mohamed ag Najem lead the MNLA's forces?", "Mohamed ag Najem did lead the MNLA's forces."),
    ("Was Iyad ag Ghaly the leader of Ansar Dine?", "Iyad ag Ghaly was the leader of Ansar Dine."),
    ("Is the National Movement for the Liberation of Azawad active in Mali?",
     "The National Movement for the Liberation of Azawad is active in Mali."),
    ("hey, did ansar dine control timbuktu in 2012", "Ansar dine did control timbuktu in 2012."),
    ("Was the president of Mali arrested?", "The president of Mali was arrested."),
    ("Were the soldiers who led the coup arrested?", "The soldiers who led the coup were arrested."),
    ("Were there any casualties?", "There were some casualties."),
    ("Did anyone survive?", "Someone did survive."),
    ("Was the capital of Mali Bamako?", "The capital of Mali was Bamako."),
    ("Is Bamako the capital of Mali?", "Bamako is the capital of Mali."),
    ("Did Marie Curie win two Nobel Prizes?", "Marie Curie did win two Nobel Prizes."),
    ("Does caffeine raise blood pressure?", "Caffeine does raise blood pressure."),
    ("Do most birds fly south in winter?", "Most birds do fly south in winter."),
    ("Has the WHO declared the pandemic over?", "The WHO has declared the pandemic over."),
    ("Had the Soviet Union launched a satellite before 1960?",
     "The Soviet Union had launched a satellite before 1960."),
    ("Will the summit be held in Paris?", "The summit will be held in Paris."),
    ("Can vaccines cause autism?", "Vaccines can cause autism."),
    ("Can't penguins fly?", "Penguins can fly."),
    ("Won't the dam flood the valley?", "The dam will flood the valley."),
    ("Are blue whales mammals?", "Blue whales are mammals."),
    ("Are electric cars cheaper to run than petrol cars?", "Electric cars are cheaper to run than petrol cars."),
    ("Is the Great Wall of China visible from space?", "The Great Wall of China is visible from space."),
    ("Was Shakespeare's Hamlet written before 1600?", "Shakespeare's Hamlet was written before 1600."),
    ("Is New York City larger than Los Angeles?", "New York City is larger than Los Angeles."),
    ("Did the Treaty of Versailles end World War I?", "The Treaty of Versailles did end World War I."),
    ("Did Germany's invasion of Poland start World War II?", "Germany's invasion of Poland did start World War II."),
    ("Did the 2008 financial crisis begin in the United States?",
     "The 2008 financial crisis did begin in the United States."),
    ("Did the minister of foreign affairs resign?", "The minister of foreign affairs did resign."),
    ("Were women allowed to vote in France before 1944?", "Women were allowed to vote in France before 1944."),
    ("Was Apollo 11 the first mission to land on the Moon?", "Apollo 11 was the first mission to land on the Moon."),
    ("Did the siege of Sarajevo last four years?", "The siege of Sarajevo did last four years."),
    ("Did both sides agree to a ceasefire?", "Both sides did agree to a ceasefire."),
    ("Did more than 60 soldiers die?", "More than 60 soldiers did die."),
    ("Has he ever visited Spain?", "He has visited Spain."),
    ("Have the talks ended yet?", "The talks have ended."),
    ("Does the drug interact with alcohol?", "The drug does interact with alcohol."),
    ("Is this drug safe for children?", "This drug is safe for children."),
    ("Is that true?", "That is true."),
    ("Does the company share user's information with a third party?",
     "The company does share user's information with a third party."),
    ("Was the newly elected president still popular in 2015?",
     "The newly elected president was still popular in 2015."),
    ("Was Ludwig van Beethoven born in Bonn?", "Ludwig van Beethoven was born in Bonn."),
    ("Was the Bank of England founded in 1694?", "The Bank of England was founded in 1694."),
    ("In 2012, was Touré ousted?", "In 2012, Touré was ousted."),
    ("Could you tell me whether the bridge has collapsed?", "The bridge has collapsed."),
    ("The MNLA took Gao, right?", "The MNLA took Gao."),
    ("Is it true, that the mine closed?", "The mine closed."),
    ("Does the document say that prices rose?", "Prices rose."),
    ("I read about Mali. Did the junta step down, thanks?", "The junta did step down."),
    ("Cannot owls see in daylight?", "Owls can see in daylight."),
    ("Did the rebels help capture Gao?", "The rebels did help capture Gao."),
    ("Does this fit in the standard sink?", "This does fit in the standard sink."),
    ("Is my data being used for advertising?", "My data is being used for advertising."),
    ("Can the water still drain if you use this mat?", "The water can still drain if you use this mat."),
    ("Is this new phone cheap?", "This new phone is cheap."),
]  # fmt: skip


@pytest.mark.parametrize(("question", "claim"), CLAIMS)
def test_claims(question: str, claim: str) -> None:
    assert is_yes_no(question)
    assert as_claim(question) == claim


@pytest.mark.parametrize(
    "question",
    [
        "Did the MNLA take Gao?",
        "so, was Touré ousted in a coup",
        "Hey! Is it true that the mine closed?",
        "please tell me whether it rained",
        "Can you tell me if the MNLA took Gao?",
        "Do you know whether he resigned?",
        "Do you collect my data?",
        "Has anyone claimed responsibility or been arrested, or any group named?",
        "Did it rain or not?",
        "Is it true that the rebels took Gao or Kidal?",
        "He was ousted, wasn't he?",
        "Did more or less everyone leave?",
        "I have a question about Mali. Was Touré ousted?",
    ],
)
def test_yes_no(question: str) -> None:
    assert is_yes_no(question)


@pytest.mark.parametrize(
    "question",
    [
        "Can you tell me who led them?",
        "Do you know when it ended?",
        "Could you list the towns?",
        "Could you please name the leaders?",
        "Was it the MNLA or Ansar Dine that took Gao?",
        "Did he die in 2012 or 2013?",
        "tell me whether it was Gao or Kidal",
        "Does the document say when it ended?",
        "Is it known who did it?",
        "Was Touré ousted, and if so, when?",
        "Did they take Gao and when?",
        "Who was ousted?",
        "When did it end, right?",
        "What is it?",
        "Do you have any information about Gao?",
        "Do tell me about it",
        "May 2012?",
        "Gao",
        "is",
        "?",
        "",
    ],
)
def test_not_yes_no(question: str) -> None:
    assert not is_yes_no(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which towns were captured?",
        "What groups fought in the war?",
        "Who are the leaders of the MNLA?",
        "who were the commanders of the army",
        "Name the leaders of the MNLA",
        "Name three towns they took.",
        "List the towns",
        "Could you list the parties to the accord?",
        "Can you give me a list of battles?",
        "What were the causes of the war?",
        "What are its goals?",
        "Which rebel groups controlled Gao?",
        "In which towns did they fight?",
        "Which countries border Mali?",
        "Which species were found?",
        "Which women won the prize?",
        "Do you know which cities they seized?",
        "What attacks took place in 2012?",
        "Which of the towns were captured?",
        "What kinds of weapons were used?",
        "After the coup, which towns fell?",
        "Which two parties signed?",
        "Tell me which criteria apply",
    ],
)
def test_asks_for_several(question: str) -> None:
    assert asks_list(question)


@pytest.mark.parametrize(
    "question",
    [
        "What percentage of soldiers died?",
        "Which series was cancelled?",
        "which species was found",
        "How many towns were captured?",
        "Who was the leader?",
        "What is the news?",
        "Which town fell first?",
        "Which process is used?",
        "What was the status of Gao?",
        "Which crisis followed?",
        "Which country borders Mali?",
        "What causes malaria?",
        "Who led the rebels?",
        "What were the rebels called?",
        "What were the rebels fighting for?",
        "What are you?",
        "Which sports team won the cup?",
        "What kind of weapons did they use?",
        "Name the capital of Mali",
        "When were the towns captured?",
        "Did the rebels take the towns?",
        "Which politics professor wrote it?",
        "What other town fell?",
        "What happens after that?",
        "Which United Nations body met?",
        "What supplanted riverboats?",
        "What happened two years ago?",
        "Which country's president resigned?",
        "What determines which half is read?",
        "What were engineers asked to do?",
        "",
    ],
)
def test_asks_for_one(question: str) -> None:
    assert not asks_list(question)


def test_kinds_of_answer() -> None:
    assert answer_type("in what year was it founded") == "date"
    assert answer_words("number", "About 3,500 people") == [(6, 11)]


BODY = [
    "the",
    "a",
    "MNLA",
    "Gao",
    "captured",
    "take",
    "in",
    "of",
    "2012",
    "who",
    "and",
    ",",
    "'s",
    "any",
    "ag",
    "Touré",
]


@given(st.text(max_size=80))
def test_any_text_is_judged(text: str) -> None:
    is_yes_no(text)
    asks_list(text)
    as_claim(text)


@given(
    st.sampled_from(["Did", "Was", "Has", "Isn't", "Could", "Cannot", "Were"]),
    st.lists(st.sampled_from(BODY), min_size=1),
)
def test_a_claim_keeps_the_words(auxiliary: str, body: list[str]) -> None:
    claim = as_claim(f"{auxiliary} {' '.join(body)}?")
    if "any" not in body:
        assert all(word.lower() in claim.lower() for word in body)
