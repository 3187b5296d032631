"""What every template may use."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from tongxin.notices.models import Message
from tongxin.people.authority import Actor
from tongxin.people.models import Account
from tongxin.people.roles import RoleName
from tongxin.unions.models import Union
from tongxin.web.english import plain

MANY = 99


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in: the name, and the posts in one line. False for visitors and accounts without a person."""

    name: str
    posts: str

    def __bool__(self) -> bool:
        return bool(self.name)


def face(request: HttpRequest) -> dict[str, Any]:
    """How pages look to this reader."""
    return {
        "demo": settings.DEMO,
        "large": request.COOKIES.get("tx-large") == "1",
        "theme": "dark" if request.COOKIES.get("tx-theme") == "dark" else "light",
        "english": getattr(request, "LANGUAGE_CODE", "") == "en",
    }


def house(request: HttpRequest) -> dict[str, Any]:
    actor: Actor | None = getattr(request, "actor", None)
    return face(request) | {
        "actor": actor,
        "me": SimpleLazyObject(lambda: _me(request, actor)),
        "unread": SimpleLazyObject(lambda: _unread(actor)),
    }


def _me(request: HttpRequest, actor: Actor | None) -> Me:
    account = request.user
    if not isinstance(account, Account):
        return Me("", "")
    posts = actor.posts if actor else ()
    names = dict(Union.objects.filter(pk__in={post.union_id for post in posts}).values_list("pk", "name"))
    lines = [f"{plain(names.get(post.union_id, ''))} {gettext(RoleName(post.role).label)}" for post in posts]
    return Me(account.person.name if account.person else "", gettext("；").join(lines))


def _unread(actor: Actor | None) -> int:
    """How many messages wait, up to MANY; one query on the pages that show it, for keys: counting them takes a subquery."""
    if actor is None or actor.person_id is None:
        return 0
    return len(Message.objects.filter(person_id=actor.person_id, read_at=None).values_list("pk")[:MANY])
