"""A draw that anyone can re-run, as rows: rounds, one list a pool, and who holds which seal. Format: kernel/draw.py, ADR 0012.

What was published binds: triggers (migration) refuse any change of a frozen list, of a commitment, of an opened seal and of
a round's announcement once all is published.
"""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.calls.models.windows import Call, Pool
from tongxin.calls.states import How, RoundState
from tongxin.people.models import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.records.models import Document
from tongxin.store.keeping import WHILE_KNOWN, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union

_HEX_64 = r"^([0-9a-f]{64})?$"


class Round(Sharded):
    """One attempt to draw a call's places. A round that fails stays on record, with why; the next one names it.

    `sealed_at`: from here on list, commitments, source and time are all published, and nothing of them changes.
    The outside value is typed by one and once more by another.
    """

    keeps: ClassVar = Kept(3, "抽签：公开来源的数由哪两个人输入", WHILE_KNOWN)

    public_id = PublicIdField()
    call = models.ForeignKey(Call, models.PROTECT, related_name="rounds")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    how = models.CharField(max_length=10, choices=How, default=How.COMPUTED)
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.ANNOUNCED)
    source = models.CharField(max_length=30, blank=True)  # a key of settings.DRAW_SOURCES
    event = models.CharField(max_length=30, blank=True)  # its number, which has not happened yet
    event_at = models.DateTimeField(
        null=True
    )  # when it happens, by the issuer's notice: after the list, before the result
    result_at = models.DateTimeField()
    announced_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(null=True)
    value = models.CharField(max_length=80, blank=True)
    value_account = models.BigIntegerField(null=True)
    value_at = models.DateTimeField(null=True)
    confirmed_account = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)
    void_at = models.DateTimeField(null=True)
    void_why = models.CharField(max_length=200, blank=True)
    repeats = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=200, blank=True)  # why it is repeated
    witnesses = models.CharField(max_length=200, blank=True)  # of a draw in a room: who looked on

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["call", "number"], name="round_number_once"),
            models.UniqueConstraint(
                fields=["call"],
                condition=~Q(state=RoundState.VOID),
                name="round_one_counts",
                violation_error_message="这一次已经有一轮抽签，不能再抽第二次。",
            ),
            models.CheckConstraint(
                condition=Q(source="", event="", event_at__isnull=True)
                | (~Q(source="") & ~Q(event="") & Q(event_at__isnull=False, event_at__lte=F("result_at"))),
                name="round_source_with_event",
                violation_error_message="公开来源要写明期号和开奖时间，请填上；不用公开来源，就都不填。",
            ),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True) | Q(event_at__isnull=True) | Q(sealed_at__lte=F("event_at")),
                name="round_sealed_before_event",
                violation_error_message="这一期开奖以前，名单和封存码没有公布全，这一轮不算数，请作废以后重抽。",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_account__isnull=True)
                | (Q(value_account__isnull=False) & ~Q(confirmed_account=F("value_account"))),
                name="round_value_by_two",
                violation_error_message="公开来源的数要由另一个人再输入一遍。",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.DRAWN)
                | (
                    Q(sealed_at__isnull=False, drawn_at__gte=F("result_at"), sealed_at__lte=F("result_at"))
                    & (Q(source="") | Q(confirmed_at__isnull=False))
                ),
                name="round_drawn_as_announced",
                violation_error_message="还没到公布的时间，或者名单和封存码还没有公布全，不能抽签。",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.VOID) | ~Q(void_why=""),
                name="round_void_why",
                violation_error_message="请写明这一轮为什么作废，所有人都会看到。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "result_at"], name="round_state_result")]

    @property
    def commits_until(self) -> datetime:
        """Whoever could know the source's number commits to nothing any more."""
        until: datetime = self.event_at or self.result_at
        return until


class Draw(Sharded):
    """One pool's frozen list in a round, written once; later its file (draw.json), also once.

    `frozen` is the published text itself, `reserves` how places are kept, as it was published with it.
    Of a draw in a room: the numbers of the slips in the order in which they were drawn, typed by one, signed by another.
    """

    keeps: ClassVar = Kept(3, "现场抽签：次序由谁录入、谁核对签名", WHILE_KNOWN)

    public_id = PublicIdField()
    round = models.ForeignKey(Round, models.PROTECT, related_name="draws")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="draws")
    units = models.IntegerField()
    reserves = models.JSONField(default=list)
    frozen = models.TextField(blank=True)
    list_digest = models.CharField(max_length=64)
    entries = models.IntegerField()
    file = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    slips = models.TextField(blank=True)
    typed_account = models.BigIntegerField(null=True)
    typed_at = models.DateTimeField(null=True)
    signed_account = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["round", "pool"], name="draw_pool_once"),
            models.CheckConstraint(
                condition=Q(list_digest__regex=r"^[0-9a-f]{64}$", units__gte=0, entries__gte=0), name="draw_numbers"
            ),
            models.CheckConstraint(
                condition=Q(signed_account__isnull=True)
                | (Q(typed_account__isnull=False) & ~Q(signed_account=F("typed_account"))),
                name="draw_signed_by_two",
                violation_error_message="抽出的次序要由另一个人核对签名。",
            ),
        ]

    @property
    def lines(self) -> list[str]:
        text = str(self.frozen)
        return text.removesuffix("\n").split("\n") if text else []


class Seal(Sharded):
    """64 characters that a holder drew. Before it is opened the house has its hash alone.

    The holder is someone with a record, or an outsider who was handed a link; of the link only a digest is kept.
    """

    keeps: ClassVar = Kept(3, "抽签：谁持有封存的数，便于请本人封存和交出", WHILE_KNOWN)

    public_id = PublicIdField()
    round = models.ForeignKey(Round, models.PROTECT, related_name="seals")
    order = models.SmallIntegerField()
    role = models.CharField(max_length=60)  # published; the holder's name is not
    staff = models.BooleanField()  # held a post when it was announced
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    outsider = models.CharField(max_length=60, blank=True)
    link_digest = models.CharField(max_length=64, null=True, unique=True)
    commitment = models.CharField(max_length=64, blank=True)
    committed_at = models.DateTimeField(null=True)
    text = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True)
    withheld_by_holder = models.BooleanField(default=False, db_default=False)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["round", "order"], name="seal_order_once"),
            models.UniqueConstraint(
                fields=["round", "person"],
                name="seal_one_a_person",
                violation_error_message="同一个人不能持两个封存的数，请换一位。",
            ),
            models.UniqueConstraint(
                fields=["commitment"],
                condition=~Q(commitment=""),
                name="seal_commitment_once",
                violation_error_message="这个封存码已经有人用过，请重新取一个数。",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, outsider="") | (Q(person__isnull=True) & ~Q(outsider="")),
                name="seal_one_holder",
                violation_error_message="每个封存的数要有一位持有人：选一个账号，或填一个名字。",
            ),
            models.CheckConstraint(
                condition=Q(commitment__regex=_HEX_64, text__regex=_HEX_64),
                name="seal_hex",
                violation_error_message="封存的数和封存码都是64个0—9、a—f的字符，请照原样输入。",
            ),
            models.CheckConstraint(
                condition=Q(text="", opened_at__isnull=True)
                | (~Q(text="") & ~Q(commitment="") & Q(opened_at__isnull=False, withheld_at__isnull=True)),
                name="seal_opened_or_withheld",
                violation_error_message="这个封存的数已经公布，或已记为没有交出。",
            ),
        ]
