"""Where else one is reached: an e-mail address that one proved, and what the official account may still send."""

from typing import Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.notices.actions import contacts
from tongxin.notices.gateways.chosen import gateway
from tongxin.notices.gateways.official import asking_address
from tongxin.notices.gateways.parcels import Parcel, Verdict
from tongxin.notices.queries.choosing import MOST_PERMISSIONS, asked_so_far, mail_of, permissions
from tongxin.notices.states import Channel
from tongxin.people.models import Person
from tongxin.people.names import mask_mail
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

MAIL, OFFICIAL = "worker/notices/mail.html", "worker/notices/official.html"
PROPOSE, CONFIRM, END = "propose", "confirm", "end"
ANSWERED_WITHIN: Final = 3600  # seconds


class MailForm(HouseForm):
    address = forms.CharField(
        label=_("邮箱地址"),
        max_length=120,
        widget=forms.TextInput(attrs={"type": "email", "inputmode": "email", "autocomplete": "email"}),
    )
    why = {"address": _("只用来给您发通知。加密保存，工作人员看不到。随时可以停用。")}


class CodeForm(HouseForm):
    code = forms.CharField(
        label=_("邮件里的确认码"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "w-code6"}),
    )


@page(open_to=OpenTo.WORKER)
@never_cache
def mail(request: HouseRequest) -> HttpResponse:
    """Proposed, then proved by the code that went there: typed, or brought by the letter's link and confirmed."""
    person = Person.objects.get(pk=request.actor.person_id or 0)
    way, data = request.POST.get("way", ""), request.POST if request.method == "POST" else None
    forms_ = {
        PROPOSE: MailForm(data if way == PROPOSE else None),
        CONFIRM: CodeForm(data if way == CONFIRM else None, initial={"code": request.GET.get("code", "")[:12]}),
    }
    form = forms_.get(way)
    if way == END:
        contacts.end(person=person, channel=Channel.EMAIL, by=request.actor, at=request.now)
        messages.success(request, gettext("邮箱已停用，不再往那里发。"))
        return redirect("worker:mail")
    if form is not None and form.is_valid():
        try:
            return _propose(request, person, form) if way == PROPOSE else _confirm(request, person, form)
        except Refused as refusal:
            form.refuse(refusal, "address" if way == PROPOSE else "code")
    return _mail_page(request, person, forms_, form)


def _mail_page(
    request: HouseRequest, person: Person, forms_: dict[str, HouseForm], form: HouseForm | None
) -> HttpResponse:
    found = mail_of(person.pk)
    context = {
        "forms": forms_, "connected": gateway(Channel.EMAIL) is not None, "way": request.POST.get("way", ""),
        "address": mask_mail(found.address.open()) if found is not None else "",
        "proved": found is not None and found.verified_at is not None,
    }  # fmt: skip
    if form is None:
        return render_part(request, MAIL, context)
    return render_form(request, MAIL, form, context)


def _propose(request: HouseRequest, person: Person, form: HouseForm) -> HttpResponse:
    to = gateway(Channel.EMAIL)
    if to is None:
        raise Refused("mail-off", "这里还没有接通邮件，暂时不能用邮箱收通知。")
    address = form.cleaned_data["address"].strip()
    code = contacts.propose_mail(person=person, address=address, by=request.actor, at=request.now)
    link = request.build_absolute_uri(f"{reverse('worker:mail')}?{urlencode({'code': code})}")
    body = gettext("确认码是%(code)s，24小时内有效。不是您本人操作，请不要理会。") % {"code": code}
    parcel = Parcel(new_public_id(), address, gettext("同心：确认您的邮箱"), body, link)
    if to.send(parcel, at=request.now).verdict not in {Verdict.ACCEPTED, Verdict.DOUBT}:
        raise Refused("mail-not-sent", "确认邮件没有发出去。请核对地址，一分钟后再试。")
    messages.success(request, gettext("确认码已发到邮箱。没收到的话，看看垃圾邮件。"))
    return redirect("worker:mail")


def _confirm(request: HouseRequest, person: Person, form: HouseForm) -> HttpResponse:
    code = "".join(form.cleaned_data["code"].split())
    if not contacts.prove_mail(person=person, code=code, by=request.actor, at=request.now):
        raise Refused("code-wrong", "确认码不对，请对照邮件再输一次。")
    messages.success(request, gettext("邮箱已确认。可以在通知设置里选哪些发到邮箱。"))
    return redirect("worker:mail")


@page(open_to=OpenTo.WORKER, methods=("GET",))
@never_cache
def official(request: HouseRequest) -> HttpResponse:
    """Each permission lets the account send one message; the link leads to the account's own page inside WeChat."""
    person = Person.objects.get(pk=request.actor.person_id or 0)
    connected = bool(settings.OFFICIAL_ACCOUNT["app"])
    rows = permissions(person, on=request.actor.on) if connected else []
    back = request.build_absolute_uri(reverse("worker:official-back"))
    context = {"connected": connected, "most": MOST_PERMISSIONS, "rows": [
        {"one": one, "ask": one.scene and asking_address(
            number=one.template.number, scene=one.scene, back=back,
            state=_state(person.pk, one.template.number, one.scene, f"{int(request.now.timestamp()):x}"),
        )} for one in rows
    ]}  # fmt: skip
    return render_part(request, OFFICIAL, context)


@page(open_to=OpenTo.WORKER, methods=("GET",), get_writes=True)
@never_cache
def official_back(request: HouseRequest) -> HttpResponse:
    """Where the account's page sends the browser. What we asked comes back with our mark, good once and for an hour."""
    assert request.actor.person_id is not None
    given = request.GET
    number, scene, state = given.get("template_id", ""), given.get("scene", ""), given.get("reserved", "")
    since, person = state.partition("g")[0], Person.objects.get(pk=request.actor.person_id)
    if not scene.isascii() or not scene.isdigit() or not _fits(state, person.pk, number, int(scene), since, request):
        raise Refused("permission-strange", "没有认出这次授权，请回到通知设置，从那里再点一次。")
    if given.get("action") != "confirm" or not given.get("openid"):
        messages.info(request, gettext("您没有允许，公众号不会给您发。"))
        return redirect("worker:official")
    contacts.allow(
        person=person, identity=given["openid"][:120], number=number, scene=int(scene), by=request.actor, at=request.now
    )
    messages.success(request, gettext("已允许公众号再发一条。"))
    return redirect("worker:official")


def _state(person: int, number: str, scene: int, since: str) -> str:
    """Letters and digits only, as the account's page wants it. Allowed once more, it fits no longer."""
    asked = f"{person}:{number}:{scene}:{since}:{asked_so_far(person, number)}"
    return f"{since}g{salted_hmac('tongxin.official', asked, algorithm='sha256').hexdigest()[:40]}"


def _fits(state: str, person: int, number: str, scene: int, since: str, request: HouseRequest) -> bool:
    if not constant_time_compare(state, _state(person, number, scene, since)):
        return False
    return int(since, 16) > request.now.timestamp() - ANSWERED_WITHIN


urlpatterns = [
    path("me/notices/mail/", mail, name="mail"),
    path("me/notices/official/", official, name="official"),
    path("me/notices/official/back/", official_back, name="official-back"),
]
