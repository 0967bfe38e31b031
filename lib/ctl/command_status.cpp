#include "base/timestamp.hpp"
#include "ctl/command_context.hpp"
#include "ctl/ctl_output.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/human_text.hpp"
#include "runtime/text.hpp"

#include <array>
#include <string>
#include <utility>

namespace carecloud {
namespace {

// "+3 new, 25 changed" for the commits of a pass.
std::string pass_came(const CtlJson& pass) {
    static constexpr std::array<std::pair<const char*, const char*>, 6> kinds{
        {{"created", "new"},
         {"updated", "changed"},
         {"disabled", "disabled"},
         {"deleted", "deleted"},
         {"restored", "restored"},
         {"quarantined", "quarantined"}}};
    std::string came;
    for (const auto& [name, word] : kinds) {
        const auto number = pass.value(name, std::uint64_t{0});
        if (number > 0) came += (came.empty() ? "" : ", ") + grouped(number) + " " + word;
    }
    return came.empty() ? "nothing new" : came;
}

// `stands_by`: the daemon does not run the engine, so it knows only the passes from the time when it did.
std::string pass_text(const CtlJson& stream, bool stands_by, Timestamp now) {
    const CtlJson& pass = stream.at("last_pass");
    if (pass.is_null()) return stands_by ? "by the active daemon" : "none yet";
    std::string text = ago_text(pass.at("ended_at").get<std::string>(), now) + ": ";
    return text + (pass.at("error").is_null() ? pass_came(pass) : "failed, see below");
}

std::string cursor_text(const CtlJson& stream, Timestamp now) {
    const CtlJson& cursor = stream.at("cursor");
    if (cursor.is_null()) return "none yet";
    const std::string modified = cursor.at("modified").get<std::string>();
    return instant_text(modified) + " (" + ago_text(modified, now) + ")";
}

std::string quota_text(const CtlJson& quota) {
    std::string text = grouped(quota.at("sent").get<std::uint64_t>());
    const CtlJson& limit = quota.at("limit");
    if (!limit.is_null()) text += " of " + grouped(limit.get<std::uint64_t>());
    text += " requests sent to the portal in " + printable(quota.at("month").get<std::string>());
    const auto reserved = quota.at("reserved").get<std::uint64_t>();
    return reserved > 0 ? text + ", " + grouped(reserved) + " reserved" : text;
}

// A line about former versions; empty if there are none. Older daemons do not report them.
std::string versions_text(const CtlJson& status) {
    if (!status.contains("versions")) return "";
    const CtlJson& versions = status.at("versions");
    const auto kept = versions.at("kept").get<std::uint64_t>();
    if (kept == 0) return "";
    return counted(kept, "former version", "former versions") + " kept, " +
           bytes_text(versions.at("bytes").get<std::uint64_t>()) + "\n";
}

// Older daemons do not report doubts.
std::string doubts_text(const CtlJson& status) {
    const std::uint64_t doubted = status.value("doubted", std::uint64_t{0});
    return doubted > 0 ? "; " + counted(doubted, "record", "records") + " doubted" : "";
}

std::string state_text(const std::string& state, const CtlOutput& paint) {
    const Color color = state == "ok" ? Color::good : state == "warning" ? Color::warn : Color::bad;
    return paint.painted(printable(state), color);
}

std::string reason_text(const CtlJson& reason, Timestamp now, const CtlOutput& paint) {
    std::string text = "  " + state_text(reason.at("state").get<std::string>(), paint) + ": " +
                       printable(reason.at("text").get<std::string>()) + "\n    detected " +
                       ago_text(reason.at("since").get<std::string>(), now);
    const std::string remedy = reason.at("remedy").get<std::string>();
    return text + (remedy.empty() ? "" : "; remedy: " + printable(remedy)) + "\n";
}

// The daemons on the store. Empty if only one daemon can open it, or if the daemon is of an earlier release.
std::string daemons_text(const CtlJson& status, Timestamp now) {
    if (!status.contains("daemons")) return "";
    TextTable table({{"DAEMON"}, {"VERSION"}, {"ROLE"}, {"SINCE (UTC)"}, {"LAST SEEN"}});
    for (const CtlJson& daemon : status.at("daemons")) {
        const std::string since = daemon.at("since").get<std::string>();
        const auto unseen = std::chrono::duration<double>(daemon.at("unseen_seconds").get<double>());
        table.add({daemon.at("host").get<std::string>() + ", process " +
                       std::to_string(daemon.at("pid").get<std::uint64_t>()),
                   daemon.at("version").get<std::string>(),
                   daemon.value("lost", false) ? "lost" : daemon.at("role").get<std::string>(),
                   instant_text(since) + " (" + ago_text(since, now) + ")",
                   span_text(std::chrono::duration_cast<Duration>(unseen)) + " ago"});
    }
    return "\n" + table.to_string();
}

// Formats the response of /v1/status for people. Throws nlohmann's exception if its structure is different.
std::string status_text(const CtlJson& status, const CtlOutput& paint) {
    const Timestamp now = Timestamp::parse(status.at("now").get<std::string>()).value_or(Timestamp{});
    std::string out = "carecloud-syncd " + printable(status.at("version").get<std::string>()) + ": " +
                      state_text(status.at("state").get<std::string>(), paint) + ", started " +
                      ago_text(status.at("started_at").get<std::string>(), now) + "\n";
    for (const CtlJson& reason : status.at("reasons"))
        out += reason_text(reason, now, paint);
    out += "\n";
    TextTable table({{"STREAM"}, {"RECORDS", TextTable::Align::right}, {"CURSOR (UTC)"}, {"LAST PASS"}});
    const bool stands_by = status.value("role", "") == "standby";
    std::string errors;
    std::string loads;
    for (const CtlJson& stream : status.at("streams")) {
        const std::string entity = stream.at("entity").get<std::string>();
        const CtlJson& records = stream.at("records");
        table.add({entity, records.is_null() ? "?" : grouped(records.get<std::uint64_t>()),
                   cursor_text(stream, now), pass_text(stream, stands_by, now)});
        const CtlJson& pass = stream.at("last_pass");
        if (!pass.is_null() && !pass.at("error").is_null())
            errors += printable(entity) + ": " + printable(pass.at("error").get<std::string>()) + "\n";
        const CtlJson loading = stream.value("loading", CtlJson());
        if (!loading.is_null())
            loads +=
                printable(entity) + ": loading: " + printable(loading.at("text").get<std::string>()) + "\n";
    }
    out += table.to_string() + daemons_text(status, now);
    if (!loads.empty()) out += "\n" + loads;
    if (!errors.empty()) out += "\n" + paint.painted(errors, Color::bad);
    const auto open = status.at("events_open").get<std::uint64_t>();
    const auto quarantined = status.at("quarantined").get<std::uint64_t>();
    out += "\n" + quota_text(status.at("quota")) + "; " + counted(open, "event", "events") + " open; " +
           counted(quarantined, "record", "records") + " in quarantine" + doubts_text(status) + "\n" +
           versions_text(status);
    return out;
}

constexpr std::chrono::seconds kWatchEvery{2};

CtlExit exit_of(const std::string& state) {
    if (state == "ok") return CtlExit::ok;
    if (state == "warning") return CtlExit::wrong;
    return state == "critical" ? CtlExit::critical : CtlExit::unknown;
}

CtlExit show_status(CommandContext& context, const std::string& body) {
    const CtlJson status = parse_answer(body);
    if (context.line.has("json"))
        context.output.json(body);
    else
        context.output.text(status_text(status, context.output));
    return exit_of(status.at("state").get<std::string>());
}

}  // namespace

CtlTask ctl_status(CommandContext& context) {
    bool shown = false;
    while (true) {
        auto getting = context.daemon.get("/v1/status");
        const CtlResult<std::string> body = co_await std::move(getting);
        const bool watch = context.line.has("watch");
        // With --watch, the daemon's recovery must be visible, so temporary failures do not end the command.
        if (!body && (!watch || !shown || !body.error().passing)) co_return body.error();
        if (watch) context.output.clear();
        CtlExit exit = CtlExit::ok;
        if (body)
            exit = show_status(context, *body);
        else
            context.output.text("carecloudctl: " + body.error().what + "\n");
        if (!watch || !context.output.flush()) co_return exit;
        shown = true;
        auto sleeping = context.clock.sleep(kWatchEvery);
        co_await std::move(sleeping);
    }
}

}  // namespace carecloud
