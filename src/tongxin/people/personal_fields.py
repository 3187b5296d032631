"""The register of personal fields: what each column holds, why we keep it, until when. A test finds every gap.

Tiers: 0 says nothing about a person by itself; 1 is needed to know who it is (姓名, 证号, 手机); 2 is the real-name sheet;
3 is what the house itself notes about a person. Sensitive kinds (个人信息保护法第28条) have no column here.
"""

from dataclasses import dataclass
from typing import Final

from tongxin.people.models import (
    Account,
    Appointment,
    ClaimCode,
    Disclosure,
    FactorStep,
    ImportBatch,
    ImportRow,
    Membership,
    Person,
    SignInAttempt,
    SignInCode,
)

MODELS: Final = (
    Account,
    Appointment,
    ClaimCode,
    Disclosure,
    FactorStep,
    ImportBatch,
    ImportRow,
    Membership,
    Person,
    SignInAttempt,
    SignInCode,
)


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


def _fields(kept: Kept, *names: str) -> dict[str, Kept]:
    return dict.fromkeys(names, kept)


REGISTER: Final[dict[str, dict[str, Kept]]] = {
    "Person": {
        **_fields(TECHNICAL, "id", "federation", "public_id", "assurance", "synthetic", "created_at", "changed_at"),
        **_fields(Kept(1, "认出本人、点名、发证", WHILE_KNOWN), "name", "name_pieces", "name_initials", "name_sort"),
        **_fields(Kept(1, "实名认证，防止重复登记", WHILE_KNOWN, sealed=True), "document", "document_digest"),
        **_fields(Kept(1, "实名认证：哪一种证件", WHILE_KNOWN), "document_kind"),
        **_fields(Kept(1, "通知本人、用手机号登录", WHILE_KNOWN, sealed=True), "phone", "phone_digest"),
        **_fields(
            Kept(2, "会员实名制信息采集表，用于统计和确定服务对象", WHILE_KNOWN),
            "sex",
            "born",
            "ethnicity",
            "political_status",
            "education",
            "skill_level",
            "migrant_worker",
            "gig_group",
            "employer",
            "employer_uscc",
            "occupation",
            "model_worker",
        ),
    },
    "Membership": {
        **_fields(TECHNICAL, "id", "federation", "public_id", "person", "previous"),
        **_fields(
            Kept(2, "会籍记录：在哪个工会、从何时到何时", WHILE_KNOWN),
            "union",
            "starts",
            "ends",
            "end_reason",
            "post",
            "retained",
        ),
    },
    "Account": {
        **_fields(TECHNICAL, "id", "person", "created_at", "is_active", "password"),
        **_fields(Kept(1, "登录", WHILE_USED), "login"),
        **_fields(Kept(1, "用手机号和验证码登录", WHILE_USED, sealed=True), "phone", "phone_digest"),
        **_fields(
            Kept(3, "登录安全", WHILE_USED), "phone_verified_at", "last_login", "one_time_until", "sessions_ended"
        ),
        **_fields(Kept(3, "用本人选的语言显示", WHILE_USED), "language"),
    },
    "Appointment": {
        **_fields(TECHNICAL, "id", "federation", "public_id"),
        **_fields(
            Kept(3, "工作岗位：谁在何时有权办理", THREE_YEARS + "，从任期结束起算"),
            "person",
            "role",
            "union",
            "starts",
            "ends",
            "appointed_by",
            "appointed_at",
        ),
    },
    "Disclosure": {
        **_fields(TECHNICAL, "id", "federation"),
        **_fields(
            Kept(3, "谁看过本人的完整号码，供本人查看", THREE_YEARS),
            "person",
            "field",
            "purpose",
            "account",
            "union",
            "at",
        ),
    },
    "ClaimCode": {
        **_fields(TECHNICAL, "id", "federation"),
        **_fields(
            Kept(3, "认领登记：码只存摘要", SIX_MONTHS),
            "person",
            "digest",
            "issued_by",
            "issued_at",
            "expires_at",
            "used_at",
        ),
    },
    "ImportBatch": _fields(
        Kept(3, "花名册导入的经过", THREE_YEARS),
        "id",
        "federation",
        "public_id",
        "union",
        "document",
        "file_name",
        "digest",
        "state",
        "failure",
        "notes",
        "columns",
        "rows",
        "rows_done",
        "account",
        "at",
        "committed_at",
        "sheet",
        "questions",
        "choices",
        "moved_at",
        "added",
        "changed",
        "unchanged",
        "asked",
        "refused",
        "missing",
    ),
    "ImportRow": {
        **_fields(TECHNICAL, "id", "federation", "batch", "row_no", "verdict", "offers", "answers", "done"),
        **_fields(Kept(2, "花名册的一行，核对用", "导入完成后90天", sealed=True), "values", "number_key"),
        **_fields(Kept(0, "这一行的问题，不含个人信息", "导入完成后90天"), "problems", "changes", "person", "basis"),
    },
    "SignInCode": {
        **_fields(TECHNICAL, "id", "public_id", "code_digest", "sent_at", "tries", "used_at"),
        **_fields(Kept(1, "把验证码发到本人手机", "1天", sealed=True), "phone"),
    },
    "SignInAttempt": _fields(Kept(3, "防止有人试密码或验证码；只存摘要", "1天"), "id", "kind", "of", "at"),
    "FactorStep": _fields(Kept(3, "第二重验证：同一个码不能用两次", WHILE_USED), "id", "account", "step"),
}
