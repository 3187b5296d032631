"""`tongxin staff_account`: the first administrator of an installation, and the way back in for the last one.

Everyone else gets an account from an administrator, on the page 工作账号.
"""

import argparse
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from config.commands.answers import add_json, answer
from config.surroundings import WrongCall

if TYPE_CHECKING:
    from tongxin.people.models import Account
    from tongxin.unions.models import Union

HELP = "open an administrator's account, or reset a password or second factor; prints a one-time password once"
TO_OPEN = ("login", "name", "union", "role")
LONGEST = 5 * 365
ONLY_TO_OPEN = (*TO_OPEN, "document", "phone")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--login", metavar="NAME", help="what is typed to sign in, such as yongchuan.admin")
    parser.add_argument("--name", metavar="姓名", help="of the person, who is registered at the union if not yet known")
    parser.add_argument("--union", metavar="CODE", help="the union's code, such as 500118")
    parser.add_argument("--role", metavar="ROLE", help="such as federation_admin; `tongxin powers` lists them")
    parser.add_argument(
        "--document", metavar="NUMBER", default="", help="ID number: finds a person who is known already"
    )
    parser.add_argument("--phone", metavar="NUMBER", default="", help="kept with a person who is registered now")
    parser.add_argument("--days", type=days, default=365, metavar="N", help="how long the post lasts (default 365)")
    resets = parser.add_mutually_exclusive_group()
    resets.add_argument("--reset-password", metavar="LOGIN", help="a new one-time password; all sessions end")
    resets.add_argument(
        "--reset-factor", metavar="LOGIN", help="a new second factor at the next sign-in; all sessions end"
    )
    add_json(parser)


def days(text: str) -> int:
    number = int(text)
    if not 1 <= number <= LONGEST:
        message = f"a post lasts 1 to {LONGEST} days"
        raise argparse.ArgumentTypeError(message)
    return number


def run(args: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415  only once Django is set up

    if args.reset_password or args.reset_factor:
        if any(getattr(args, name) for name in ONLY_TO_OPEN):
            message = "A reset takes nothing else: it names the login itself."
            raise WrongCall(message)
        return _reset(args, timezone.now())
    if missing := [f"--{name}" for name in TO_OPEN if not getattr(args, name)]:
        message = f"To open an account, give {', '.join(missing)} as well."
        raise WrongCall(message)
    return _open(args, timezone.now())


def _open(args: argparse.Namespace, at: datetime) -> int:
    from django.utils import timezone  # noqa: PLC0415

    from tongxin.people.actions import staff_accounts  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.people.roles import RoleName  # noqa: PLC0415

    today = timezone.localdate(at)
    if args.role not in RoleName.values:
        message = f"There is no role {args.role}. Roles: {', '.join(RoleName.values)}."
        raise WrongCall(message)
    union = _union(args.union, today)
    password = staff_accounts.take_on(
        union=union,
        name=args.name,
        login=args.login,
        role=args.role,
        document=args.document,
        phone=args.phone,
        ends=today + timedelta(days=args.days),
        by=system(today),
        at=at,
    )
    told = {
        "login": args.login.strip().lower(),
        "password": password,
        "password_until": _until(at) if password else None,
    }
    head = f"{args.name}，{union.name}，{RoleName(args.role).label}，{args.days}天"
    answer(args, {**told, "union": union.code, "role": args.role, "days": args.days}, _words(told, head))
    return 0


def _reset(args: argparse.Namespace, at: datetime) -> int:
    from django.utils import timezone  # noqa: PLC0415

    from tongxin.people.actions import staff_accounts  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415

    account = _account(args.reset_password or args.reset_factor)
    by = system(timezone.localdate(at))
    if args.reset_factor:
        staff_accounts.reset_factor(account=account, by=by, at=at)
        answer(args, {"login": account.login}, f"{account.login}：动态口令已重设，下次登录时重新设置。")
        return 0
    password = staff_accounts.reset_password(account=account, by=by, at=at)
    told: dict[str, str | None] = {"login": account.login, "password": password, "password_until": _until(at)}
    answer(args, told, _words(told, "密码已重设"))
    return 0


def _union(code: str, today: date) -> "Union":
    from tongxin.unions.models import Union  # noqa: PLC0415

    union = Union.objects.existing(today).filter(code=code).first()
    if union is None:
        hint = "" if Union.objects.exists() else " There are no unions yet: run `tongxin load_divisions` first."
        message = f"There is no union with the code {code}.{hint}"
        raise WrongCall(message)
    return union


def _account(login: str) -> "Account":
    from tongxin.people.models import Account  # noqa: PLC0415

    account = Account.objects.filter(login=login.strip().lower()).first()
    if account is None:
        message = f"There is no account with the login {login}."
        raise WrongCall(message)
    return account


def _until(at: datetime) -> str:
    from django.utils import timezone  # noqa: PLC0415

    from tongxin.people.actions import staff_accounts  # noqa: PLC0415

    return timezone.localtime(at + staff_accounts.VALID).isoformat(timespec="minutes")


def _words(told: dict[str, str | None], head: str) -> str:
    if told["password"] is None:
        return f"{head}\n登录名：{told['login']}，账号已有，密码不变"
    return (
        f"{head}\n登录名：{told['login']}\n一次性密码（只显示这一次，第一次登录后要换）：{told['password']}\n"
        f"有效到：{told['password_until']}\n登录地址：/sign-in/staff/"
    )
