"""Vouchers as a kind of the calls engine: one call a scheme, or one for several among which people rank; a pool each."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.utils.timezone import localdate

from tongxin.benefits.actions import limits, vouchers
from tongxin.benefits.actions.vouchers import Given
from tongxin.benefits.models import Scheme, Voucher
from tongxin.benefits.queries.reach import reached, way_in, within
from tongxin.benefits.states import SchemeState
from tongxin.calls.models import Applicant, Application, Award, Call, Preference
from tongxin.calls.states import Stage, Why
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.rulebook.models import RuleVersion


class Benefits:
    """Implements tongxin.calls.kinds.Kind."""

    def conditions(self, call: Call) -> RuleVersion | None:
        return call.rule_version

    def audience(self, call: Call, on: date) -> Collection[int]:
        """Of all schemes that people rank in it, those of recognised unions among them."""
        return set().union(*(reached(scheme, on) for scheme in Scheme.objects.filter(call=call)))

    def check(self, application: Application, stage: Stage) -> None:  # noqa: ARG002  the same at every stage
        """It is issued, it is for them, and their year has room for it. Locks the scheme, then the person."""
        pools = Preference.objects.filter(application=application).values("pool")
        people = Applicant.objects.filter(application=application).values_list("person_id", flat=True)
        _check_named(application, len(people))
        had = Voucher.objects.filter(award__application=application).values("person")  # theirs counts already
        people = people.exclude(person__in=had).order_by("person_id")  # locked in order of keys
        pks = Scheme.objects.filter(pool__in=pools).values_list("pk", flat=True)
        for scheme in Scheme.objects.select_related("union").lock_rows(pks):
            _check_offered(scheme)
            for person in people:
                check_reach(scheme, person, application.at)
                limits.check(scheme=scheme, person=person, at=application.at)

    def granted(self, awards: Sequence[Award], *, by: Actor, at: datetime) -> None:
        """Any number at once, one statement a scheme. Over a year's limit, or out of reach: withheld, and passed on by the job."""
        given: defaultdict[int, list[Award]] = defaultdict(list)
        for award in awards:
            given[award.pool_id].append(award)
        for scheme in Scheme.objects.filter(pool__in=given).order_by("pk"):
            theirs = given[scheme.pool_id]
            inside = within(scheme, [award.person_id for award in theirs], localdate(at))
            rows = [Given(award.person_id, award.pk, outside=award.person_id not in inside) for award in theirs]
            vouchers.issue(scheme=scheme, given=rows, by=by, at=at)

    def released(self, awards: Sequence[Award], *, why: Why, by: Actor, at: datetime) -> None:  # noqa: ARG002  steps say why
        pks = Voucher.objects.filter(award__in=[award.pk for award in awards]).values_list("pk", flat=True)
        vouchers.take_back(list(pks), by=by, at=at)


def _check_named(application: Application, people: int) -> None:
    if application.size > people:
        raise Refused("no-companions", "这里按人发，一起来的每个人都要有登记，由本人加入。没有登记的家人不能占名额。")


def check_reach(scheme: Scheme, person: int, at: datetime) -> None:
    """Refused: "not-in-reach", with what would change it."""
    if way_in(scheme, person, localdate(at)) is not None:
        return
    if scheme.universal:
        raise Refused(
            "not-in-reach",
            "这项福利由%(union)s提供，发给它所属的会员。您的会籍不在那里，两地工会之间现在也没有生效的互认协议。"
            "有了协议就能领；会籍登记有误的话，请找所在工会更正。",
            union=scheme.union.name,
        )
    raise Refused(
        "not-in-reach",
        "这项福利由%(union)s提供，只发给指定工会的会员，您的会籍不在其中。登记有误的话，请找所在工会更正。",
        union=scheme.union.name,
    )


def _check_offered(scheme: Scheme) -> None:
    if scheme.state != SchemeState.PUBLISHED:
        raise Refused("scheme-not-offered", "“%(scheme)s”现在不发放，请看看别的。", scheme=scheme.name)
