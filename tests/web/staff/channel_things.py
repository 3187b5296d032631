"""What stands behind the addresses of channels, for tests/web/walking.py."""

from tests.cast import HOUSE, NOW
from tests.factories.activities import School

from tongxin.notices.actions import templates
from tongxin.notices.actions.templates import Words
from tongxin.notices.states import Channel


def channel_things(school: School) -> dict[str, object]:
    words = Words(Channel.SMS, "", "SMS_1", "永川区总工会", "${title}")
    made = templates.add(union=school.union, words=words, valid_from=NOW.date(), by=HOUSE, at=NOW)
    return {"channels": school.union.public_id, "template_id": made.public_id, "signed": "f" * 64}
