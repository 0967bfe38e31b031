#include "unit/runtime/configuration_support.hpp"
#include "unit/runtime/temporary_directory.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <regex>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// Root can read everything, so the test of an unreadable file runs as another user.
class OrdinaryUser {
  public:
    OrdinaryUser() : was_(::geteuid()) {
        if (was_ == 0) REQUIRE(::seteuid(65534) == 0);
    }
    ~OrdinaryUser() {
        if (was_ == 0 && ::seteuid(was_) != 0) std::abort();
    }

  private:
    uid_t was_;
};

std::string only_problem(const LoadedConfiguration& loaded) {
    REQUIRE(loaded.problems.size() == 1);
    return loaded.problems[0].message(loaded.file);
}

std::string read_file(const std::filesystem::path& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
}

std::string example() {
    const char* root = std::getenv("CARECLOUD_SOURCE_DIR");
    const std::filesystem::path base =
        root ? std::filesystem::path(root) : std::filesystem::path(__FILE__) / "../../../..";
    return read_file(base / "etc/config.yaml");
}

}  // namespace

TEST_CASE("a configuration is read from its file, and relative paths start at its directory") {
    const TemporaryDirectory directory;
    const std::string path =
        directory.write("c.yaml", kPortal + "  ca_file: tls/ca.pem\nstreams: [ entity: claim ]\n");
    const LoadedConfiguration loaded = load_configuration(path, environment_of({}));
    INFO(report(loaded.file, loaded.problems));
    REQUIRE(loaded.ok());
    CHECK(loaded.file == path);
    CHECK(loaded.configuration.portal.ca_file == (directory.path() / "tls/ca.pem").string());
}

TEST_CASE("a secret's bare name is looked up among systemd's credentials first") {
    const TemporaryDirectory credentials;
    credentials.write("api-key", "k");
    const auto key_file = [&](const std::string& name) {
        const std::string text =
            "portal: { base_url: \"https://h\", workspace_id: a, bucket_id: b, api_key_file: " + name +
            " }\nstreams: [ entity: claim ]\n";
        return parse(text, {{"CREDENTIALS_DIRECTORY", credentials.path().string()}})
            .configuration.portal.api_key_file;
    };
    CHECK(key_file("api-key") == (credentials.path() / "api-key").string());
    CHECK(key_file("other-key") == "/etc/carecloud-syncd/other-key");
    CHECK(key_file("./api-key") == "/etc/carecloud-syncd/api-key");
    CHECK(key_file("/api-key") == "/api-key");
}

TEST_CASE("an unreadable file is named, with the remedy") {
    const TemporaryDirectory directory;
    const auto load = [&](const std::string& path) {
        return only_problem(load_configuration(path, environment_of({})));
    };
    const std::string base = directory.path().string();
    CHECK(load(base + "/none.yaml")
              .find("none.yaml' cannot be opened: No such file or directory; create the file") !=
          std::string::npos);
    CHECK(load(base).find("is a directory; specify a file in it") != std::string::npos);
    CHECK(load("").find("cannot be opened: No such file") != std::string::npos);
    REQUIRE(::mkfifo((base + "/pipe").c_str(), 0600) == 0);
    CHECK(load(base + "/pipe").find("is not a regular file") != std::string::npos);
    const std::string large = directory.write("large.yaml", std::string(1024 * 1024 + 1, '#'));
    CHECK(load(large).find("is larger than 1048576 bytes") != std::string::npos);
    const std::string closed = directory.write("closed.yaml", kMinimal, 0000);
    std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
    const OrdinaryUser user;
    CHECK(load(closed).find("cannot be opened: Permission denied; grant the service user read access to the "
                            "file and search access to its directories") != std::string::npos);
}

