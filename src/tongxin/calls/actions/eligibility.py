"""Whether a person may apply, asked of the rules; the verdict must be yes."""

from datetime import datetime

from django.utils.timezone import localdate

from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Call
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.people.models.persons import Assurance
from tongxin.rulebook.queries.verdicts import nobody_knows, verdict_on
from tongxin.rules.verdicts import Truth, Verdict


def check_eligible(call: Call, person: Person, *, at: datetime) -> None:
    """Refused: "not-known-well-enough", "person-merged"; "not-eligible", "eligibility-unknown", with the conditions;
    "rule-stuck" when the rule itself asks what nobody knows (who keeps it should look: `rules.note_stuck`).
    """
    _check_known(call, person)
    version = kind_of(call).conditions(call)
    if version is None:
        return
    verdict = verdict_on(version, person, localdate(at), union=call.union_id)
    why = "；".join(obstacle.words for obstacle in verdict.in_the_way())
    if verdict.truth is Truth.NO:
        raise Refused(
            "not-eligible",
            "这里要求：%(why)s。按现在的登记，您还不符合。登记有误的话，请找所在工会更正后再报。",
            why=why,
        )
    if verdict.truth is Truth.UNKNOWN:
        _check_stuck(verdict)
        raise Refused(
            "eligibility-unknown",
            "这里要求：%(why)s。您的登记还缺这些，暂时不能判断。请找所在工会补登记后再报。",
            why=why,
        )


def _check_stuck(verdict: Verdict) -> None:
    if missing := nobody_knows(verdict):
        raise Refused(
            "rule-stuck",
            "这里的条件要看“%(what)s”，现在还没有查到，暂时不能判断。不是您的登记有问题；已经记下，主办的工会会去查。",
            what="、".join(missing),
        )


def _check_known(call: Call, person: Person) -> None:
    """Of what the two rows say. Whoever brings the person brings both columns: asked for one by one, they cost as much as
    the sign-up itself.
    """
    if person.merged_into_id is not None:
        raise Refused("person-merged", "这份登记已经并入另一份，请打开合并后的登记再办。")
    if person.assurance >= call.assurance:
        return
    raise Refused(
        "not-known-well-enough",
        "这里要求身份达到“%(needed)s”，您现在是“%(now)s”。请带身份证到就近的工会窗口核验，当场办好，再来报名。",
        needed=Assurance(call.assurance).label,
        now=Assurance(person.assurance).label,
    )
