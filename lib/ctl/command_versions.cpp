// carecloudctl history and diff
#include "base/co_try.hpp"
#include "ctl/command_context.hpp"
#include "ctl/human_text.hpp"
#include "runtime/text.hpp"
#include "versions/difference.hpp"

#include <array>
#include <optional>
#include <utility>

namespace carecloud {
namespace {

std::string versions_target(const CommandLine& line) {
    return record_path(line) + "/versions";
}

std::string history_text(const CtlJson& page) {
    TextTable table({{"SEQ", TextTable::Align::right},
                     {"CHANGED (UTC)"},
                     {"KIND"},
                     {"MODIFIED (UTC)"},
                     {"FIELDS", TextTable::Align::right},
                     {"KEPT"}});
    for (const CtlJson& row : page.at("versions")) {
        table.add({std::to_string(row.at("seq").get<std::uint64_t>()),
                   instant_text(row.at("committed_at").get<std::string>()), row.at("kind").get<std::string>(),
                   instant_text(row.at("modified").get<std::string>()),
                   std::to_string(row.at("corrections").size()), row.at("kept") == true ? "yes" : "no"});
    }
    return table.to_string();
}

std::string text_or(const CtlJson& value, const char* otherwise) {
    return value.is_null() ? otherwise : value.get<std::string>();
}

std::string corrections_text(const CtlJson& corrections) {
    TextTable table({{"DAY"}, {"SIGN-IN"}, {"FIELD"}, {"WAS"}, {"IS"}});
    for (const CtlJson& one : corrections) {
        table.add({text_or(one.at("day"), ""), text_or(one.at("sign_in"), ""), text_or(one.at("field"), ""),
                   text_or(one.at("was"), "-"), text_or(one.at("is_now"), "-")});
    }
    return table.to_string();
}

CtlJson json_of(const std::optional<std::string>& text) {
    return text ? CtlJson(*text) : CtlJson(nullptr);
}

CtlJson json_of(const std::vector<Difference>& found) {
    const auto or_null = [](const std::string& text) {
        return text.empty() ? CtlJson(nullptr) : CtlJson(text);
    };
    CtlJson corrections = CtlJson::array();
    for (const Difference& one : found) {
        corrections.push_back({{"day", or_null(one.day)},
                               {"sign_in", or_null(one.sign_in)},
                               {"field", one.field},
                               {"was", json_of(one.was)},
                               {"is_now", json_of(one.is_now)}});
    }
    return corrections;
}

// The service stores only valid JSON.
CtlFailure not_json(const std::string& seq, const BadJson& bad) {
    return {.what = "cannot compare the version of change " + seq + ": " + bad.what,
            .hint =
                "another program has written it; compare the versions of other changes, which carecloudctl "
                "history lists"};
}

std::optional<CtlFailure> parse_version(JsonTree& tree, const std::string& body, const std::string& seq) {
    try {
        tree.read(body);
        return std::nullopt;
    } catch (const BadJson& bad) {
        return not_json(seq, bad);
    }
}

void show_corrections(CommandContext& context, const CtlJson& shown) {
    if (context.line.has("json")) {
        show_json(context, shown);
        return;
    }
    const std::string text = corrections_text(shown.at("corrections"));
    context.output.text(text.empty() ? "No differences.\n" : text);
}

CtlTask show_last_change(CommandContext& context) {
    CO_TRY_ASSIGN(const std::string body, context.daemon.get(versions_target(context.line) + "?limit=2"));
    const CtlJson page = parse_answer(body);
    const CtlJson& versions = page.at("versions");
    const CtlJson& last = versions.at(0);
    const bool is_first = versions.size() == 1;
    show_corrections(context, {{"from", is_first ? CtlJson(nullptr) : versions.at(1).at("seq")},
                               {"to", last.at("seq")},
                               {"corrections", last.at("corrections")}});
    if (is_first) {
        context.output.note("The record has one version, of change " +
                            std::to_string(last.at("seq").get<std::uint64_t>()) + ".");
    } else if (last.at("corrections").empty() && versions.at(1).at("kept") == false) {
        context.output.note("The version before it is not kept, or differs only in its spelling.");
    }
    co_return CtlExit::ok;
}

bool is_seq(const std::string& text) {
    constexpr std::size_t digits_max = 18;
    return !text.empty() && text.size() <= digits_max &&
           text.find_first_not_of("0123456789") == std::string::npos;
}

CtlTask refuse_seqs() {
    co_return CtlFailure{.exit = CtlExit::usage,
                         .what = "diff requires two change numbers, or none",
                         .hint = "carecloudctl history ENTITY ID lists the changes of a record"};
}

CtlTask show_between(CommandContext& context, std::string from, std::string to) {
    std::array<std::string, 2> bodies;
    std::array<JsonTree, 2> trees;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        const std::string& seq = i == 0 ? from : to;
        CO_TRY_ASSIGN(bodies.at(i), context.daemon.get(versions_target(context.line) + "/" + seq));
        if (auto failure = parse_version(trees.at(i), bodies.at(i), seq)) co_return *failure;
    }
    show_corrections(context, {{"from", std::stoull(from)},
                               {"to", std::stoull(to)},
                               {"corrections", json_of(differences(trees[0], trees[1]))}});
    co_return CtlExit::ok;
}

}  // namespace

CtlTask ctl_history(CommandContext& context) {
    return show_list(context, versions_target(context.line), history_text, "No changes.");
}

CtlTask ctl_diff(CommandContext& context) {
    const std::vector<std::string>& arguments = context.line.arguments;
    if (arguments.size() == 2) return show_last_change(context);
    if (arguments.size() != 4 || !is_seq(arguments[2]) || !is_seq(arguments[3])) return refuse_seqs();
    return show_between(context, arguments[2], arguments[3]);
}

}  // namespace carecloud
