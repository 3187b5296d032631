"""How many children come along, of which age: one form for the worker and for staff who sign someone up."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.activities.actions.families import Children
from tongxin.activities.models.families import MOST_CHILDREN
from tongxin.web.forms import HouseForm

BANDS: Final = ("under_6", "from_6_to_11", "from_12_to_17")
UNDER: Final = {"family-consent": "consents", "family-none": "under_6", "family_most": "under_6", "party": "under_6"}


class FamilyForm(HouseForm):
    why: ClassVar[dict[str, Any]] = {
        "consents": _("只用来排座位、保安全。不问姓名和生日，活动结束30天后删除，只有办活动的人看得到总数。"),
    }
    under_6 = forms.TypedChoiceField(
        label=_("6岁以下的孩子"), coerce=int, choices=[(n, str(n)) for n in range(MOST_CHILDREN + 1)]
    )
    from_6_to_11 = forms.TypedChoiceField(
        label=_("6到11岁"), coerce=int, choices=[(n, str(n)) for n in range(MOST_CHILDREN + 1)]
    )
    from_12_to_17 = forms.TypedChoiceField(
        label=_("12到17岁"), coerce=int, choices=[(n, str(n)) for n in range(MOST_CHILDREN + 1)]
    )
    consents = forms.BooleanField(label=_("我是孩子的监护人，同意这样使用孩子的人数和年龄段"), required=False)


def children_of(given: Mapping[str, Any]) -> Children:
    return Children(**{band: given[band] for band in BANDS})
