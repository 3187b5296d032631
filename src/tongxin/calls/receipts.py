"""A signed word that someone entered, with their ticket: proof for whoever is left out of a frozen list.

What it says and how it is checked stands in `kernel/tickets`; the public halves of keys are published with the others of
this installation.
"""

import base64
from datetime import date

from django.utils.timezone import localtime

from tongxin.calls.models import Application
from tongxin.kernel import tickets
from tongxin.kernel.tickets import Entered
from tongxin.store.signing import signing_ring


def receipt_of(application: Application, *, on: date) -> dict[str, str]:
    key = signing_ring(on).on(on)
    said = tickets.statement(
        Entered(
            key.id,
            application.call.public_id,
            application.ticket or "",
            application.weight,
            application.groups,
            application.size,
            localtime(application.at).isoformat(timespec="seconds"),
        )
    )
    return {
        "format": tickets.FORMAT,
        "ticket": application.ticket or "",
        "said": said,
        "key": key.id,
        "signature": base64.b64encode(key.sign(said.encode())).decode(),
    }
