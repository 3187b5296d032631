"""What the holders of seals are told, and applicants whose draw is held again."""

from typing import Final

from django.utils.translation import gettext_noop

from tongxin.notices.words import Words

DRAWS: Final[dict[str, Words]] = {
    "seal.asked": Words(
        gettext_noop("请您为抽签封存一个数"),
        gettext_noop("“%(what)s”要抽签，请您持有其中一个封存的数。最晚%(closes)s前打开，取一个数，自己存好。"),
        "/me/seals/%(id)s/",
    ),
    "seal.reminded": Words(
        gettext_noop("封存的数还没有取"),
        gettext_noop("“%(what)s”的名单%(closes)s封存，还缺您的一个数。没有它，%(result)s抽不了签。"),
        "/me/seals/%(id)s/",
    ),
    "seal.to-open": Words(
        gettext_noop("请交出您封存的数"),
        gettext_noop("“%(what)s”抽签的时间到了，轮到您。打开，把当时存下的64个字符交出来。"),
        "/me/seals/%(id)s/",
    ),
    "draw.repeated": Words(
        gettext_noop("“%(what)s”要重抽"),
        gettext_noop("上一轮作废，名单不变，换新的数，%(result)s重抽。原因：%(why)s。您不用再报名。"),
        "/draws/%(id)s/",
    ),
}
