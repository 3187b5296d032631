from tongxin.notices.models.channels import (
    Budget,
    ChannelRule,
    Choice,
    ContactPoint,
    Preference,
    Price,
    Subscription,
    Template,
)
from tongxin.notices.models.deliveries import Delivery, Receipt, Slip
from tongxin.notices.models.messages import DemoSms, Message
from tongxin.notices.models.sendings import Sending

__all__ = [
    "Budget",
    "ChannelRule",
    "Choice",
    "ContactPoint",
    "Delivery",
    "DemoSms",
    "Message",
    "Preference",
    "Price",
    "Receipt",
    "Sending",
    "Slip",
    "Subscription",
    "Template",
]
