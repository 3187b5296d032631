"""What the tests of the staff's course pages share."""

import re
from typing import Any

from django.test import Client
from tests.factories.activities import School
from tests.web.test_templates import faults

from tongxin.activities.models import Cohort, Term

HTMX = {"HX-Request": "true"}


def text(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, (address, answer.status_code)
    html = str(answer.content.decode())
    found = faults(html)
    assert found == []
    return html


def of(cohort: Cohort, rest: str = "") -> str:
    return f"/staff/cohorts/{cohort.public_id}/{rest}"


def of_term(term: Term, rest: str = "") -> str:
    return f"/staff/programmes/terms/{term.public_id}/{rest}"


def of_programme(ours: School, rest: str = "") -> str:
    return f"/staff/programmes/{ours.programme.public_id}/{rest}"


def done(answer: Any, to: str) -> None:
    assert (answer.status_code, answer.headers.get("Location")) == (302, to), answer.content.decode()[-3000:]


def refused(answer: Any, words: str) -> str:
    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    return html


def value_of(html: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
    assert found
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""
