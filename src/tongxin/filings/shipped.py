"""Sheets that come with the house: our own drawing of the two real-name sheets (data/README.md says what is not confirmed)."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class Shipped:
    """`key` stands in its address and is its file's name."""

    key: str
    name: str
    about: str

    def content(self) -> bytes:
        return (files("tongxin.filings") / "data" / f"{self.key}.xlsx").read_bytes()


SHIPPED: Final = {
    one.key: one
    for one in (
        Shipped("organisation", "工会组织基本信息采集表", "一个工会一张：名称、代码、类型、班子、会员数。"),
        Shipped("members", "会员基本信息采集表", "一名会员一行，带采集人、盖章和本人确认。"),
    )
}