TEST_CASE("a file that is not a YAML mapping is reported with the position and the remedy") {
    const auto [text, message] = GENERATE(table<std::string, std::string>({
        {"", "c.yaml:1:1: the file is empty; at least the sections"},
        {"# only a comment\n", "c.yaml:1:1: the file is empty; at least the sections"},
        {"---\n", "c.yaml:1:1: the file is empty; at least the sections"},
        {"null\n", "c.yaml:1:1: the file is empty; at least the sections"},
        {"just text\n", "c.yaml:1:1: the top level must be a mapping of sections"},
        {"- a\n- b\n", "c.yaml:1:1: the top level must be a mapping of sections"},
        {"portal:\n\tbase_url: x\n", "c.yaml:2:"},
        {"portal: [ a\n", "c.yaml:"},
        {"portal: { a: 1\nlog: {}\n", "c.yaml:"},
        {"a: b: c\n",
         "c.yaml:1:5: not valid YAML: illegal map value; check the indentation, and quote values"},
        {"a: \"x\n",
         "c.yaml:1:6: not valid YAML: illegal EOF in scalar; close the open quote, which may be several "
         "lines above"},
        {"a: 'x\n\nb: 1\n  \n",
         "c.yaml:3:5: not valid YAML: illegal EOF in scalar; close the open quote, which may be several "
         "lines above"},
        {"a: \"\\q\"\n", "c.yaml:1:"},
        {"a: *nowhere\n", "c.yaml:1:4: not valid YAML: the referenced anchor is not defined; define it"},
        {"a: &x [ *x ]\n", "c.yaml:1:9: recursive alias; write the value instead"},
        {"a: 1\n---\nb: 2\n", "c.yaml:2:"},
        {"[ a, b ]: 1\n", "c.yaml:1:1: a key must be a name"},
        {"? { a: b }\n: 1\n", "c.yaml:1:3: a key must be a name"},
        {": 1\n", "c.yaml:1:"},
        {std::string("a: b\0c\n", 7),
         "c.yaml:1:5: control character; check that this is a text file, and remove the character"},
        {"a: b\nc: \x1b[31m\n",
         "c.yaml:2:4: control character; check that this is a text file, and remove the character"},
        {"a: b\nc: \xff\xfe\n", "c.yaml:2:4: invalid UTF-8; save the file as UTF-8"},
        {std::string("\xff\xfe"
                     "a\0",
                     4),
         "c.yaml:1:1: invalid UTF-8; save the file as UTF-8"},
        {"a: \xc0\xaf\n", "c.yaml:1:4: invalid UTF-8; save the file as UTF-8"},
        {"a: !!int 5\n",
         "c.yaml:1:4: the tag 'tag:yaml.org,2002:int' is unknown; remove it, or quote the value"},
        {"a: !own { b: c }\n", "c.yaml:1:4: the tag '!own' is unknown; remove it"},
        {"a: {x: ${NAME}}\n", "c.yaml:1:"},
        {"%YAML 9.9\n---\na: b\n", "c.yaml:1:"},
    }));
    const LoadedConfiguration loaded = parse(text);
    INFO(text << "\n" << report(loaded.file, loaded.problems));
    const std::string problem = only_problem(loaded);
    CHECK(problem.starts_with(message));
    CHECK(problem.find("; ") != std::string::npos);
}

TEST_CASE("a tab for indentation is named as such") {
    const LoadedConfiguration loaded = parse("portal:\n\tbase_url: x\n");
    INFO(report(loaded.file, loaded.problems));
    CHECK(only_problem(loaded).find("indent with spaces") != std::string::npos);
}

TEST_CASE("variables inside braces need quotes, and the message states that") {
    CHECK(only_problem(parse("a: {x: ${NAME}, y: 1}\n")).find("quote \"${NAME}\" inside { } and [ ]") !=
          std::string::npos);
}

