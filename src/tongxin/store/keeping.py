"""What is kept about people, what for and until when. `people` says it column by column (`people/personal_fields.py`); a
table of any other room that points at a person or an account, or holds a sealed column, says it in one line, `keeps`.
Tests find the gaps.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kept:
    tier: int
    purpose: str  # shown to workers: 为什么要这一项
    until: str
    sealed: bool = False


WHILE_KNOWN: Final = "会籍存续期间，结束后按档案规定保存"
WHILE_USED: Final = "账号使用期间"
SIX_MONTHS: Final = "至少6个月（网络安全法第21条）"
THREE_YEARS: Final = "3年"
TECHNICAL: Final = Kept(0, "系统内部编号和时间，不能单独认出个人", WHILE_KNOWN)


def fields(kept: Kept, *names: str) -> dict[str, Kept]:
    return dict.fromkeys(names, kept)
