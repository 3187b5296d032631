"""Whether a question asks for what is held: by the catalogue's names and the words of rosters, also inside a sentence."""

import re
from functools import cache
from typing import Final

from tongxin.filings.catalogue import ALL, BY_KEY, Field, find
from tongxin.people.roster.fields import FIELDS, WITHOUT_BLANKS

_POLITE: Final = re.compile(
    r"请|填写|填报|写明|说明|提供|您的|你的|贵会|本会|你会|现有|目前|一共"
    r"|是多少|多少|是什么|[？?。：:]|您|的"
)
_WITHIN: Final = frozenset(  # short words that say enough inside a sentence
    {"姓名", "手机", "电话", "性别", "民族", "学历", "生日", "工种", "主席", "届次", "身份证", "职工数", "会员数"}
)
_FEWEST: Final = 4  # characters of any other name inside a sentence


def held_field(text: str) -> Field | None:
    """The field whose value the question asks for, if the house holds it."""
    bare = WITHOUT_BLANKS.sub("", _POLITE.sub("", text))
    found = find(text) or find(bare)
    if found is not None:
        return found if found.held else None
    within = [(name, key) for name, key in _names() if name in bare and (len(name) >= _FEWEST or name in _WITHIN)]
    return BY_KEY[max(within, key=lambda one: len(one[0]))[1]] if within else None


@cache
def _names() -> tuple[tuple[str, str], ...]:
    own = [(name, field.key) for field in ALL if field.held for name in (field.label, *field.also)]
    rosters = [
        (name, key)
        for key, words in FIELDS.items()
        if key in BY_KEY and BY_KEY[key].held
        for name in (words.title, *words.synonyms)
    ]
    return tuple((name, key) for name, key in (*own, *rosters) if not name.isascii())
