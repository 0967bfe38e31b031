#!/usr/bin/env python3
"""Finds code of FOLDERS that stands in two places: at least TOKENS_MIN equal tokens one after the other.

    duplicates.py [ROOT]     prints "file:line: duplicates: …" for each finding; exits with 1 if there are any

Comments, includes, blanks and the values of literals do not count, names do: code that has the same shape with other
names is often no duplicate. A table of data repeats its punctuation, and therefore a run must hold NAMES_MIN different
names. Declarations that override a seam's do not count, either: C++ requires each implementation to repeat them.
"""

import re
import sys
from pathlib import Path

import style

TOKENS_MIN = 60
NAMES_MIN = 12
FOLDERS = ("lib/", "daemon/", "tests/portal/")

TOKEN = re.compile(
    r"""(?P<skip>\#[^\n]*|//[^\n]*|/\*.*?\*/|\s+)"""
    r"""|(?P<text>R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z])'(?:\\.|[^'\\\n])+')"""
    r"""|(?P<number>\d[\w'.]*)|(?P<name>[A-Za-z_]\w*)|(?P<other>.)""",
    re.DOTALL,
)


OVERRIDE = re.compile(r"^[ \t]+[\w:][\w:<>,&* \t]*\([^;{}()]*\)\s*(?:const\s+)?override;", re.MULTILINE)


def tokens_of(text):
    """(token, line) of C++; a literal is only the kind that it is."""
    text = OVERRIDE.sub(lambda m: "\n" * m.group().count("\n"), text)
    found, line = [], 1
    for match in TOKEN.finditer(text):
        if match.lastgroup != "skip":
            kind = "text" if match.group("text") else match.lastgroup
            found.append(({"text": '""', "number": "0"}.get(kind, match.group()), line))
        line += match.group().count("\n")
    return found


def is_name(token):
    return token[0].isalpha() or token[0] == "_"


def equal_from(a, i, b, j):
    """How many tokens are equal from these positions on. In one file a run ends where the other begins."""
    end = min(len(a) - i, len(b) - j, j - i if a is b else len(a))
    length = 0
    while length < end and a[i + length][0] == b[j + length][0]:
        length += 1
    return length


def duplicates(files):
    """style.Finding of each run that an earlier place of `files` (style.File) has, too."""
    first, tokens = {}, {}  # of each window of TOKENS_MIN tokens: where it was seen first
    for file in files:
        if not file.path.startswith(FOLDERS) or file.suffix not in style.CODE:
            continue
        own = tokens[file.path] = tokens_of(file.text)
        begin = 0
        while begin + TOKENS_MIN <= len(own):
            window = tuple(token for token, _ in own[begin : begin + TOKENS_MIN])
            path, other = first.setdefault(window, (file.path, begin))
            length = equal_from(tokens[path], other, own, begin) if (path, other) != (file.path, begin) else 0
            names = {token for token, _ in own[begin : begin + length] if is_name(token)}
            if length >= TOKENS_MIN and len(names) >= NAMES_MIN:
                yield style.Finding(file.path, own[begin][1], "duplicates",
                                    f"{length} tokens as at {path}:{tokens[path][other][1]}: write them once")
                begin += length
            else:
                begin += 1


def main(arguments):
    root = Path(arguments[1] if len(arguments) > 1 else Path(__file__).parents[2]).resolve()
    findings = sorted(duplicates(style.read(root)))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} finding(s)" if findings else "duplicates: none")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
