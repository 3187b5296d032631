"""What becomes of a row, given what the house knows: added, changed, left alone, asked about, refused. Pure; never guesses.

`judge` is a table read from the top: the first line that fits a row decides. Each problem's words say what to do next and
repeat nothing of the row, so that they may be kept in the open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from tongxin.people.roster.kept import Entry
from tongxin.people.roster.shapes import Problem
from tongxin.people.states import Answer, Verdict

COMPARED: Final = (  # fields that a record holds as a roster says them; blank cells leave them alone
    "phone",
    "sex",
    "born",
    "ethnicity",
    "political_status",
    "education",
    "skill_level",
    "is_migrant",
    "gig_group",
    "employer",
    "employer_uscc",
    "occupation",
    "model_worker",
)
ENDED: Final = frozenset({"transferred", "left", "lapsed", "died"})  # states of a membership that is over


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a row names, as the house knows them. `values` are by field, as a roster would say them."""

    person: int
    name: str
    values: Mapping[str, str]
    basis: str  # another one when the record or the membership has changed
    has_document: bool = True
    away: bool = False  # another province keeps the record
    union: int | None = None  # of the open membership
    starts: date | None = None  # of the open membership
    moved_in: bool = False  # it continues an earlier one
    last_end: date | None = None  # of earlier memberships
    post: str = ""
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What the house holds that fits a row."""

    known: Known | None = None  # by the number
    here: tuple[Known, ...] = ()  # members of this union with the row's name and phone
    unnumbered: tuple[Known, ...] = ()  # records without a number, with the row's name and phone
    may_move: bool = False  # the actor may register memberships where `known` is a member now
    whom_to_ask: str = ""  # else the federation to turn to


@dataclass(frozen=True, slots=True)
class Place:
    union: int
    founded_on: date
    today: date


@dataclass(frozen=True, slots=True)
class Twin:
    """Another row of the file names the same person. `kind`: same, differs, names, unused (the other one is used)."""

    other: int
    kind: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """`starts` is the day on which a membership would begin; `changes` are fields to write, also of someone who joins."""

    verdict: Verdict
    problems: tuple[Problem, ...] = ()
    offers: tuple[Answer, ...] = ()
    changes: tuple[str, ...] = ()
    person: int | None = None
    basis: str = ""
    starts: date | None = None
    joins: bool = field(default=False)  # a membership begins here

    @property
    def writes(self) -> bool:
        return self.verdict in {Verdict.ADDED, Verdict.CHANGED}


def judge(entry: Entry, found: Found, place: Place, twin: Twin | None = None) -> Judgement:
    if Answer.SKIP in entry.answers:
        return _refused(entry, found.known, SKIPPED)
    blocking = [problem for problem in entry.told if problem.blocks]
    if [problem.code for problem in blocking] == [ID_MISSING]:
        return _judge_without_number(entry, found, place, twin)
    if blocking:
        return _refused(entry, found.known)
    if entry.values.get("membership_state") in ENDED:
        return _refused(entry, found.known, STATE_ENDED)
    return _judge_twin(entry, found.known, twin) or _judge_person(entry, found, place)


def twins(entries: Iterable[Entry]) -> dict[int, Twin]:
    """By row number, the rows that are not alone. Rows that are skipped are out of it."""
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: one.row_no):
        if entry.who and Answer.SKIP not in entry.answers:
            groups.setdefault(entry.who, []).append(entry)
    return {row: twin for group in groups.values() if len(group) > 1 for row, twin in _twins_of(group)}


def settle(judged: Sequence[tuple[Entry, Judgement]], taken: dict[int, int]) -> list[tuple[Entry, Judgement]]:
    """Two rows that would write the same person's record: the first does, the other is refused.

    `taken` (person, row) goes on from one part of a file to the next.
    """
    settled = []
    for entry, judgement in judged:
        if judgement.person is not None and judgement.writes:
            first = taken.setdefault(judgement.person, entry.row_no)
            if first != entry.row_no:
                problem = _worded("", "person-twice", f"与第{first}行是同一个人。", "请只留正确的一行。")
                settled.append((entry, replace(judgement, verdict=Verdict.REFUSED, problems=(problem,), changes=())))
                continue
        settled.append((entry, judgement))
    return settled


def _twins_of(group: Sequence[Entry]) -> Iterable[tuple[int, Twin]]:
    first = group[0]
    used = next((entry for entry in group if Answer.USE in entry.answers), None)
    if used is not None:
        return [(entry.row_no, Twin(used.row_no, "unused")) for entry in group if entry is not used]
    if all(entry.values == first.values for entry in group):
        return [(entry.row_no, Twin(first.row_no, "same")) for entry in group[1:]]
    kind = "names" if len({entry.values.get("name") for entry in group}) > 1 else "differs"
    return [(entry.row_no, Twin(group[1].row_no if entry is first else first.row_no, kind)) for entry in group]


def _judge_twin(entry: Entry, known: Known | None, twin: Twin | None) -> Judgement | None:
    if twin is None:
        return None
    words, verdict = _TWINS[twin.kind], _TWIN_VERDICTS[twin.kind]
    problem = replace(words, message=words.message % twin.other)
    offers = (Answer.USE, Answer.SKIP) if verdict is Verdict.ASKED else ()
    return _judged(entry, verdict, known, problem, offers=offers)


def _judge_without_number(entry: Entry, found: Found, place: Place, twin: Twin | None) -> Judgement:
    """Only somebody who is a member here already may come without a number: one, by name and phone."""
    if len(found.here) != 1:
        return _refused(entry, None)
    known = found.here[0]
    known_by_phone = replace(entry, told=[problem for problem in entry.told if problem.code != ID_MISSING] + [BY_PHONE])
    return _judge_twin(known_by_phone, known, twin) or _judge_known(known_by_phone, known, found, place)


def _judge_person(entry: Entry, found: Found, place: Place) -> Judgement:
    if found.known is not None:
        return _judge_known(entry, found.known, found, place)
    if found.unnumbered and Answer.OTHER not in entry.answers:
        one = len(found.unnumbered) == 1
        if one and Answer.SAME in entry.answers:
            return _judge_known(entry, found.unnumbered[0], found, place)
        offers = (Answer.SAME, Answer.OTHER, Answer.SKIP) if one else (Answer.OTHER, Answer.SKIP)
        return _judged(entry, Verdict.ASKED, found.unnumbered[0] if one else None, MAYBE_SAME, offers=offers)
    if found.here and Answer.OTHER not in entry.answers:
        return _judged(entry, Verdict.ASKED, None, NUMBER_DIFFERS, offers=(Answer.OTHER, Answer.SKIP))
    return _judge_joining(entry, None, place)


def _judge_known(entry: Entry, known: Known, found: Found, place: Place) -> Judgement:
    elsewhere = known.union is not None and known.union != place.union
    if known.away and known.union != place.union:
        return _ask_elsewhere(entry, known, found) if elsewhere else _refused(entry, known, CONSENT)
    if elsewhere and (not found.may_move or not entry.answers & {Answer.TRANSFER, Answer.STAY}):
        return _ask_elsewhere(entry, known, found)
    if entry.values["name"] != known.name and not entry.answers & {Answer.RENAME, Answer.KEEP_NAME}:
        offers = (Answer.RENAME, Answer.KEEP_NAME, Answer.SKIP)
        return _judged(entry, Verdict.ASKED, known, TWO_NAMES, offers=offers)
    if known.union is None or (elsewhere and Answer.TRANSFER in entry.answers):
        return _judge_joining(entry, known, place)
    return _judge_member(entry, known, place, stays=elsewhere)


def _ask_elsewhere(entry: Entry, known: Known, found: Found) -> Judgement:
    """The record of another union's member is not touched, nor shown, without power over that union."""
    if not found.may_move or known.away:
        fix = f"请联系{found.whom_to_ask}办理会籍转接，这一行可以先跳过。"
        return _judged(entry, Verdict.ASKED, known, replace(ELSEWHERE, fix=fix), offers=(Answer.SKIP,))
    return _judged(entry, Verdict.ASKED, known, ELSEWHERE, offers=(Answer.TRANSFER, Answer.STAY, Answer.SKIP))


