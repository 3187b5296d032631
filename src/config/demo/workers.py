"""Synthetic workers: worker number i is always the same person, and nobody.

They are synthetic beyond doubt: the ID number has a right check digit, but begins with 990000, which no place has; the
phone number begins with 154, which no operator has (no message is ever sent to it); employers are called 示例.
Fast enough to make a million (make bench-data): everything is looked up in tables by bits of one mixed number.
"""

from datetime import date, timedelta
from typing import Final, NamedTuple

ID_PREFIX: Final = "990000"
PHONE_PREFIX: Final = "+86154"
MALE: Final = "1"  # GB/T 2261.1
FEMALE: Final = "2"
AT_MOST: Final = 7_500_000  # further numbers would repeat ID numbers

GIG_GROUPS: Final = ("truck_driver", "ride_hailing_driver", "courier", "food_delivery_rider")
GIG_IN_100: Final = 16
MINORITY_IN_1000: Final = 12
GIVEN_OF_ONE_IN_100: Final = 18
HINTS: Final = 10_000

# How many of 400 people bear a surname; the rest of the 400 are spread over RARE_SURNAMES.
SURNAMES: Final = (
    "王26 李27 张24 刘22 陈20 杨16 黄12 周12 吴10 赵8 徐8 孙6 马5 朱5 胡6 郭6 何8 高5 林5 罗9 郑4 梁3 谢5 宋4 唐7 许3 邓7 冯4 "
    "韩3 曹3 曾5 彭5 萧2 蔡3 潘2 田3 董2 袁3 于2 余3 叶2 蒋5 杜3 苏2 魏3 程2 吕2 丁2 任3 卢2 姚2 沈1 钟4 姜1 崔1 谭4 陆1 "
    "汪1 范2 金1 石2 廖5 贾1 夏3 韦1 付2 方2 白1 邹3 孟1 熊3 秦2 邱2 江3 尹2 薛1 阎1 段1 雷3 侯1 龙2 史1 陶1 黎2 贺1 "
    "顾1 毛1 郝1 龚2 邵1 万2 钱1 覃1 向3 冉3 代2 牟2 蒲1 税1 庹1 游1 詹1 敬1 青1"
)
RARE_SURNAMES: Final = (
    "单 仇 解 查 区 翟 盖 欧阳 上官 司马 诸葛 尉迟 令狐 皇甫 夏侯 慕容 文 古 母 胥 淳于 补 昝 谌 晏 甘 左 简 佘 明 殷 温 "
    "柳 涂 阳 岳 卓 艾 傅 戴 常 康 施 齐 伍 倪 严 易 孔 聂 洪 樊 兰 翁"
)
MALE_FIRST: Final = "建志国文永晓家德光明正学世海俊小嘉浩泽子宇天成立新云荣兴忠大春金伟宏中少长"
MALE_LAST: Final = "华军强伟平勇波涛明辉林峰刚斌杰鹏飞龙亮东生祥健超洋浩宇轩然凯旭阳成文武松柏川江海"
FEMALE_FIRST: Final = "晓小玉秀美雪春丽慧静淑佳雨思梦欣诗梓文红海永云金桂素婷晨若语可心"
FEMALE_LAST: Final = "华芳英梅兰燕丽娟玲琴霞萍红敏艳静娜莉婷雪颖琳洁蓉薇莹怡涵菲瑶妍茜欣琪珍容"
MINORITY_NAMES: Final = (
    "扎西顿珠", "卓玛拉姆", "格桑罗布", "达瓦央金", "丹增旺堆", "白玛曲珍", "仁青卓嘎", "尼玛次仁", "吉克阿且",
    "沙马拉且", "阿的木呷", "曲比阿乌", "马黑尔哈", "吉木子洛", "俄木约布", "的日古哈", "阿依古丽·买买提", "阿卜杜拉·吐尔逊",
)  # fmt: skip
PLACES: Final = ("永川", "成都", "渝西", "川南", "绵阳", "万州", "宜宾", "涪陵")
TRADES: Final = (
    "机械有限公司", "汽车零部件有限公司", "电子有限公司", "食品有限公司", "建筑劳务有限公司", "物流有限公司",
    "物业服务有限公司", "纺织有限公司", "医院", "小学", "环卫服务有限公司", "公交有限公司", "酒店有限公司",
    "纸业有限公司", "软件有限公司", "百货有限公司",
)  # fmt: skip
EMPLOYERS: Final = tuple(f"{place}示例{trade}" for place in PLACES for trade in TRADES)

