"""Python's regular expressions in the words of Java's, which Spark matches with.

The two languages differ in details that bite: ``\\Z`` and ``\\v`` mean other things, ``[[]`` opens a set inside a set,
``{`` must be escaped, named groups are spelled in another way, and ``.`` and ``$`` know other line ends.
"""

from __future__ import annotations

import re
import unicodedata
import warnings

__all__ = ["UnsupportedRegexError", "to_java"]

_REPEAT = re.compile(r"\{(\d*)(,?)(\d*)\}")
_FLAGS = re.compile(r"\(\?([aiLmsux]*)(?:-([imsx]+))?([:)])")
_NAMED = re.compile(r"\(\?P<(\w+)>")
_NAMED_REFERENCE = re.compile(r"\(\?P=(\w+)\)")
_OCTAL = re.compile(r"0[0-7]{0,2}|[0-3][0-7]{2}")
_OCTAL_IN_SET = re.compile(r"[0-7]{1,3}")
_REFERENCE = re.compile(r"[1-9][0-9]?")
_CODES = {"x": 2, "u": 4, "U": 8}
_CONTROLS = {"a": 0x07, "v": 0x0B, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09}
_GLOBAL_FLAGS = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s"}


class UnsupportedRegexError(ValueError):
    """Python knows the expression and Java has nothing like it."""


def to_java(expression: str) -> str:
    r"""A Java expression that finds what :func:`re.match` finds: matches at the start of the text, and only there.

    An expression that Python does not accept raises :class:`re.error`.

    >>> to_java(r"layers\.\d+\.(?P<part>mlp)$")
    '(?dU)\\A(?:layers\\.\\d+\\.(?<g1>mlp)$)'
    """
    with warnings.catch_warnings():
        # About what may mean something else one day.
        warnings.simplefilter("ignore")
        compiled = re.compile(expression)
    flags = "d" + ("" if compiled.flags & re.ASCII else "U")
    flags += "".join(java for flag, java in _GLOBAL_FLAGS.items() if compiled.flags & flag)
    body = _Translator(expression, compiled).body()
    return rf"(?{flags})\A(?:{body})"


class _Translator:
    """Walks over an expression that Python has accepted."""

    def __init__(self, expression: str, compiled: re.Pattern[str]) -> None:
        self._text = expression
        self._at = 0
        self._verbose = bool(compiled.flags & re.VERBOSE)
        self._groups = compiled.groupindex

    def body(self) -> str:
        out: list[str] = []
        while self._at < len(self._text):
            out.append(self._element())
        return "".join(out)

    def _element(self) -> str:
        char = self._text[self._at]
        if char == "\\":
            return self._escape(in_set=False)
        if char == "[":
            return self._set()
        if char == "(":
            return self._group()
        if char == "{":
            return self._repeat()
        if self._verbose and char == "#":
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end
            return ""
        self._at += 1
        if self._verbose and char.isspace():
            return ""
        return char if char in "^$.*+?|)" else _exactly(char)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _group(self) -> str:
        if found := self._take(_NAMED):
            return f"(?<g{self._groups[found[1]]}>"
        if found := self._take(_NAMED_REFERENCE):
            return rf"\k<g{self._groups[found[1]]}>"
        if self._text.startswith("(?#", self._at):
            self._at = self._text.index(")", self._at) + 1
            return ""
        if self._text.startswith("(?(", self._at):
            raise UnsupportedRegexError("Spark has no groups that depend on another group, (?(...)...)")
        if found := self._take(_FLAGS):
            return self._flags(*found.groups())
        for opening in ("(?<=", "(?<!", "(?=", "(?!", "(?>", "("):
            if self._text.startswith(opening, self._at):
                self._at += len(opening)
                return opening
        raise AssertionError(self._text)  # pragma: no cover

    def _flags(self, on: str, off: str | None, end: str) -> str:
        if end == ")":
            return ""  # For the whole expression: at its start already.
        if "x" in on or "x" in (off or ""):
            raise UnsupportedRegexError("Spark cannot change to verbose in a group, (?x:...)")
        java = "".join(flag for flag in on if flag in "ims")
        java += "U" if "u" in on else ""
        java_off = (off or "") + ("U" if "a" in on else "")
        return f"(?{java}{'-' + java_off if java_off else ''}:"

    def _repeat(self) -> str:
        found = self._take(_REPEAT)
        if not found or not (found[1] or found[2]):
            # Not a repetition for Python; "{}" must not be swallowed either.
            self._at = self._at + 1 if not found else found.start() + 1
            return r"\{"
        return f"{{{found[1] or 0}{found[2]}{found[3]}}}"

    def _set(self) -> str:
        self._at += 1
        out = ["["]
        if self._text[self._at] == "^":
            self._at += 1
            out.append("^")
        first = True
        while first or self._text[self._at] != "]":
            first = False
            out.append(self._member())
            if self._text[self._at] == "-" and self._text[self._at + 1] != "]":
                self._at += 1
                out += ["-", self._member()]
        self._at += 1
        return "".join([*out, "]"])

    def _member(self) -> str:
        if self._text[self._at] == "\\":
            return self._escape(in_set=True)
        self._at += 1
        return _exactly(self._text[self._at - 1])

    def _escape(self, in_set: bool) -> str:
        self._at += 1
        if found := self._take(_OCTAL_IN_SET if in_set else _OCTAL):
            return _exactly(chr(int(found[0], 8)))
        if found := self._take(_REFERENCE):
            return rf"(?:\{found[0]})"
        char = self._text[self._at]
        self._at += 1
        if char in _CODES:
            code = self._text[self._at : self._at + _CODES[char]]
            self._at += len(code)
            return _exactly(chr(int(code, 16)))
        if char == "N":
            end = self._text.index("}", self._at)
            name = self._text[self._at + 1 : end]
            self._at = end + 1
            return _exactly(unicodedata.lookup(name))
        if char in _CONTROLS:
            return _exactly(chr(_CONTROLS[char]))
        if char == "b" and in_set:
            return _exactly("\b")
        if char in "Zz":
            return r"\z"
        if char in "AbBdDsSwW":
            return "\\" + char
        return _exactly(char)


def _exactly(char: str) -> str:
    """The character itself, inside and outside of sets."""
    if char.isalnum() or char in "_ /:;,=@%<>!~\"`":
        return char
    if char.isascii() and char.isprintable() and char != "'":
        return "\\" + char
    return f"\\x{{{ord(char):X}}}"
