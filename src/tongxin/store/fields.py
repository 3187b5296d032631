"""A column whose value is sealed at rest and must be opened by name."""

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
    """Takes a text or a Sealed, stores bytes, gives back a Sealed. `purpose` binds the value to its column."""

    def __init__(self, *, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def from_db_value(self, value: Any, *_: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value), self.purpose)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        if isinstance(value, str):
            value = Sealed.of(value, self.purpose)
        return super().get_db_prep_value(value.raw if isinstance(value, Sealed) else value, connection, prepared)
