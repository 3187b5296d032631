"""The people of every test: few, named, in both provinces. All of them are invented; their numbers are no one's.

`cast` is built by actions and stands between tests (tests/standing.py). Unions stand by their short names
(`cast.yongchuan`), people by what they are (`cast.officer` is 郑惠, programme officer at 永川). `cast.officer.actor` acts
on TODAY.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from stdnum.iso7064 import mod_11_2
from tests.standing import stage

from tongxin.people.actions import appointments, persons
from tongxin.people.authority import Actor, actor_of, system, visitor
from tongxin.people.models import Account, Person
from tongxin.people.roles import RoleName
from tongxin.unions.actions import names, tree
from tongxin.unions.models import Kind, Level, Union, UnionCode

BEIJING = ZoneInfo("Asia/Shanghai")
TODAY = date(2024, 3, 28)
NOW = datetime(2024, 3, 28, 10, 0, tzinfo=BEIJING)
SINCE = date(2018, 1, 1)  # the grass-roots unions' and memberships' first day
BEFORE_PARTS = date(1900, 1, 1)
HOUSE = system(TODAY)
PASSWORD = "correct horse battery"
FIRST_OF_A_TEST = (
    100  # what a test makes is numbered from here on, whichever tests ran before; the cast has the numbers below
)
_serial = count(FIRST_OF_A_TEST)


@dataclass
class Player:
    """Someone of the cast: the record, and the account if there is one."""

    person: Person
    account: Account | None = None

    @property
    def actor(self) -> Actor:
        return self.on(TODAY)

    def on(self, day: date) -> Actor:
        """Who they are on another day: appointments end by themselves."""
        assert self.account is not None
        return actor_of(Account.objects.get(pk=self.account.pk), day)


@dataclass
class Cast:
    nation: Union  # 中华全国总工会
    sichuan: Union  # 四川省总工会 510000
    chengdu: Union  # 成都市总工会 510100
    jinjiang: Union  # 锦江区总工会 510104
    jinjiang_shop: Union  # a grass-roots union under 锦江
    chongqing: Union  # 重庆市总工会 500000
    yongchuan: Union  # 永川区总工会 500118
    zhongshan: Union  # 中山路街道总工会, under 永川
    factory: Union  # a grass-roots union under 中山路街道
    riders: Union  # a sectoral association of riders, directly under 永川
    jiangjin: Union  # 江津区总工会 500116, 永川's sibling
    jiangjin_mill: Union  # a grass-roots union under 江津

    chief: Player  # 陈渝, federation administrator at 重庆市
    admin: Player  # 周永, federation administrator at 永川
    officer: Player  # 郑惠, programme officer at 永川
    clerk: Player  # 高台, window clerk at 永川's service hall
    teacher: Player  # 孟书, teacher at 永川
    cadre: Player  # 罗勤, cadre of the factory's union
    reader: Player  # 何明, figures reader at 永川
    auditor: Player  # 申察, auditor at 永川
    operator: Player  # 单雄, operator, at the national union
    sibling_officer: Player  # 江枫, programme officer at 江津
    sibling_cadre: Player  # 吴江, cadre of 江津's mill
    jinjiang_cadre: Player  # 蒋锦, cadre of 锦江's shop
    jinjiang_admin: Player  # 成蓉, federation administrator at 锦江

    wang: Player  # 王小华, worker at the factory, with an account
    li: Player  # 李建国, worker at the factory, without phone and account
    zhang: Player  # 张路, food delivery rider, with an account, no employer
    zhao: Player  # 赵远, truck driver, no employer, no account
    lin: Player  # 林蓉, worker in 锦江, with an account
    gao: Player  # 高松, worker in 江津, with an account

    newcomer: Account  # signed in by phone, no person yet

    @property
    def visitor(self) -> Actor:
        return visitor(TODAY)

    @property
    def staff(self) -> dict[RoleName, Player]:
        """One of each role, all at or under 永川 (the operator at the top)."""
        return {
            RoleName.FEDERATION_ADMIN: self.admin,
            RoleName.PROGRAMME_OFFICER: self.officer,
            RoleName.WINDOW_CLERK: self.clerk,
            RoleName.TEACHER: self.teacher,
            RoleName.CADRE: self.cadre,
            RoleName.FIGURES_READER: self.reader,
            RoleName.AUDITOR: self.auditor,
            RoleName.OPERATOR: self.operator,
        }


@pytest.fixture
def cast(db: None) -> Cast:
    """A test's own copy of what stands; made for it alone where nothing does."""
    found: Cast = stage.copy_of(make_cast)
    return found


