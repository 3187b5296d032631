"""Codes on their way, by the name that the browser holds: prepared, for each sign-in reads them twice."""

from typing import Final

from tongxin.people.models.sign_in import PHONE, SignInCode
from tongxin.store.fields import Sealed
from tongxin.store.prepared import Columns, Prepared

_COLUMNS: Final = Columns(SignInCode, "phone")
_SQL: Final = f"""
    SELECT {_COLUMNS.of("code")}, code.phone FROM people_signincode code WHERE code.public_id = %(handle)s
"""  # noqa: S608 - names of columns
_CODE: Final = Prepared(_SQL)
_LOCKED: Final = Prepared(_SQL + "FOR NO KEY UPDATE")


def code_of(handle: str, *, lock: bool = False) -> SignInCode | None:
    """Used up or not. With `lock` the row is locked until the transaction ends."""
    row = (_LOCKED if lock else _CODE).row(handle=handle)
    if row is None:
        return None
    code = _COLUMNS.read(row[:-1])
    code.phone = Sealed(bytes(row[-1]), PHONE)
    return code
