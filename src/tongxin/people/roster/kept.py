"""A row as it is kept between upload and import: what was typed, what it means, what the sheet itself has wrong."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from tongxin.kernel import id_numbers
from tongxin.people.roster.duplicates import CODES as DUPLICATES
from tongxin.people.roster.fields import KEY
from tongxin.people.roster.shapes import Problem, RosterRow


@dataclass(slots=True)
class Entry:
    """One row in hand. `typed` and `values` are by field; `told` are the sheet's own problems, duplicates left out."""

    row_no: int
    typed: dict[str, str]
    values: dict[str, str]
    told: list[Problem] = field(default_factory=list)
    answers: frozenset[str] = frozenset()
    key: str = ""  # of the row in a workbook of ours that came back
    origin: int | None = None  # the number of that row, once the key was found to be right

    @classmethod
    def of(cls, row: RosterRow) -> "Entry":
        told = [problem for problem in row.problems if problem.code not in DUPLICATES]
        typed, values = _sound(row.raw), _sound(row.texts())
        typed.pop(KEY, None)
        return cls(row.row_no, typed, values, told, key=values.pop(KEY, ""))

    @classmethod
    def from_text(cls, row_no: int, text: str, answers: Iterable[str]) -> "Entry":
        kept = json.loads(text)
        return cls(row_no, kept["typed"], kept["values"], problems_of(kept["told"]), frozenset(answers))

    def to_text(self) -> str:
        kept = {"typed": self.typed, "values": self.values, "told": problems_as_data(self.told)}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    @property
    def document(self) -> str:
        """The canonical number that is digested, or nothing."""
        number = self.values.get("id_number", "")
        kind = self.values.get("id_kind", id_numbers.RESIDENT_ID)
        return number if not number or kind == id_numbers.RESIDENT_ID else f"{kind}:{number}"

    @property
    def who(self) -> str:
        """Equal for rows that name one person: the number, else name and phone."""
        if self.document:
            return self.document
        name, phone = self.values.get("name"), self.values.get("phone")
        return f"{name}\n{phone}" if name and phone else ""


def problems_as_data(problems: Iterable[Problem]) -> list[dict[str, object]]:
    return [asdict(problem) for problem in problems]


def problems_of(data: Iterable[Mapping[str, object]]) -> list[Problem]:
    return [Problem(**one) for one in data]  # type: ignore[arg-type]


def _sound(texts: Mapping[str, str]) -> dict[str, str]:
    """Without halves of characters, which no database takes."""
    try:
        "".join(texts.values()).encode()
    except UnicodeEncodeError:
        pass
    else:
        return dict(texts)
    return {name: text.encode("utf-8", "ignore").decode() for name, text in texts.items()}
