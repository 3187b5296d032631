"""What stands behind the addresses of the joint catalogue, of polls and of events for families."""

from tests.cast import HOUSE, NOW
from tests.factories.activities import School, at

from tongxin.activities.actions import polls
from tongxin.activities.actions.polls import Asked
from tongxin.activities.states import ActivityKind
from tongxin.benefits.actions import catalogue
from tongxin.benefits.actions.catalogue import Said, Wording
from tongxin.benefits.promises import LineKind, Measure, Promise
from tongxin.unions.models import Union


def catalogue_things(union: Union) -> dict[str, object]:
    """A line that this federation signed with the one above it."""
    above = Union.objects.get(code="500000")
    said = Said(union, Promise.MAY_GIVE, Measure.UNKNOWN, how="由工会送到", document="示例文件", clause="第一条")
    condition = {"fact": "is_member", "op": "=", "value": True, "words": "是工会会员"}
    wording = Wording(who="本区会员", valid_from=NOW.date(), said=[said], condition=condition)
    line = catalogue.draft_line(
        union=union, others=[above], name=f"{union.name}送清凉", kind=LineKind.UNIVERSAL, wording=wording, by=HOUSE, at=NOW
    )  # fmt: skip
    for party in (union, above):
        catalogue.sign(version=line.versions.get(), union=party, by=HOUSE, at=NOW)
    return {"line_id": line.public_id}


def poll_things(school: School) -> dict[str, object]:
    """One that its members may answer now."""
    choices = [("想学川剧变脸", ActivityKind.LESSONS), ("想去亲子采摘", ActivityKind.FAMILY)]
    asked = Asked(f"{school.union.name}问您想学什么", choices, NOW, at(6, 1))
    return {"poll_id": polls.ask(programme=school.programme, asked=asked, by=HOUSE, at=NOW).public_id}
