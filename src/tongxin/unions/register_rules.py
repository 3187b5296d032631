"""What the law remarks about an entry of a register: said as hints, never as a wall. True without a database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tongxin.unions.models import Register, RegisterEntry

FILED_WITHIN: Final = timedelta(days=10)
OBJECTED_WITHIN: Final = timedelta(days=15)
SOON: Final = timedelta(days=365)
FILING: Final = "《集体合同规定》第四十二条"
EFFECT: Final = "《劳动合同法》第五十四条"
TERM: Final = "《集体合同规定》第三十八条"
MEETING: Final = "《企业民主管理规定》（总工发〔2012〕12号）"
FILED: Final = frozenset({Register.COLLECTIVE_CONTRACT, Register.WAGE_AGREEMENT, Register.WOMEN_AGREEMENT})


@dataclass(frozen=True, slots=True)
class Hint:
    words: str
    clause: str = ""
    tone: str = "warn"


def hints(entry: RegisterEntry, today: date) -> list[Hint]:
    if entry.closed_on is not None:
        return []
    return [*_filing(entry, today), *_ending(entry, today)]


def _filing(entry: RegisterEntry, today: date) -> Iterator[Hint]:
    if entry.register not in FILED:
        return
    due = entry.signed_on + FILED_WITHIN
    if entry.filed_on is None:
        words = "应在签订后10日内报送人社部门" + ("，已经过期，请尽快报送。" if today > due else "，请按时报送。")
        yield Hint(words, FILING, "zhu" if today > due else "info")
    elif entry.filed_on > due:
        yield Hint("报送晚于签订后10日。", FILING)
    if entry.filed_on is not None and entry.effective_on is None:
        effect = entry.filed_on + OBJECTED_WITHIN
        said = f"{effect.year}年{effect.month}月{effect.day}日"
        yield Hint(f"报送后15日内没有异议即生效，也就是{said}。请核对后填上生效日期。", EFFECT, "info")
    if entry.filed_on is not None and entry.effective_on and entry.effective_on < entry.filed_on + OBJECTED_WITHIN:
        yield Hint("生效日期早于报送后15日，请核对有没有收到不同意见。", EFFECT)
    if entry.ends_on is not None and not _one_to_three_years(entry.signed_on, entry.ends_on):
        yield Hint("集体合同的期限一般是1年到3年，请核对到期日。", TERM)


def _ending(entry: RegisterEntry, today: date) -> Iterator[Hint]:
    if entry.ends_on is not None and entry.ends_on <= today:
        yield Hint("已经到期，请续签或重新登记。", "", "zhu")
    elif entry.ends_on is not None and entry.ends_on - timedelta(days=entry.remind_days) <= today:
        yield Hint(f"还有{(entry.ends_on - today).days}天到期。", "")
    if entry.register == Register.CONGRESS_MEETING and entry.signed_on + SOON < today:
        yield Hint("职代会每年至少开一次。这次会议到现在已满一年，开过新的请登记。", MEETING)


def _one_to_three_years(signed: date, ends: date) -> bool:
    return 360 <= (ends - signed).days <= 3 * 366 + 60