_FIRST_BORN: Final = date(1962, 1, 1)
_DAYS: Final = (date(2003, 12, 31) - _FIRST_BORN).days + 1
_ORDERS: Final = 500  # of the 1,000 serial numbers of a day, each sex has half
_STEP: Final = 4_294_967_291  # prime, so that stepping through all days and orders meets each once
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"


class SyntheticWorker(NamedTuple):
    name: str
    sex: str  # GB/T 2261.1: "1" male, "2" female
    born: date
    id_number: str  # 18 characters, canonical
    phone: str  # +86154...
    gig_group: str | None  # a key of people's GigGroup; such workers have no employer
    employer: str | None
    union_hint: int  # 0 to 9,999, evenly: which union, as the caller likes to map it


def worker(i: int) -> SyntheticWorker:
    """Number 0 to 7,499,999; the same number gives the same worker in every run."""
    if not 0 <= i < AT_MOST:
        raise ValueError(i)
    bits = _mix(i)
    female = bits & 1
    bits >>= 1
    order, day = divmod(i * _STEP % (_DAYS * _ORDERS), _DAYS)
    born, digits, weight = _BIRTHS[day]
    serial = order * 2 + 1 - female
    check = _CHECK[(weight + _SERIAL_WEIGHTS[serial]) % 11]
    gig = bits % 100 < GIG_IN_100
    bits //= 100
    choice = bits & 1023
    bits >>= 10
    return SyntheticWorker(
        _name(bits, female),
        FEMALE if female else MALE,
        born,
        f"{ID_PREFIX}{digits}{serial:03}{check}",
        f"{PHONE_PREFIX}{i:08}",
        GIG_GROUPS[choice & 3] if gig else None,
        None if gig else EMPLOYERS[choice % len(EMPLOYERS)],
        (bits >> 20) % HINTS,
    )


def _mix(i: int) -> int:
    """splitmix64's mixing: neighbours get unlike bits."""
    z = (i + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return z ^ (z >> 31)


def _name(bits: int, female: int) -> str:
    bits, thousandth = divmod(bits, 1000)
    if thousandth < MINORITY_IN_1000:
        return MINORITY_NAMES[bits % len(MINORITY_NAMES)]
    bits, at = divmod(bits, len(_SURNAMES))
    last = FEMALE_LAST if female else MALE_LAST
    given = last[bits % len(last)]
    bits //= len(last)
    if thousandth % 100 < GIVEN_OF_ONE_IN_100:
        return _SURNAMES[at] + given
    first = FEMALE_FIRST if female else MALE_FIRST
    return _SURNAMES[at] + first[bits % len(first)] + given


def _weight(digits: str, begin: int) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS[begin:], strict=False))


def _births() -> list[tuple[date, str, int]]:
    days = (_FIRST_BORN + timedelta(days=n) for n in range(_DAYS))
    prefix = _weight(ID_PREFIX, 0)
    return [(day, f"{day:%Y%m%d}", prefix + _weight(f"{day:%Y%m%d}", len(ID_PREFIX))) for day in days]


def _surname_wheel() -> tuple[str, ...]:
    wheel = [entry.rstrip("0123456789") for entry in SURNAMES.split() for _ in range(int(entry.lstrip(entry[0])))]
    return (*wheel, *RARE_SURNAMES.split())


_BIRTHS: Final = _births()
_SERIAL_WEIGHTS: Final = [_weight(f"{serial:03}", len(ID_PREFIX) + len("yyyymmdd")) for serial in range(1000)]
_SURNAMES: Final = _surname_wheel()
