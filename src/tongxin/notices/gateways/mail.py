"""E-mail by SMTP. The server takes a letter or refuses it; whether it was read shows only in the inbox of the page."""

import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from tongxin.notices.gateways.parcels import Answer, Fate, Parcel, Trace, Verdict


class Mail:
    name = "mail"
    batch = 1
    asks = False
    by_template = False

    def send(self, parcel: Parcel, *, at: datetime) -> Answer:  # noqa: ARG002 - the server stamps its own time
        connection = get_connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as problem:
            return Answer(Verdict.LATER, code=type(problem).__name__)
        try:
            EmailMessage(
                " ".join(parcel.title.split()),  # a line break would end the header
                f"{parcel.body}\n\n{parcel.link}\n",
                settings.DEFAULT_FROM_EMAIL,
                [parcel.address],
                connection=connection,
                headers={"Message-ID": f"<{parcel.serial}@tongxin.invalid>", "Auto-Submitted": "auto-generated"},
            ).send()
        except smtplib.SMTPRecipientsRefused as problem:
            codes = [code for code, _words in problem.recipients.values()]
            return Answer(
                Verdict.LATER if all(400 <= code < 500 for code in codes) else Verdict.REFUSED, code=str(codes[0])
            )
        except smtplib.SMTPResponseException as problem:
            temporary = 400 <= problem.smtp_code < 500
            return Answer(Verdict.LATER if temporary else Verdict.REFUSED, code=str(problem.smtp_code))
        except (OSError, smtplib.SMTPException) as problem:
            return Answer(Verdict.DOUBT, code=type(problem).__name__)
        finally:
            connection.close()
        return Answer(Verdict.ACCEPTED)

    def trace(self, serial: str, address: str, *, sent: datetime) -> Trace:  # noqa: ARG002
        return Trace(Fate.UNKNOWN)
