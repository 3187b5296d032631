"""Collects the words of the code and keeps the English catalogue: `python tools/messages.py`.

Writes src/tongxin/web/locale/en/LC_MESSAGES/django.po (what is new comes in empty, what is unused goes) and compiles
django.mo beside it. Needs no gettext on the machine. Both files are committed. `--missing` lists what has no English yet.

Words are: {% translate %} and {% blocktranslate %}; gettext and its kin; the second argument of Refused; labels of
choices; tables of the modules in TABLES; what shipped rows say (catalogue lines, parameters, draw sources); and Chinese sentences
in the tables of a module that raises Refused with words from them.
"""

import ast
import csv
import os
import re
import struct
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "src" / "tongxin"
TEMPLATES = CODE / "web" / "templates"
PO = CODE / "web" / "locale" / "en" / "LC_MESSAGES" / "django.po"
HAN = re.compile(r"[\u3400-\u9fff]")
GETTEXT = {"gettext", "gettext_lazy", "gettext_noop", "_", "ngettext", "ngettext_lazy"}
CHOICES = {"TextChoices", "IntegerChoices"}
LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
IN_TEMPLATE = re.compile(rf"(?:\b_|\bn?gettext)\(\s*({LITERAL})(?:\s*,\s*({LITERAL}))?")
OUTSIDE = re.compile(
    r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%\s*blocktrans.*?endblocktrans(?:late)?\s*%}"
    r"|{%\s*trans(?:late)?\s.*?%}|\b_\(\s*" + LITERAL + r"\s*\)",
    re.DOTALL,
)
STAFF_ONLY = ("web/staff/", "web/templates/staff/", "figures/")
# Pages of staff that are whole in English: a folder of web/templates/staff, or how modules of web/staff begin.
# A new one also names its addresses in tests/web/test_english_pages.py.
STAFF_IN_ENGLISH = (
    "agreements",
    "benefits",
    "brands",
    "calls",
    "calls_journal",
    "catalogue",
    "choosing",
    "counter_journal",
    "draws",
    "due",
    "english",
    "fields",
    "home",
    "journal",
    "lane_journal",
    "objections",
    "operate",
    "partner",
    "polls",
    "recognitions",
    "releases",
    "reviews",
    "rules",
    "settlements",
    "tokens",
    "voucher_figures",
    "vouchers.py",  # not its sheet
)
TABLES = {  # modules whose constants are words, translated where they are read
    "web/navigation.py", "web/staff/calls_journal.py", "web/staff/counter_journal.py", "web/staff/due.py", "web/staff/home.py",
    "web/staff/journal_words.py", "web/staff/lane_journal.py", "web/staff/operate.py",
}  # fmt: skip
SHIPPED_COLUMNS = {
    "rulebook/data/parameters.csv": ("words", "unit", "value", "document", "clause", "note"),
    "calls/data/draw_sources.csv": ("name",),
}
HEAD = (
    "Project-Id-Version: tongxin\nLanguage: en\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
)


@dataclass
class Message:
    msgid: str
    plural: str = ""
    places: set[str] = field(default_factory=set)
    english: list[str] = field(default_factory=list)

    @property
    def required(self) -> bool:
        """Shown to visitors and workers, or on pages of staff that are whole in English; the others may follow later."""
        return any(not place.startswith(STAFF_ONLY) or in_english(place) for place in self.places)

    @property
    def done(self) -> bool:
        return len(self.english) == (2 if self.plural else 1) and all(self.english)


def in_english(place: str) -> bool:
    """Whether it is a file of staff pages that are whole in English."""
    return place.startswith(tuple(folder + name for folder in STAFF_ONLY[:2] for name in STAFF_IN_ENGLISH))


# ---- collecting -----------------------------------------------------------------------------------------------------


def collect() -> dict[str, Message]:
    found: dict[str, Message] = {}
    for path, words in (*_from_code(), *_from_templates(), *_from_data()):
        place = path.relative_to(CODE).as_posix()
        for msgid, plural in words:
            message = found.setdefault(msgid, Message(msgid))
            message.plural = message.plural or plural
            message.places.add(place)
    return found


