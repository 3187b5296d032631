"""Every verb that the house writes has its sentence."""

import re
from pathlib import Path

from tongxin.notices.catalogue import CATALOGUE
from tongxin.web.staff.journal_words import KINDS, WORDS

SOURCE = Path(__file__).resolve().parents[3] / "src" / "tongxin"
NAMED_ELSEWHERE = re.compile(r"journal\.write(?:_many)?\([a-z]")  # its caller says the verb
LITERAL = re.compile(r'"([a-z-]+\.[a-z-]+)"')
NO_VERBS = {"device.code"}  # the counter that slows down guessing
CALL = re.compile(r'journal\.write(?:_many)?\(\s*f?"([a-z-]+\.[a-z-]+)"')


def test_every_verb_of_the_journal_has_its_words() -> None:
    verbs = {verb for file in SOURCE.rglob("*.py") for verb in CALL.findall(file.read_text(encoding="utf-8"))}
    assert len(verbs) > 60
    assert verbs - WORDS.keys() == set()
    assert {verb.split(".")[0] for verb in verbs} - KINDS.keys() == set()


def test_verb_that_a_caller_hands_on_has_its_words() -> None:
    texts = [file.read_text(encoding="utf-8") for file in SOURCE.rglob("actions/*.py")]
    verbs = {verb for text in texts if NAMED_ELSEWHERE.search(text) for verb in LITERAL.findall(text)}
    assert len(verbs) > 20
    assert verbs - WORDS.keys() - CATALOGUE.keys() - NO_VERBS == set()
