"""How what people wrote here reads in English, said by whoever looks after the page on which it stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.records.actions import journal
from tongxin.records.actions.journal import By
from tongxin.records.english import english_of
from tongxin.records.models import EnglishText
from tongxin.store.atomic import atomic

LONGEST: Final = 2000


@atomic
def say(*, words: Mapping[str, str], union: int, federation: int, by: By, at: datetime) -> int:
    """`words`: text to its English, empty to take it back. Only what is different becomes a row; returns how many.

    The caller has seen that `by` may change the things that bear these texts. Refused: "english-long".
    """
    said = {text.strip(): english.strip() for text, english in words.items() if text.strip()}
    if any(len(english) > LONGEST for english in said.values()):
        raise Refused("english-long", "英文最多%(most)s个字符，请写短一些。", most=LONGEST)
    known = english_of(said)
    changed = [(text, english) for text, english in said.items() if known.get(text, "") != english]
    for text, english in changed:
        row = EnglishText.make(
            text=text, english=english, union=union, federation=federation, account=by.account_id, at=at
        )
        journal.write("english-text.said", of=row, by=by, at=at, union=union)
    return len(changed)
