"""A signed word that someone entered, with their ticket: proof for whoever is left out of a frozen list.

Ed25519 over the UTF-8 text of `said`; the public halves are published with the other keys of this installation.
"""

import base64
from datetime import date
from typing import Any, Final

from django.utils.timezone import localtime

from tongxin.calls.models import Application
from tongxin.store.signing import signing_ring

FORMAT: Final = "tongxin-ticket-1"


def said_of(application: Application) -> str:
    """Line by line: format, call, ticket, chances, groups, size, when it was entered."""
    lines = (
        FORMAT,
        application.call.public_id,
        application.ticket or "",
        str(application.weight),
        application.groups,
        str(application.size),
        localtime(application.at).isoformat(timespec="seconds"),
    )
    return "".join(f"{line}\n" for line in lines)


def receipt_of(application: Application, *, on: date) -> dict[str, Any]:
    key = signing_ring(on).on(on)
    said = said_of(application)
    signature = base64.b64encode(key.sign(said.encode())).decode()
    return {"format": FORMAT, "ticket": application.ticket, "said": said, "key": key.id, "signature": signature}