def _judge_joining(entry: Entry, known: Known | None, place: Place) -> Judgement:
    if (
        known is not None and known.union is not None
    ):  # a transfer: from today, whenever the worker first joined a union
        starts, notice = place.today, None
    else:
        starts, notice = _start(entry, place, known.last_end if known else None)
    changes = _differences(entry, known) if known else ()
    judgement = _judged(entry, Verdict.ADDED, known, notice, changes=changes)
    return replace(judgement, starts=starts, joins=True)


def _judge_member(entry: Entry, known: Known, place: Place, *, stays: bool) -> Judgement:
    changes = list(_differences(entry, known))
    starts, notice = known.starts, None
    if not stays:
        changes += _membership_differences(entry, known)
        if "joined_on" in entry.values and not known.moved_in:
            starts, notice = _start(entry, place, known.last_end)
            changes += ["joined_on"] if starts != known.starts else []
    verdict = Verdict.CHANGED if changes else Verdict.UNCHANGED
    return replace(_judged(entry, verdict, known, notice, changes=tuple(changes)), starts=starts)


def _differences(entry: Entry, known: Known) -> tuple[str, ...]:
    found = [
        name for name in COMPARED if entry.values.get(name, known.values.get(name, "")) != known.values.get(name, "")
    ]
    if Answer.RENAME in entry.answers and entry.values["name"] != known.name:
        found.insert(0, "name")
    if entry.document and not known.has_document:
        found.append("id_number")
    return tuple(found)


