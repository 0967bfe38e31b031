// carecloudctl why and erase
#include "base/co_try.hpp"
#include "ctl/command_context.hpp"
#include "ctl/human_text.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// An event in the history of a record.
struct LifeEntry {
    std::string at;  // ISO 8601, which sorts as text
    std::string what;
    std::string text;
};

using LifeEntries = std::vector<LifeEntry>;

std::string member(const CtlJson& row, const char* name) {
    const CtlJson& value = row.at(name);
    return value.is_null() ? "" : value.get<std::string>();
}

void add_event(LifeEntries& entries, const CtlJson& event) {
    std::string text = member(event, "event_type") + " received";
    if (const std::string of = member(event, "event_time"); !of.empty()) text += ", of " + instant_text(of);
    entries.push_back({member(event, "received_at"), "event", text});
    if (const std::string at = member(event, "settled_at"); !at.empty())
        entries.push_back({at, "event", member(event, "event_type") + ": " + member(event, "state")});
}

void add_change(LifeEntries& entries, const CtlJson& version) {
    std::string text = "change " + std::to_string(version.at("seq").get<std::uint64_t>()) + ", modified " +
                       instant_text(member(version, "modified"));
    const std::size_t corrected = version.at("corrections").size();
    if (corrected > 0) text += "; " + counted(corrected, "field", "fields") + " corrected";
    if (version.at("kept") == false) text += "; this version is not kept";
    entries.push_back({member(version, "committed_at"), member(version, "kind"), text});
}

void add_quarantine(LifeEntries& entries, const CtlJson& row) {
    entries.push_back({member(row, "first_at"), "quarantine", member(row, "reason")});
    const auto attempts = row.at("attempts").get<std::uint64_t>();
    if (attempts > 1)
        entries.push_back({member(row, "last_at"), "quarantine",
                           "still invalid after " + counted(attempts, "attempt", "attempts")});
}

// A reconciliation that met every record of the stream.
bool compared_all(const CtlJson& pass, const std::string& entity) {
    return pass.at("entity") == entity && pass.at("kind") == "reconcile" && pass.at("state") == "done" &&
           (pass.at("deep") == true || pass.at("whole") == true);
}

// Adds the reconciliations that began after the record was first known, which is the first entry.
void add_comparisons(LifeEntries& entries, const CtlJson& passes, const std::string& entity) {
    if (entries.empty()) return;
    const std::string known_at = entries.front().at;
    for (const CtlJson& pass : passes) {
        if (!compared_all(pass, entity) || member(pass, "started_at") < known_at) continue;
        entries.push_back({member(pass, "updated_at"), "compared",
                           "reconciliation " + std::to_string(pass.at("id").get<std::uint64_t>()) +
                               " has compared the " + (pass.at("deep") == true ? "contents" : "keys") +
                               " of all records"});
    }
}

void put_in_order(LifeEntries& entries) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const LifeEntry& a, const LifeEntry& b) { return a.at < b.at; });
}

LifeEntries entries_of(const CtlJson& life, const CtlJson& versions) {
    LifeEntries entries;
    for (const CtlJson& event : life.at("events"))
        add_event(entries, event);
    // Oldest first: the sort is stable, so changes of one commit stay in order.
    for (auto version = versions.rbegin(); version != versions.rend(); ++version)
        add_change(entries, *version);
    if (!life.at("quarantine").is_null()) add_quarantine(entries, life.at("quarantine"));
    if (const CtlJson& doubt = life.at("doubt"); !doubt.is_null())
        entries.push_back({member(doubt, "first_seen"), "doubted",
                           "the portal returned an earlier version, modified " +
                               instant_text(member(doubt, "modified")) + "; it is fetched again at " +
                               instant_text(member(doubt, "ask_at"))});
    if (!life.at("omitted_at").is_null())
        entries.push_back({member(life, "omitted_at"), "omitted",
                           "listings omit it; a second request decides whether it left the filter"});
    put_in_order(entries);
    return entries;
}

void print_life(CommandContext& context, const LifeEntries& entries) {
    if (context.line.has("json")) {
        CtlJson list = CtlJson::array();
        for (const LifeEntry& entry : entries)
            list.push_back({{"at", entry.at}, {"what", entry.what}, {"text", entry.text}});
        show_json(context,
                  {{"entity", context.line.arguments[0]}, {"id", context.line.arguments[1]}, {"life", list}});
        return;
    }
    TextTable table({{"TIME (UTC)"}, {"WHAT"}, {"DETAILS", TextTable::Align::left, 200}});
    for (const LifeEntry& entry : entries)
        table.add({instant_text(entry.at), entry.what, entry.text});
    context.output.text(table.to_string());
}

}  // namespace

CtlTask ctl_why(CommandContext& context) {
    const std::string record = record_path(context.line);
    CO_TRY_ASSIGN(const std::string body, context.daemon.get(record + "/life"));
    const CtlJson life = parse_answer(body);
    CtlJson versions = CtlJson::array();
    if (life.at("held") == true) {
        CO_TRY_ASSIGN(const std::string page, context.daemon.get(record + "/versions?limit=1000"));
        versions = parse_answer(page).at("versions");
    }
    CO_TRY_ASSIGN(const std::string passes, context.daemon.get("/v1/passes"));
    LifeEntries entries = entries_of(life, versions);
    add_comparisons(entries, parse_answer(passes).at("passes"), context.line.arguments[0]);
    put_in_order(entries);
    print_life(context, entries);
    co_return CtlExit::ok;
}

CtlTask ctl_erase(CommandContext& context) {
    const std::string requested_by = context.line.text("requested-by");
    if (requested_by.empty()) {
        co_return CtlFailure{.exit = CtlExit::usage,
                             .what = "erase requires --requested-by",
                             .hint = "name the person or office that requested it"};
    }
    std::string target = record_path(context.line) + "/erase";
    add_query(target, "requested_by", requested_by);
    CO_TRY_ASSIGN(const std::string body, context.daemon.ask("POST", std::move(target)));
    const CtlJson report = parse_answer(body);
    if (context.line.has("json")) {
        context.output.json(body);
        co_return CtlExit::ok;
    }
    context.output.text(
        "Erased the content, " +
        counted(report.at("versions").get<std::uint64_t>(), "former version", "former versions") + " and " +
        counted(report.at("events").get<std::uint64_t>(), "event", "events") + ".\n");
    if (report.at("log_cleared") == false)
        context.output.note(
            "A reader of the store is open: its write-ahead log holds the content until the reader ends. "
            "Repeat this command then.");
    co_return CtlExit::ok;
}

}  // namespace carecloud
