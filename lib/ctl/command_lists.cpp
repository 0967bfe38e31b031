// carecloudctl get, events, quarantine, passes and changes
#include "base/co_try.hpp"
#include "ctl/command_context.hpp"
#include "ctl/human_text.hpp"
#include "ctl/json_pieces.hpp"
#include "ctl/pass_text.hpp"
#include "net/url.hpp"
#include "runtime/text.hpp"

#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// The streams that have a record with that id in quarantine. Normally an id belongs to only one.
Task<CtlResult<std::vector<std::string>>> streams_with(CommandContext& context, const std::string& id) {
    std::vector<std::string> streams;
    std::string target = "/v1/quarantine?limit=1000";
    for (;;) {
        CO_TRY_ASSIGN(const std::string body, context.daemon.get(target));
        const CtlJson page = parse_answer(body);
        for (const CtlJson& row : page.at("quarantine")) {
            if (row.at("id") == id) streams.push_back(row.at("stream").get<std::string>());
        }
        const CtlJson& next = page.at("next");
        if (next.is_null()) co_return streams;
        target = "/v1/quarantine?limit=1000";
        add_query(target, "after_stream", next.at("stream").get<std::string>());
        add_query(target, "after_id", next.at("id").get<std::string>());
    }
}

std::string outcome_text(const CtlJson& report) {
    const std::string outcome = report.at("outcome").get<std::string>();
    const std::string reason =
        report.at("reason").is_null() ? "" : ": " + printable(report.at("reason").get<std::string>());
    if (outcome == "taken") return "stored; it is no longer in quarantine";
    if (outcome == "unchanged") return "valid, but the store already has this or a newer version";
    if (outcome == "invalid") return "received, but still invalid" + reason;
    if (outcome == "too_large") return "still too large" + reason;
    if (outcome == "not_found")
        return report.at("in_quarantine") == true
                   ? "the portal has it but does not list it at the moment" + reason
                   : "deleted at the portal or excluded by the stream's filter; removed from quarantine";
    return printable(outcome) + reason;
}

void print_report(CommandContext& context, const std::string& body, const CtlJson& report) {
    if (context.line.has("json")) {
        context.output.json(body);
        return;
    }
    std::string text = printable(report.at("entity").get<std::string>()) + " " +
                       printable(report.at("id").get<std::string>()) + ": " + outcome_text(report) + "\n";
    if (report.at("in_quarantine") == true) text += "  it stays in quarantine as last received\n";
    context.output.text(text);
}

CtlFailure nothing_of(const std::string& id) {
    return {.exit = CtlExit::wrong,
            .what = "no record " + in_quotes(id) + " in quarantine",
            .hint = "carecloudctl quarantine lists quarantined records"};
}

// quarantine --retry ID: requests the record with that id in each stream that has it in quarantine, and prints the
// results. Exits with `wrong` if a record stays in quarantine, or none was there.
CtlTask retry_quarantined_record(CommandContext& context) {
    const std::string id = context.line.text("retry");
    CO_TRY_ASSIGN(const std::vector<std::string> streams, streams_with(context, id));
    if (streams.empty()) co_return nothing_of(id);
    CtlExit exit = CtlExit::ok;
    for (const std::string& stream : streams) {
        CO_TRY_ASSIGN(const std::string body,
                      context.daemon.ask("POST", "/v1/quarantine/" + percent_encode(stream) + "/" +
                                                     percent_encode(id) + "/retry"));
        const CtlJson report = parse_answer(body);
        print_report(context, body, report);
        if (report.at("in_quarantine") == true) exit = CtlExit::wrong;
    }
    co_return exit;
}

std::string text_or_dash(const CtlJson& row, const char* name) {
    const CtlJson& value = row.at(name);
    return value.is_null() ? "-" : value.get<std::string>();
}

std::string events_text(const CtlJson& page) {
    TextTable table({{"RECEIVED (UTC)"}, {"STATE"}, {"TYPE"}, {"STREAM"}, {"RECORD"}, {"SETTLED (UTC)"}});
    for (const CtlJson& event : page.at("events")) {
        const CtlJson& settled = event.at("settled_at");
        table.add({instant_text(event.at("received_at").get<std::string>()), text_or_dash(event, "state"),
                   text_or_dash(event, "event_type"), text_or_dash(event, "stream"),
                   text_or_dash(event, "record_id"),
                   settled.is_null() ? "-" : instant_text(settled.get<std::string>())});
    }
    return table.to_string();
}

