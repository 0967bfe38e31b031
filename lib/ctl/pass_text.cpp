#include "ctl/pass_text.hpp"

#include "ctl/human_text.hpp"
#include "runtime/text.hpp"

#include <algorithm>

namespace carecloud {
namespace {

constexpr std::size_t kBar = 24;  // characters

std::uint64_t number_in(const CtlJson& pass, const char* name) {
    const CtlJson& value = pass.at(name);
    return value.is_null() ? 0 : value.get<std::uint64_t>();
}

std::string text_in(const CtlJson& pass, const char* name) {
    const CtlJson& value = pass.at(name);
    return value.is_null() ? std::string() : value.get<std::string>();
}

std::string shown_in(const CtlJson& pass, const char* name) {
    return printable(text_in(pass, name));
}

std::string steps_word(const CtlJson& pass, std::uint64_t steps) {
    const bool months = pass.at("kind") == "backfill";
    return months ? (steps == 1 ? "month" : "months") : (steps == 1 ? "step" : "steps");
}

// The completed share, from 0 to 1; by records if their number is known, and so within the current step, too.
double share_done(const CtlJson& pass) {
    const auto expected = number_in(pass, "expected");
    const auto steps = number_in(pass, "steps");
    double share = 0;
    if (expected > 0)
        share = static_cast<double>(number_in(pass, "records")) / static_cast<double>(expected);
    else if (steps > 0)
        share = static_cast<double>(number_in(pass, "steps_done")) / static_cast<double>(steps);
    return std::clamp(share, 0.0, 1.0);
}

std::string titled(const CtlJson& pass) {
    std::string text = shown_in(pass, "kind") + " of " + shown_in(pass, "entity");
    if (!pass.at("from").is_null()) text += ", " + shown_in(pass, "from") + " to " + shown_in(pass, "to");
    if (pass.at("deep").get<bool>()) text += ", deep";
    return text;
}

std::string found_text(const CtlJson& pass) {
    std::string text = counted(number_in(pass, "records"), "record", "records") + " read";
    if (pass.at("kind") == "reconcile") {
        text += ", " + grouped(number_in(pass, "found_missing")) + " missing here, " +
                grouped(number_in(pass, "found_changed")) + " changed, " +
                grouped(number_in(pass, "found_gone")) + " deleted at the portal, " +
                grouped(number_in(pass, "deleted")) + " marked as deleted";
        if (const auto holes = pass.value("holes", std::uint64_t{0}); holes > 0)
            text += ", " + grouped(holes) + " omitted by listings and kept";
        if (const auto awaiting = pass.value("awaiting", std::uint64_t{0}); awaiting > 0)
            text += ", " + grouped(awaiting) + " to be checked again";
    }
    return text + "; " + counted(number_in(pass, "changes"), "change", "changes") + ", " +
           counted(number_in(pass, "requests"), "request", "requests");
}

}  // namespace

bool has_ended(const CtlJson& pass) {
    const std::string state = pass.at("state").get<std::string>();
    return state != "waiting" && state != "running";
}

CtlExit pass_exit(const CtlJson& pass) {
    return pass.at("state") == "done" ? CtlExit::ok : CtlExit::wrong;
}

std::string pass_progress(const CtlJson& pass, const CtlJson& first_seen, Duration watched) {
    if (pass.at("state") == "waiting") return "queued";
    const double share = share_done(pass);
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBar));
    std::string text = "[" + std::string(filled, '#') + std::string(kBar - filled, '.') + "] ";
    // The number of steps is unknown at first.
    if (const auto steps = number_in(pass, "steps"); steps > 0)
        text += grouped(number_in(pass, "steps_done")) + " of " + grouped(steps) + " " +
                steps_word(pass, steps) + ", ";
    text += counted(number_in(pass, "records"), "record", "records");
    const double seconds = std::chrono::duration<double>(watched).count();
    const auto before = number_in(first_seen, "records");
    const auto records = number_in(pass, "records");
    if (seconds >= 1 && records > before)
        text += ", " + grouped(static_cast<std::uint64_t>(static_cast<double>(records - before) / seconds)) +
                " per second";
    const double gained = share - share_done(first_seen);
    if (seconds >= 1 && gained > 0) {
        const std::chrono::duration<double> left(seconds * (1 - share) / gained);
        text += ", about " + span_text(left) + " left";
    }
    return text;
}

std::string pass_outcome(const CtlJson& pass, const CtlOutput& paint) {
    const std::string state = pass.at("state").get<std::string>();
    std::string text = "pass " + std::to_string(number_in(pass, "id")) + ", " + titled(pass) + ": ";
    if (state == "done")
        text += paint.painted("done", Color::good);
    else if (state == "awaiting_confirmation")
        text += paint.painted("stopped for confirmation of deletes", Color::bad);
    else if (state == "waiting" || state == "running")
        text += printable(state);
    else
        text += paint.painted(printable(state), Color::bad);
    text += "\n  " + found_text(pass) + "\n";
    if (const std::string error = shown_in(pass, "error"); !error.empty())
        text += "  " + paint.painted(error, Color::bad) + "\n";
    if (const std::string hint = shown_in(pass, "hint"); !hint.empty()) text += "  " + hint + "\n";
    return text;
}

std::string passes_text(const CtlJson& passes) {
    TextTable table({{"PASS", TextTable::Align::right},
                     {"KIND"},
                     {"STREAM"},
                     {"STATE"},
                     {"DAYS"},
                     {"STEPS", TextTable::Align::right},
                     {"RECORDS", TextTable::Align::right},
                     {"CHANGES", TextTable::Align::right},
                     {"UPDATED (UTC)"}});
    for (const CtlJson& pass : passes.at("passes")) {
        const bool bounded = !pass.at("from").is_null();
        const auto steps = number_in(pass, "steps");
        table.add({std::to_string(number_in(pass, "id")),
                   text_in(pass, "kind") + (pass.at("deep").get<bool>() ? ", deep" : ""),
                   text_in(pass, "entity"), text_in(pass, "state"),
                   bounded ? text_in(pass, "from") + " to " + text_in(pass, "to") : "-",
                   steps == 0 ? "-" : grouped(number_in(pass, "steps_done")) + "/" + grouped(steps),
                   grouped(number_in(pass, "records")), grouped(number_in(pass, "changes")),
                   instant_text(pass.at("updated_at").get<std::string>())});
    }
    return table.to_string();
}

}  // namespace carecloud
