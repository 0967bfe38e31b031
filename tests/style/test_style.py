#!/usr/bin/env python3
"""Proves that each rule of style.py bites: a small clean tree, one thing made bad, and exactly that rule speaks."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import duplicates
import style

HEADER = "// What it is for.\n#pragma once\n"
CLEAN = {
    "CMakeLists.txt": "",
    "lib/base/CMakeLists.txt": "carecloud_room(base LINKS Boost::headers)\n",
    "lib/base/value.hpp": HEADER + "struct Value {\n};\n",
    "lib/base/value.cpp": '#include "base/value.hpp"\n',
    "lib/sync/CMakeLists.txt": "carecloud_room(sync USES base portal store)\n",
    "lib/sync/pass.cpp": '#include "base/value.hpp"\n// rand() and sleep are only words in a comment\n',
    "lib/net/CMakeLists.txt": "carecloud_room(net USES base LINKS OpenSSL::SSL)\n",
    "lib/net/http.cpp": '#include "base/value.hpp"\nconst char* kText = "std::cout << rand()";\n',
    "packaging/manual/api.md": "# API\n\n## Behind nginx\n",
    "daemon/main.cpp": 'const char* kText = "see manual: api, \\"Behind "\n    "nginx\\"";\n',
    "tests/CMakeLists.txt": "foreach(folder unit/base)\n",
    "tests/unit/base/CMakeLists.txt": "carecloud_test(unit_base USES base)\n",
    "tests/unit/base/test_value.cpp": '#include "base/value.hpp"\n',
}

# Spelled in two halves, so that a search for the bad word finds bad code only.
SLEEP = "sle" + "ep"
CATCH_ALL = "catch" + " (...)"
LATER = "TO" + "DO"

# (rule, file, what it holds): the file is added to the clean tree, or replaces one of it.
BAD = [
    ("direction", "lib/base/value.cpp", '#include "base/value.hpp"\n#include "sync/pass.hpp"\n'),
    ("direction", "lib/sync/pass.cpp", '#include "portal/http/client.hpp"\n'),
    ("direction", "lib/sync/pass.cpp", '#include "store/sqlite/store.hpp"\n'),
    ("direction", "lib/sync/pass.cpp", '#  include "net/http.hpp"\n'),
    ("direction", "lib/sync/CMakeLists.txt", "carecloud_room(sync\n  USES base store_sqlite LINKS x)\n"),
    ("direction", "lib/base/CMakeLists.txt", "carecloud_room(base USES json)\n"),
    ("include", "lib/base/value.cpp", '#include "base/value.hpp"\n#include "value.hpp"\n'),
    ("include", "lib/base/value.cpp", '#include "base/value.hpp"\n#include "../base/value.hpp"\n'),
    ("include", "lib/base/value.cpp", '#include "base/value.hpp"\n#include "daemon/service.hpp"\n'),
    ("room", "lib/attic/old.cpp", "int old = 1;\n"),
    ("library", "lib/sync/pass.cpp", "#include <sqlite3.h>\n"),
    ("library", "lib/base/value.cpp", '#include "base/value.hpp"\n#include <boost/asio/ip/tcp.hpp>\n'),
    ("clock", "lib/sync/pass.cpp", "auto at = std::chrono::steady_clock::now();\n"),
    ("clock", "lib/base/value.cpp", "auto at = std::chrono::system_clock::now();\n"),
    ("clock", "lib/sync/pass.cpp", "auto at = std::time(nullptr);\n"),
    ("sleep", "lib/net/http.cpp", f"std::this_thread::{SLEEP}_for(1s);\n"),
    ("sleep", "daemon/main.cpp", f"u{SLEEP}(10);\n"),
    ("thread", "lib/sync/pass.cpp", "std::jthread worker;\n"),
    ("thread", "lib/base/value.cpp", "std::thread worker;\n"),
    ("file", "lib/sync/pass.cpp", "std::ifstream in;\n"),
    ("file", "lib/sync/pass.cpp", 'auto* in = fopen("x", "r");\n'),
    ("socket", "lib/sync/pass.cpp", "#include <sys/socket.h>\n"),
    ("socket", "lib/base/value.cpp", "boost::asio::ip::tcp::socket s;\n"),
    ("catch-all", "lib/net/http.cpp", f"}} {CATCH_ALL} {{\n"),
    ("catch-all", "daemon/main.cpp", f"}} {CATCH_ALL.replace('(...)', '( ... )')} {{\n"),
    ("stdout", "lib/net/http.cpp", "std::cout << 1;\n"),
    ("c-call", "lib/net/http.cpp", "int n = rand();\n"),
    ("c-call", "daemon/main.cpp", "std::strcpy(to, from);\n"),
    ("c-call", "tests/unit/base/test_value.cpp", "sprintf(to, from);\n"),
    ("thread-unsafe", "lib/net/http.cpp", "auto* at = std::localtime(&now);\n"),
    ("thread-unsafe", "daemon/main.cpp", 'setenv("A", "b", 1);\n'),
    ("using-std", "tests/unit/base/test_value.cpp", "using namespace std;\n"),
    ("using-header", "tests/unit/base/help.hpp", HEADER + "using namespace carecloud;\n"),
    ("json-in-model", "lib/base/value.hpp", HEADER + "struct V { nlohmann::json j; };\n"),
    ("coroutine-in-header", "lib/base/value.hpp", HEADER + "inline Task<> f() { co_return; }\n"),
    ("left-for-later", "lib/net/http.cpp", f"// {LATER}: later\n"),
    ("left-for-later", "packaging/make.sh", f"# {LATER}\n"),
    ("test-sleep", "tests/unit/base/test_value.cpp", f"std::this_thread::{SLEEP}_until(x);\n"),
    ("test-sleep", "tests/system/run.sh", f"{SLEEP} 1\n"),
    ("test-sleep", "tests/system/run.py", f"time.{SLEEP}(1)\n"),
    ("wording", "lib/net/http.cpp", 'const char* kText = "what it was asked for";\n'),
    ("wording", "daemon/main.cpp", 'const char* kText = "it goes on by "\n    "itself";\n'),
    ("wording", "daemon/main.cpp", 'const char* kText = R"(where there is none)";\n'),
    ("wording", "tests/bench/load.cpp", 'const char* kText = "it stands here";\n'),
    ("wording", "tests/service/life.py", '"""Ends where the service does not start."""\n'),
    ("wording", "packaging/make.sh", 'echo "nobody said so"  # in two words\n'),
    ("wording", "etc/alerts.yaml", "summary: the cursor is told anew\n"),
    ("wording", "lib/net/http.cpp", 'const char* kText = "stored all the same";\n'),
    ("wording", "README.md", "It retries again and again.\n"),
    ("wording", "CHANGELOG.md", "- Events are never put aside.\n"),
    ("wording", "packaging/manual/api.md", "# API\n\n## Behind nginx\n\n5 requests a second\n"),
    ("wording", "tests/unit/base/test_value.cpp", 'TEST_CASE("a record is passed "\n          "over") {\n}\n'),
    ("wording", "tests/unit/base/test_value.cpp", 'SECTION("it waits for ever") {\n}\n'),
    ("wording", "daemon/main.cpp", 'const char* kText = "see in the README";\n'),
    ("wording", "packaging/manual/api.md", "# API\n\n## Behind nginx\n\nUse it where it runs.\n"),
    ("reference", "daemon/main.cpp", 'const char* kText = "see manual: api, \\"Metrics\\"";\n'),
    ("reference", "lib/net/http.cpp", "int a;  // see manual: events,\n        // \"API\"\n"),
    ("reference", "etc/config.yaml", "# See README, Install.\n"),
    ("names", "lib/net/http.cpp", "int tell_peer(int timeout);\n"),
    ("names", "tests/unit/base/test_value.cpp", "#include \"base/value.hpp\"\nint Ledger();\n"),
    ("names", "lib/base/value.hpp", HEADER + "struct ByPlace {\n};\n"),
    ("dead-header", "lib/base/unused.hpp", HEADER),
    ("dead-header", "lib/base/value.hpp", None),  # its only users are taken away, below
    ("dead-source", "lib/portal/orphan.cpp", "int orphan = 1;\n"),
    ("dead-test", "tests/unit/lost/CMakeLists.txt", "carecloud_test(unit_lost)\n"),
    ("one-definition", "tests/support/value.hpp", HEADER + "class Value {\n};\n"),
    ("final-newline", "lib/net/http.cpp", "int a = 1;"),
    ("file-size", "lib/net/http.cpp", "int a;\n" * (style.LINES_MAX + 1)),
    ("front-page", "README.md", "text\n" * (style.FRONT_PAGE_MAX + 1)),
    ("tab", "lib/net/http.cpp", "\tint a;\n"),
    ("trailing-space", "lib/net/http.cpp", "int a; \n"),
    ("trailing-space", "packaging/make.sh", "true \n"),
    ("line-length", "lib/net/http.cpp", "// " + "x" * style.COLUMNS_MAX + "\n"),
    ("header-comment", "lib/base/value.hpp", "#pragma once\n"),
    ("pragma-once", "lib/base/value.hpp", "// What it is for.\n"),
    ("top-level", "notes.txt", "x\n"),
    ("top-level", "scratch/x.cpp", "int x;\n"),
]

# What looks bad and is not.
GOOD = [
    ("lib/base/asio.cpp", "#include <boost/asio/ip/tcp.hpp>\n"),
    ("lib/base/value.cpp", '#include "base/value.hpp"\n#include <boost/asio/ip/address.hpp>\nasio::ip::address a;\n'),
    ("lib/net/http.cpp", "int operand(int); int brand = strand(operand(1));\n"),
    ("lib/net/http.cpp", "auto text = R\"x(std::cout << rand() // )x\"; /* co_return\n cout */ int a = 1'000;\n"),
    ("lib/net/http.cpp", "const char c = '\"'; int b = random.rand(); // \"\n"),
    ("lib/net/http.cpp", "auto text = R\"({\"" + "x" * style.COLUMNS_MAX + "\":1})\";\n"),
    ("lib/sync/pass.cpp", '#include "portal/portal.hpp"\n#include "store/store.hpp"\n'),
    ("lib/net/http.cpp", "const char* kText = \"look up what is no longer there\";  // told where it is asked for\n"),
    ("tests/unit/base/test_value.cpp", 'CHECK(x == "nobody tells");\n'),
    ("packaging/make.sh", "# told by itself\nrun --user=nobody  # likewise\n"),
    ("README.md", "It holds up to `all the same` five.\n\n```sh\nrun  # for ever\n```\n"),
    ("tests/unit/base/test_value.cpp", 'TEST_CASE("a record leaves the filter") {\n    CHECK(x == "for ever");\n}\n'),
    ("lib/net/http.cpp", "auto hours = list.emplace_back(1h);  // told in an hour\n"),
    ("lib/base/value.hpp", HEADER + "// end it by co_return\n"),
    ("tests/unit/base/test_value.cpp", f"co_await clock.{SLEEP}(1s);  // of a virtual clock\n"),
    (".tool-versions", "x\n"),
]


def findings_of(changes):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in (CLEAN | changes).items():
            if text is not None:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
        return style.check(root)


class Style(unittest.TestCase):
    def test_a_clean_tree_has_no_finding(self):
        self.assertEqual(findings_of({}), [])

    def test_each_rule_bites_where_it_should_and_alone(self):
        for rule, path, text in BAD:
            changes = {path: text}
            if text is None:  # the header stays, its users go
                users = [p for p in CLEAN if p.endswith(".cpp") and p != path.replace(".hpp", ".cpp")]
                changes = {p: "int used = 0;\n" for p in users}
            with self.subTest(rule=rule, path=path, text=text):
                found = {(f.rule, f.path) for f in findings_of(changes)}
                wanted = {(rule, path.split("/")[0] if rule == "top-level" else path)}
                self.assertEqual(found, wanted)

    def test_what_only_looks_bad_passes(self):
        for path, text in GOOD:
            with self.subTest(path=path, text=text):
                self.assertEqual(findings_of({path: text}), [])

    def test_every_rule_has_a_bad_example(self):
        named = {ban.rule for ban in style.BANS}
        named |= set(re.findall(r'Finding\([^"]*"([a-z-]+)"', Path(style.__file__).read_text(encoding="utf-8")))
        self.assertEqual(named - {rule for rule, _, _ in BAD}, set())

    def test_a_finding_names_the_line(self):
        found = findings_of({"lib/net/http.cpp": "int a;\n\nint n = rand();\n"})
        self.assertEqual([(f.line, f.rule) for f in found], [(3, "c-call")])

    def test_only_what_git_tracks_counts_at_the_top(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            git = ["git", "-C", folder, "-c", "safe.directory=*"]
            subprocess.run([*git, "init", "-q"], check=True)
            (root / "lib").mkdir()
            (root / "lib/x").write_text("x\n", encoding="utf-8")
            (root / "scratch").write_text("x\n", encoding="utf-8")
            subprocess.run([*git, "add", "lib/x"], check=True)
            self.assertEqual(style.check(root), [])
            subprocess.run([*git, "add", "scratch"], check=True)
            self.assertEqual([f.rule for f in style.check(root)], ["top-level"])


def function(names):
    """A function with a line of seven tokens for each name."""
    return "int sum(int from) {\n" + "".join(f"    from += {name}(from);\n" for name in names) + "    return from;\n}\n"


class Duplicates(unittest.TestCase):
    NAMES = [f"step_{letter}" for letter in "abcdefghijkl"]

    def found(self, texts):
        files = [style.File(path, text) for path, text in texts.items()]
        return [(f.path, f.line, f.rule) for f in duplicates.duplicates(files)]

    def test_equal_code_is_found_in_another_file_whatever_its_literals_and_comments(self):
        text = "const char* kName = \"one\";\n" + function(self.NAMES)
        other = "int own = 0;\n\n// Says more.\nconst char* kName = \"other\";\n" + function(self.NAMES)
        found = self.found({"lib/net/one.cpp": text, "daemon/other.cpp": other})
        self.assertEqual(found, [("daemon/other.cpp", 4, "duplicates")])

    def test_equal_code_is_found_in_one_file(self):
        found = self.found({"lib/net/one.cpp": function(self.NAMES) + "int own = 0;\n" + function(self.NAMES)})
        self.assertEqual(found, [("lib/net/one.cpp", len(self.NAMES) + 5, "duplicates")])

    def test_what_only_looks_equal_passes(self):
        table = "constexpr Row kRows[]{" + "".join(f'{{"{n}", {n}}},' for n in range(40)) + "};\n"
        short = function(self.NAMES[:6])
        others = function([name.upper() for name in self.NAMES])
        texts = {"lib/net/one.cpp": table + "int one;\n" + short + "int a;\n" + function(self.NAMES),
                 "lib/net/two.cpp": table + "int two;\n" + short + "int b;\n" + others,
                 "tests/unit/net/three.cpp": function(self.NAMES)}
        self.assertEqual(self.found(texts), [])

    def test_what_overrides_a_seam_passes(self):
        call = "    Task<Result<Row>> {}(std::string stream,\n        Row row) override;\n"
        calls = "".join(call.format(name) for name in self.NAMES)
        texts = {f"lib/net/{name}.hpp": f"class {name} {{\n{calls}}};\n" for name in ("One", "Two")}
        self.assertEqual(self.found(texts), [])


if __name__ == "__main__":
    unittest.main()
