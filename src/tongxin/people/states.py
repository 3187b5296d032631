"""States of a roster on its way in, what is found of each row, and what may be answered where we ask."""

from typing import Final

from django.db import models

from tongxin.kernel.transitions import Table


class BatchState(models.TextChoices):
    READING = "reading", "正在读"
    CHOOSING = "choosing", "请您选择"  # which sheet, which of two columns
    READY = "ready", "待核对"
    COMMITTING = "committing", "正在导入"
    DONE = "done", "已导入"
    FAILED = "failed", "没读成"
    DROPPED = "dropped", "已放弃"
    UNDOING = "undoing", "正在撤销"
    UNDONE = "undone", "已撤销"


BATCH_MOVES = Table(
    ("read", [BatchState.READING], BatchState.READY),
    ("ask", [BatchState.READING], BatchState.CHOOSING),
    ("choose", [BatchState.CHOOSING], BatchState.READING),
    ("fail", [BatchState.READING], BatchState.FAILED),
    ("again", [BatchState.READING], BatchState.READING),
    ("edit", [BatchState.READY], BatchState.READY),
    ("begin", [BatchState.READY, BatchState.COMMITTING], BatchState.COMMITTING),
    ("give-back", [BatchState.COMMITTING], BatchState.READY),
    ("commit", [BatchState.READY, BatchState.COMMITTING], BatchState.DONE),
    ("drop", [BatchState.READING, BatchState.CHOOSING, BatchState.READY], BatchState.DROPPED),
    ("undo", [BatchState.DONE, BatchState.UNDOING], BatchState.UNDOING),
    ("undone", [BatchState.UNDOING], BatchState.UNDONE),
    ("map", [BatchState.READY, BatchState.CHOOSING], BatchState.READING),
)


class Verdict(models.TextChoices):
    """What will be done with a row."""

    ADDED = "added", "新增"
    CHANGED = "changed", "更新"
    UNCHANGED = "unchanged", "不变"
    ASKED = "asked", "请您确认"
    REFUSED = "refused", "先不导入"


class Answer(models.TextChoices):
    """What may be chosen where a row is asked about. A later question of the same row keeps the earlier answers."""

    RENAME = "rename", "是同一人，改用名册上的姓名"
    KEEP_NAME = "keep-name", "是同一人，保留原来的姓名"
    TRANSFER = "transfer", "把会籍转到本工会"
    STAY = "stay", "会籍不动，只更新资料"
    SAME = "same", "是同一人，补上证件号码"
    OTHER = "other", "是另一个人，新登记"
    USE = "use", "用这一行"
    SKIP = "skip", "跳过这一行"


class Undo(models.TextChoices):
    """What became of an imported row when the import was undone."""

    TAKEN_BACK = "taken-back", "已撤销"
    CHANGED_SINCE = "changed", "后来又改过，没有动"
    USED_SINCE = "used", "后来办过事，没有动"


class WhyMissing(models.TextChoices):
    """Why a member is no longer on the union's list. Only the first two change the membership."""

    LEFT = "left", "已退会"
    RETIRED = "retired", "已退休"
    TRANSFERRED = "transferred", "已转走"
    HERE = "here", "还在，名册漏了"


class JoinState(models.TextChoices):
    WAITING = "waiting", "等审核"
    ACCEPTED = "accepted", "已入会"
    REFUSED = "refused", "没有通过"
    WITHDRAWN = "withdrawn", "已撤回"


JOIN_MOVES = Table(
    ("escalate", [JoinState.WAITING], JoinState.WAITING),
    ("accept", [JoinState.WAITING], JoinState.ACCEPTED),
    ("refuse", [JoinState.WAITING], JoinState.REFUSED),
    ("withdraw", [JoinState.WAITING], JoinState.WITHDRAWN),
)


class MembershipState(models.TextChoices):
    """How an open stay stands; what that means is in membership_rules."""

    MEMBER = "member", "会员"
    RETAINED = "retained", "会籍保留"
    RETIRED = "retired", "退休会员"


class TransferState(models.TextChoices):
    WAITING = "waiting", "办理中"
    DONE = "done", "已转接"
    REFUSED = "refused", "没有通过"
    WITHDRAWN = "withdrawn", "已撤回"


class TransferAnswer(models.TextChoices):
    NONE = "none", "还没答复"
    YES = "yes", "同意"
    NO = "no", "不同意"


TRANSFER_MOVES = Table(
    ("answer", [TransferState.WAITING], TransferState.WAITING),
    ("escalate", [TransferState.WAITING], TransferState.WAITING),
    ("complete", [TransferState.WAITING], TransferState.DONE),
    ("refuse", [TransferState.WAITING], TransferState.REFUSED),
    ("withdraw", [TransferState.WAITING], TransferState.WITHDRAWN),
)


class LikenessState(models.TextChoices):
    OPEN = "open", "待判断"
    SAME = "same", "同一人"
    DIFFERENT = "different", "不是同一人"
    STALE = "stale", "不再相像"  # a record changed since


class AccountState(models.TextChoices):
    """How the account of someone with a post stands, as who governs it sees it."""

    NONE = "none", "还没开通"
    WAITING = "waiting", "等本人第一次登录"
    EXPIRED = "expired", "一次性密码已过期"
    NO_FACTOR = "no_factor", "等本人设动态口令"
    READY = "ready", "正常"
    STOPPED = "stopped", "已停用"

    @property
    def tone(self) -> str:
        return _TONE.get(self, "")


_TONE = {
    AccountState.WAITING: "info",
    AccountState.EXPIRED: "warn",
    AccountState.NO_FACTOR: "info",
    AccountState.READY: "ok",
    AccountState.STOPPED: "zhu",
}


# How it was checked who someone is, in words; an outside service goes by its own name.
CHECKED_HOW: Final = {
    "roster": "与花名册相符",
    "window": "窗口对照证件录入核验",
    "window-screen": "窗口对照证件和屏幕核验",
    "changed": "姓名或证件号码更正，需重新核验",
}
