"""What a list is called, without what each copy of it is called besides: 花名册(3)(1).xlsx and 3月花名册.xlsx are 花名册."""

import re
import unicodedata
from pathlib import PurePath
from typing import Final

LONGEST: Final = 255
_ENDINGS = re.compile(
    r"(?:\(\d{1,3}\)|\(副本\d*\)|[-_](?:副本|copy|标注|没导入的行|最新版?|最终版?|定稿|新|改|v?\d{1,3})|副本\d*|最新版?|最终版?|终版|定稿)$"
)
_DAYS = re.compile(
    r"(?:19|20)\d{2}(?:年|[-._])?(?:\d{1,2}(?:月份?|[-._])?(?:\d{1,2}[日号]?)?)?|\d{1,2}月份?(?:\d{1,2}[日号])?|第?[一二三四1-4]季度"
)
_MARKS = re.compile(r"[()\[\]{}_.,、·-]+")


def list_name(file_name: str) -> str:
    """Empty where nothing is left: a file called 2024-03.xlsx has no name."""
    name = unicodedata.normalize("NFKC", PurePath(file_name.replace("\\", "/")).stem).lower()
    name = "".join(name.split())
    for _ in range(8):
        shorter = _ENDINGS.sub("", name)
        if shorter == name:
            break
        name = shorter
    return _MARKS.sub("", _DAYS.sub("", name))[:LONGEST]
