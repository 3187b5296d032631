"""Sessions by few statements, and as exact as Django's."""

import pytest
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongxin.web.accounts.session_store import SessionStore

pytestmark = pytest.mark.django_db


def kept(**data: object) -> SessionStore:
    store = SessionStore()
    store.update(data)
    store.save()
    return store


def test_what_was_kept_is_read_again_and_its_change_too() -> None:
    store = kept(a=1)
    again = SessionStore(store.session_key)
    again["b"] = 2
    again.save()
    assert dict(SessionStore(store.session_key).items()) == {"a": 1, "b": 2}
    assert Session.objects.count() == 1


def test_one_statement_for_a_new_one_one_for_a_change_and_one_for_a_new_key() -> None:
    counts = []
    store = SessionStore()
    store["a"] = 1
    for step in (store.save, store.save, store.cycle_key, store.save):
        with CaptureQueriesContext(connection) as queries:
            step()
        counts.append(len(queries))
    assert counts == [1, 1, 0, 1]


def test_with_a_new_key_the_old_one_opens_nothing_and_all_is_kept_at_the_end() -> None:
    store = kept(a=1)
    old = store.session_key
    store.cycle_key()
    store["b"] = 2
    assert dict(SessionStore(old).items()) == {
        "a": 1
    }  # what comes after the change of keys never stands under the old one
    store.save()
    assert dict(SessionStore(old).items()) == {}
    assert store.session_key not in {None, old}
    assert dict(SessionStore(store.session_key).items()) == {"a": 1, "b": 2}
    assert Session.objects.count() == 1


def test_one_that_changed_its_key_twice_or_was_ended_after_it_leaves_nothing() -> None:
    store = kept(a=1)
    store.cycle_key()
    store.cycle_key()
    store.save()
    assert Session.objects.count() == 1
    store.cycle_key()
    store.flush()
    assert Session.objects.count() == 0


def test_one_that_was_ended_meanwhile_does_not_come_back() -> None:
    store = kept(a=1)
    SessionStore(store.session_key).delete()
    store["b"] = 2
    with pytest.raises(UpdateError):
        store.save()
    assert Session.objects.count() == 0


def test_a_key_is_never_given_twice() -> None:
    store = kept(a=1)
    other = SessionStore(store.session_key)
    with pytest.raises(CreateError):
        other.save(must_create=True)
    assert dict(SessionStore(store.session_key).items()) == {"a": 1}
