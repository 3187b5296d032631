"""Build src/tongxin/people/data/readings.tsv from pypinyin (MIT): for each Chinese character its most usual reading.

A line is a reading with its tone (5: none) and all characters that are read so. ü is written `u:`, which sorts between
`u` and `ua` as in a dictionary. Only a developer runs this; the house reads the table, since pypinyin takes 53 µs a name.
"""

from collections import defaultdict
from pathlib import Path

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PINYIN_DICT

TARGET = Path(__file__).parent.parent / "src/tongxin/people/data/readings.tsv"
HAN = [(0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x323AF)]
IN_NAMES = {  # read otherwise in a name than in a text
    "晟": "sheng4",
    "长": "chang2",
    "都": "du1",
    "重": "chong2",
    "了": "liao3",
    "得": "de2",
    "地": "di4",
    "的": "di1",
    "着": "zhu4",
    "么": "yao1",
}


def reading(character: str) -> str:
    usual: str = lazy_pinyin(character, style=Style.TONE3, neutral_tone_with_five=True, v_to_u=False)[0]
    return IN_NAMES.get(character, usual.replace("v", "u:"))


def main() -> None:
    characters: dict[str, list[str]] = defaultdict(list)
    for point in sorted(PINYIN_DICT):
        if any(first <= point <= last for first, last in HAN):
            characters[reading(chr(point))].append(chr(point))
    lines = [f"{sound}\t{''.join(characters[sound])}\n" for sound in sorted(characters) if sound[0].isascii()]
    TARGET.write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
