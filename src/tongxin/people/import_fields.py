"""Personal fields in the tables of roster imports. Part of the register (`personal_fields`)."""

from typing import Final

from tongxin.store.keeping import TECHNICAL, THREE_YEARS, WHILE_USED, Kept, fields

IMPORTS: Final[dict[str, dict[str, Kept]]] = {
    "ImportBatch": fields(
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
    ),
    "ImportRow": {
        **fields(
            TECHNICAL, "id", "federation", "batch", "row_no", "verdict", "offers", "answers", "done", "undo", "origin"
        ),
        **fields(Kept(2, "花名册的一行，核对用", "导入完成后90天", sealed=True), "values", "number_key"),
        **fields(Kept(2, "导入前的登记，撤销导入用", "导入完成后90天", sealed=True), "former"),
        **fields(Kept(0, "这一行的问题，不含个人信息", "导入完成后90天"), "problems", "changes", "person", "basis"),
    },
    "ImportPart": {
        **fields(
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
        **fields(Kept(2, "花名册的一段，核对用", "导入完成后90天", sealed=True), "rows", "digests", "phones"),
        **fields(Kept(0, "这一段的行是谁", "导入完成后90天"), "people"),
    },
    "HeaderChoice": fields(
        Kept(3, "工会自己的表头怎么认", WHILE_USED), "id", "federation", "union", "header", "field", "account", "at"
    ),
    "MissingAnswer": {
        **fields(TECHNICAL, "id", "federation", "batch", "account", "at"),
        **fields(
            Kept(0, "名册上没有了的会员，基层说是怎么回事", WHILE_USED), "membership", "union", "answer", "on", "reason"
        ),
    },
    "RosterUpload": fields(
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
}
