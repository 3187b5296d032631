"""Columns that depend on the key ring: what is sealed at rest and opened by name, and digests by which it is found.

Each says by its class what a new key asks of it; `store.resealing` finds them all in the tables themselves. In migrations
they are the plain columns that they are.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import models

from tongxin.store.keys import ring


class Sealed:
    """A sealed text. It prints as dots: whoever needs the value says so with `.open()`."""

    __slots__ = ("_bytes", "_purpose")

    def __init__(self, sealed: bytes, purpose: str) -> None:
        self._bytes = sealed
        self._purpose = purpose

    @classmethod
    def of(cls, text: str, purpose: str) -> "Sealed":
        return cls(ring().seal(text, purpose=purpose), purpose)

    def open(self) -> str:
        return ring().open(self._bytes, purpose=self._purpose)

    @property
    def raw(self) -> bytes:
        return self._bytes

    @property
    def key_id(self) -> int:
        return self._bytes[0]

    def __repr__(self) -> str:
        return "•••"

    __str__ = __repr__


class SealedField(models.BinaryField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Takes a text or a Sealed, stores bytes, gives back a Sealed. `purpose` binds the value to its column.

    `inside`: of a text that once held sealed values itself, the same text without them.
    """

    def __init__(self, *, purpose: str, inside: Callable[[str], str] | None = None, **kwargs: Any) -> None:
        self.purpose, self.inside = purpose, inside
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def from_db_value(self, value: Any, *_: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value), self.purpose)

    def renewed(self, value: Any) -> Sealed:
        """The same under the current key."""
        text = value.open() if isinstance(value, Sealed) else str(value)
        return Sealed.of(self.inside(text) if self.inside else text, self.purpose)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        if isinstance(value, str):
            value = Sealed.of(value, self.purpose)
        return super().get_db_prep_value(value.raw if isinstance(value, Sealed) else value, connection, prepared)


class SealedBytesField(models.BinaryField):  # type: ignore[type-arg]
    """Bytes that its owner seals and opens (`seal_bytes`): what is packed, and opened a thousand rows at once."""

    def __init__(self, *, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(**kwargs)

    def clone(self) -> Any:
        return _plain(self, models.BinaryField)

    def renewed(self, value: Any) -> bytes:
        return ring().seal_bytes(ring().open_bytes(bytes(value), purpose=self.purpose), purpose=self.purpose)


class DigestField(models.BinaryField):  # type: ignore[type-arg]
    """A keyed digest (or several, one after another). What becomes of it under a new key, one of three:

    `of`: made anew by this, from the row, whenever what is sealed beside it is sealed anew. `lives`: of no use after that,
    and nothing makes it anew. `lost`: why nobody misses it when its key is gone.
    """

    def __init__(
        self,
        *,
        purpose: str,
        of: Callable[[Any], bytes | None] | None = None,
        lives: timedelta | None = None,
        lost: str = "",
        **kwargs: Any,
    ) -> None:
        if sum((of is not None, lives is not None, bool(lost))) != 1:
            raise TypeError("A digest says one of: of what it is made anew, how long it lives, why it may be lost.")
        self.purpose, self.of, self.lives, self.lost = purpose, of, lives, lost
        super().__init__(**kwargs)

    def clone(self) -> Any:
        return _plain(self, models.BinaryField)


class KeyIdField(models.SmallIntegerField):  # type: ignore[type-arg]
    """The id of the key under which the row's other columns lie."""

    def clone(self) -> Any:
        return _plain(self, models.SmallIntegerField)


def digest_of(text: Any, purpose: str) -> bytes | None:
    """Under the current key, of a Sealed or a plain text that is canonical already; None of nothing."""
    plain = text.open() if isinstance(text, Sealed) else text
    return ring().digest(plain, purpose=purpose) if plain else None


def _plain(field: Any, kind: Any) -> Any:
    """What migrations know of it: they ask for a clone of each field."""
    _name, _path, args, kwargs = field.deconstruct()
    return kind(*args, **kwargs)