def _membership_differences(entry: Entry, known: Known) -> list[str]:
    found = []
    if entry.values.get("post", known.post) != known.post:
        found.append("post")
    state = entry.values.get("membership_state")
    if state and (state == "retained") != known.retained:
        found.append("membership_state")
    return found


def _start(entry: Entry, place: Place, last_end: date | None) -> tuple[date, Problem | None]:
    """入会时间 is a worker's first day in any union. The stay here begins neither before this union nor within another."""
    joined = date.fromisoformat(entry.values["joined_on"]) if "joined_on" in entry.values else place.today
    if last_end is not None and joined < last_end:
        return max(last_end, place.founded_on), AFTER_LAST
    return (joined, None) if joined >= place.founded_on else (place.founded_on, AFTER_FOUNDING)


def _refused(entry: Entry, known: Known | None, problem: Problem | None = None) -> Judgement:
    return _judged(entry, Verdict.REFUSED, known, problem)


def _judged(
    entry: Entry,
    verdict: Verdict,
    known: Known | None,
    problem: Problem | None = None,
    *,
    offers: tuple[Answer, ...] = (),
    changes: tuple[str, ...] = (),
) -> Judgement:
    problems = ((problem,) if problem else ()) + tuple(entry.told)
    person, basis = (known.person, known.basis) if known else (None, "")
    return Judgement(verdict, problems, offers, changes, person, basis)


def _worded(column: str, code: str, message: str, fix: str = "") -> Problem:
    return Problem(column, code, message, fix)


def _notice(column: str, code: str, message: str, fix: str = "") -> Problem:
    return Problem(column, code, message, fix, blocks=False)


ID_MISSING: Final = "id-missing"  # as checks.py calls it
SKIPPED: Final = _worded("", "skipped", "按您的选择跳过。")
STATE_ENDED: Final = _worded(
    "membership_state",
    "state-ended",
    "会籍状态写的是已经离开，导入不会结束会籍。",
    "仍是会员的请改会籍状态；确已离开的请在职工页面办理，这一行可以跳过。",
)
BY_PHONE: Final = _notice("id_number", "known-by-phone", "没有证件号码，按姓名和手机号对上了本工会的会员。")
TWO_NAMES: Final = _worded(
    "name",
    "one-id-two-names",
    "这个证件号码登记的是另一个姓名。",
    "请对照证件：是同一人请选用哪个姓名；不是请改正证件号码。",
)
ELSEWHERE: Final = _worded(
    "",
    "in-another-union",
    "这个人的会籍在另一个工会。",
    "一个人只有一处会籍，请选要不要转到本工会。",
)
CONSENT: Final = _worded(
    "",
    "consent-needed",
    "这个人的登记在另一省（市），要先取得本人单独同意。",
    "请在职工页面办理入会，这一行可以跳过。",
)
MAYBE_SAME: Final = _worded(
    "id_number",
    "maybe-same",
    "已有同名同手机号的登记，还没有证件号码。",
    "请选是不是同一个人。",
)
NUMBER_DIFFERS: Final = _worded(
    "id_number",
    "number-differs",
    "本工会已有同名同手机号的会员，证件号码不同。",
    "请对照证件改正号码；确是另一个人请选新登记。",
)
AFTER_LAST: Final = _notice("joined_on", "joined-after-last", "入会时间早于上一段会籍结束，本工会的会籍从那天起算。")
AFTER_FOUNDING: Final = _notice(
    "joined_on", "joined-before-union", "入会时间早于本工会成立，本工会的会籍从成立那天起算。"
)
_TWINS: Final = {
    "same": _notice("", "row-twice", "与第%d行完全相同，只算一次。", "不用改；也可以删去这一行。"),
    "differs": _worded("", "row-twice-differs", "与第%d行是同一个人，内容不同。", "请选用哪一行，或改正证件号码。"),
    "names": _worded(
        "id_number", "id-two-people", "证件号码与第%d行相同，姓名不同。", "请对照证件，改正其中一行，或选用哪一行。"
    ),
    "unused": _worded("", "row-other-used", "与第%d行是同一个人，已选用那一行。"),
}
_TWIN_VERDICTS: Final = {
    "same": Verdict.UNCHANGED,
    "differs": Verdict.ASKED,
    "names": Verdict.ASKED,
    "unused": Verdict.REFUSED,
}
