"""The journal's verbs as sentences. A verb without a line here is shown by its code, and a test asks for the line."""

from typing import Final

from tongxin.people import names
from tongxin.people.queries.journal import Line

KINDS: Final = {
    "account": "登录和账号",
    "agreement": "协议",
    "application": "报名",
    "appointment": "岗位",
    "attendance": "考勤",
    "award": "名额",
    "call": "报名通道",
    "claim": "认领",
    "cohort": "班次",
    "course": "课程",
    "enrolment": "在册",
    "figures": "数据",
    "likeness": "重复登记",
    "membership": "会籍",
    "person": "职工登记",
    "pin": "卡号和密码",
    "pool": "名额池",
    "programme": "项目",
    "room": "教室",
    "roster": "花名册",
    "rule": "规则",
    "session": "课次",
    "site": "阵地",
    "term": "期",
    "token": "接口密钥",
    "union": "工会",
}

WORDS: Final = {
    "account.staff-opened": "开通了工作账号",
    "account.password-reset": "重设了密码",
    "account.factor-reset": "重设了第二重验证",
    "account.linked": "绑定了外部身份",
    "account.unlinked": "解除了外部身份",
    "account.stopped": "停用了账号",
    "account.resumed": "恢复了账号",
    "account.factor-set": "设置了第二重验证",
    "account.opened": "开通了账号",
    "account.password-changed": "修改了密码",
    "account.password-proven": "输对了密码",
    "account.recovery-codes-renewed": "换了一套恢复码",
    "account.signed-in": "登录",
    "agreement.proposed": "起草了协议",
    "agreement.signed": "签署了协议",
    "agreement.ended": "提前结束了协议",
    "account.owner-proven": "久未登录，证明了是本人",
    "account.phone-changed": "换了登录手机号",
    "account.phone-released": "号码换了主人，已解绑",
    "application.made": "提交了报名",
    "application.moved": "推进了报名",
    "application.withdrawn": "撤回了报名",
    "appointment.made": "任命了岗位",
    "appointment.ended": "结束了岗位",
    "attendance.checked-in": "签到",
    "attendance.marked": "记了考勤",
    "attendance.rest-present": "把其余的人记为到课",
    "attendance.leave-asked": "提前请了假",
    "attendance.leave-taken-back": "撤回了请假",
    "attendance.column-marked": "记了一整列考勤",
    "award.back": "退回了名额",
    "award.granted": "给出了名额",
    "call.opened": "开设了报名通道",
    "call.window-set": "设定了报名时间",
    "claim.code-issued": "发了认领码",
    "cohort.added": "新增了班次",
    "cohort.changed": "修改了班次",
    "cohort.closed": "停止了报名",
    "cohort.edited": "修改了班次",
    "cohort.finished": "结束了班次",
    "cohort.opened": "开放了报名",
    "cohort.resized": "调整了名额",
    "cohort.cancelled": "取消了班次",
    "course.added": "新增了课程",
    "course.edited": "修改了课程",
    "enrolment.moved": "调了班",
    "enrolment.withdrawn": "退了班",
    "likeness.different": "判断两份登记不是同一人",
    "membership.joined": "登记了会籍",
    "membership.moved": "转接了会籍",
    "membership.ended": "结束了会籍",
    "membership.corrected": "更正了会籍",
    "person.asked-outside": "申请了外部核验",
    "person.check-failed": "窗口核验没有通过",
    "person.checked": "在窗口核验了身份",
    "person.merged": "合并了重复登记",
    "person.unmerged": "撤销了合并",
    "person.registered": "登记了职工",
    "person.changed": "修改了职工登记",
    "person.declared": "自己填报了登记",
    "pin.given": "发了卡号和密码",
    "pin.withdrawn": "作废了卡号",
    "person.claimed": "认领了登记",
    "person.number-revealed": "查看了完整号码",
    "pool.added": "新增了名额池",
    "pool.closed": "关闭了名额池",
    "pool.line-ended": "结束了候补",
    "pool.renamed": "改了名额池名称",
    "pool.resized": "调整了名额池",
    "programme.started": "开办了项目",
    "programme.edited": "修改了项目",
    "room.added": "新增了教室",
    "room.booked": "预订了教室",
    "room.changed": "修改了教室",
    "room.closed": "停用了教室",
    "room.released": "释放了教室",
    "roster.uploaded": "上传了花名册",
    "roster.read": "读完了花名册",
    "roster.imported": "导入了花名册",
    "roster.dropped": "放弃了花名册",
    "roster.downloaded": "下载了带批注的花名册",
    "roster.exported": "导出了班级名册",
    "rule.added": "新增了规则",
    "rule.published": "发布了规则",
    "session.added": "加了课",
    "session.cancelled": "停了课",
    "session.rescheduled": "调了课",
    "site.added": "新增了阵地",
    "site.closed": "停用了阵地",
    "site.contact-set": "修改了阵地联系方式",
    "site.renamed": "给阵地更了名",
    "term.added": "新增了一期",
    "term.copied": "复制了一期",
    "term.edited": "修改了一期",
    "term.finished": "结束了一期",
    "term.loaded": "载入了一期的历史",
    "term.published": "发布了一期",
    "token.issued": "办了接口密钥",
    "token.revoked": "停用了接口密钥",
    "union.founded": "建立了工会",
    "union.renamed": "给工会更了名",
    "union.recoded": "更改了工会代码",
    "union.moved": "改变了工会隶属",
    "union.merged": "合并了工会",
    "union.dissolved": "撤销了工会",
}

DETAILS: Final = {
    "on": "日期",
    "to": "改为",
    "from": "原来",
    "into": "并入",
    "parent": "上级",
    "fields": "字段",
    "field": "字段",
    "role": "岗位",
    "starts": "从",
    "ends": "到",
    "reason": "原因",
    "proof": "凭证",
    "way": "方式",
    "consented": "本人同意日期",
    "rows": "行数",
    "added": "新增",
    "changed": "更新",
    "count": "人数",
    "mark": "记为",
}


def sentence(line: Line) -> str:
    """周永 任命了岗位。 Workers who act for themselves stand masked; staff stand by name, for their posts are public."""
    deed = WORDS.get(line.entry.verb, line.entry.verb)
    return f"{_who(line)}{deed}"


def details(line: Line) -> list[tuple[str, str]]:
    """What the entry holds besides, under words that people know."""
    return [
        (DETAILS[key], str(value))
        for key, value in line.entry.data.items()
        if key in DETAILS and value not in {"", None}
    ]


def _who(line: Line) -> str:
    if line.entry.account is None:
        return "系统"
    if line.who is None:
        return "尚未登记的账号"
    return line.who.name if line.is_staff else names.mask(line.who.name)
