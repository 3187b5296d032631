"""What a worker wants to be told by which channel, when, and how often."""

from collections.abc import Mapping
from datetime import datetime, time

from tongxin.kernel.refused import Refused
from tongxin.notices.groups import GROUPS
from tongxin.notices.models import Choice, Preference
from tongxin.notices.states import Channel
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic

CHOOSABLE = (Channel.OFFICIAL, Channel.SMS, Channel.EMAIL)


@atomic
def choose(*, person: Person, wanted: Mapping[tuple[str, Channel], bool], by: Actor, at: datetime) -> int:
    """By (group, channel). Refused("required-kind"): what must be told cannot be turned off. Returns how many changed."""
    there = {(row.group, row.channel): row for row in Choice.objects.select_for_update().filter(person=person)}
    changed = 0
    for (group, channel), yes in wanted.items():
        if group not in GROUPS or channel not in CHOOSABLE:
            raise Refused("no-such-choice", "没有这样的通知或渠道，请刷新后再选。")
        if GROUPS[group].required and not yes:
            raise Refused("required-kind", "“%(group)s”必须告诉您，不能关。", group=GROUPS[group].words)
        row = there.get((group, channel))
        if row is None:
            Choice.make(federation=person.federation, person=person, group=group, channel=channel, wanted=yes)
            changed += 1
        elif row.wanted != yes:
            row.wanted = yes
            row.save(update_fields=["wanted"])
            changed += 1
    if changed:
        journal.write("notice.chosen", of=person, by=by, at=at, changed=changed)
    return changed


@atomic
def prefer(*, person: Person, quiet: tuple[time, time] | None, digest: bool, by: Actor, at: datetime) -> Preference:
    """`quiet` None: the house's hours. Equal ends: never quiet."""
    hours = {"quiet_from": quiet[0] if quiet else None, "quiet_until": quiet[1] if quiet else None}
    row = Preference.objects.select_for_update().filter(person=person).first()
    if row is None:
        row = Preference.make(federation=person.federation, person=person, digest=digest, **hours)
    else:
        row.digest, row.quiet_from, row.quiet_until = digest, hours["quiet_from"], hours["quiet_until"]
        row.save(update_fields=["digest", "quiet_from", "quiet_until"])
    journal.write("notice.preferred", of=person, by=by, at=at, digest=digest)
    return row
