// carecloudctl changes
#include "ctl/command_context.hpp"
#include "ctl/json_pieces.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr const char* kPageSize = "1000";

// Where the next page begins.
struct LogPosition {
    std::string generation{};
    std::uint64_t since = 0;

    std::string target(bool wait) const {
        std::string text = "/v1/changes";
        add_query(text, "since", std::to_string(since));
        add_query(text, "generation", generation);
        add_query(text, "limit", kPageSize);
        if (wait) add_query(text, "wait", "30s");
        return text;
    }
};

// False: the page was empty.
bool print_changes(CommandContext& context, std::string body, LogPosition& position) {
    const JsonPage page = slice_page(body, "changes");
    for (const std::string& change : page.rows)
        context.output.json(change);
    position.generation = page.members.at("generation").get<std::string>();
    position.since = page.members.at("next").get<std::uint64_t>();
    return !page.rows.empty();
}

}  // namespace

CtlTask ctl_changes(CommandContext& context) {
    const bool follow = context.line.has("follow");
    LogPosition position{.since = context.line.number("since").value_or(0)};
    bool more = true;
    while (follow || more) {
        const bool begun = !position.generation.empty();
        auto getting = get_patiently(context, position.target(follow && !more),
                                     follow && begun ? Duration::max() : Duration{});
        CtlResult<std::string> body = co_await std::move(getting);
        if (!body) co_return body.error();
        more = print_changes(context, *std::move(body), position);
        if (!context.output.flush()) break;
    }
    co_return CtlExit::ok;
}

}  // namespace carecloud
