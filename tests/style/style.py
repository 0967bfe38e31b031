#!/usr/bin/env python3
"""Checks what the compiler does not: the rooms' direction, banned calls and wording, dead files, the look of a file.

    style.py [ROOT]      prints "file:line: rule: what is wrong" for each finding; ends with 1 if there are any

The rules are the tables below; test_style.py proves that each of them bites.
"""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Which room may include which (architecture: data's way goes one direction). A seam is the room's own folder; what
# implements it lies in a folder below and is a room of its own, so that sync reaches portal/portal.hpp but never
# portal/http/. Inside a room everything may be used.
ROOMS = {
    "base": set(),
    "model": {"base"},
    "json": {"base", "model"},
    "versions": {"base", "model", "json"},
    "net": {"base"},
    "net/client": {"base", "net"},
    "net/server": {"base", "net"},
    "portal": {"base", "model", "json"},
    "portal/http": {"base", "model", "json", "net", "net/client", "portal"},
    "store": {"base", "model", "versions"},
    "store/sqlite": {"base", "model", "store", "versions"},
    "store/postgres": {"base", "model", "store", "versions"},
    "store/moving": {"base", "model", "json", "store", "store/sqlite", "store/postgres"},
    "sync/limits": {"base", "model", "portal", "store"},
    "sync/walk": {"base", "model", "portal", "store", "sync/limits"},
    "sync/events": {"base", "model", "portal", "store", "sync/limits", "sync/walk"},
    "sync/jobs": {"base", "model", "portal", "store", "sync/limits", "sync/walk"},
    "sync/stream": {
        "base", "model", "portal", "store", "sync/limits", "sync/walk", "sync/events", "sync/jobs",
    },
    "sync/leader": {"base", "model", "portal", "store", "sync/limits", "sync/walk"},
    "sync": {
        "base", "model", "portal", "store", "sync/limits", "sync/walk", "sync/events", "sync/jobs", "sync/stream",
    },
    "sns": {"base", "model", "json", "net", "net/client", "net/server", "store"},
    "runtime": {"base", "model"},
    "telemetry": {
        "base", "model", "portal", "store", "sync/limits", "sync/walk", "sync/stream", "sync", "sns", "runtime",
    },
    "api/ui": {"base", "model", "json", "store", "sync", "telemetry"},
    "api": {"base", "model", "json", "versions", "net", "net/server", "portal", "store", "sync", "telemetry", "api/ui"},
    "ctl": {
        "base", "model", "json", "net", "net/client", "portal", "portal/http", "runtime", "sync/walk", "sync/stream",
        "versions",
    },
}

# A library is met by one room, which turns its exceptions and types into ours.
LIBRARIES = [
    (re.compile(r"sqlite3\.h"), {"store/sqlite"}),
    (re.compile(r"libpq-fe\.h"), {"store/postgres"}),
    (re.compile(r"simdjson"), {"json"}),
    (re.compile(r"libdeflate"), {"net/client"}),
    (re.compile(r"zstd"), {"versions"}),
    (re.compile(r"yaml-cpp/"), {"runtime"}),
    (re.compile(r"systemd/"), {"runtime"}),
    (re.compile(r"prometheus/"), {"telemetry"}),
    (re.compile(r"boost/beast"), {"net", "net/client", "net/server", "portal/http", "sns", "api"}),
    (re.compile(r"boost/asio/(ip/(?!address)|ssl|local/|posix/)"),
     {"net", "net/client", "net/server", "portal/http", "sns", "api", "runtime"}),
]

TOP_LEVEL = {
    "CHANGELOG.md", "CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md",
    "daemon", "etc", "findings", "lib", "packaging", "systemd", "tests",
}  # and what begins with a dot

LINES_MAX = 400
FRONT_PAGE_MAX = 220  # lines of README.md; packaging/manual holds the rest
COLUMNS_MAX = 120  # .clang-format breaks at 110 what can be broken
HEADERS = (".hpp",)
SOURCES = (".cpp",)
CODE = HEADERS + SOURCES
SCRIPTS = (".py", ".sh")


@dataclass(frozen=True)
class Ban:
    """What must not stand in files under `folders` with one of `suffixes`. `pattern` is searched in each line."""

    rule: str
    pattern: re.Pattern
    folders: tuple
    suffixes: tuple
    instead: str
    except_files: tuple = ()
    in_comments: bool = False


ENGINE = ("lib/base/", "lib/model/", "lib/sync/")
PRODUCT = ("lib/", "daemon/")
EVERYWHERE = ("lib/", "daemon/", "tests/")

BANS = [
    Ban("clock", re.compile(r"_clock::now\b|\b(?:gettimeofday|clock_gettime|std::time)\s*\("),
        ENGINE, CODE, "time comes from the Clock seam"),
    Ban("sleep", re.compile(r"\bsleep_(?:for|until)\b|\b(?:u|nano)sleep\s*\("),
        PRODUCT, CODE, "co_await Clock::sleep or an Alarm"),
    Ban("thread", re.compile(r"\bstd::(?:j?thread|async)\b|\bpthread_create\b"),
        ENGINE, CODE, "the engine lives on the I/O thread"),
    Ban("file", re.compile(r"\bstd::[io]?fstream\b|<fstream>|\bf(?:re)?open\s*\(|<filesystem>"),
        ENGINE, CODE, "the engine sees no file"),
    Ban("socket", re.compile(r"<sys/socket\.h>|<netinet/|\basio::ip::(?:tcp|udp|icmp)\b|::socket\s*\("),
        ENGINE, CODE, "the engine sees the Portal seam", ("lib/base/asio.cpp",)),
    Ban("catch-all", re.compile(r"\bcatch\s*\(\s*\.\.\.\s*\)"),
        PRODUCT, CODE, "catch the library's exceptions by type"),
    Ban("stdout", re.compile(r"\bstd::(?:cout|cerr|clog)\b|<iostream>|(?<![\w.])(?:std::)?printf\s*\("),
        ("lib/",), CODE, "a library logs or returns; programs print"),
    Ban("c-call", re.compile(r"(?<![\w.:>])(?:std::)?(?:s?rand|gets|strcpy|strcat|v?sprintf|strtok|atoi|tmpnam)\s*\("),
        EVERYWHERE, CODE, "use <random>, fmt, std::from_chars or std::string"),
    Ban("thread-unsafe",
        re.compile(r"(?<![\w.:>])(?:std::)?(?:localtime|gmtime|ctime|asctime|(?:un)?setenv|putenv)\s*\("),
        PRODUCT, CODE, "shares memory with every other thread: use <chrono>, or pass the value"),
    Ban("using-std", re.compile(r"\busing\s+namespace\s+std\s*;"),
        EVERYWHERE, CODE, "name what is used"),
    Ban("using-header", re.compile(r"\busing\s+namespace\b"),
        EVERYWHERE, HEADERS, "a header opens no namespace for its readers"),
    Ban("json-in-model", re.compile(r"\bnlohmann\b"),
        ("lib/base/", "lib/model/"), CODE, "the model holds values; JSON is lib/json's"),
    Ban("coroutine-in-header", re.compile(r"\bco_(?:await|return|yield)\b|\bCO_TRY(?:_ASSIGN)?\b"),
        PRODUCT, HEADERS, "coroutines are written in .cpp files", ("lib/base/co_try.hpp",)),
    Ban("left-for-later", re.compile(r"\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b"),
        EVERYWHERE + ("packaging/",), CODE + SCRIPTS, "do it, or file it", in_comments=True),
    Ban("test-sleep", re.compile(r"\bsleep_(?:for|until)\b|(?<![\w.>])(?:u|nano)?sleep\s*\(|"
                                 r"\btime\.sleep\b|\bsleep\s+[\d.$]"),
        ("tests/",), CODE + SCRIPTS, "wait for a condition, not for a time", ("tests/style/style.py",)),
]


# Wording that all texts for people avoid, and the standard term: texts(), documents() and test_names(). Only patterns
# without false alarms.
ODD = [
    (re.compile(r"\b(?:say|said|saying)\b|\bsays \w"), "state, report or print"),
    (re.compile(r"\bmend(?:s|ed|ing)?\b"), "fix"),
    (re.compile(r"\bwish(?:es|ed)?\b"), "request"),
    (re.compile(r"\bby (?:itself|themselves)\b"), "automatically"),
    (re.compile(r"\blikewise\b|\banew\b|\bunasked\b"), "also, again, without confirmation"),
    (re.compile(r"\bwell again\b"), "recovered"),
    (re.compile(r"\bstands? (?:twice|there|here|for|before|inside)\b|\bis given twice\b"), "is, or: more than once"),
    (re.compile(r"(?<!=)\b(?:somebody|nobody|whoever|whom)\b"), "name the program, user or client"),
    (re.compile(r"\bcut (?:short|off)\b"), "truncated or interrupted"),
    (re.compile(r"\bas(?:k|ks|ked|king) for\b"), "request or fetch"),
    (re.compile(r"\bgo(?:es)? on\b"), "continue"),
    (re.compile(r"\bfor ever\b"), "forever, or permanently"),
    (re.compile(r"\ball the same\b"), "still, or anyway"),
    (re.compile(r"\bagain and again\b"), "repeatedly"),
    (re.compile(r"\bnow and then\b"), "sometimes"),
    (re.compile(r"\bas a rule\b"), "normally"),
    (re.compile(r"\bin silence\b|\bwith(?:out)? a word\b"), "silently, without a message, or with a message"),
    (re.compile(r"\bin (?:its|their) turn\b"), "omit"),
    (re.compile(r"\bsince when\b"), "start time"),
    (re.compile(r"\bwrit(?:e|es|ten) down\b"), "store or record"),
    (re.compile(r"\bpass(?:es|ed|ing)? over\b"), "skip or ignore"),
    (re.compile(r"\bheld against\b"), "compared with"),
    (re.compile(r"\bheld up\b|\bhold(?:s|ing)? up\b(?! to\b)"), "delay"),
    (re.compile(r"\b(?:put|set) aside\b"), "quarantine or reserve"),
    (re.compile(r"\bgiv(?:e|es|en) back\b"), "return or release"),
    (re.compile(r"\bcom(?:e|es|ing) to (?:its|their|the) end\b"), "complete"),
    (re.compile(r"\bmonth(?:'s turn| turns)\b|\bturn of the month\b"), "end of the month"),
    (re.compile(r"\bhonest\b"), "genuine or legitimate"),
    (re.compile(r"\b(?:requests|records|messages|commits|rows|changes) a (?:second|minute|hour|day|month)\b"), "per"),
]

# The same for the texts of programs alone. SQL is upper case and does not match.
WORDING = ODD + [
    (re.compile(r"\bleav(?:e|es|ing)\b"), "exit, skip, omit or remove"),
    (re.compile(r"\blook(?:s|ed|ing)?\b(?! (?:up|like)\b)"), "poll, check or sync"),
    (re.compile(r"\b(?:tells?|telling|told)\b"), "report"),
    (re.compile(r"\bmistakes?\b"), "error"),
    (re.compile(r"(?<!there )\b(?:is|are|was|were) no (?!longer\b)"), "is not a"),
    (re.compile(r"\bin the README\b"), 'name page and section, such as: manual: api, "Metrics"'),
    (re.compile(r"\bwhere (?:an?|the|there|it|they|no|nothing|that|this)\b"), "if"),
]
WORDED = PRODUCT + ("etc/", "findings/", "packaging/", "systemd/", "tests/bench/", "tests/fuzz/", "tests/portal/",
                    "tests/service/", "tests/simulation/", "tests/support/")
WORDING_EXCEPT = {
    "lib/json/redact.cpp",  # a list of other programs' words
}
DOCUMENTS = ("etc/", "lib/api/ui/page/page.html", "packaging/carecloudctl.", "packaging/deb/", "packaging/man/",
             "packaging/manual/", "packaging/package.cmake", "systemd/", "tests/simulation/mutants/mutations.toml")

# One meaning for each word of a name: the words that names avoid, and the standard terms. Searched in the words of the
# identifiers in EVERYWHERE: "place" is not found in emplace_back.
NAMES = {
    "desk": "job runner",
    "ledger": "committer",
    "book": "history, or registry",
    "books": "histories",
    "moment": "snapshot, or now",
    "place": "position, address or index",
    "places": "positions, addresses or indexes",
    "tell": "report",
    "tells": "reports",
    "told": "reported",
    "wish": "request",
    "wishes": "requests",
    "wished": "requested",
    "hour": "deadline, due or at",
    "strange": "invalid",
    "mend": "fix",
}
NAMES_EXCEPT = {"in_place", "an_hour_ago", "kHour", "hour_s"}
NAMES_EXCEPT_FILES = {
    "lib/base/timestamp.cpp", "lib/net/http_message.cpp",  # the hour of a day
    "tests/portal/portal_spoil.cpp", "tests/portal/record_days.cpp", "tests/unit/store_sqlite/attendance_reader.cpp",
}


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


@dataclass(frozen=True)
class File:
    path: str  # from the root, with '/'
    text: str

    @property
    def suffix(self):
        return Path(self.path).suffix

    @property
    def lines(self):
        return self.text.split("\n")

    def room(self):
        """The deepest room that the file lies in; none outside lib or in a folder that is no room."""
        folder = self.path.removeprefix("lib/").rpartition("/")[0]
        return folder if self.path.startswith("lib/") and folder in ROOMS else None


LITERAL = re.compile(
    r'(?P<keep>#\s*include[^\n]*)|//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|'
    r"(?<![0-9a-zA-Z])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def code_of(text):
    """C++ without its comments and literals, line for line."""
    return LITERAL.sub(lambda m: m.group("keep") or "\n" * m.group().count("\n"), text)


def literals(code):
    """(line, text) of each string literal of C++; adjacent literals are one text."""
    found, end = [], None
    for m in LITERAL.finditer(code):
        if not m.group().startswith(('"', 'R"')):
            continue
        text = m.group()[1:-1] if m.group().startswith('"') else m.group()
        if found and not code[end : m.start()].strip():
            found[-1] = (found[-1][0], found[-1][1] + text)
        else:
            found.append((code.count("\n", 0, m.start()) + 1, text))
        end = m.end()
    return found


SHELL_COMMENT = re.compile(r"(?:^|\s)#.*")


def texts(file):
    """(line, text) of what a program prints: literals, with docstrings in Python; what a mutation is; and all of a
    shell script or document that is no comment."""
    if file.suffix in CODE:
        yield from literals(file.text)
    elif file.suffix == ".py":
        for node in ast.walk(ast.parse(file.text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value
    elif file.suffix == ".toml":
        for number, line in enumerate(file.lines, 1):
            if line.startswith("says = "):
                yield number, line.removeprefix("says = ")
    elif file.suffix == ".sh" or file.path.startswith(DOCUMENTS):
        for number, line in enumerate(file.lines, 1):
            yield number, SHELL_COMMENT.sub("", line)


INLINE_CODE = re.compile(r"`[^`]*`")


def documents(file):
    """(line, text) of Markdown without its code."""
    is_code = False
    for number, line in enumerate(file.lines if file.suffix == ".md" else (), 1):
        is_code ^= line.startswith("```")
        if not is_code:
            yield number, INLINE_CODE.sub("``", line)


TEST_NAME = re.compile(r'\b(?:TEST_CASE|SECTION)\(\s*((?:"(?:\\.|[^"\\\n])*"\s*)+)')


def test_names(file):
    """(line, name) of each test case and section."""
    for m in TEST_NAME.finditer(file.text if file.path.startswith("tests/") and file.suffix in SOURCES else ""):
        yield file.text.count("\n", 0, m.start()) + 1, re.sub(r'"\s*"', "", m.group(1)).strip()[1:-1]


INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def includes(file):
    """(line, quoted, name) of each include."""
    for number, line in enumerate(file.lines, 1):
        if m := INCLUDE.match(line):
            yield number, m.group(1) is not None, m.group(1) or m.group(2)


def check_rooms(files):
    for file in files:
        if not file.path.startswith("lib/") or file.suffix not in CODE:
            continue
        room = file.room()
        if room is None:
            yield Finding(file.path, 1, "room", "lies in no room; rooms are listed in tests/style/style.py")
            continue
        for number, quoted, name in includes(file):
            if not quoted:
                for library, owners in LIBRARIES:
                    if library.match(name) and room not in owners and file.path != "lib/base/asio.cpp":
                        yield Finding(file.path, number, "library", f"<{name}> is for {', '.join(sorted(owners))}")
                continue
            target = name.rpartition("/")[0]
            if target not in ROOMS:
                yield Finding(file.path, number, "include", f'"{name}" is not of the form "room/file.hpp"')
            elif target != room and target not in ROOMS[room]:
                yield Finding(file.path, number, "direction", f"{room} must not use {target}")


USES = re.compile(r"carecloud_room\(\s*(\w+)(?:\s+HOT)?\s+USES\s+([\w\s]*?)\s*(?:\b(?:LINKS|PCH|PCH_OF)\b|\))")


def check_cmake(files):
    """The targets' own links follow the same table."""
    for file in files:
        if not (file.path.startswith("lib/") and file.path.endswith("/CMakeLists.txt")):
            continue
        for m in USES.finditer(file.text):
            room, used = m.group(1).replace("_", "/"), [u.replace("_", "/") for u in m.group(2).split()]
            line = file.text.count("\n", 0, m.start()) + 1
            for other in used:
                if other not in ROOMS.get(room, set()):
                    yield Finding(file.path, line, "direction", f"the target of {room} must not link {other}")


def check_bans(files):
    for file in files:
        bans = [b for b in BANS if file.path.startswith(b.folders) and file.suffix in b.suffixes
                and file.path not in b.except_files]
        stripped = code_of(file.text).split("\n") if file.suffix in CODE else file.lines
        for ban in bans:
            for number, line in enumerate(file.lines if ban.in_comments else stripped, 1):
                if m := ban.pattern.search(line):
                    yield Finding(file.path, number, ban.rule, f"{m.group().strip()}: {ban.instead}")


def check_wording(files):
    for file in files:
        is_program = file.path.startswith(WORDED) and file.path not in WORDING_EXCEPT
        found = {(line, m.group().strip(), instead)
                 for line, text in (texts(file) if is_program else ())
                 for pattern, instead in WORDING if (m := pattern.search(text))}
        found |= {(line, m.group().strip(), instead)
                  for line, text in (*documents(file), *test_names(file))
                  for pattern, instead in ODD if (m := pattern.search(text))}
        for line, text, instead in sorted(found):
            yield Finding(file.path, line, "wording", f'"{text}": {instead}')


HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# Of a page of packaging/manual, or of README.md, and of a section of it.
REFERENCE = re.compile(r'\b(?:manual: ([a-z]+)|README),\s*(?:\\?"(.{1,80}?)\\?")?')


def check_references(files):
    """A page and a section that a message or a comment names exist."""
    pages = {file.path: set(HEADING.findall(file.text)) for file in files if file.path.endswith(".md")}
    for file in files:
        if not file.path.startswith(WORDED):
            continue
        # Adjacent literals are one text, and so are the lines of a comment; \f stands for the end of a line.
        text = re.sub(r'(?<!\\)"\s*\n\s*"', "\f", file.text)
        text = re.sub(r"\n[ \t]*(?://|#)?[ \t]*", "\f ", text)
        for m in REFERENCE.finditer(text):
            page = f"packaging/manual/{m.group(1)}.md" if m.group(1) else "README.md"
            section = (m.group(2) or "").replace("\f", "")
            if section not in pages.get(page, ()):
                line = text.count("\f", 0, m.start()) + 1
                yield Finding(file.path, line, "reference", f'{page} has no section "{section}"')


NAME = re.compile(r"[A-Za-z_]\w*")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def check_names(files):
    for file in files:
        if not file.path.startswith(EVERYWHERE) or file.suffix not in CODE or file.path in NAMES_EXCEPT_FILES:
            continue
        for number, line in enumerate(code_of(file.text).split("\n"), 1):
            for name in NAME.findall(line) if not line.lstrip().startswith("#") else ():
                words = () if name in NAMES_EXCEPT else WORD.findall(name)
                for word in words:
                    if instead := NAMES.get(word.lower()):
                        yield Finding(file.path, number, "names", f"{name}: {instead}")


def check_dead(files):
    """A header that only its own source includes serves nobody; a source outside a built folder is never compiled."""
    built = {f.path.rpartition("/")[0] for f in files if f.path.endswith("CMakeLists.txt")}
    users = {}
    for file in files:
        for _, quoted, name in includes(file) if file.suffix in CODE else ():
            if quoted:
                users.setdefault(name, set()).add(file.path)
    for file in files:
        if file.room() is None:
            continue
        if file.suffix in SOURCES and file.path.rpartition("/")[0] not in built:
            yield Finding(file.path, 1, "dead-source", "its folder has no CMakeLists.txt, so nobody builds it")
        if file.suffix in HEADERS:
            own = file.path.removesuffix(".hpp") + ".cpp"
            if not users.get(file.path.removeprefix("lib/"), set()) - {own}:
                yield Finding(file.path, 1, "dead-header", "nobody includes it but its own source")


def check_tests_run(files):
    """A folder of tests that tests/CMakeLists.txt does not name is never run."""
    top = next((f.text for f in files if f.path == "tests/CMakeLists.txt"), "")
    named = set(re.findall(r"[\w/]+", top))
    for file in files:
        folder = file.path.removeprefix("tests/").removesuffix("/CMakeLists.txt")
        if file.path.startswith("tests/") and file.path.endswith("/CMakeLists.txt") and folder != "CMakeLists.txt":
            parents = {folder.rsplit("/", up)[0] for up in range(folder.count("/") + 1)}
            if not parents & named:
                yield Finding(file.path, 1, "dead-test", "tests/CMakeLists.txt does not name this folder")


RAW_STRING = re.compile(r'R"\(.*?\)"')  # one word, which nothing can break


def check_look(files):
    for file in files:
        if file.path == "README.md" and len(file.lines) - 1 > FRONT_PAGE_MAX:
            yield Finding(file.path, FRONT_PAGE_MAX, "front-page",
                          f"{len(file.lines) - 1} lines, of {FRONT_PAGE_MAX} at most; use packaging/manual")
        if file.suffix not in CODE + SCRIPTS and not file.path.endswith("CMakeLists.txt"):
            continue
        lines = file.lines
        if file.text and not file.text.endswith("\n"):
            yield Finding(file.path, len(lines), "final-newline", "the last line has no end")
        if file.suffix in CODE and len(lines) - 1 > LINES_MAX:
            yield Finding(file.path, LINES_MAX, "file-size", f"{len(lines) - 1} lines, of {LINES_MAX} at most")
        for number, line in enumerate(lines, 1):
            if "\t" in line:
                yield Finding(file.path, number, "tab", "indent with spaces; write \\t in strings")
            if line != line.rstrip():
                yield Finding(file.path, number, "trailing-space", "remove it")
            if file.suffix in CODE + SCRIPTS and len(RAW_STRING.sub("", line)) > COLUMNS_MAX:
                yield Finding(file.path, number, "line-length", f"{len(line)} columns, of {COLUMNS_MAX} at most")
        if file.suffix in HEADERS:
            if not lines[0].startswith("//"):
                yield Finding(file.path, 1, "header-comment", "a header opens with what it is for")
            if "#pragma once" not in lines:
                yield Finding(file.path, 1, "pragma-once", "a header has #pragma once")


TYPE = re.compile(r"^(?:template <[^>]*> )?(?:class|struct|enum class) (\w+)(?![\w:;])[^;]*$")


# Folders whose headers meet in one program.
SHARED = ("lib/", "daemon/", "tests/portal/", "tests/support/")


def check_one_definition(files):
    """All rooms are one namespace: two types of one name link without a word, and one destroys the other's objects."""
    first = {}
    for file in files:
        if file.suffix not in HEADERS or not file.path.startswith(SHARED):
            continue
        for number, line in enumerate(code_of(file.text).split("\n"), 1):
            if m := TYPE.match(line):
                other = first.setdefault(m.group(1), file.path)
                if other != file.path:
                    yield Finding(file.path, number, "one-definition", f"{m.group(1)} is defined in {other}, too")


def check_top_level(entries):
    for entry in sorted(entries):
        if entry not in TOP_LEVEL and not entry.startswith("."):
            yield Finding(entry, 1, "top-level", "does not belong at the top; see TOP_LEVEL in tests/style/style.py")


def tracked(root):
    """Paths that git tracks; without git (an unpacked archive) all that there are, but for build folders."""
    git = ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z"]
    result = subprocess.run(git, capture_output=True, check=False)
    if result.returncode == 0 and result.stdout:
        return {name for name in result.stdout.decode().split("\0") if name}
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if path.parts[0] != "build"}


def read(root):
    """The files that the rules look at: those on disk, tracked or not yet."""
    found = []
    for top in ("lib", "daemon", "tests", "packaging", "findings", "etc", "systemd"):
        for path in sorted((root / top).rglob("*")):
            name = path.relative_to(root).as_posix()
            is_document = (name.startswith(DOCUMENTS) or path.suffix == ".md") and path.is_file()
            if path.suffix in CODE + SCRIPTS or path.name == "CMakeLists.txt" or is_document:
                found.append(File(name, path.read_text(encoding="utf-8")))
    for front in (root / "README.md", root / "CHANGELOG.md"):
        if front.is_file():
            found.append(File(front.name, front.read_text(encoding="utf-8")))
    return found


RULES_OF_FILES = (check_rooms, check_cmake, check_bans, check_wording, check_references, check_names, check_dead,
                  check_tests_run, check_look, check_one_definition)


def check(root):
    files = read(root)
    findings = [finding for rule in RULES_OF_FILES for finding in rule(files)]
    findings += check_top_level({path.split("/")[0] for path in tracked(root)})
    return sorted(findings)


def main(arguments):
    root = Path(arguments[1] if len(arguments) > 1 else Path(__file__).parents[2]).resolve()
    findings = check(root)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} finding(s)" if findings else "style: clean")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
