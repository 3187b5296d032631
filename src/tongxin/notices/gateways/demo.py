"""The demo's gateways: nothing leaves the house. What would have been sent is shown on /demo/inbox/."""

from datetime import datetime

from tongxin.notices.actions import texts
from tongxin.notices.gateways.parcels import Answer, Fate, Parcel, Trace, Verdict


class DemoSms:
    name = "demo"
    batch = 50
    asks = True
    by_template = True

    def send(self, parcel: Parcel, *, at: datetime) -> Answer:
        text = f"【{parcel.template.signature}】{parcel.template.text}" if parcel.template else parcel.title
        texts.keep(phone=parcel.address, text=text, at=at)
        return Answer(Verdict.ACCEPTED, f"demo-{parcel.serial}")

    def trace(self, serial: str, address: str, *, sent: datetime) -> Trace:  # noqa: ARG002
        return Trace(Fate.DELIVERED, f"demo-{serial}")


class DemoQuiet(DemoSms):
    """For the other channels: accepted, kept nowhere."""

    by_template = False

    def send(self, parcel: Parcel, *, at: datetime) -> Answer:  # noqa: ARG002
        return Answer(Verdict.ACCEPTED, f"demo-{parcel.serial}")


class DemoMail(DemoQuiet):
    """Letters lie beside the text messages, so that an address can be confirmed in the demo too."""

    def send(self, parcel: Parcel, *, at: datetime) -> Answer:
        texts.keep(phone=parcel.address, text=f"{parcel.title}：{parcel.body}", at=at)
        return Answer(Verdict.ACCEPTED, f"demo-{parcel.serial}")
