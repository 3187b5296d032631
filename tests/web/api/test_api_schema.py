"""Whatever a machine sends, the API answers what its document promises (schemathesis)."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import ignored_auth
from tests.cast import Cast
from tests.factories.activities import school

from config.wsgi import application
from tongxin.people.actions import tokens

pytestmark = pytest.mark.django_db(transaction=True)  # a real WSGI request closes its connection
OPERATIONS = (
    "GET /api/classes",
    "GET /api/classes/{class_id}",
    "POST /api/classes/{class_id}/sign-up",
    "GET /api/calls",
    "POST /api/calls/{call_id}/applications",
    "GET /api/calls/{call_id}/applications",
    "GET /api/applications",
    "GET /api/applications/{application_id}",
    "POST /api/applications/{application_id}/withdraw",
    "POST /api/applications/{application_id}/accept",
    "POST /api/applications/{application_id}/decline",
    "GET /api/catalogue",
    "GET /api/catalogue/{line_id}",
    "GET /api/benefits",
    "GET /api/benefits/{benefit_id}",
    "POST /api/benefits/{benefit_id}/claim",
    "GET /api/vouchers",
    "GET /api/draws",
    "GET /api/draws/{round_id}",
    "GET /api/draws/{round_id}/{draw_id}/draw.json",
    "GET /api/figures",
    "GET /api/unions",
    "POST /api/unions/{union_id}/join",
    "GET /api/joining",
)


@pytest.fixture
def schema(transactional_db: None, cast: Cast):
    from django.utils import timezone

    ours = school(cast)
    ours.cohort()
    loaded = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    _, key = tokens.issue(account=ours.officer.account, name="测试", days=30, by=ours.officer.actor, at=timezone.now())
    return loaded, {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_documented(schema, label: str) -> None:
    """Strings with a surrogate or a zero byte, dates that are none, bodies of another type: all get a declared answer."""
    loaded, headers = schema
    operation = next(found.ok() for found in loaded.get_all_operations() if found.ok().label == label)

    @given(case=operation.as_strategy())
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def answers(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, excluded_checks=[ignored_auth])

    answers()


def test_all_operations_are_tested(schema) -> None:
    assert {found.ok().label for found in schema[0].get_all_operations()} == set(OPERATIONS)
