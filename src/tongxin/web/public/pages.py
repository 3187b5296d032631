"""What this is, how it looks to the reader, and what machines ask of every site."""

from django import forms
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from tongxin.people.actions import sign_in
from tongxin.people.models import Account
from tongxin.web.answers import render_form, safe_next
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

YEAR = 365 * 86400
COOKIES = {"language": ("zh-hans", "en"), "large": ("0", "1"), "theme": ("light", "dark")}


class DisplayForm(HouseForm):
    """Kept in cookies, and so without an account."""

    language = forms.ChoiceField(
        label=_("语言"), choices=[("zh-hans", "简体中文"), ("en", "English")], widget=forms.RadioSelect
    )
    large = forms.ChoiceField(label=_("字号"), choices=[("0", _("标准")), ("1", _("大字"))], widget=forms.RadioSelect)
    theme = forms.ChoiceField(
        label=_("底色"), choices=[("light", _("浅色")), ("dark", _("深色"))], widget=forms.RadioSelect
    )


@page(open_to=OpenTo.VISITOR)
def display(request: HouseRequest) -> HttpResponse:
    """GET shows the choices; POST keeps whichever of them came, and goes back."""
    if request.method != "POST":
        now = {name: request.COOKIES.get(f"tx-{name}", values[0]) for name, values in COOKIES.items()}
        return render_form(request, "public/display.html", DisplayForm(initial=now), {"next": safe_next(request)})
    response = redirect(safe_next(request))
    for name, values in COOKIES.items():
        if (value := request.POST.get(name)) in values:
            response.set_cookie(f"tx-{name}", value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
            if name == "language" and isinstance(request.user, Account):
                sign_in.speak(account=request.user, language=value)
    return response


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def about(request: HouseRequest) -> HttpResponse:
    return render(request, "public/about.html")


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def robots(_request: HouseRequest) -> HttpResponse:
    """Search engines may read what visitors may; staff pages and people's own pages are not for them."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {place}" for place in ("/staff/", "/me/", "/inbox/", "/sign-in/", "/api/", "/demo/")),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def favicon(_request: HouseRequest) -> HttpResponse:
    return redirect(staticfiles_storage.url("tx/img/mark.svg"), permanent=True)


urlpatterns = [
    path("display/", display, name="display"),
    path("about/", about, name="about"),
    path("robots.txt", robots, name="robots"),
    path("favicon.ico", favicon, name="favicon"),
]
