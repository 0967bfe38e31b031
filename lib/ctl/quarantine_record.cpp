#include "ctl/quarantine_record.hpp"

#include "net/url.hpp"
#include "runtime/text.hpp"

#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// The streams that have a record of that id in quarantine: an id belongs to one, as a rule.
Task<CtlResult<std::vector<std::string>>> streams_with(CommandContext& context, const std::string& id) {
    std::vector<std::string> streams;
    std::string target = "/v1/quarantine?limit=1000";
    for (;;) {
        auto getting = context.daemon.get(target);
        const CtlResult<std::string> body = co_await std::move(getting);
        if (!body) co_return body.error();
        const CtlJson page = parse_answer(*body);
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

std::string outcome_text(const CtlJson& told) {
    const std::string outcome = told.at("outcome").get<std::string>();
    const std::string reason =
        told.at("reason").is_null() ? "" : ": " + printable(told.at("reason").get<std::string>());
    if (outcome == "taken") return "stored; it is no longer in quarantine";
    if (outcome == "unchanged") return "valid, but the store already has this or a newer version";
    if (outcome == "invalid") return "received, but still invalid" + reason;
    if (outcome == "too_large") return "still too large" + reason;
    if (outcome == "not_found")
        return told.at("in_quarantine") == true
                   ? "the portal has it but does not list it at the moment" + reason
                   : "deleted at the portal or excluded by the stream's filter; removed from quarantine";
    return printable(outcome) + reason;
}

void tell(CommandContext& context, const std::string& body, const CtlJson& told) {
    if (context.line.has("json")) {
        context.output.json(body);
        return;
    }
    std::string text = printable(told.at("entity").get<std::string>()) + " " +
                       printable(told.at("id").get<std::string>()) + ": " + outcome_text(told) + "\n";
    if (told.at("in_quarantine") == true) text += "  it stays in quarantine as last received\n";
    context.output.text(text);
}

CtlFailure nothing_of(const std::string& id) {
    return {.exit = CtlExit::wrong,
            .what = "no record " + in_quotes(id) + " in quarantine",
            .hint = "carecloudctl quarantine lists quarantined records"};
}

}  // namespace

CtlTask retry_quarantined_record(CommandContext& context) {
    const std::string id = context.line.text("retry");
    auto finding = streams_with(context, id);
    const CtlResult<std::vector<std::string>> streams = co_await std::move(finding);
    if (!streams) co_return streams.error();
    if (streams->empty()) co_return nothing_of(id);
    CtlExit exit = CtlExit::ok;
    for (const std::string& stream : *streams) {
        auto asking = context.daemon.ask(
            "POST", "/v1/quarantine/" + percent_encode(stream) + "/" + percent_encode(id) + "/retry");
        const CtlResult<std::string> body = co_await std::move(asking);
        if (!body) co_return body.error();
        const CtlJson told = parse_answer(*body);
        tell(context, *body, told);
        if (told.at("in_quarantine") == true) exit = CtlExit::wrong;
    }
    co_return exit;
}

}  // namespace carecloud