TEST_CASE("deep nesting and exploding aliases are refused") {
    const std::string deep = "a: " + std::string(40, '[') + std::string(40, ']');
    CHECK(only_problem(parse(deep)) == "c.yaml:1:35: nested more than 32 levels deep; reduce the nesting");
    CHECK_FALSE(parse("a: " + std::string(500'000, '[')).ok());
    std::string blocks;
    for (int i = 0; i < 10'000; ++i)
        blocks += "- ";
    CHECK(only_problem(parse(blocks)).find("nested more than 32 levels deep") != std::string::npos);

    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i) {
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 10; ++j)
            bomb += "*a" + std::to_string(i - 1) + (j < 9 ? ", " : "]\n");
    }
    CHECK(only_problem(parse(bomb)).find("more than 20000 values") != std::string::npos);

    std::string chain = "a0: &a0 [x]\n";
    for (int i = 1; i < 60; ++i) {
        chain +=
            "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    }
    CHECK(only_problem(parse(chain)).find("deep by an alias") != std::string::npos);
    CHECK(only_problem(parse(std::string(1024 * 1024 + 1, 'a'))) ==
          "c.yaml: larger than 1 MiB; check that it is the right file");
}

TEST_CASE("a megabyte of one character ends with a clear error") {
    for (const std::string piece :
         {"[",    "{",   "- ", "? ",   "a: ",   "&a ",    "*a ",   "!a ",  "\"", "'", "|",       "[a,",
          "{a: ", "a\n", "\\", "%a\n", "- a\n", "a: b\n", "---\n", "# \n", ",",  "]", "\xc3\xa9"}) {
        CAPTURE(piece);
        std::string text;
        while (text.size() + piece.size() <= 256 * 1024)
            text += piece;
        const LoadedConfiguration loaded = parse(text);
        CHECK_FALSE(loaded.ok());
    }
}

TEST_CASE("a damaged configuration gives a problem with a position or a configuration, never a crash") {
    std::uint64_t seed = std::random_device{}();
    if (const char* given = std::getenv("CARECLOUD_SEED")) seed = std::strtoull(given, nullptr, 10);
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const std::string original = example();
    const std::string_view alphabet = "{}[]:,-#&*!|>'\"%@`?\\ \t\n\r~ax0.$\x7f\xc3\xff";
    for (int round = 0; round < 1500; ++round) {
        std::string text = original;
        for (std::uint64_t edits = random() % 6 + 1; edits > 0; --edits) {
            const std::size_t at = random() % text.size();
            switch (random() % 4) {
                case 0:
                    text[at] = alphabet[random() % alphabet.size()];
                    break;
                case 1:
                    text.insert(at, 1, alphabet[random() % alphabet.size()]);
                    break;
                case 2:
                    text.erase(at, random() % 30 + 1);
                    break;
                default:
                    text.insert(at, text.substr(random() % text.size(), random() % 60));
                    break;
            }
            if (text.empty()) text = ":";
        }
        const LoadedConfiguration loaded = parse(text);
        for (const ConfigProblem& problem : loaded.problems) {
            if (problem.position.line == 0 || problem.text.empty()) FAIL(text);
        }
        CHECK((!loaded.ok() || !loaded.configuration.streams.empty()));
    }
}

TEST_CASE("the example is valid, and so is every setting in it when it is uncommented") {
    const std::string text = example();
    const LoadedConfiguration loaded = parse(text);
    INFO(report("config.yaml", loaded.problems) << report("config.yaml", loaded.warnings));
    REQUIRE(loaded.ok());
    CHECK(loaded.warnings.empty());

    // Inside a section, one setting at a time, since some are shown twice; whole sections at once.
    const std::regex setting("^( +)# ([a-z_]+:.*)$");
    const std::regex section("^# ((sns|api):|  [a-z_]+:)(.*)$");
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    std::size_t shown = 0;
    std::string with_sections;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        with_sections += std::regex_replace(lines[i], section, "$1$3") + "\n";
        if (!std::regex_match(lines[i], setting)) continue;
        ++shown;
        std::string changed;
        for (std::size_t j = 0; j < lines.size(); ++j) {
            changed += (i == j ? std::regex_replace(lines[j], setting, "$1$2") : lines[j]) + "\n";
        }
        const LoadedConfiguration one = parse(changed);
        INFO(lines[i] << "\n" << report("config.yaml", one.problems));
        CHECK(one.ok());
    }
    CHECK(shown >= 12);
    const LoadedConfiguration all = parse(with_sections);
    INFO(report("config.yaml", all.problems));
    CHECK(all.ok());
    CHECK(all.configuration.sns);
    CHECK(all.configuration.api.configured);
}
