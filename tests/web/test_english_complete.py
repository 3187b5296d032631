"""English is complete for everything that visitors and workers may read, and fills the same places as the Chinese."""

import re

from tools import messages

ALL = messages.merged()
DONE = [message for message in ALL if message.done]
NAMES = re.compile(r"%\((\w+)\)[sd]")


def test_no_word_for_workers_is_without_english() -> None:
    """`python tools/messages.py` brings new words into the catalogue; fill them in and run it again."""
    assert [message.msgid for message in ALL if message.required and not message.done] == []


def test_every_word_of_whole_pages_is_collected() -> None:
    """Pages of staff that are whole in English say nothing past the catalogue: neither their templates nor their Python."""
    known = {message.msgid for message in ALL}
    left = []
    for path in (*messages.CODE.glob("web/staff/**/*.py"), *messages.TEMPLATES.glob("staff/**/*.html")):
        place = path.relative_to(messages.CODE).as_posix()
        if messages.in_english(place):
            said = messages.spoken(path)
            left += [f"{place}: {words}" for words in said if words not in known]
    assert left == []


def test_words_from_which_a_refusal_chooses_are_collected() -> None:
    """They stand in a table of the function, not in the call (benefits.actions.vouchers)."""
    assert "这张券已经退回，不能再用。" in {message.msgid for message in ALL}


def test_english_fills_the_same_places() -> None:
    wrong = [
        one.msgid
        for one in DONE
        if set(NAMES.findall(one.msgid)) != set(NAMES.findall(one.english[-1]))
        or not set(NAMES.findall(one.english[0])) <= set(NAMES.findall(one.msgid + one.plural))
    ]
    assert wrong == []


def test_english_holds_no_chinese() -> None:
    assert [text for one in DONE for text in one.english if messages.HAN.search(text)] == []


def test_compiled_catalogue_is_the_written_one() -> None:
    assert messages.PO.with_suffix(".mo").read_bytes() == messages.compiled(ALL)
