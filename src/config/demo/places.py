"""Sites, rooms and teachers of the demo. The service centre bears a real name; every other site is invented and says so."""

from itertools import count
from typing import Final

from config.demo.plans import RoomPlan, SitePlan, TeacherPlan, Use
from config.demo.workers import FEMALE, worker
from tongxin.people.names import surname

TEACHERS_BEGIN_AT: Final = 7_000_000  # worker numbers of teachers, far from those of the workers
TEACHERS: Final = 44

_Rooms = tuple[tuple[str, int, Use], ...]
_SITES: Final[tuple[tuple[str, str, str, bool, _Rooms], ...]] = (
    ("永川区职工服务中心", "worker_service_center", "永川区（示例地址）", False, (
        ("2楼203教室", 56, "classroom"), ("2楼205教室", 50, "classroom"), ("2楼机房", 46, "computers"),
        ("3楼舞蹈室", 56, "dance"), ("5楼合唱室", 60, "hall"), ("4楼琴房", 36, "music"),
    )),
    ("惠工之家工作坊（示例）", "workers_home", "永川区示例路1号", True, (
        ("厨艺教室", 32, "kitchen"), ("书画室", 44, "studio"), ("茶室", 30, "tea"), ("形体室", 50, "dance"),
    )),
    ("凤凰湖职工之家（示例）", "workers_home", "永川区示例路20号", True, (
        ("一号实训间", 46, "workshop"), ("二号实训间", 44, "workshop"), ("多功能厅", 60, "hall"), ("培训室", 48, "classroom"),
    )),
    ("三教产业园职工之家（示例）", "workers_home", "永川区示例路35号", True, (
        ("活动室", 52, "dance"), ("教室", 50, "classroom"), ("实训间", 42, "workshop"), ("机房", 44, "computers"),
    )),
    ("大安职工文体中心（示例）", "partner", "永川区示例路48号", True, (
        ("球馆", 52, "sports"), ("音乐教室", 34, "music"), ("画室", 40, "studio"), ("户外场地", 60, "open_air"),
    )),
)  # fmt: skip
_TOPICS: Final = ("健身", "文化艺术", "技能", "生活", "亲子", "数字")


def sites() -> tuple[SitePlan, ...]:
    keys = count()
    return tuple(
        SitePlan(key, name, kind, address, invented, tuple(RoomPlan(next(keys), *room) for room in rooms))
        for key, (name, kind, address, invented, rooms) in enumerate(_SITES)
    )


def teachers() -> tuple[TeacherPlan, ...]:
    """Each can teach two topics; craftsmen are called 师傅."""
    return tuple(_teacher(key) for key in range(TEACHERS))


def _teacher(key: int) -> TeacherPlan:
    first = _TOPICS[key % len(_TOPICS)]
    second = _TOPICS[(key // len(_TOPICS) + 1 + key) % len(_TOPICS)]
    person = worker(TEACHERS_BEGIN_AT + key)
    title = "师傅" if first == "技能" and person.sex != FEMALE else "老师"
    return TeacherPlan(
        key,
        TEACHERS_BEGIN_AT + key,
        f"{surname(person.name) or person.name[0]}{title}",
        tuple(dict.fromkeys((first, second))),
    )