std::string quarantine_text(const CtlJson& page) {
    TextTable table({{"STREAM"},
                     {"RECORD"},
                     {"BYTES", TextTable::Align::right},
                     {"TRIES", TextTable::Align::right},
                     {"LAST (UTC)"},
                     {"REASON", TextTable::Align::left, 80}});
    for (const CtlJson& row : page.at("quarantine")) {
        table.add({text_or_dash(row, "stream"), text_or_dash(row, "id"),
                   grouped(row.at("body_bytes").get<std::uint64_t>()),
                   grouped(row.at("attempts").get<std::uint64_t>()),
                   instant_text(row.at("last_at").get<std::string>()), text_or_dash(row, "reason")});
    }
    return table.to_string();
}

constexpr const char* kPageSize = "1000";

// The position in the change log at which the next page begins.
struct LogPosition {
    std::string generation{};
    std::uint64_t since = 0;
    std::uint64_t pruned_to = 0;

    std::string target(bool wait) const {
        std::string text = "/v1/changes";
        add_query(text, "since", std::to_string(since));
        add_query(text, "generation", generation);
        if (pruned_to > 0) add_query(text, "pruned_to", std::to_string(pruned_to));
        add_query(text, "limit", kPageSize);
        if (wait) add_query(text, "wait", "30s");
        return text;
    }
};

// Returns false if the page was empty.
bool print_changes(CommandContext& context, std::string body, LogPosition& position) {
    const JsonPage page = slice_page(body, "changes");
    for (const std::string& change : page.rows)
        context.output.json(change);
    position.generation = page.members.at("generation").get<std::string>();
    position.since = page.members.at("next").get<std::uint64_t>();
    position.pruned_to = page.members.at("pruned_to").get<std::uint64_t>();
    return !page.rows.empty();
}

}  // namespace

std::string record_path(const CommandLine& line) {
    return "/v1/records/" + percent_encode(line.arguments[0]) + "/" + percent_encode(line.arguments[1]);
}

void show_json(CommandContext& context, const CtlJson& json) {
    context.output.json(json.dump(-1, ' ', false, CtlJson::error_handler_t::replace));
}

CtlTask show_list(CommandContext& context, std::string target, std::string (*as_text)(const CtlJson&),
                  const char* none) {
    add_query(target, "limit", context.line.text("limit"));
    auto getting = context.daemon.get(std::move(target));
    const CtlResult<std::string> body = co_await std::move(getting);
    if (!body) co_return body.error();
    const CtlJson page = parse_answer(*body);
    if (context.line.has("json")) {
        context.output.json(*body);
        co_return CtlExit::ok;
    }
    const std::string text = as_text(page);
    context.output.text(text.empty() ? std::string(none) + "\n" : text);
    if (page.contains("next") && !page.at("next").is_null())
        context.output.note("More entries exist; --limit shows up to 1000.");
    co_return CtlExit::ok;
}

CtlTask ctl_get(CommandContext& context) {
    CO_TRY_ASSIGN(const std::string body, context.daemon.get(record_path(context.line)));
    // A file receives only the portal's bytes, so their hash equals the one in the log.
    if (context.output.out_is_terminal())
        context.output.json(body);
    else
        context.output.bytes(body);
    co_return CtlExit::ok;
}

CtlTask ctl_events(CommandContext& context) {
    const bool open = context.line.has("open");
    return show_list(context, open ? "/v1/events?state=open" : "/v1/events", events_text,
                     open ? "No open events." : "No events received.");
}

CtlTask ctl_quarantine(CommandContext& context) {
    if (context.line.has("retry")) return retry_quarantined_record(context);
    return show_list(context, "/v1/quarantine", quarantine_text, "No records in quarantine.");
}

CtlTask ctl_passes(CommandContext& context) {
    return show_list(context, "/v1/passes", passes_text, "No backfills or reconciliations yet.");
}

CtlTask ctl_changes(CommandContext& context) {
    const bool follow = context.line.has("follow");
    LogPosition position{.since = context.line.number("since").value_or(0)};
    bool more = true;
    while (follow || more) {
        const bool begun = !position.generation.empty();
        CO_TRY_ASSIGN(std::string body, get_patiently(context, position.target(follow && !more),
                                                      follow && begun ? Duration::max() : Duration{}));
        more = print_changes(context, std::move(body), position);
        if (!context.output.flush()) break;
    }
    co_return CtlExit::ok;
}

}  // namespace carecloud
