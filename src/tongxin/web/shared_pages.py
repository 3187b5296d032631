"""A page that says the same to many is drawn once for all of them; what is each reader's own is put into its holes.

Drawing costs ten times what the rest of such a request does (docs/performance.md, "Signing in"). Only for pages that show
nothing of a person, except by a hole.
"""

import secrets
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from django.contrib.messages import get_messages
from django.core.cache import caches
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape

from tongxin.web.context import face
from tongxin.web.guard import HouseRequest

_HOLE: Final = f"hole-{secrets.token_hex(8)}-"  # of this process: nothing that anyone types looks like it
LONGEST: Final = 200  # an address longer than this is one person's, not many people's
Context = Callable[[], Mapping[str, Any]]


def render_shared(
    request: HouseRequest,
    template: str,
    context: Context,
    *,
    seconds: float,
    own: Mapping[str, object] | None = None,
    kind: bool = False,
) -> HttpResponse:
    """`context` is asked for once in `seconds`, for each address, each face (language, size, ground) and each `kind`.

    `own` are values of this reader alone: in the template they are printed, never looked at. The token against forged
    forms is always the reader's own. With a message to tell, the page is drawn for this reader.
    """
    path, values = request.get_full_path(), own or {}
    if len(path) > LONGEST or len(get_messages(request)):
        return render(request, template, {**context(), **values})
    key = sha256(f"{template} {path} {face(request)} {kind}".encode()).hexdigest()
    html: str | None = caches["process"].get(key)
    if html is None:
        holes = {name: f"{_HOLE}{name}-" for name in ("csrf_token", *values)}
        html = render_to_string(template, {**context(), **holes}, request)
        caches["process"].set(key, str(html), seconds)
    for name, value in {"csrf_token": get_token(request), **values}.items():
        html = html.replace(f"{_HOLE}{name}-", escape(value))
    return HttpResponse(html)