def make_cast() -> Cast:
    global _serial  # noqa: PLW0603 - the cast has the same numbers each time, and moves on nobody else's
    others, _serial = _serial, count(1)
    try:
        made = Cast(**(unions := _unions()), **_staff(unions), **_workers(unions), newcomer=account("newcomer"))
        assert next(_serial) <= FIRST_OF_A_TEST
    finally:
        _serial = others
    return made


def number_anew() -> None:
    """Before each test. An ID has three digits for the number: those that went on from test to test came round to the cast's."""
    global _serial  # noqa: PLW0603
    _serial = count(FIRST_OF_A_TEST)


# ---- also for tests that need one more ----------------------------------------------------------------------------


def an_id(born: date = date(1990, 1, 1), *, prefix: str = "500118") -> str:
    """A resident ID number that passes every check and belongs to nobody."""
    body = f"{prefix}{born:%Y%m%d}{next(_serial) % 1000:03d}"
    return body + mod_11_2.calc_check_digit(body)


def a_phone() -> str:
    return f"199{next(_serial):08d}"


def account(login: str, person: Person | None = None) -> Account:
    return Account.objects.create_user(login=login, password=PASSWORD, person=person)


def worker(union: Union, name: str, *, login: str = "", phone: bool = True, **values: object) -> Player:
    """Registered at the union since SINCE, by the house itself; with an account if a login is given."""
    person = persons.register(
        union=union,
        name=name,
        document=an_id(),
        phone=a_phone() if phone else "",
        joined_on=SINCE,
        by=HOUSE,
        at=NOW,
        synthetic=True,
        **values,
    )
    return Player(person, account(login, person) if login else None)


def member_of_staff(union: Union, role: RoleName, name: str, *, login: str, member_at: Union | None = None) -> Player:
    """A worker with an appointment from a year ago until a year ahead."""
    player = worker(member_at or union, name, login=login)
    appointments.appoint(
        person=player.person,
        role=role,
        union=union,
        starts=TODAY - timedelta(days=365),
        ends=TODAY + timedelta(days=365),
        by=HOUSE,
        at=NOW,
    )
    return player


def union_under(
    parent: Union | None,
    name: str,
    code: str,
    level: int,
    *,
    kind: str = Kind.FEDERATION,
    founded_on: date = BEFORE_PARTS,
) -> Union:
    union = tree.found(
        parent=parent,
        kind=kind,
        level=level,
        name=name,
        code=code,
        founded_on=founded_on,
        by=HOUSE,
        at=NOW,
        synthetic=kind not in {Kind.FEDERATION, Kind.ACFTU},
    )
    if kind == Kind.FEDERATION:
        system_ = UnionCode.System.AREA if len(code) == 6 else UnionCode.System.STATISTICS
        names.recode(union=union, code=code, on=founded_on, system=system_, by=HOUSE, at=NOW)
    return union


# ---- how the cast is made -----------------------------------------------------------------------------------------


