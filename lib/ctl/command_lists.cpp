// carecloudctl get, events, quarantine
#include "ctl/commands.hpp"
#include "ctl/human_text.hpp"
#include "ctl/quarantine_record.hpp"
#include "ctl/text_table.hpp"
#include "net/url.hpp"

#include <utility>

namespace carecloud {
namespace {

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

// One page of a list, as the API gives it or as a table.
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
    if (!page.at("next").is_null()) context.output.note("More entries exist; --limit shows up to 1000.");
    co_return CtlExit::ok;
}

}  // namespace

CtlTask ctl_get(CommandContext& context) {
    auto getting = context.daemon.get("/v1/records/" + percent_encode(context.line.arguments[0]) + "/" +
                                      percent_encode(context.line.arguments[1]));
    const CtlResult<std::string> body = co_await std::move(getting);
    if (!body) co_return body.error();
    // Into a file come the portal's bytes alone, so that their hash is the one in the log.
    if (context.output.out_is_terminal())
        context.output.json(*body);
    else
        context.output.bytes(*body);
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

}  // namespace carecloud