def _from_code() -> Iterator[tuple[Path, list[tuple[str, str]]]]:
    for path in sorted(CODE.rglob("*.py")):
        if "migrations" not in path.parts:
            tree = ast.parse(path.read_text())
            tables = _tables(tree) if path.relative_to(CODE).as_posix() in TABLES else ()
            yield path, [*_called(tree), *_labels(tree), *tables, *_constants_beside_refusals(tree)]


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _called(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in GETTEXT and node.args and (text := _text(node.args[0])):
            yield text, _text(node.args[1]) if name.startswith("n") and len(node.args) > 1 else ""
        elif name in {"Refused", "_wrong"}:
            yield from ((text, "") for arg in node.args for text in _han(arg))


def _labels(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(getattr(base, "attr", "") in CHOICES for base in node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign):
                    yield from ((text, "") for text in _han(line.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "violation_error_message":
            yield from ((text, "") for text in _han(node.value))


def _tables(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What a module's constants say."""
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            yield from ((text, "") for text in _han(node.value))


def _constants_beside_refusals(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Chinese sentences that a Refused may say though they do not stand in it: tables of its module and of its own function."""
    if not _refuses_indirectly(tree):
        return
    tables = [node for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None]
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and _refuses_indirectly(function):
            tables += [line for line in function.body if not isinstance(line, ast.Expr)]  # its docstring left out
    for node in tables:
        yield from ((text, "") for text in _han(node) if text.endswith("。"))


def _refuses_indirectly(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Refused"
        and len(node.args) > 1
        and not _text(node.args[1])
        for node in ast.walk(tree)
    )


def _han(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if (text := _text(part)) and HAN.search(text):
            yield text


def _from_templates() -> Iterator[tuple[Path, list[tuple[str, str]]]]:
    from django.utils.translation.template import templatize  # noqa: PLC0415 - needs settings, see main

    for path in sorted(TEMPLATES.rglob("*.html")):
        calls = IN_TEMPLATE.findall(templatize(path.read_text()))
        yield path, [(ast.literal_eval(one), ast.literal_eval(many) if many else "") for one, many in calls if one]


def _from_data() -> Iterator[tuple[Path, list[tuple[str, str]]]]:
    """Words of the rows that come with the house: they stand in the database as they stand in the file."""
    for path in sorted(CODE.glob("*/data/*.toml")):
        yield path, [(text, "") for text in _strings(tomllib.loads(path.read_text()))]
    for name, columns in SHIPPED_COLUMNS.items():
        with (CODE / name).open(encoding="utf-8") as file:
            yield (
                CODE / name,
                [(row[column], "") for row in csv.DictReader(file) for column in columns if HAN.search(row[column])],
            )


def _strings(data: object) -> Iterator[str]:
    if isinstance(data, str) and HAN.search(data):
        yield data
    elif isinstance(data, dict | list):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _strings(part)


def spoken(path: Path) -> Iterator[str]:
    """All that a file says in Chinese, translated or not: constants beside docstrings; a template's text outside of its tags."""
    if path.suffix == ".html":
        yield from re.findall(r"[\u3400-\u9fff][^<>{}\n]*", OUTSIDE.sub("", path.read_text()))
        return
    tree = ast.parse(path.read_text())
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) not in told and HAN.search(_text(node)):
            yield _text(node)


# ---- the catalogue --------------------------------------------------------------------------------------------------


def read(path: Path = PO) -> dict[str, list[str]]:
    """What has English: one text, or two where the words count something."""
    if not path.exists():
        return {}
    known: dict[str, list[str]] = {}
    for block in path.read_text().split("\n\n"):
        texts: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            if match := re.match(r'(msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")$', line):
                key = match[1]
                texts[key] = ast.literal_eval(match[2])
            elif line.startswith('"') and key:
                texts[key] += ast.literal_eval(line)
        if texts.get("msgid"):
            known[texts["msgid"]] = [text for key, text in sorted(texts.items()) if key.startswith("msgstr")]
    return known


def merged() -> list[Message]:
    known = read()
    messages = sorted(collect().values(), key=lambda message: (min(message.places), message.msgid))
    for message in messages:
        message.english = known.get(message.msgid, [])
    return messages


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def write(messages: list[Message]) -> None:
    blocks = ['msgid ""\nmsgstr ' + _quoted(HEAD)]
    for message in messages:
        english = message.english + [""] * (2 if message.plural else 1)
        lines = ["#: " + " ".join(sorted(message.places)), "msgid " + _quoted(message.msgid)]
        if message.plural:
            lines.append("msgid_plural " + _quoted(message.plural))
            lines += [f"msgstr[{n}] {_quoted(english[n])}" for n in (0, 1)]
        else:
            lines.append("msgstr " + _quoted(english[0]))
        blocks.append("\n".join(lines))
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_text("\n\n".join(blocks) + "\n")
    PO.with_suffix(".mo").write_bytes(compiled(messages))


def compiled(messages: list[Message]) -> bytes:
    """The .mo form: two tables of lengths and offsets, then the texts; keys in order of their bytes."""
    pairs = {b"": HEAD.encode()}
    for message in messages:
        if message.done:
            key = f"{message.msgid}\0{message.plural}" if message.plural else message.msgid
            pairs[key.encode()] = "\0".join(message.english[: 2 if message.plural else 1]).encode()
    keys = sorted(pairs)
    ids, strs = b"".join(key + b"\0" for key in keys), b"".join(pairs[key] + b"\0" for key in keys)
    start = 28 + 16 * len(keys)
    first, second, at_id, at_str = b"", b"", start, start + len(ids)
    for key in keys:
        first += struct.pack("<II", len(key), at_id)
        second += struct.pack("<II", len(pairs[key]), at_str)
        at_id += len(key) + 1
        at_str += len(pairs[key]) + 1
    return struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, start) + first + second + ids + strs


def main(arguments: list[str]) -> int:
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    messages = merged()
    missing = [message for message in messages if message.required and not message.done]
    if "--missing" in arguments:
        print("\n".join(f"{min(message.places)}: {message.msgid}" for message in missing))
        return 1 if missing else 0
    write(messages)
    later = sum(not message.done for message in messages) - len(missing)
    print(
        f"{len(messages)} messages, {len(missing)} without English, {later} of staff pages to follow", file=sys.stderr
    )
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
