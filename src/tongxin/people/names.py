"""Names of people: tidied, cut into pieces for search, read in pinyin, sorted, and masked; numbers masked.

Person.name_pieces holds `search_pieces(name)`, asked with `query_pieces(text)`; Person.name_sort holds `sort_key(name)`,
which sorts rightly under C collation. The readings are a table made from pypinyin, which is too slow to call for each name
and reads surnames as words (单 as dan); surnames have a table of their own, written by hand.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations, pairwise
from operator import add

DOT = "·"  # U+00B7, between the parts of names such as 阿依古丽·买买提
HAN = "[\u3007\u3400-\u9fff\U00020000-\U000323af]"
DOTS = re.compile(rf"(?<={HAN})\s*[·•‧・∙⋅●.]\s*(?={HAN})")
USUAL = re.compile("[\u4e00-\u9fff]+")  # nothing to tidy
SPACES = re.compile(r"\s+")
BETWEEN_HAN = re.compile(rf"(?<={HAN}) (?={HAN})")

PAIRS_UP_TO = 8  # characters: of longer names only neighbours make a pair
INITIALS_AT_MOST = 20
SORT_KEY_AT_MOST = 120
LONGEST_SURNAME = 4
_USUAL_LENGTH = 3
MASK = "***"


def tidy(name: str) -> str:
    """As one would write it: half width, one kind of dot, no padding such as 王　华."""
    if USUAL.fullmatch(name):
        return name
    name = SPACES.sub(" ", unicodedata.normalize("NFKC", name)).strip()
    return BETWEEN_HAN.sub("", DOTS.sub(DOT, name))


def surname(name: str) -> str:
    """欧阳 of 欧阳小华, 王 of 王小华; empty where a name has none to be seen (a dot, or Latin letters)."""
    if DOT in name or not name or not is_han(name[0]):
        return ""
    for length in range(min(LONGEST_SURNAME, len(name) - 1), 1, -1):
        if name[:length] in _surnames():
            return name[:length]
    return name[0]


def is_han(character: str) -> bool:
    return character >= "\u3007" and character in _readings()


@dataclass(frozen=True, slots=True)
class Indexed:
    """All by which a name is found and sorted."""

    pieces: list[str]
    initials: str
    sort: str


def indexed(name: str) -> Indexed:
    """`search_pieces`, `initials` and `sort_key` of a tidied name, its readings looked up once."""
    table = _readings()
    plain = [table.get(character, "") for character in name]
    if not all(plain) or len(name) > PAIRS_UP_TO:
        return Indexed(search_pieces(name), initials(name), sort_key(name))
    family = _surnames().get(surname(name))
    spoken = plain if family is None else [*family, *plain[len(family) :]]
    letters = "".join([sound[0] for sound in spoken])
    if len(name) == _USUAL_LENGTH:
        first, second, third = list(name)
        found = [first, second, third, first + second, first + third, second + third, letters[:2], letters[1:], letters]
    else:
        found = [*name, *map("".join, combinations(name, 2)), *_runs(letters, 2), *_runs(letters, 3)]
    if spoken is not plain:
        as_words = "".join([sound[0] for sound in plain])
        found += _runs(as_words, 2) + _runs(as_words, 3)
    sort = "".join(map(add, spoken, name))[:SORT_KEY_AT_MOST]
    return Indexed(list(dict.fromkeys(found)), letters[:INITIALS_AT_MOST], sort)


# ---- search -------------------------------------------------------------------------------------------------------


def pieces(name: str) -> list[str]:
    """Every character of a name and every two in their order, neighbours or not: 王小华 is found by 王华 too."""
    characters = [character for character in name if not character.isascii() and character != DOT]
    pairs = combinations(characters, 2) if len(characters) <= PAIRS_UP_TO else pairwise(characters)
    return list(dict.fromkeys([*characters, *map("".join, pairs)]))


def initials(name: str) -> str:
    """王小华 -> wxh, 单雄信 -> sxx, 尉迟恭 -> ycg; of Latin words the first letters."""
    return _first_letters(name, _readings_of(name))[:INITIALS_AT_MOST]


def initials_pieces(name: str) -> list[str]:
    """Two and three neighbouring initials, and letters of Latin words.

    A surname read otherwise than the word is found by either reading: 曾小华 by zxh, and by cxh as in 曾经.
    """
    as_words = [_readings().get(character, "") for character in name]
    latin = "".join(character for character in name.casefold() if character.isascii() and character.isalpha())
    found: dict[str, None] = {}
    for letters in (initials(name), _first_letters(name, as_words), latin):
        found.update(dict.fromkeys(_runs(letters, 2) + _runs(letters, 3)))
    return list(found)


def search_pieces(name: str) -> list[str]:
    """What a person's row holds: Chinese pieces and pieces of initials in one array."""
    return pieces(name) + initials_pieces(name)


