"""What the house may tell someone: the words of every kind, filled in when they are read, in the reader's language.

The words are Chinese (the msgid). Whoever tells gives what they name: `%(what)s` is what people call the thing.
A kind that has once been told keeps its names, so that old messages stay readable.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext, gettext_noop

from tongxin.kernel.refused import Refused
from tongxin.notices.place_words import ABOUT_PLACES, OWN_APPLICATION
from tongxin.notices.words import Words
from tongxin.notices.words_of_draws import DRAWS
from tongxin.store.moments import Day, Moment

STAFF: Final = "/staff/"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\S*")


@dataclass(frozen=True, slots=True)
class Told:
    """Words as their reader sees them."""

    title: str
    body: str
    link: str


def _of_place(title: str, body: str, link: str = "") -> Words:
    return Words(title, body, link) if link else Words(title, body, elsewhere=OWN_APPLICATION)


CATALOGUE: Final[dict[str, Words]] = {
    **{kind: _of_place(*texts) for kind, texts in ABOUT_PLACES.items()},
    "cohort.cancelled": Words(
        gettext_noop("“%(what)s”已取消"),
        gettext_noop("您报的“%(what)s”不再开班。原因：%(why)s。您可以看看别的。"),
    ),
    "cohort.merged": Words(
        gettext_noop("“%(before)s”已并班"),
        gettext_noop("您报的“%(before)s”并入“%(what)s”。原因：%(why)s。时间和地点请看新的安排。"),
    ),
    "session.changed": Words(
        gettext_noop("“%(what)s”改了时间或地点"),
        gettext_noop("原定%(before)s的一次课，改为%(after)s。"),
    ),
    "session.cancelled": Words(
        gettext_noop("“%(what)s”有一次课停上"),
        gettext_noop("原定%(before)s的一次课停上。原因：%(why)s。"),
    ),
    "session.added": Words(
        gettext_noop("“%(what)s”加一次课"),
        gettext_noop("加在%(after)s，地点：%(place)s。"),
    ),
    "session.tomorrow": Words(
        gettext_noop("“%(what)s”明天有课"),
        gettext_noop("%(starts)s上课，地点：%(place)s。开课前30分钟起可以签到。来不了的话，请提前告诉老师。"),
    ),
    "cohort.changed": Words(
        gettext_noop("“%(what)s”有调整"),
        gettext_noop("从%(starts)s的课起：%(hours)s，地点：%(place)s，老师：%(teacher)s。"),
    ),
    "poll.taken-up": Words(
        gettext_noop("您想要的“%(what)s”，在排第%(term)s期"),
        gettext_noop("您在“%(title)s”里选了它，工会正在筹备。开放报名后，在“课程”里能找到。"),
    ),
    "cohort.ended-early": Words(
        gettext_noop("“%(what)s”提前结课"),
        gettext_noop("余下的课不再上。原因：%(why)s。上过的课照样记在您名下。"),
    ),
    "teaching.cancelled": Words(
        gettext_noop("您任课的“%(what)s”已取消"),
        gettext_noop("这个班不再开。原因：%(why)s。"),
        STAFF,
    ),
    "teaching.merged": Words(
        gettext_noop("您任课的班有调整"),
        gettext_noop("“%(before)s”并入“%(what)s”。原因：%(why)s。"),
        STAFF,
    ),
    "teaching.worker-moved": Words(
        gettext_noop("您班上有人转班"),
        gettext_noop("有一位学员从“%(before)s”转到“%(what)s”。名单已更新。"),
        STAFF,
    ),
    "window.opened": Words(
        gettext_noop("“%(what)s”开始报名"),
        gettext_noop("%(closes)s截止。先看看时间和地点合不合适，再报名。"),
        "/",
    ),
    "founding.asked": Words(
        gettext_noop("有一份建会申请等您批复"),
        gettext_noop("%(who)s申请建立“%(what)s”。请看人数和依据，批准或写明原因不批准。"),
        "/staff/foundings/%(id)s/",
    ),
    "founding.approved": Words(
        gettext_noop("建会申请已批准"),
        gettext_noop("“%(what)s”已建立，批复文号%(number)s。接着登记班子和任期。"),
        "/staff/foundings/%(id)s/",
    ),
    "founding.refused": Words(
        gettext_noop("建会申请没有批准"),
        gettext_noop("“%(what)s”没有批准。原因：%(why)s。改好后可以再申请。"),
        "/staff/foundings/%(id)s/",
    ),
    "election.due": Words(
        gettext_noop("“%(what)s”快到换届时间"),
        gettext_noop("第%(number)s届任期到%(last)s届满，请准备换届。换届后请登记新一届。"),
        "/staff/unions/%(id)s/committee/",
    ),
    "register.ending": Words(
        gettext_noop("“%(title)s”快到期"),
        gettext_noop("%(what)s登记的“%(title)s”%(ends)s到期，请准备续签或重新登记。"),
        "/staff/unions/%(id)s/registers/",
    ),
    "account.staff-opened": Words(
        gettext_noop("已为您开通工作账号"),
        gettext_noop("%(who)s为您开通了工作账号，并当面给您一次性密码。第一次登录时要换成自己的密码，再设动态口令。"),
    ),
    "account.password-reset": Words(
        gettext_noop("登录密码已重设"),
        gettext_noop("%(who)s重设了您的登录密码，原来的密码和登录都已失效。不是您要求的，请马上联系上级工会。"),
    ),
    "account.factor-reset": Words(
        gettext_noop("动态口令已重设"),
        gettext_noop("%(who)s重设了您的动态口令，下次登录时要重新设置。不是您要求的，请马上联系上级工会。"),
    ),
    "account.stopped": Words(
        gettext_noop("账号已停用"),
        gettext_noop("%(who)s停用了您的账号。有疑问的话，请联系上级工会。"),
    ),
    "account.resumed": Words(
        gettext_noop("账号已恢复"),
        gettext_noop("%(who)s恢复了您的账号，请重新登录。"),
    ),
    "person.checked": Words(
        gettext_noop("身份已在窗口核验"),
        gettext_noop("%(union)s的窗口核验了您的身份证件。不是您本人办的，请马上联系工会。"),
        "/me/known/",
    ),
    "record.merged": Words(
        gettext_noop("您的两份登记已合并"),
        gettext_noop("%(union)s把您的两份登记合并成一份，报名、会籍和记录都在。发现不对，请尽早告诉工会，可以撤销。"),
        "/me/record/",
    ),
    "record.unmerged": Words(
        gettext_noop("登记合并已撤销"),
        gettext_noop("%(union)s撤销了登记合并，您的登记恢复成合并以前的样子。"),
        "/me/record/",
    ),
    "phone.changed-own": Words(
        gettext_noop("登录手机号已更换"),
        gettext_noop("您更换了登录手机号，别处的登录已退出。不是您本人办的，请马上联系工会。"),
        "/me/phone/",
    ),
    "phone.changed-window": Words(
        gettext_noop("登录手机号已在窗口更换"),
        gettext_noop("工会窗口核验证件后，更换了您的登录手机号，原来的登录已退出。不是您本人办的，请马上联系工会。"),
        "/me/phone/",
    ),
    "claim.used": Words(
        gettext_noop("账号已接上您的登记"),
        gettext_noop("您的登记在%(union)s，已用窗口给的认领码接到这个账号。不是您本人办的，请马上联系工会。"),
    ),
    "sending.notice": Words("%(title)s", "%(body)s　—%(union)s", "/inbox/"),
    "sending.urgent": Words("%(title)s", "%(body)s　—%(union)s", "/inbox/"),
    "sending.asked": Words(
        gettext_noop("有一条群发等您批准"),
        gettext_noop("%(who)s写了“%(what)s”，要发给%(people)s人。请看过样例和费用后再批准。"),
        "/staff/sendings/%(id)s/",
    ),
    "sending.approved": Words(
        gettext_noop("群发已批准"),
        gettext_noop("您写的“%(what)s”已批准，正在发。发错了可以马上停止。"),
        "/staff/sendings/%(id)s/",
    ),
    "sending.declined": Words(
        gettext_noop("群发没有批准"),
        gettext_noop("您写的“%(what)s”没有批准。原因：%(why)s。改好后可以再送批。"),
        "/staff/sendings/%(id)s/",
    ),
    "budget.reached": Words(
        gettext_noop("本月通知预算已用完"),
        gettext_noop("%(union)s本月的预算是%(cap)s元。收费的渠道已停，通知改走不收费的渠道。可以调整预算。"),
        "/staff/channels/",
    ),
    "roster.undone": Words(
        gettext_noop("您导入的花名册已被撤销"),
        gettext_noop("%(union)s的“%(what)s”已由别人撤销导入，%(kept)s行后来有变动，没有动。"),
        "/staff/imports/%(id)s/",
    ),
    "join.accepted": Words(
        gettext_noop("您已入会"),
        gettext_noop("%(what)s通过了您的入会申请，从今天起您是会员。"),
        "/join/state/",
    ),
    "join.refused": Words(
        gettext_noop("入会申请没有通过"),
        gettext_noop("%(what)s没有通过您的入会申请。原因：%(why)s。打开看看还可以向哪里申请。"),
        "/join/state/",
    ),
    "join.escalated": Words(
        gettext_noop("您的入会申请已转上级审核"),
        gettext_noop("%(what)s没有按时答复，已由%(higher)s继续审核，不用您再跑。"),
        "/join/state/",
    ),
    "join.handed-on": Words(
        gettext_noop("您的入会申请换了工会"),
        gettext_noop("%(before)s已撤销，您的申请由%(what)s继续办理，不用重新申请。"),
        "/join/state/",
    ),
    "join.to-answer": Words(
        gettext_noop("有一份入会申请等您答复"),
        gettext_noop("申请加入%(what)s，最晚%(due)s前答复，逾期转上级。"),
        "/staff/joining/%(id)s/",
    ),
    "transfer.asked-for-you": Words(
        gettext_noop("工会为您申请了会籍转接"),
        gettext_noop("从%(before)s转到%(what)s。不是您的意思，可以撤回。"),
        "/me/transfer/",
    ),
    "transfer.consent-needed": Words(
        gettext_noop("会籍转接等您同意"),
        gettext_noop("两边工会都同意了。转到%(what)s要把您的登记信息交给外省（市）的工会，请您本人同意。"),
        "/me/transfer/",
    ),
    "transfer.done": Words(
        gettext_noop("会籍已转接"),
        gettext_noop("从今天起，您的会籍从%(before)s转到%(what)s，会龄不断。"),
        "/me/transfer/",
    ),
    "transfer.refused": Words(
        gettext_noop("会籍转接没有办成"),
        gettext_noop("转到%(what)s的申请，%(who)s没有同意。原因：%(why)s"),
        "/me/transfer/",
    ),
    "transfer.closed": Words(
        gettext_noop("会籍转接已办结，会籍没有变"),
        gettext_noop("转到%(what)s的申请没有办成。%(why)s"),
        "/me/transfer/",
    ),
    "transfer.consent-still-needed": Words(
        gettext_noop("会籍转接还在等您同意"),
        gettext_noop("转到%(what)s要您本人同意才办得成，最晚%(due)s前。不想转的，可以撤回。"),
        "/me/transfer/",
    ),
    "membership.retained": Words(
        gettext_noop("您的会籍已保留"),
        gettext_noop("%(what)s为您办了会籍保留。会籍还在，保留期间不交会费，服务照样可以用。"),
        "/me/membership/",
    ),
    "membership.retired": Words(
        gettext_noop("您的会籍已记为退休会员"),
        gettext_noop("您的会籍留在%(what)s，不交会费，服务照样可以用。"),
        "/me/membership/",
    ),
    "membership.resumed": Words(
        gettext_noop("您的会籍已恢复"),
        gettext_noop("%(what)s已恢复您的会籍，您的权利和会费照常。"),
        "/me/membership/",
    ),
    "membership.reminded": Words(
        gettext_noop("工会问您还参加吗"),
        gettext_noop(
            "%(what)s记着您从%(since)s起没有交会费、没有参加活动。想继续的，请在%(due)s前点“我要继续”，会籍不变。"
        ),
        "/me/membership/",
    ),
    "membership.stays": Words(
        gettext_noop("有一位会员要继续参加"),
        gettext_noop("%(name)s答复了提醒，会籍不变。请联系本人，说明怎样参加。"),
        STAFF,
    ),
    "membership.lapsed": Words(
        gettext_noop("您的会籍已按自动退会结束"),
        gettext_noop("%(what)s提醒后没有等到您的答复。不对的话请联系工会更正，也可以随时再申请入会。"),
        "/me/membership/",
    ),
    "transfer.escalated": Words(
        gettext_noop("您的会籍转接已转上级"),
        gettext_noop("%(who)s没有按时答复，已由%(higher)s办理，不用您再跑。"),
        "/me/transfer/",
    ),
    "transfer.to-answer": Words(
        gettext_noop("有一份会籍转接等您答复"),
        gettext_noop("从%(before)s转到%(what)s，最晚%(due)s前答复，逾期转上级。"),
        "/staff/transfers/%(id)s/",
    ),
    "filing.to-answer": Words(
        gettext_noop("有一份填报等您"),
        gettext_noop("%(who)s请填“%(what)s”，最晚%(due)s。系统里有的已经填好，只答剩下的。"),
        "/staff/filings/%(id)s/",
    ),
    "filing.to-answer-yourself": Words(
        gettext_noop("工会有几个问题想请您回答"),
        gettext_noop("%(who)s请您填“%(what)s”，最晚%(due)s。登记里有的已经填好。"),
        "/filings/%(id)s/",
    ),
    "filing.to-approve": Words(
        gettext_noop("有一份填报等您批准"),
        gettext_noop("%(who)s要下发“%(what)s”，预计花%(hours)s工时，需要第二个人批准。"),
        "/staff/requests/%(id)s/",
    ),
    "voucher.expiring": Words(
        gettext_noop("“%(what)s”快到期了"),
        gettext_noop("您的“%(what)s”到%(day)s为止。用不上的话，可以退回，让给别人。"),
        "/me/vouchers/%(voucher)s/",
    ),
    "voucher.partner-ended": Words(
        gettext_noop("“%(partner)s”停止合作"),
        gettext_noop(
            "从%(on)s起，您的券不能在“%(partner)s”用，券本身还有效。还能去哪里用，请看“我的票券”；用不上可以退回。"
        ),
        "/me/vouchers/",
    ),
    "voucher.refunded": Words(
        gettext_noop("“%(what)s”已退款"),
        gettext_noop("%(union)s给您的“%(what)s”办了退款：%(why)s。今年的额度也放回了，还有名额的话可以再领。"),
        "/me/vouchers/%(voucher)s/",
    ),
    **DRAWS,
    "pin.given": Words(
        gettext_noop("窗口给您发了卡号和密码"),
        gettext_noop("没有手机也可以凭卡号和密码登录。不是您本人领的，请马上到工会窗口作废。"),
    ),
    "number.revealed": Words(
        gettext_noop("有人看了您的完整号码"),
        gettext_noop("%(union)s的工作人员看了您的%(field)s。用途：%(purpose)s。在“谁看过”里可以查到每一次。"),
    ),
}


def words_of(kind: str) -> Words:
    if kind not in CATALOGUE:
        raise Refused("unknown-notice", "通知目录里没有“%(kind)s”，请联系管理员。", kind=kind)
    return CATALOGUE[kind]


def fill(kind: str, data: Mapping[str, object]) -> Told:
    """In the language of whoever reads. Refused: "unknown-notice", "notice-data" (something that the words name is missing)."""
    words = words_of(kind)
    if missing := words.names - set(data):
        raise Refused("notice-data", "通知“%(kind)s”缺少%(missing)s。", kind=kind, missing="、".join(sorted(missing)))
    values = shown(data)
    return Told(gettext(words.title) % values, gettext(words.body) % values, words.onward(values.keys()) % values)


def shown(data: Mapping[str, object]) -> dict[str, object]:
    return {name: _shown(value) for name, value in data.items()}


def _shown(value: object) -> object:
    """Moments and days are kept as ISO 8601 and written in the reader's language."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return Day(date.fromisoformat(value))
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return Moment(datetime.fromisoformat(value))
    return value
