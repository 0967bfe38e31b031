// carecloudctl sync
#include "base/co_try.hpp"
#include "base/timestamp.hpp"
#include "ctl/command_context.hpp"
#include "ctl/human_text.hpp"
#include "ctl/json_pieces.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace carecloud {
namespace {

constexpr std::chrono::milliseconds kAskEvery{200};
constexpr std::chrono::seconds kStandstill{120};
constexpr Duration kRestart = std::chrono::seconds(30);

// The number of changes, by stream and kind.
using Came = std::map<std::string, std::map<std::string, std::uint64_t>>;

const CtlJson* find_stream(const CtlJson& status, const std::string& entity) {
    for (const CtlJson& stream : status.at("streams")) {
        if (stream.at("entity") == entity) return &stream;
    }
    return nullptr;
}

std::uint64_t passes_of(const CtlJson* stream) {
    return stream ? stream->at("passes").get<std::uint64_t>() : 0;
}

constexpr const char* kStatus = "/v1/status";
// The status of the daemon that runs the engine, because no pass ends on a standby.
constexpr const char* kStatusOfLeader = "/v1/status?leader=true";

bool stands_by(const std::string& status) {
    return parse_answer(status).value("role", "") == "standby";
}

// Whether a pass that began after `before` was reported has ended. A pass that was running at that time may have missed
// new records; if two passes have ended since, the second one began later.
bool has_passed(const CtlJson& before, const CtlJson& after, const std::string& entity) {
    const CtlJson* const stream = find_stream(after, entity);
    if (!stream) return true;  // a reload removed it
    const bool restarted = before.at("started_at") != after.at("started_at");
    const std::uint64_t known = restarted ? 0 : passes_of(find_stream(before, entity));
    const std::uint64_t passes = passes_of(stream);
    if (passes <= known) return false;
    if (restarted || passes > known + 1) return true;
    const CtlJson& pass = stream->at("last_pass");
    const auto ended = Timestamp::parse(pass.at("ended_at").get<std::string>());
    const auto asked = Timestamp::parse(before.at("now").get<std::string>());
    if (!ended || !asked) return true;
    const std::chrono::milliseconds took(pass.at("ms").get<std::int64_t>());
    // Both timestamps are truncated to milliseconds.
    return *ended - took >= *asked - std::chrono::milliseconds(1);
}

// Waits until each stream has completed a pass; returns the last response of the status at `path`.
Task<CtlResult<std::string>> wait_for_passes(CommandContext& context, std::string path, const CtlJson& before,
                                             const std::vector<std::string>& streams) {
    MonoTime deadline = context.clock.now() + kStandstill;
    std::string moved;
    while (true) {
        auto sleeping = context.clock.sleep(kAskEvery);
        co_await std::move(sleeping);
        CO_TRY_ASSIGN(std::string body, get_patiently(context, path, kRestart));
        const CtlJson status = parse_answer(body);
        const bool ended = std::all_of(streams.begin(), streams.end(), [&](const std::string& entity) {
            return has_passed(before, status, entity);
        });
        if (ended) co_return body;
        const std::string now_at = status.at("seq").dump() + status.at("quota").dump();
        if (std::exchange(moved, now_at) != now_at) deadline = context.clock.now() + kStandstill;
        if (context.clock.now() >= deadline) {
            std::string why;
            for (const CtlJson& reason : status.at("reasons"))
                why += (why.empty() ? "" : "; ") + printable(reason.at("text").get<std::string>());
            co_return CtlFailure{
                .exit = CtlExit::temporary,
                .what = "no pass has completed, and there is no progress" + (why.empty() ? "" : ": " + why),
                .hint = "see carecloudctl status; the pass is still requested"};
        }
        context.output.progress(
            "waiting for the pass; " +
            counted(status.at("seq").get<std::uint64_t>() - before.at("seq").get<std::uint64_t>(), "change",
                    "changes") +
            " so far");
    }
}

// Counts the changes in the log from `since`, exclusive, to `until`, inclusive.
Task<CtlResult<Came>> count_changes(CommandContext& context, std::uint64_t since, std::uint64_t until) {
    Came came;
    while (since < until) {
        std::string target = "/v1/changes";
        add_query(target, "since", std::to_string(since));
        add_query(target, "limit", "5000");
        CO_TRY_ASSIGN(std::string body, get_patiently(context, std::move(target), kRestart));
        const CtlJson page = parse_answer(body);
        for (const CtlJson& change : page.at("changes")) {
            if (change.at("seq").get<std::uint64_t>() > until) break;
            ++came[change.at("stream").get<std::string>()][change.at("kind").get<std::string>()];
        }
        if (page.at("changes").empty()) break;
        since = page.at("next").get<std::uint64_t>();
    }
    co_return came;
}

std::string came_text(const std::map<std::string, std::uint64_t>& kinds) {
    std::string text;
    for (const auto& [kind, number] : kinds)
        text += (text.empty() ? "" : ", ") + grouped(number) + " " + printable(kind);
    return text.empty() ? "nothing new" : text;
}

// Changes committed before the failure are kept, and the next pass continues after them.
std::string failure_text(const CtlJson& pass, const std::map<std::string, std::uint64_t>& came,
                         const CtlOutput& paint) {
    const std::string why = "the pass failed: " + printable(pass.at("error").get<std::string>());
    return paint.painted(why, Color::bad) + (came.empty() ? "" : "\n  before that: " + came_text(came));
}

// Returns `wrong` if a pass failed.
CtlExit report_passes(CommandContext& context, const std::vector<std::string>& streams, const CtlJson& status,
                      Came came) {
    CtlExit exit = CtlExit::ok;
    CtlJson report{{"streams", CtlJson::array()}};
    for (const std::string& entity : streams) {
        const CtlJson* const stream = find_stream(status, entity);
        const CtlJson pass = stream ? stream->at("last_pass") : CtlJson(nullptr);
        const bool failed = pass.is_object() && !pass.at("error").is_null();
        if (failed) exit = CtlExit::wrong;
        report["streams"].push_back({{"entity", entity}, {"changes", came[entity]}, {"last_pass", pass}});
        if (context.line.has("json")) continue;
        const std::string result =
            failed ? failure_text(pass, came[entity], context.output) : came_text(came[entity]);
        context.output.text(printable(entity) + ": " + result + "\n");
    }
    if (context.line.has("json")) context.output.json(report.dump());
    return exit;
}

}  // namespace

CtlTask ctl_sync(CommandContext& context) {
    CO_TRY_ASSIGN(std::string body, context.daemon.get(kStatus));
    const std::string path = stands_by(body) ? kStatusOfLeader : kStatus;
    if (path != kStatus) {
        CO_TRY_ASSIGN(body, context.daemon.get(path));
    }
    const CtlJson before = parse_answer(body);
    std::string target = "/v1/sync";
    if (!context.line.arguments.empty()) add_query(target, "entity", context.line.arguments[0]);
    CO_TRY_ASSIGN(const std::string nudged, context.daemon.ask("POST", std::move(target)));
    const auto streams = parse_answer(nudged).at("nudged").get<std::vector<std::string>>();
    CO_TRY_ASSIGN(const std::string passed, wait_for_passes(context, path, before, streams));
    const CtlJson after = parse_answer(passed);
    // A different generation means that the store was replaced: all of its changes are new.
    const bool same = before.at("generation") == after.at("generation");
    CO_TRY_ASSIGN(Came came, count_changes(context, same ? before.at("seq").get<std::uint64_t>() : 0,
                                           after.at("seq").get<std::uint64_t>()));
    co_return report_passes(context, streams, after, std::move(came));
}

}  // namespace carecloud
