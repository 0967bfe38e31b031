#include "ctl/command_line.hpp"

#include "base/packaged_service.hpp"
#include "runtime/suggest.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

namespace carecloud {
namespace {

CtlFailure misuse(std::string what, std::string hint) {
    return {.exit = CtlExit::usage, .what = std::move(what), .hint = std::move(hint)};
}

std::string help_of(const CommandLine& line) {
    return "see carecloudctl " + (line.command ? std::string(line.command->name) + " " : "") + "--help";
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = failure == std::errc{} && end == text.data() + text.size();
    if (!whole || number > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
    return number;
}

const CtlOption* find_option(const CtlCommand* command, std::string_view name) {
    const auto find_in = [&](std::span<const CtlOption> options) -> const CtlOption* {
        const auto found = std::find_if(options.begin(), options.end(),
                                        [&](const CtlOption& option) { return option.name == name; });
        return found == options.end() ? nullptr : &*found;
    };
    if (const CtlOption* general = find_in(ctl_general_options())) return general;
    return command ? find_in(command->options) : nullptr;
}

std::string suggest_option(const CtlCommand* command, std::string_view name) {
    std::vector<std::string_view> known;
    for (const CtlOption& option : ctl_general_options())
        known.push_back(option.name);
    if (command) {
        for (const CtlOption& option : command->options)
            known.push_back(option.name);
    }
    const auto near = nearest(name, known);
    return near ? "did you mean --" + std::string(*near) + "?" : help_of({.command = command});
}

CtlFailure unknown_command(const std::string& word) {
    std::vector<std::string_view> known;
    for (const CtlCommand& command : ctl_commands())
        known.push_back(command.name);
    return misuse("unknown command " + in_quotes(word), suggestion(word, known));
}

// An option as given; it may precede the command that it belongs to.
struct GivenOption {
    std::string name;
    std::optional<std::string> value;
};

constexpr const char* kDayHint = "use a day such as 2026-03-15, or a month such as 2026-03";

std::optional<unsigned> digits_of(std::string_view text) {
    unsigned number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string two_digits(unsigned number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::optional<std::chrono::year_month_day> date_of(std::string_view text, MonthEdge edge) {
    using namespace std::chrono;
    const bool month_alone = text.size() == 7;
    if ((!month_alone && text.size() != 10) || text[4] != '-') return std::nullopt;
    if (!month_alone && text[7] != '-') return std::nullopt;
    const auto year_number = digits_of(text.substr(0, 4));
    const auto month_number = digits_of(text.substr(5, 2));
    if (!year_number || *year_number < 1900 || !month_number) return std::nullopt;
    const auto whole = year(static_cast<int>(*year_number)) / month(*month_number);
    if (!whole.ok()) return std::nullopt;
    if (month_alone && edge == MonthEdge::first) return whole / day(1);
    if (month_alone) return year_month_day(whole / last);
    const auto day_number = digits_of(text.substr(8, 2));
    if (!day_number) return std::nullopt;
    return whole / day(*day_number);
}

}  // namespace

std::string CommandLine::text(std::string_view option, std::string_view otherwise) const {
    const auto found = options.find(option);
    return found == options.end() ? std::string(otherwise) : found->second;
}

bool asks_for_help(const CommandLine& line) {
    return line.command && line.command->name == "help";
}

std::optional<std::uint64_t> CommandLine::number(std::string_view option) const {
    const auto found = options.find(option);
    return found == options.end() ? std::nullopt : whole_number(found->second);
}

namespace {

// Finds the command first: it determines which options take a value.
const CtlCommand* command_among(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
        if (!words[i].starts_with("-")) return find_ctl_command(words[i]);
        const CtlOption* option = words[i].size() > 2 ? find_option(nullptr, words[i].substr(2)) : nullptr;
        if (option && !option->value.empty()) ++i;
    }
    return nullptr;
}

std::optional<CtlFailure> take_option(CommandLine& line, GivenOption given,
                                      const std::vector<std::string>& words, std::size_t& at) {
    const CtlOption* const option = find_option(line.command, given.name);
    const std::string shown = "--" + printable(given.name);
    if (!option) return misuse("unknown option " + shown, suggest_option(line.command, given.name));
    if (option->value.empty() && given.value) return misuse(shown + " does not take a value", help_of(line));
    if (!option->value.empty() && !given.value) {
        if (at + 1 == words.size()) return misuse(shown + " requires a value", help_of(line));
        given.value = words[++at];
    }
    const bool counts = option->value == "N" || option->value == "SEQ";
    if (counts && !whole_number(*given.value))
        return misuse(shown + " must be a number, not " + in_quotes(*given.value), help_of(line));
    if (option->name == "instance" && !is_instance_name(*given.value))
        return misuse(shown + " is not the name of an instance: " + in_quotes(*given.value),
                      std::string(kInstanceNameRule));
    if (!line.options.emplace(given.name, given.value.value_or("")).second)
        return misuse(shown + " is given more than once", help_of(line));
    return std::nullopt;
}

std::optional<CtlFailure> check_arguments(const CommandLine& line) {
    if (line.has("help") || line.has("version")) return std::nullopt;
    if (!line.command) return misuse("no command given", "see carecloudctl help");
    const std::string usage =
        "usage: carecloudctl " + std::string(line.command->name) + " " + std::string(line.command->arguments);
    const std::size_t count = line.arguments.size();
    if (count < line.command->arguments_min) return misuse("missing argument", usage);
    if (count > line.command->arguments_max)
        return misuse("unexpected argument " + in_quotes(line.arguments[line.command->arguments_max]),
                      help_of(line));
    const bool empty = std::any_of(line.arguments.begin(), line.arguments.end(),
                                   [](const std::string& argument) { return argument.empty(); });
    if (empty) return misuse("empty argument", usage);
    return std::nullopt;
}

// Refuses arguments that would be ignored silently.
std::optional<CtlFailure> check_together(const CommandLine& line) {
    if (line.has("help") || line.has("version") || !line.command) return std::nullopt;
    for (const CtlExclusion& excluded : ctl_exclusions()) {
        if (!excluded.command.empty() && excluded.command != line.command->name) continue;
        if (!line.has(excluded.option)) continue;
        if (!excluded.beside.empty() && !line.has(excluded.beside)) continue;
        const std::string other =
            excluded.beside.empty() ? std::string(excluded.command) : "--" + std::string(excluded.beside);
        return misuse("--" + std::string(excluded.option) + " cannot be used with " + other,
                      std::string(excluded.why) + "; " + help_of(line));
    }
    return std::nullopt;
}

}  // namespace

CtlResult<CommandLine> parse_command_line(const std::vector<std::string>& words) {
    CommandLine line{.command = command_among(words)};
    bool named = false;
    bool only_arguments = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string_view word = words[i];
        if (!only_arguments && word == "--") {
            only_arguments = true;
        } else if (!only_arguments && (word == "-h")) {
            line.options.emplace("help", "");
        } else if (!only_arguments && word == "-V") {
            line.options.emplace("version", "");
        } else if (!only_arguments && word.starts_with("-") && word.size() > 1) {
            word.remove_prefix(word.starts_with("--") ? 2 : 1);
            const std::size_t equals = word.find('=');
            GivenOption given{.name = std::string(word.substr(0, equals)), .value = {}};
            if (equals != std::string_view::npos) given.value = std::string(word.substr(equals + 1));
            if (auto failure = take_option(line, std::move(given), words, i)) return *failure;
        } else if (!named && !only_arguments) {
            if (!line.command) return unknown_command(words[i]);
            named = true;
        } else {
            line.arguments.push_back(words[i]);
        }
    }
    if (auto failure = check_arguments(line)) return *failure;
    if (auto failure = check_together(line)) return *failure;
    if (asks_for_help(line) && !line.arguments.empty() && !find_ctl_command(line.arguments[0]))
        return unknown_command(line.arguments[0]);
    return line;
}

CtlResult<std::string> parse_day_text(std::string_view text, MonthEdge edge) {
    const auto date = date_of(text, edge);
    if (!date || !date->ok())
        return CtlFailure{
            .exit = CtlExit::usage, .what = in_quotes(text) + " is not a day", .hint = kDayHint};
    return std::to_string(static_cast<int>(date->year())) + "-" +
           two_digits(static_cast<unsigned>(date->month())) + "-" +
           two_digits(static_cast<unsigned>(date->day()));
}

CtlResult<DayTexts> parse_day_range(const CommandLine& line) {
    DayTexts days;
    if (line.has("from")) {
        auto from = parse_day_text(line.text("from"), MonthEdge::first);
        if (!from) return from.error();
        days.from = *std::move(from);
    }
    if (line.has("to")) {
        auto to = parse_day_text(line.text("to"), MonthEdge::last);
        if (!to) return to.error();
        days.to = *std::move(to);
    }
    if (!days.from.empty() && !days.to.empty() && days.to < days.from)
        return CtlFailure{.exit = CtlExit::usage,
                          .what = "--to is before --from",
                          .hint = "they are the first and last day, inclusive"};
    return days;
}

}  // namespace carecloud
