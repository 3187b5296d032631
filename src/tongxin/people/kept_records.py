"""A person's record as a merge keeps it: the row as PostgreSQL writes it in JSON, without anything that needs a key.

The note as a whole is sealed, so number and phone stand in it in the clear, and their digests do not: a key that is
removed takes nothing with it. Notes from before hold sealed values, as PostgreSQL writes bytes; they are opened when
their note is sealed anew.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from tongxin.kernel import id_numbers
from tongxin.store.fields import Sealed, digest_of
from tongxin.store.keys import ring

Record = dict[str, Any]
PURPOSES: Final[Mapping[str, str]] = {"document": "person.document", "phone": "person.phone"}
_SEALED: Final = "\\x"


def opened(record: Mapping[str, Any]) -> Record:
    """Number and phone in the clear."""
    return {
        **record,
        **{name: plain(name, record[name]) for name in PURPOSES if name in record},
        **{f"{name}_digest": None for name in PURPOSES if f"{name}_digest" in record},
    }


def plain(name: str, value: str | None) -> str | None:
    """Of a sealed column as it was kept, at any time."""
    if value is None or not value.startswith(_SEALED):
        return value
    return ring().open(bytes.fromhex(value.removeprefix(_SEALED)), purpose=PURPOSES[name])


def sealed(record: Mapping[str, Any]) -> Record:
    """As the table has it: under the current key, with its digests. A number stands there with its kind."""
    found = opened(record)
    for name, purpose in PURPOSES.items():
        text = found.get(name)
        if text is None:
            continue
        canonical = id_numbers.canonical_document(found["document_kind"], text) if name == "document" else text
        found[name] = _as_kept(Sealed.of(text, purpose).raw)
        found[f"{name}_digest"] = _as_kept(digest_of(canonical, purpose) or b"")
    return found


def opened_notes(text: str) -> str:
    """Of a merge's whole note: both records before, and the kept one after."""
    notes = json.loads(text)
    return json.dumps({name: opened(note) if isinstance(note, dict) else note for name, note in notes.items()})


def _as_kept(value: bytes) -> str:
    return _SEALED + value.hex()
