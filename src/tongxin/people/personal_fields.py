"""The register of personal fields: what each column holds, why we keep it, until when. A test finds every gap.

Tiers: 0 says nothing about a person by itself; 1 is needed to know who it is (姓名, 证号, 手机); 2 is the real-name sheet;
3 is what the house itself notes about a person. Sensitive kinds (个人信息保护法第28条) have no column here.
"""

from dataclasses import dataclass
from typing import Final

from tongxin.people import models


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
        **_fields(
            TECHNICAL,
            "id",
            "federation",
            "public_id",
            "assurance",
            "synthetic",
            "created_at",
            "changed_at",
            "merged_into",
        ),
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
            "retired_on",
            "reminded_on",
        ),
    },
    "JoinApplication": {
        **_fields(TECHNICAL, "id", "federation", "public_id", "person", "key", "membership"),
        **_fields(Kept(2, "接单软件截图，只用来审核入会", "审核结束后删除"), "photo"),
        **_fields(
            Kept(2, "入会申请的经过：向谁申请、谁审核、结果", WHILE_KNOWN),
            "union",
            "reviewer",
            "basis",
            "state",
            "account",
            "at",
            "due_at",
            "escalations",
            "decided_at",
            "decided_by",
            "why",
            "elsewhere",
        ),
    },
    "JoinStep": _fields(
        Kept(3, "入会申请的每一步", WHILE_KNOWN),
        "id",
        "federation",
        "application",
        "verb",
        "union",
        "account",
        "at",
        "why",
    ),
    "Transfer": {
        **_fields(TECHNICAL, "id", "federation", "public_id", "person", "membership", "key", "result", "by_clause"),
        **_fields(
            Kept(2, "会籍转接的经过：从哪里到哪里、谁同意、结果", WHILE_KNOWN),
            "union",
            "to_union",
            "asker",
            "reason",
            "state",
            "consented_on",
            "old_answer",
            "new_answer",
            "escalated_to",
            "escalations",
            "account",
            "at",
            "due_at",
            "ended_at",
            "why",
        ),
    },
    "TransferStep": _fields(
        Kept(3, "会籍转接的每一步", WHILE_KNOWN),
        "id",
        "federation",
        "transfer",
        "verb",
        "union",
        "account",
        "at",
        "why",
    ),
    "Passport": {
        **_fields(TECHNICAL, "id", "federation", "public_id", "membership", "key"),
        **_fields(
            Kept(3, "会籍通行证：开过哪些、哪些已作废", SIX_MONTHS), "person", "issued_at", "ends_at", "revoked_at"
        ),
    },
    "Verification": {
        **_fields(TECHNICAL, "id", "federation", "person"),
        **_fields(
            Kept(3, "身份核验记录：何时、怎样、由谁核验", WHILE_KNOWN),
            "level",
            "how",
            "union",
            "account",
            "reference",
            "passed",
            "at",
        ),
    },
    "Likeness": {
        **_fields(TECHNICAL, "id", "federation", "public_id", "one", "other"),
        **_fields(
            Kept(3, "可能重复的登记和人工判断", THREE_YEARS),
            "union",
            "score",
            "reasons",
            "state",
            "found_at",
            "decided_by",
            "decided_at",
            "why",
        ),
    },
    "Merge": {
        **_fields(TECHNICAL, "id", "federation", "public_id", "kept", "gone"),
        **_fields(Kept(2, "合并前的两份登记，撤销合并用", WHILE_KNOWN, sealed=True), "before"),
        **_fields(
            Kept(3, "合并登记的经过", WHILE_KNOWN),
            "union",
            "account",
            "at",
            "undo_until",
            "undone_at",
            "undone_by",
            "why",
        ),
    },
    "MergedRow": _fields(
        Kept(0, "合并时改到另一份登记名下的记录编号", WHILE_KNOWN),
        "id",
        "federation",
        "merge",
        "table",
        "row",
        "column",
        "aside",
    ),
    "PhoneChange": {
        **_fields(TECHNICAL, "id", "federation"),
        **_fields(
            Kept(3, "手机号更换的痕迹：号码只存摘要", THREE_YEARS),
            "person",
            "account",
            "how",
            "old_digest",
            "new_digest",
            "by_account",
            "union",
            "at",
        ),
    },
    "Pin": _fields(
        Kept(3, "没有手机的人用卡号和密码登录；密码只存摘要", WHILE_USED),
        "id",
        "account",
        "card",
        "hash",
        "given_by",
        "given_at",
        "ends_at",
        "wrong",
    ),
    "ApiToken": _fields(
        Kept(3, "机器代本人账号办事用的密钥，只存摘要；谁办的、管到哪天", WHILE_USED),
        "id",
        "public_id",
        "account",
        "name",
        "digest",
        "made_at",
        "ends_at",
        "revoked_at",
    ),
    "OutsideIdentity": _fields(
        Kept(1, "用公众号身份登录；对方的编号只存摘要", WHILE_USED),
        "id",
        "account",
        "provider",
        "subject_digest",
        "linked_at",
        "ended_at",
    ),
    "Committee": _fields(
        Kept(2, "工会委员会的届次和任期", WHILE_KNOWN),
        "id",
        "federation",
        "public_id",
        "union",
        "number",
        "elected_on",
        "years",
        "ends",
        "succeeded_on",
        "due",
        "present",
        "document",
        "reminded_for",
        "at",
        "account",
    ),
    "Officer": _fields(
        Kept(2, "工会委员会的组成", WHILE_KNOWN), "id", "federation", "committee", "person", "office", "starts", "ends"
    ),
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
        "packed",
        "attempt",
        "undo_until",
        "undone_at",
        "undone_by",
        "undone",
        "kept",
        "list_name",
        "continues",
        "held",
        "partial",
    ),  # fmt: skip
    "ImportRow": {
        **_fields(
            TECHNICAL, "id", "federation", "batch", "row_no", "verdict", "offers", "answers", "done", "undo", "origin"
        ),
        **_fields(Kept(2, "花名册的一行，核对用", "导入完成后90天", sealed=True), "values", "number_key"),
        **_fields(Kept(2, "导入前的登记，撤销导入用", "导入完成后90天", sealed=True), "former"),
        **_fields(Kept(0, "这一行的问题，不含个人信息", "导入完成后90天"), "problems", "changes", "person", "basis"),
    },
    "ImportPart": {
        **_fields(
            TECHNICAL,
            "id",
            "federation",
            "batch",
            "number",
            "first_row",
            "last_row",
            "lifted",
            "added",
            "unchanged",
            "key",
            "done",
            "undone",
        ),
        **_fields(Kept(2, "花名册的一段，核对用", "导入完成后90天", sealed=True), "rows", "digests", "phones"),
        **_fields(Kept(0, "这一段的行是谁", "导入完成后90天"), "people"),
    },
    "HeaderChoice": _fields(
        Kept(3, "工会自己的表头怎么认", WHILE_USED), "id", "federation", "union", "header", "field", "account", "at"
    ),
    "MissingAnswer": {
        **_fields(TECHNICAL, "id", "federation", "batch", "account", "at"),
        **_fields(
            Kept(0, "名册上没有了的会员，基层说是怎么回事", WHILE_USED), "membership", "union", "answer", "on", "reason"
        ),
    },
    "RosterUpload": _fields(
        Kept(3, "正在上传的花名册", "1天"),
        "id",
        "federation",
        "public_id",
        "union",
        "account",
        "file_name",
        "size",
        "arrived",
        "fingerprint",
        "at",
        "moved_at",
        "batch",
    ),
    "SignInCode": {
        **_fields(TECHNICAL, "id", "public_id", "code_digest", "sent_at", "tries", "used_at"),
        **_fields(Kept(1, "把验证码发到本人手机", "1天", sealed=True), "phone"),
    },
    "SignInAttempt": _fields(Kept(3, "防止有人试密码或验证码；只存摘要", "1天"), "id", "kind", "of", "at"),
    "FactorStep": _fields(Kept(3, "第二重验证：同一个码不能用两次", WHILE_USED), "id", "account", "step"),
}

MODELS: Final = tuple(getattr(models, name) for name in REGISTER)
