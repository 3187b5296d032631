"""What the till's page says when it is without network, in the language of the page."""

from typing import Any

from django.utils.translation import gettext


def for_page() -> dict[str, Any]:
    return {
        "yes": gettext("可以收"),
        "no": gettext("不能收"),
        "offline": gettext("断网核销，联网后自动交账"),
        "undo": gettext("撤销这一笔"),
        "undone": gettext("已撤销"),
        "late": gettext("超过10分钟，不能撤销"),
        "gone": gettext("没有网络。为本店打开的券照收，只能扫码，到这一班结束为止。"),
        "waiting": gettext("有%(n)s笔断网记录等联网后交账，请不要清浏览器数据。"),
        "settled": gettext("断网时的%(n)s笔已交账。"),
        "apart": gettext("第%(n)s笔：%(words)s，不由收银员承担。"),
        "why": {
            "no-shift": gettext("断网前没有开班，不能收。请连上网，用PIN开班。"),
            "shift-over": gettext("这一班已经结束。请连上网，用PIN重新开班。"),
            "clock": gettext("这台设备的时间往回走了，不能断网收券。请把时间调对，或连上网。"),
            "digits": gettext("没有网络时只能扫码，不能用六位数。请扫职工手机上的码。"),
            "not-genuine": gettext("这不是工会发的券，不能收。请对方打开同心“我的券”重新出示。"),
            "over": gettext("这个码已过时，可能是截图。请对方在手机上重新出示。"),
            "other-site": gettext("这张券是为别的门店打开的，本店不能收。请对方换一张，或付款。"),
            "scheme": gettext("本店不收这种券。"),
            "twice": gettext("这张券刚才在这台设备上收过了，不能再收。"),
            "cap": gettext(
                "这张券没有为本店打开，今天断网能收的已到上限。请对方有网时在“我的券”里为本店打开，或等网络恢复。"
            ),
            "other": gettext("现在不能收，请等网络恢复。"),
        },
    }
