"""Every verb that the house writes has its sentence."""

import re
from pathlib import Path

from tongxin.web.staff.journal_words import KINDS, WORDS

SOURCE = Path(__file__).resolve().parents[3] / "src" / "tongxin"
CALL = re.compile(r'journal\.write(?:_many)?\(\s*f?"([a-z-]+\.[a-z-]+)"')


def test_every_verb_of_the_journal_has_its_words() -> None:
    verbs = {verb for file in SOURCE.rglob("*.py") for verb in CALL.findall(file.read_text(encoding="utf-8"))}
    assert len(verbs) > 60
    assert verbs - WORDS.keys() == set()
    assert {verb.split(".")[0] for verb in verbs} - KINDS.keys() == set()