def query_pieces(text: str) -> list[str]:
    """What a row must hold (all of it) to answer a typed text; empty when the text is too short to ask by.

    That is one Chinese character or more, or two Latin letters or more: one letter would be a tenth of all names.
    """
    text = tidy(text).casefold()
    han = [character for character in text if not character.isascii() and character != DOT]
    latin = "".join(character for character in text if character.isascii() and character.isalpha())
    asked = han if len(han) == 1 else _runs("".join(han), 2)
    return list(dict.fromkeys(asked + _runs(latin, min(max(len(latin), 2), 3))))


# ---- order --------------------------------------------------------------------------------------------------------


def sort_key(name: str) -> str:
    """The reading of each character with its tone, then the character, so all 王 stand together, apart from 汪."""
    spoken = zip(_readings_of(name), name.casefold(), strict=False)
    return "".join(f"{sound}{character}" for sound, character in spoken)[:SORT_KEY_AT_MOST]


# ---- masks --------------------------------------------------------------------------------------------------------


def mask(name: str) -> str:
    """王*华, 王*, 欧阳*华, 欧阳*; 阿***·买***; J*** S***."""
    if DOT in name or " " in name or (name and not is_han(name[0])):
        return re.sub(rf"[^{DOT} ]+", lambda part: part[0][0] + MASK, name)
    shown = len(surname(name))
    hidden = len(name) - shown
    if hidden <= 1:
        return (name[:shown] if hidden else "") + "*"
    return name[:shown] + "*" * (hidden - 1) + name[-1]


def mask_id(number: str) -> str:
    """First three and last four of an 18-digit number; less of a shorter one, so that most stays hidden."""
    return _mask_middle(number, head=3, tail=4)


def mask_phone(number: str) -> str:
    """138****1234, with or without the country's +86; first three and last two of other numbers, if long enough."""
    national = re.sub(r"^(\+|00)86", "", number.replace(" ", "").replace("-", ""))
    if re.fullmatch(r"1\d{10}", national):
        return f"{national[:3]}****{national[-4:]}"
    return _mask_middle(national, head=3, tail=2)


def mask_mail(address: str) -> str:
    """w***@example.cn"""
    local, _, domain = address.partition("@")
    return f"{local[:1]}***@{domain}"


def _mask_middle(text: str, *, head: int, tail: int) -> str:
    if head + tail > len(text) // 2:
        head, tail = min(1, len(text) // 4), min(2, len(text) // 4)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


# ---- readings -----------------------------------------------------------------------------------------------------


def _readings_of(name: str) -> list[str]:
    """One for each character, empty for what is not Chinese."""
    table = _readings()
    family = surname(name)
    spoken = _surnames().get(family)
    if spoken is None:
        return [table.get(character, "") for character in name]
    return [*spoken, *(table.get(character, "") for character in name[len(family) :])]


def _first_letters(name: str, spoken: list[str]) -> str:
    letters = []
    within_word = False
    for character, sound in zip(name.casefold(), spoken, strict=False):
        latin = character.isascii() and character.isalpha()
        if sound or (latin and not within_word):
            letters.append(sound[:1] or character)
        within_word = latin
    return "".join(letters)


def _runs(text: str, length: int) -> list[str]:
    return [text[at : at + length] for at in range(len(text) - length + 1)]


@cache
def _readings() -> dict[str, str]:
    lines = (line.split("\t") for line in _data("readings.tsv"))
    return {character: sound for sound, characters in lines for character in characters}


@cache
def _surnames() -> dict[str, tuple[str, ...]]:
    """Compound surnames, and those of one character that are read otherwise than the word."""
    lines = (line.split("\t") for line in _data("surnames.tsv"))
    return {family: tuple(sounds.split()) for family, sounds in lines}


def _data(name: str) -> list[str]:
    return (files("tongxin.people") / "data" / name).read_text(encoding="utf-8").splitlines()
