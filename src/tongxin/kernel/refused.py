"""A refusal is a value that people can read."""

from typing import Any


class Refused(Exception):
    """A request that the house does not carry out, with words for the person who asked.

    `code` is stable and for machines; `words` is a Chinese sentence (the msgid of its translations) that says what is
    missing and what to do next, with `%(name)s` places filled from `params`.
    """

    def __init__(self, code: str, words: str, **params: Any) -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words
        self.params = params

    def __str__(self) -> str:
        return self.words % self.params if self.params else self.words
