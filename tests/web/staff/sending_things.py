"""What stands behind the addresses of sendings and slips, for tests/web/walking.py."""

from tests.cast import NOW, Player
from tests.factories.activities import School
from tests.factories.slips import by_hand

from tongxin.notices.actions import sendings
from tongxin.notices.actions.sendings import Draft
from tongxin.notices.states import Channel


def sending_things(school: School, pupil: Player) -> dict[str, object]:
    """A sending that waits for a second person, and a notice that someone at a window is to say to the pupil."""
    draft = Draft("高温天送清凉", "可到职工服务中心领取防暑用品。")
    written = sendings.write(union=school.union, draft=draft, by=school.by, at=NOW)
    asked = sendings.ask(sending=written, by=school.by, at=NOW)
    return {"sendings": asked.public_id, "slips": by_hand(pupil, Channel.WINDOW).public_id}
