"""What the engine of scarce places (`calls`) tells: title, text and, where it is not one's own application, where to go on."""

from typing import Final

from django.utils.translation import gettext_noop

OWN_APPLICATION: Final = "/applications/%(application)s/"
ABOUT_PLACES: Final[dict[str, tuple[str, ...]]] = {
    "place.granted": (
        gettext_noop("已替您报上名"),
        gettext_noop("“%(what)s”已有您的名额，是工作人员替您报的。不能参加的话，请尽早退出，让给别人。"),
    ),
    "place.waiting": (
        gettext_noop("已替您排上候补"),
        gettext_noop("“%(what)s”名额已满，工作人员已替您排上候补。有了名额会按顺序轮到您，并告诉您。"),
    ),
    "place.named": (
        gettext_noop("工会替您报了“%(what)s”"),
        gettext_noop(
            "%(union)s替您报上了名，名额已留给您。不想参加的话，最晚%(until)s点一下就能谢绝，名额让给候补的人。"
        ),
        "/named/%(id)s/",
    ),
    "place.named-waiting": (
        gettext_noop("工会替您排了“%(what)s”的候补"),
        gettext_noop("名额已满，%(union)s替您排上了候补。不想参加的话，最晚%(until)s点一下就能谢绝。"),
        "/named/%(id)s/",
    ),
    "place.moved-up": (
        gettext_noop("候补轮到您了"),
        gettext_noop("“%(what)s”空出名额，按候补顺序轮到您，名额已是您的。不能参加的话，请尽早退出，让给后面的人。"),
    ),
    "place.moved": (
        gettext_noop("您的报名有调整"),
        gettext_noop("您报的“%(before)s”已换成“%(what)s”，名额保留。原因：%(why)s。不合适的话，可以退出。"),
    ),
    "place.moved-to-line": (
        gettext_noop("您的报名转为候补"),
        gettext_noop("您报的“%(before)s”已换成“%(what)s”，那里名额已满，您已按原来的先后排在候补里。原因：%(why)s。"),
    ),
    "place.ended": (
        gettext_noop("您报的已取消"),
        gettext_noop("“%(what)s”已取消，您的报名随之结束。原因：%(why)s。您可以看看别的。"),
    ),
    "place.line-ended": (
        gettext_noop("候补没有轮到"),
        gettext_noop("“%(what)s”的候补已经结束，这次没有空出名额。原因：%(why)s。您可以看看别的。"),
    ),
    "place.withdrawn": (
        gettext_noop("已替您退出"),
        gettext_noop("工作人员已替您退出“%(what)s”。原因：%(why)s。有疑问的话，请联系主办的工会。"),
    ),
    "place.entered": (
        gettext_noop("已替您报上名，等结果"),
        gettext_noop("工作人员已替您报了“%(what)s”。结果出来会告诉您，在那以前随时可以退出。"),
    ),
    "place.invited": (
        gettext_noop("%(who)s请您一起参加“%(what)s”"),
        gettext_noop("愿意去的话，打开看看，再点“我加入”。不加入什么也不会发生，对方也不会知道您收到了。"),
        "/applications/%(application)s/join/",
    ),
    "place.moved-wish": (
        gettext_noop("您选的志愿有调整"),
        gettext_noop("您选的“%(before)s”已换成“%(what)s”。原因：%(why)s。不合适的话，可以改志愿或退出。"),
    ),
    "place.given": (
        gettext_noop("有您的名额"),
        gettext_noop("“%(what)s”的结果出来了，有您的名额。不能参加的话，请尽早退出，让给候补的人。"),
    ),
    "place.offered": (
        gettext_noop("有您的名额，请确认"),
        gettext_noop("“%(what)s”有一个名额留给您，请在%(until)s以前点“我参加”。到时没有确认，名额会给候补的下一位。"),
    ),
    "place.in-line": (
        gettext_noop("这次没有轮到，已排候补"),
        gettext_noop(
            "“%(what)s”的结果出来了，名额没有轮到您，已按次序排上候补。有人退出就会轮到，并告诉您。为什么没有轮到，打开就能看。"
        ),
    ),
    "place.lapsed": (
        gettext_noop("名额已让给下一位"),
        gettext_noop("“%(what)s”留给您的名额到时没有确认，已给候补的下一位。还想参加的话，请留意下一次。"),
    ),
    "place.suspended": (
        gettext_noop("您的名额暂停"),
        gettext_noop("“%(what)s”的名额暂时不能用。原因：%(why)s。名额先给您留着，工会核对清楚以后再告诉您。"),
    ),
    "place.restored": (
        gettext_noop("您的名额恢复了"),
        gettext_noop("“%(what)s”的名额恢复有效。说明：%(why)s。"),
    ),
    "place.revoked": (
        gettext_noop("您的名额已收回"),
        gettext_noop("“%(what)s”的名额已收回。原因：%(why)s。有疑问的话，请联系主办的工会。"),
    ),
    "review.returned": (
        gettext_noop("您的申请要补充"),
        gettext_noop("“%(what)s”的申请退回来了，请补上：%(why)s。补好再交，从原来的地方接着审。"),
    ),
    "review.refused": (
        gettext_noop("您的申请没有通过"),
        gettext_noop("“%(what)s”的申请没有通过。原因：%(why)s。有疑问的话，请联系主办的工会。"),
    ),
    "review.to-answer": (
        gettext_noop("有一份申请等您审核"),
        gettext_noop("“%(what)s”有一份申请等您审核，请在%(due)s以前答复，逾期转上一级。"),
        "/staff/reviews/",
    ),
    "objection.answered": (
        gettext_noop("您提的异议有答复了"),
        gettext_noop("答复：%(state)s。%(why)s。全文在公示页上。"),
        "/outcomes/%(id)s/",
    ),
}
