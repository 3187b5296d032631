"""Everything that may be allowed, each with the scope in which it is exercised."""

from django.db import models


class Scope(models.TextChoices):
    """Four ways of meeting a row. A role says how far each reaches; none said means none."""

    HANDLE = "handle", "办理"
    SEE = "see", "查看"
    FIND = "find", "查找（遮盖）"
    REPORT = "report", "统计"


class Power(models.TextChoices):
    """One verb each. The scope says which of a role's four reaches limits it."""

    APPOINT = "appoint", "任命岗位"
    MANAGE_UNIONS = "manage_unions", "维护组织"
    KEEP_UNION = "keep_union", "维护本会档案"
    IMPORT_ROSTER = "import_roster", "导入花名册"
    MANAGE_PEOPLE = "manage_people", "登记职工和会籍"
    REVIEW_JOINING = "review_joining", "审核入会和转接"
    VERIFY_PEOPLE = "verify_people", "窗口核验身份"
    MERGE_PEOPLE = "merge_people", "判断重复登记"
    ACT_FOR_WORKER = "act_for_worker", "代职工办理"
    SEE_PEOPLE = "see_people", "查看职工"
    FIND_PEOPLE = "find_people", "查找职工（遮盖）"
    REVEAL_NUMBERS = "reveal_numbers", "查看完整号码"
    RUN_COURSES = "run_courses", "开办课程"
    SEE_COURSES = "see_courses", "查看课程与名单"
    CALL_ROLL = "call_roll", "点名"
    RUN_CALLS = "run_calls", "审核报名、公布结果"
    MANAGE_SITES = "manage_sites", "维护阵地"
    RUN_BENEFITS = "run_benefits", "办理福利"
    SEE_BENEFITS = "see_benefits", "查看福利与领用名单"
    HOLD_DRAWS = "hold_draws", "办理抽签"
    MANAGE_PARTNERS = "manage_partners", "管理合作商户"
    MANAGE_RULES = "manage_rules", "制定规则"
    MANAGE_CATALOGUE = "manage_catalogue", "起草和签署共同目录"
    SEND_NOTICES = "send_notices", "群发通知"
    APPROVE_SENDINGS = "approve_sendings", "批准群发"
    MANAGE_FORMS = "manage_forms", "下发填报表"
    READ_FIGURES = "read_figures", "看数据"
    DRILL_TO_NAMES = "drill_to_names", "数据下钻看到姓名"
    READ_JOURNAL = "read_journal", "查操作记录"
    EXPLAIN_ACCESS = "explain_access", "查看权限缘由"
    OPERATE = "operate", "运行维护"

    @property
    def scope(self) -> Scope:
        return _SCOPE[self]


_SCOPE: dict[Power, Scope] = {
    Power.APPOINT: Scope.HANDLE,
    Power.MANAGE_UNIONS: Scope.HANDLE,
    Power.KEEP_UNION: Scope.HANDLE,
    Power.IMPORT_ROSTER: Scope.HANDLE,
    Power.MANAGE_PEOPLE: Scope.HANDLE,
    Power.REVIEW_JOINING: Scope.HANDLE,
    Power.VERIFY_PEOPLE: Scope.HANDLE,
    Power.MERGE_PEOPLE: Scope.HANDLE,
    Power.ACT_FOR_WORKER: Scope.HANDLE,
    Power.SEE_PEOPLE: Scope.SEE,
    Power.FIND_PEOPLE: Scope.FIND,
    Power.REVEAL_NUMBERS: Scope.SEE,
    Power.RUN_COURSES: Scope.HANDLE,
    Power.SEE_COURSES: Scope.SEE,
    Power.CALL_ROLL: Scope.HANDLE,
    Power.RUN_CALLS: Scope.HANDLE,
    Power.MANAGE_SITES: Scope.HANDLE,
    Power.RUN_BENEFITS: Scope.HANDLE,
    Power.SEE_BENEFITS: Scope.SEE,
    Power.HOLD_DRAWS: Scope.HANDLE,
    Power.MANAGE_PARTNERS: Scope.HANDLE,
    Power.MANAGE_RULES: Scope.HANDLE,
    Power.MANAGE_CATALOGUE: Scope.HANDLE,
    Power.SEND_NOTICES: Scope.HANDLE,
    Power.APPROVE_SENDINGS: Scope.HANDLE,
    Power.MANAGE_FORMS: Scope.HANDLE,
    Power.READ_FIGURES: Scope.REPORT,
    Power.DRILL_TO_NAMES: Scope.REPORT,
    Power.READ_JOURNAL: Scope.SEE,
    Power.EXPLAIN_ACCESS: Scope.SEE,
    Power.OPERATE: Scope.HANDLE,
}


# What an agreement between unions may open. To appoint, to change the tree or to read full numbers stays at home.
GRANTABLE = frozenset(
    {
        Power.RUN_COURSES,
        Power.SEE_COURSES,
        Power.CALL_ROLL,
        Power.RUN_BENEFITS,
        Power.SEE_BENEFITS,
        Power.SEE_PEOPLE,
        Power.FIND_PEOPLE,
        Power.ACT_FOR_WORKER,
        Power.READ_FIGURES,
        Power.DRILL_TO_NAMES,
        Power.MANAGE_SITES,
    }
)
