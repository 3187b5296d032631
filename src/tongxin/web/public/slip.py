"""A slip's short code, typed or scanned: that one notice and nothing more. To open it is a POST: whatever looks at links
by itself has not read it.
"""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import slips
from tongxin.notices.queries import lines
from tongxin.web.accounts.network import network_of
from tongxin.web.answers import render_form
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

LONGEST = 20


class CodeForm(HouseForm):
    code = forms.CharField(
        label=_("通知单上的短码"),
        max_length=LONGEST,
        help_text=_("8个字母和数字，不分大小写，短横可以不输。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


@page(open_to=OpenTo.VISITOR)
@never_cache
def slip(request: HouseRequest) -> HttpResponse:
    form = CodeForm(request.POST or None, initial={"code": request.GET.get("c", "")[:LONGEST]})
    if request.method == "POST" and form.is_valid():
        try:
            found = slips.read(code=form.cleaned_data["code"], network=network_of(request), at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "code")
        else:
            [line] = lines([found.message])
            return render(request, "public/notice.html", {"line": line})
    return render_form(request, "public/slip.html", form)


urlpatterns = [path("n/", slip, name="slip")]
