"""What the lane says: codes, words and whole answers as bytes. The words are read in the language of the reader's cookie."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, gettext_noop, override

from tongxin.web.lane.asgi import Headers

JSON: Final = (b"content-type", b"application/json; charset=utf-8")
NO_STORE: Final = (b"cache-control", b"no-store")
PLAIN_HEADERS: Final = [JSON, NO_STORE]


@dataclass(frozen=True, slots=True)
class Word:
    status: int
    words: str


SAID: Final = {
    "no-such-release": Word(404, gettext_noop("没有这次发放，或者它已经撤下。请回到首页再看。")),
    "foreign-page": Word(403, gettext_noop("请从我们自己的页面进入。")),
    "sign-in": Word(401, gettext_noop("登录已经到期。请重新登录，您的入场凭证还在，位置不会因此变。")),
    "no-entry": Word(403, gettext_noop("没有找到您的入场凭证。请打开发放页面，点“领取入场凭证”，再进入。")),
    "entry-over": Word(403, gettext_noop("入场凭证已经过期。请打开发放页面重新领取，再进入。")),
    "entry-of-another": Word(403, gettext_noop("这张入场凭证是别人的，只能本人用。请用自己的账号登录，领取自己的入场凭证。")),
    "not-known-well-enough": Word(403, gettext_noop("这次发放要求更高的身份核验。请带身份证到就近的工会窗口核验，当场办好。")),
    "not-open-yet": Word(425, gettext_noop("还没有开始。到时间后再进入，您的入场凭证一直有效。")),
    "closed-already": Word(410, gettext_noop("这次发放已经截止，请留意下一次。")),
    "too-often": Word(429, gettext_noop("您点得太快了。请等几秒再点，位置不会丢。")),
    "full": Word(503, gettext_noop("现在进来的人太多，正在按先后办理。请稍等再点一次，入场凭证一直有效。")),
    "database-away": Word(503, gettext_noop("系统正在恢复。请稍等再点一次：已经排上的号不会丢。")),
}  # fmt: skip


def refusal(code: str, language: str, *, after: int = 0) -> tuple[int, Headers, bytes]:
    word = SAID[code]
    with override(language):
        words = gettext(word.words)
    wait = [(b"retry-after", str(after).encode())] if after else []
    body = f'{{"code":"{code}","words":"{words}","after":{after}}}'.encode()
    return word.status, [*PLAIN_HEADERS, *wait], body
