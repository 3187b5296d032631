"""The first administrator of an installation, from nothing; and the way back in."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import PASSWORD, Cast, an_id

from config import cli
from config.commands import staff_account
from config.surroundings import WrongCall
from tongxin.kernel.refused import Refused
from tongxin.people.actions import sign_in
from tongxin.people.models import Account, Appointment

OPEN = ["--login", "Yongchuan.Admin", "--name", "邹江", "--union", "500116", "--role", "federation_admin"]


def run(*arguments: str) -> int:
    return staff_account.run(cli.build_parser().parse_args(["staff_account", *arguments]))


def signed_in(login: str, password: str) -> Account:
    return sign_in.account_by_password(login=login, password=password, network="test", at=timezone.now())


def test_opens_an_account_and_prints_its_password_once(cast: Cast, capsys: pytest.CaptureFixture) -> None:
    assert run(*OPEN, "--days", "90", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["login", "password", "password_until", "union", "role", "days"]
    assert (told["login"], told["union"], told["role"]) == ("yongchuan.admin", "500116", "federation_admin")
    post = Appointment.objects.get(person=signed_in("yongchuan.admin", told["password"]).person)
    assert post.ends - post.starts == timedelta(days=90)


def test_prints_for_people(cast: Cast, capsys: pytest.CaptureFixture) -> None:
    assert run(*OPEN) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "邹江，江津区总工会，总工会管理员，365天"
    assert lines[1] == "登录名：yongchuan.admin"
    assert lines[2].startswith("一次性密码（只显示这一次，第一次登录后要换）：")


def test_second_run_prolongs_the_post_and_keeps_the_password(cast: Cast, capsys: pytest.CaptureFixture) -> None:
    assert run(*OPEN, "--days", "30") == 0
    assert run(*OPEN, "--days", "20") == 0
    assert run(*OPEN, "--days", "60") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "登录名：yongchuan.admin，账号已有，密码不变"
    posts = Appointment.objects.filter(person=Account.objects.get(login="yongchuan.admin").person).order_by("starts")
    assert [(post.ends - post.starts).days for post in posts] == [30, 30]


def test_resets_a_password(cast: Cast, capsys: pytest.CaptureFixture) -> None:
    assert run("--reset-password", "ZhouYong", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["login", "password", "password_until"]
    assert signed_in("zhouyong", told["password"]).pk == cast.admin.account.pk
    with pytest.raises(Refused):
        signed_in("zhouyong", PASSWORD)


def test_reset_of_a_factor_that_is_not_there_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        run("--reset-factor", "zhouyong")
    assert refusal.value.code == "factor-none"


def test_refusal_leaves_nothing_behind(cast: Cast) -> None:
    before = Appointment.objects.count()
    with pytest.raises(Refused) as refusal:
        run(*OPEN[2:], "--login", "zhenghui", "--document", an_id())
    assert refusal.value.code == "login-taken"
    assert Appointment.objects.count() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (OPEN[:6], "give --role as well"),
        ([], "give --login, --name, --union, --role as well"),
        ([*OPEN[:4], "--union", "999999", *OPEN[6:]], "no union with the code 999999"),
        ([*OPEN[:6], "--role", "king"], "There is no role king. Roles: federation_admin,"),
        (["--reset-password", "nobody"], "no account with the login nobody"),
        (["--reset-password", "zhouyong", "--name", "周永"], "A reset takes nothing else"),
    ],
)
def test_call_that_does_not_fit_is_said(cast: Cast, arguments: list[str], words: str) -> None:
    with pytest.raises(WrongCall) as wrong:
        run(*arguments)
    assert words in str(wrong.value)


@pytest.mark.parametrize("days", ["0", "-1", "1826", "99999999999999", "many"])
def test_days_out_of_bounds_are_a_wrong_call(days: str) -> None:
    with pytest.raises(SystemExit) as end:
        cli.build_parser().parse_args(["staff_account", *OPEN, "--days", days])
    assert end.value.code == 2


def test_an_empty_folder_becomes_an_installation_with_an_administrator(folders: object) -> None:
    """As docs/operate.md tells it, in processes of their own."""
    server = folders.careless()
    server.ensure_running()  # and held: eleven commands that each start and stop it would test that eleven times
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"TONGXIN_DATA": str(server.data), "DJANGO_SETTINGS_MODULE": "config.settings"}

    def tongxin(*arguments: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "config.cli", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)
        return done.returncode, done.stdout, done.stderr

    first = ["staff_account", *OPEN, "--json"]
    assert tongxin(*first)[0] == 3  # no tables yet
    assert tongxin("migrate")[0] == 0
    code, _, said = tongxin(*first)
    assert (code, "run `tongxin load_divisions` first" in said) == (2, True)
    once, again = [json.loads(tongxin("load_divisions", "--json")[1]) for _ in range(2)]
    assert once["added"] == once["unions"] > 4386  # today's divisions, the nation, and what has ended
    assert again == {"added": 0, "unions": once["unions"], "parameters": 0}
    assert once["parameters"] > 10
    code, told, _ = tongxin(*first)
    assert (code, json.loads(told)["login"]) == (0, "yongchuan.admin")
    code, told, said = tongxin(*first)
    assert (code, json.loads(told)["password"]) == (0, None)
    code, told, said = tongxin("staff_account", *OPEN[:3], "另一人", *OPEN[4:])
    assert (code, told) == (1, "")
    assert "登录名yongchuan.admin已有人用" in said
    assert tongxin("staff_account", "--reset-password", "yongchuan.admin", "--json")[0] == 0
