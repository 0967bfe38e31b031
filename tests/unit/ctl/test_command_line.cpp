// The arguments of carecloudctl, the help, and the completion, which all have the same commands.
#include "ctl/command_line.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

using Words = std::vector<std::string>;

std::string misuse_of(const Words& words) {
    const auto line = parse_command_line(words);
    if (line) return "taken";
    CHECK(line.error().exit == CtlExit::usage);
    return line.error().what + "; " + line.error().hint;
}

std::string source_file(const std::string& name) {
    const char* const root = std::getenv("CARECLOUD_SOURCE_DIR");
    REQUIRE(root != nullptr);
    std::ifstream file(std::string(root) + "/" + name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::size_t widest_line(const std::string& text) {
    std::size_t widest = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        widest = std::max(widest, line.size());
    return widest;
}

}  // namespace

TEST_CASE("options may precede or follow the command, with a blank or an equals sign") {
    for (const Words& words : {Words{"--url", "unix:/x", "changes", "--since", "5", "--follow"},
                               Words{"changes", "--since=5", "--follow", "--url=unix:/x"},
                               Words{"--url=unix:/x", "changes", "--follow", "--since", "5"}}) {
        const auto line = parse_command_line(words);
        REQUIRE(line.has_value());
        CHECK(line->command->name == "changes");
        CHECK(line->text("url") == "unix:/x");
        CHECK(line->number("since") == 5);
        CHECK(line->has("follow"));
        CHECK_FALSE(line->has("json"));
        CHECK(line->arguments.empty());
    }
    const auto get = parse_command_line({"get", "claim_attendance", "--", "-id"});
    REQUIRE(get.has_value());
    CHECK(get->arguments == Words{"claim_attendance", "-id"});
    CHECK(parse_command_line({"get", "--help"}).has_value());
    CHECK(parse_command_line({"-h"}).has_value());
    CHECK(parse_command_line({"--version"}).has_value());
}

TEST_CASE("typing errors are rejected with the remedy") {
    CHECK(misuse_of({}) == "no command given; see carecloudctl help");
    CHECK(misuse_of({"statsu"}) == "unknown command 'statsu'; did you mean 'status'?");
    CHECK(misuse_of({"changes", "--sinc", "5"}) == "unknown option --sinc; did you mean --since?");
    CHECK(misuse_of({"status", "--follow"}) == "unknown option --follow; see carecloudctl status --help");
    CHECK(misuse_of({"changes", "--since"}) == "--since requires a value; see carecloudctl changes --help");
    CHECK(misuse_of({"changes", "--since", "-1"}) ==
          "--since must be a number, not '-1'; see carecloudctl changes --help");
    CHECK(misuse_of({"changes", "--since", "9223372036854775808"}).starts_with("--since must be a number"));
    CHECK(misuse_of({"changes", "--follow=yes"}).starts_with("--follow does not take a value"));
    CHECK(misuse_of({"changes", "--follow", "--follow"}).starts_with("--follow is given more than once"));
    for (const char* name : {"", "../north", "a/b", "north.service", "sixteen-letters-", "a\nb"})
        CHECK(misuse_of({"status", "--instance", name})
                  .starts_with("--instance is not the name of an instance: '"));
    CHECK(misuse_of({"status", "--instance=a/b"}) ==
          "--instance is not the name of an instance: 'a/b'; use letters, digits, - and _, at most 15");
    CHECK(misuse_of({"get", "claim_attendance"}) == "missing argument; usage: carecloudctl get ENTITY ID");
    CHECK(misuse_of({"get", "claim_attendance", ""}).starts_with("empty argument"));
    CHECK(misuse_of({"status", "x\x1b[2J"}) ==
          "unexpected argument 'x\\x1b[2J'; see carecloudctl status --help");
}

TEST_CASE("options that cannot be combined are rejected, and none is ignored silently") {
    CHECK(misuse_of({"quarantine", "--retry", "x", "--limit", "5"}) ==
          "--limit cannot be used with --retry; --retry fetches a single record; see carecloudctl quarantine "
          "--help");
    CHECK(parse_command_line({"quarantine", "--limit", "5"}).has_value());
    CHECK(parse_command_line({"quarantine", "--retry", "x", "--json"}).has_value());
    for (const char* option : {"--url", "--token-file", "--ca-file"}) {
        INFO(option);
        CHECK(misuse_of({option, "x", "doctor"})
                  .starts_with(std::string(option) + " cannot be used with doctor"));
    }
    CHECK(parse_command_line({"doctor", "--url", "x", "--help"}).has_value());
    for (const char* option : {"--url", "--config"}) {
        INFO(option);
        CHECK(misuse_of({option, "x", "status", "--instance", "north"}) ==
              "--instance cannot be used with " + std::string(option) +
                  "; each of them names a daemon; see carecloudctl status --help");
    }
    CHECK(parse_command_line({"doctor", "--instance", "north"})->text("instance") == "north");
    // Each contains existing options.
    for (const CtlExclusion& excluded : ctl_exclusions()) {
        const CtlCommand* const command = find_ctl_command(excluded.command);
        REQUIRE((command || excluded.command.empty()));
        const auto has = [](std::span<const CtlOption> options, std::string_view name) {
            return std::any_of(options.begin(), options.end(),
                               [&](const CtlOption& option) { return option.name == name; });
        };
        const auto exists = [&](std::string_view name) {
            return has(ctl_general_options(), name) || (command && has(command->options, name));
        };
        CHECK(exists(excluded.option));
        CHECK((excluded.beside.empty() || exists(excluded.beside)));
    }
}

TEST_CASE(
    "every command and option is in the help and in the completion, and each line of help fits a terminal") {
    const std::string completion = source_file("packaging/carecloudctl.bash");
    std::string names;
    for (const CtlCommand& command : ctl_commands()) {
        INFO(command.name);
        names += (names.empty() ? "" : " ") + std::string(command.name);
        CHECK(ctl_help().find("\n  " + std::string(command.name)) != std::string::npos);
        const std::string help = ctl_help(command);
        for (const CtlOption& option : command.options) {
            INFO(option.name);
            CHECK(help.find("--" + std::string(option.name)) != std::string::npos);
            CHECK(completion.find(" --" + std::string(option.name)) != std::string::npos);
        }
        CHECK(widest_line(help) <= 80);
    }
    CHECK(widest_line(ctl_help()) <= 80);
    CHECK(completion.find("commands='" + names + "'") != std::string::npos);
    CHECK(source_file("packaging/carecloudctl.fish").find("set -l commands " + names + "\n") !=
          std::string::npos);
    for (const CtlOption& option : ctl_general_options())
        CHECK(completion.find("--" + std::string(option.name)) != std::string::npos);
}

TEST_CASE("the completions for zsh and fish have each command with its own options") {
    const std::string zsh = source_file("packaging/carecloudctl.zsh");
    const std::string fish = source_file("packaging/carecloudctl.fish");
    const auto holds = [](const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    };
    for (const CtlCommand& command : ctl_commands()) {
        const std::string name(command.name);
        INFO(name);
        CHECK(holds(zsh, "\n    '" + name + ":"));
        CHECK(holds(fish, " -n $none -a " + name + " -d "));
        const std::size_t at = zsh.find("\n        " + name + ")");
        REQUIRE(at != std::string::npos);
        const std::string arm = zsh.substr(at, zsh.find(";;", at) - at);
        std::size_t options = 0;
        for (auto found = arm.find("'--"); found != std::string::npos; found = arm.find("'--", found + 1))
            ++options;
        CHECK(options == command.options.size());
        for (const CtlOption& option : command.options) {
            INFO(option.name);
            CHECK(holds(arm, "'--" + std::string(option.name) + "["));
            CHECK(holds(fish,
                        "__fish_seen_subcommand_from " + name + "' -l " + std::string(option.name) + " "));
        }
    }
    for (const CtlOption& option : ctl_general_options()) {
        INFO(option.name);
        CHECK((holds(zsh, "'--" + std::string(option.name) + "[") ||
               holds(zsh, ",--" + std::string(option.name) + "}")));
        CHECK(holds(fish, " -l " + std::string(option.name) + " "));
    }
}

TEST_CASE("help, -h and -V in addition to the long options") {
    const auto parsed = [](const std::vector<std::string>& words) { return parse_command_line(words); };
    CHECK(asks_for_help(*parsed({"help"})));
    CHECK(parsed({"help", "export"})->arguments == std::vector<std::string>{"export"});
    CHECK(misuse_of({"help", "exprot"}) == "unknown command 'exprot'; did you mean 'export'?");
    CHECK(parsed({"-V"})->has("version"));
    CHECK(parsed({"status", "-h"})->has("help"));
}
