"""English is complete for everything that visitors and workers may read, and fills the same places as the Chinese."""

import re

import pytest
from tools import messages

ALL = messages.merged()
NAMES = re.compile(r"%\((\w+)\)[sd]")


def test_no_word_for_workers_is_without_english() -> None:
    """`python tools/messages.py` brings new words into the catalogue; fill them in and run it again."""
    assert [message.msgid for message in ALL if message.required and not message.done] == []


@pytest.mark.parametrize("message", [one for one in ALL if one.done], ids=lambda message: message.msgid)
def test_english_fills_the_same_places(message: messages.Message) -> None:
    for english in message.english:
        assert set(NAMES.findall(english)) <= set(NAMES.findall(message.msgid + message.plural))
    assert set(NAMES.findall(message.msgid)) == set(NAMES.findall(message.english[-1]))


@pytest.mark.parametrize("message", [one for one in ALL if one.done], ids=lambda message: message.msgid)
def test_english_holds_no_chinese(message: messages.Message) -> None:
    named = {"一", "壹", "佰", "中文"}
    assert [text for text in message.english if set(messages.HAN.findall(text)) - named] == []


def test_compiled_catalogue_is_the_written_one() -> None:
    assert messages.PO.with_suffix(".mo").read_bytes() == messages.compiled(ALL)
