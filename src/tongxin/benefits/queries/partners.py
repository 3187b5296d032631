"""Who takes which vouchers where, for staff and for those who hold one."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from tongxin.benefits.models import Accepts, Partner, PartnerSite, Scheme
from tongxin.benefits.states import SchemeState
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.unions.models import Closure

FEW = 3  # places named in one sentence


@dataclass(frozen=True, slots=True)
class Place:
    """A site where a scheme's vouchers are good, or were: then `gone_since` and why."""

    site: PartnerSite
    gone_since: date | None = None
    reason: str = ""


def partners_of(actor: Actor) -> QuerySet[Partner]:
    """With the numbers of sites and of devices in use, by name; ended ones last."""
    rows: QuerySet[Partner] = Partner.objects.within(actor, Power.MANAGE_PARTNERS).select_related("union")
    sites = Count("sites", filter=Q(sites__closed_on=None), distinct=True)
    live = Q(sites__devices__revoked_at=None, sites__devices__paired_at__isnull=False)
    devices = Count("sites__devices", filter=live, distinct=True)
    return rows.annotate(site_count=sites, device_count=devices).order_by(
        F("ends").desc(nulls_first=True), "name", "pk"
    )


def accepted(partner: Partner, on: date) -> QuerySet[Accepts]:
    """Which schemes this partner takes that day."""
    rows: QuerySet[Accepts] = Accepts.objects.filter(Q(ends=None) | Q(ends__gt=on), partner=partner, starts__lte=on)
    return rows.select_related("scheme").order_by("scheme__name", "pk")


def schemes_for(partner: Partner, on: date) -> QuerySet[Scheme]:
    """What this partner may be let take: published by its own union, by one above or by one below."""
    above = Closure.objects.as_of(on).filter(descendant=partner.union_id).values("ancestor")
    below = Closure.objects.as_of(on).filter(ancestor=partner.union_id).values("descendant")
    rows: QuerySet[Scheme] = Scheme.objects.filter(Q(union__in=above) | Q(union__in=below))
    return rows.exclude(state=SchemeState.DRAFT).order_by("name", "pk")


def places_of(scheme: Scheme, on: date) -> list[Place]:
    """Sites that take this scheme's vouchers that day, then those that did and do not any more. Two queries."""
    accepts = list(Accepts.objects.filter(scheme=scheme, starts__lte=on).select_related("partner"))
    ends = {one.partner_id: _ended(one) for one in accepts}
    sites = PartnerSite.objects.filter(partner__in=ends).select_related("partner").order_by("name", "pk")
    places = [_place(site, ends[site.partner_id], on) for site in sites]
    return sorted(places, key=lambda place: place.gone_since is not None)


def places_in_words(scheme: Scheme, on: date) -> str:
    """Some of them, for a sentence."""
    names = [place.site.name for place in places_of(scheme, on) if place.gone_since is None]
    if not names:
        return scheme.where or "—"
    return "、".join(names[:FEW]) + ("…" if len(names) > FEW else "")


def _ended(one: Accepts) -> date | None:
    days = [day for day in (one.ends, one.partner.ends) if day is not None]
    return min(days, default=None)


def _place(site: PartnerSite, ended: date | None, on: date) -> Place:
    days = [day for day in (ended, site.closed_on) if day is not None and day <= on]
    gone = min(days, default=None)
    return Place(site, gone, site.partner.end_reason if gone is not None and site.partner.ends == gone else "")