def _unions() -> dict[str, Union]:
    nation = union_under(None, "中华全国总工会", "000000", Level.NATION, kind=Kind.ACFTU)
    sichuan = union_under(nation, "四川省总工会", "510000", Level.PROVINCE)
    chengdu = union_under(sichuan, "成都市总工会", "510100", Level.PREFECTURE)
    jinjiang = union_under(chengdu, "锦江区总工会", "510104", Level.COUNTY)
    chongqing = union_under(nation, "重庆市总工会", "500000", Level.PROVINCE)
    yongchuan = union_under(chongqing, "永川区总工会", "500118", Level.COUNTY)
    zhongshan = union_under(yongchuan, "中山路街道总工会", "500118001", Level.TOWNSHIP)
    jiangjin = union_under(chongqing, "江津区总工会", "500116", Level.COUNTY)

    def grassroots(parent: Union, name: str, code: str, kind: str = Kind.GRASSROOTS_UNION) -> Union:
        return union_under(parent, name, code, Level.GRASSROOTS, kind=kind, founded_on=SINCE)

    return {
        "nation": nation,
        "sichuan": sichuan,
        "chengdu": chengdu,
        "jinjiang": jinjiang,
        "chongqing": chongqing,
        "yongchuan": yongchuan,
        "zhongshan": zhongshan,
        "jiangjin": jiangjin,
        "jinjiang_shop": grassroots(jinjiang, "锦江百货商场工会", "510104-J1"),
        "factory": grassroots(zhongshan, "永川同心机械厂工会", "500118-J1"),
        "riders": grassroots(yongchuan, "永川区外卖配送行业工会联合会", "500118-J2", Kind.SECTORAL_ASSOCIATION),
        "jiangjin_mill": grassroots(jiangjin, "江津米业公司工会", "500116-J1"),
    }


def _staff(unions: dict[str, Union]) -> dict[str, Player]:
    def staff(place: str, role: RoleName, name: str, login: str) -> Player:
        return member_of_staff(unions[place], role, name, login=login)

    return {
        "chief": staff("chongqing", RoleName.FEDERATION_ADMIN, "陈渝", "chenyu"),
        "admin": staff("yongchuan", RoleName.FEDERATION_ADMIN, "周永", "zhouyong"),
        "officer": staff("yongchuan", RoleName.PROGRAMME_OFFICER, "郑惠", "zhenghui"),
        "teacher": staff("yongchuan", RoleName.TEACHER, "孟书", "mengshu"),
        "cadre": staff("factory", RoleName.CADRE, "罗勤", "luoqin"),
        "reader": staff("yongchuan", RoleName.FIGURES_READER, "何明", "heming"),
        "auditor": staff("yongchuan", RoleName.AUDITOR, "申察", "shencha"),
        "operator": staff("nation", RoleName.OPERATOR, "单雄", "shanxiong"),
        "clerk": staff("yongchuan", RoleName.WINDOW_CLERK, "高台", "gaotai"),
        "sibling_officer": staff("jiangjin", RoleName.PROGRAMME_OFFICER, "江枫", "jiangfeng"),
        "sibling_cadre": staff("jiangjin_mill", RoleName.CADRE, "吴江", "wujiang"),
        "jinjiang_cadre": staff("jinjiang_shop", RoleName.CADRE, "蒋锦", "jiangjin"),
        "jinjiang_admin": staff("jinjiang", RoleName.FEDERATION_ADMIN, "成蓉", "chengrong"),
    }


def _workers(unions: dict[str, Union]) -> dict[str, Player]:
    return {
        "wang": worker(unions["factory"], "王小华", login="wang", employer="永川同心机械厂"),
        "li": worker(unions["factory"], "李建国", phone=False, employer="永川同心机械厂"),
        "zhang": worker(unions["riders"], "张路", login="zhang", gig_group="food_delivery_rider"),
        "zhao": worker(unions["riders"], "赵远", gig_group="truck_driver"),
        "lin": worker(unions["jinjiang_shop"], "林蓉", login="lin", employer="锦江百货商场"),
        "gao": worker(unions["jiangjin_mill"], "高松", login="gao", employer="江津米业公司"),
    }
