"""What the checking of a card comes to, in words: for the window's page, the page that checks by itself, and the command."""

from typing import Final

from django.utils.translation import gettext, gettext_noop

from tongxin.people.passport_card import Card, Verdict
from tongxin.people.states import MembershipState

VERDICTS: Final[dict[str, tuple[str, str]]] = {
    Verdict.VALID: (gettext_noop("凭证有效"), gettext_noop("请再看一眼本人的身份证：姓名和后4位对得上，才是本人。")),
    Verdict.UNREADABLE: (gettext_noop("读不出凭证"), gettext_noop("字符少了或有错。请重新扫，或对照凭证逐组核对。")),
    Verdict.UNKNOWN_KEY: (
        gettext_noop("不认识签发方"),
        gettext_noop("这里没有签发方的公钥。请向对方总工会要公钥文件，导入后再核验。"),
    ),
    Verdict.FORGED: (gettext_noop("签名不对"), gettext_noop("内容被改过，或不是工会签发的。请不要凭它办事。")),
    Verdict.NOT_YET: (gettext_noop("时间对不上"), gettext_noop("凭证的时间在以后。请核对这台设备的日期和时间。")),
    Verdict.SCREEN_OVER: (
        gettext_noop("这个码已经过时"),
        gettext_noop("手机上的码两分钟一换。请本人当面打开凭证页，给您看新的码；照片和截图不能用。"),
    ),
    Verdict.EXPIRED: (gettext_noop("凭证已过期"), gettext_noop("请本人在手机上看新的码，或到自己的工会窗口换一张。")),
    Verdict.REVOKED: (gettext_noop("凭证已作废"), gettext_noop("会籍转走、结束或挂失后，旧凭证不能用。请本人出示新的凭证。")),
    Verdict.OTHER_PERSON: (gettext_noop("和证件对不上"), gettext_noop("证件后4位和凭证不一致。请核对是不是本人的凭证。")),
}  # fmt: skip
SECOND_ASKED: Final = gettext_noop("没有核对证件后4位。请填上再核验，或当面看身份证。")
NO_SECOND: Final = gettext_noop("凭证上没有证件信息。请当面看本人身份证的姓名。")
STATES: Final = dict(MembershipState.choices)


def said(verdict: str) -> tuple[str, str]:
    title, what = VERDICTS[verdict]
    return gettext(title), gettext(what)


def state(card: Card) -> str:
    """A word of a newer version of us is shown as it came."""
    return gettext(STATES[card.state]) if card.state in STATES else card.state


def second(card: Card, last: str) -> str:
    """What is still to be asked before one may rely on it."""
    if not card.second:
        return gettext(NO_SECOND)
    return "" if last.strip() else gettext(SECOND_ASKED)


def for_page() -> dict[str, object]:
    """Everything that the page which checks by itself may have to say, in the reader's language."""
    return {
        "verdicts": {str(verdict): said(verdict) for verdict in VERDICTS},
        "states": {key: gettext(label) for key, label in STATES.items()},
        "secondAsked": gettext(SECOND_ASKED),
        "noSecond": gettext(NO_SECOND),
        "ready": gettext("断网也能核验了。公钥%(keys)s把，作废名单截至%(at)s。"),
        "stale": gettext("作废名单超过7天没有更新，请连一次网。"),
        "noList": gettext("还没有签发方的作废名单，请连一次网，或导入对方的名单文件。"),
        "insecure": gettext("这个地址不是加密的（https），浏览器不能在这里核验。请用https打开。"),
        "taken": gettext("已导入%(keys)s把公钥、%(lists)s份作废名单。"),
        "notTaken": gettext("这个文件不是公钥，也不是认得的作废名单，没有导入。"),
        "own": gettext("本平台"),
        "file": gettext("导入的文件"),
        "fields": {
            "name": gettext("姓名"), "state": gettext("会籍"), "union": gettext("工会"), "ends": gettext("有效期至"),
            "issuer": gettext("签发方公钥"),
        },
    }  # fmt: skip
