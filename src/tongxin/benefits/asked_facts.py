"""What a line of the catalogue may ask about someone: what the house records (people.facts), and what only they can tell.

What only they can tell is asked on the page "我能享受什么", used there and then, and kept nowhere.
"""

from collections.abc import Mapping
from typing import Final

from django.db import models

from tongxin.people.facts import FACTS, Known
from tongxin.rules.facts import Fact, Facts

TOLD: Final = "您在这一页回答的"
NONE: Final = "none"  # 都没有: an answer, unlike no answer


class Situation(models.TextChoices):
    """这一年遇到的事. A fact that is a set: what is not in it did not happen; none of it, and nothing is known."""

    MARRIAGE = "marriage", "结婚"
    BIRTH = "birth", "生孩子"
    CHILD_STUDY = "child_study", "孩子考上或正在读大学、中职"
    HARDSHIP = "hardship", "家里生活困难"
    ILLNESS = "illness", "自己或家人得大病、住院"
    DISASTER = "disaster", "意外或灾害"
    HEAT = "heat", "在户外或高温下干活"
    PAY = "pay", "工资被拖欠"
    INJURY = "injury", "因工作受伤"


ASKED: Final[Mapping[str, Known]] = {"situations": Known(frozenset, "这一年遇到的事")}
USABLE: Final[Mapping[str, Known]] = {**FACTS, **ASKED}


def told(name: str, value: bool | str | frozenset[str] | None) -> Fact:  # noqa: FBT001  a fact's value
    """An answer of the page; None: left open."""
    return Fact(name, value, TOLD)


def joined(recorded: Facts, answered: Facts) -> Facts:
    """What is recorded counts; an answer fills what is not known."""
    names = {*recorded.names(), *answered.names()}
    return Facts(*(recorded[name] if recorded[name].known else answered[name] for name in sorted(names)))
