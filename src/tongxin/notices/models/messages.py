"""What people were told, in their own inbox and by other channels."""

from typing import ClassVar

from django.db import models

from tongxin.people.models import Person
from tongxin.store.fields import SealedField
from tongxin.store.keeping import WHILE_KNOWN, Kept
from tongxin.store.models import Guarded, PublicIdField, Sharded


class Message(Sharded):
    """One line in a person's inbox. The words come from the catalogue at reading time, in the reader's language."""

    keeps: ClassVar = Kept(3, "发给本人的通知", WHILE_KNOWN)
    public_id = PublicIdField()
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    sending = models.BigIntegerField(null=True)  # of which large sending

    class Meta(Sharded.Meta):
        indexes: ClassVar = [
            models.Index(fields=["sending"], name="message_sending", condition=models.Q(sending__isnull=False)),
            models.Index(fields=["person", "-at"], name="message_person"),
            models.Index(fields=["person"], name="message_unread", condition=models.Q(read_at=None)),
        ]


class DemoSms(Guarded):
    """The demo's text messages: what a gateway would have sent. Only written where the sender is the demo's."""

    keeps: ClassVar = Kept(1, "演示时代替短信；正式运行没有这张表的内容", "1天")
    phone = SealedField(purpose="demo.sms")
    text = models.CharField(max_length=300)
    at = models.DateTimeField()
