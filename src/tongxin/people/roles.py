"""All roles on one page: what each may do, and how far each of its four scopes reaches.

`tongxin powers` prints this page as the matrix role × power × reach.
"""

from dataclasses import dataclass

from django.db import models

from tongxin.people.powers import Power, Scope


class Reach(models.TextChoices):
    OWN = "own", "本人负责的"
    HERE = "here", "本级"
    BELOW = "below", "本级及以下"


class RoleName(models.TextChoices):
    FEDERATION_ADMIN = "federation_admin", "总工会管理员"
    PROGRAMME_OFFICER = "programme_officer", "项目干事"
    WINDOW_CLERK = "window_clerk", "窗口工作人员"
    TEACHER = "teacher", "任课老师"
    CADRE = "cadre", "基层工会干部"
    FIGURES_READER = "figures_reader", "看数据的领导"
    AUDITOR = "auditor", "审计员"
    OPERATOR = "operator", "运维员"


@dataclass(frozen=True, slots=True)
class Role:
    """A scope that is not given reaches nothing."""

    powers: frozenset[Power]
    reach: dict[Scope, Reach]

    def reach_of(self, power: Power) -> Reach | None:
        return self.reach.get(power.scope) if power in self.powers else None


ROLES: dict[RoleName, Role] = {
    RoleName.FEDERATION_ADMIN: Role(
        powers=frozenset(Power) - {Power.OPERATE, Power.CALL_ROLL},
        reach=dict.fromkeys(Scope, Reach.BELOW),
    ),
    RoleName.PROGRAMME_OFFICER: Role(
        powers=frozenset(
            {
                Power.RUN_COURSES,
                Power.SEE_COURSES,
                Power.CALL_ROLL,
                Power.RUN_CALLS,
                Power.MANAGE_SITES,
                Power.RUN_BENEFITS,
                Power.SEE_BENEFITS,
                Power.HOLD_DRAWS,
                Power.MANAGE_PARTNERS,
                Power.ACT_FOR_WORKER,
                Power.SEND_NOTICES,
                Power.SEE_PEOPLE,
                Power.FIND_PEOPLE,
                Power.READ_FIGURES,
                Power.DRILL_TO_NAMES,
            }
        ),
        reach=dict.fromkeys(Scope, Reach.BELOW),
    ),
    RoleName.WINDOW_CLERK: Role(
        powers=frozenset(
            {Power.VERIFY_PEOPLE, Power.ACT_FOR_WORKER, Power.SEE_PEOPLE, Power.FIND_PEOPLE, Power.SEE_BENEFITS}
        ),
        reach={Scope.HANDLE: Reach.BELOW, Scope.SEE: Reach.BELOW, Scope.FIND: Reach.BELOW},
    ),
    RoleName.TEACHER: Role(
        powers=frozenset({Power.CALL_ROLL, Power.SEE_COURSES}),
        reach={Scope.HANDLE: Reach.OWN, Scope.SEE: Reach.OWN},
    ),
    RoleName.CADRE: Role(
        powers=frozenset(
            {
                Power.KEEP_UNION,
                Power.IMPORT_ROSTER,
                Power.MANAGE_PEOPLE,
                Power.REVIEW_JOINING,
                Power.RUN_CALLS,
                Power.VERIFY_PEOPLE,
                Power.MERGE_PEOPLE,
                Power.SEND_NOTICES,
                Power.ACT_FOR_WORKER,
                Power.RUN_BENEFITS,
                Power.SEE_BENEFITS,
                Power.SEE_PEOPLE,
                Power.FIND_PEOPLE,
                Power.REVEAL_NUMBERS,
                Power.READ_FIGURES,
            }
        ),
        reach={Scope.HANDLE: Reach.HERE, Scope.SEE: Reach.HERE, Scope.FIND: Reach.HERE, Scope.REPORT: Reach.BELOW},
    ),
    RoleName.FIGURES_READER: Role(
        powers=frozenset({Power.READ_FIGURES}),
        reach={Scope.REPORT: Reach.BELOW},
    ),
    RoleName.AUDITOR: Role(
        powers=frozenset({Power.READ_JOURNAL, Power.EXPLAIN_ACCESS, Power.READ_FIGURES, Power.SEE_BENEFITS}),
        reach={Scope.SEE: Reach.BELOW, Scope.REPORT: Reach.BELOW},
    ),
    RoleName.OPERATOR: Role(
        powers=frozenset({Power.OPERATE}),
        reach={Scope.HANDLE: Reach.HERE},
    ),
}


# Posts that only the installation itself gives: whoever runs the machines is not chosen by those who use them. Every
# other role is given by whoever holds APPOINT at the union, also where it has a power (点名) that the giver lacks.
FOR_INSTALLATION = frozenset({RoleName.OPERATOR})


def matrix() -> list[tuple[str, str, str]]:
    """(role, power, reach) for every pair that is allowed; the reach as its word."""
    return [
        (name.value, power.value, reach.value)
        for name, role in ROLES.items()
        for power in Power
        if (reach := role.reach_of(power))
    ]
