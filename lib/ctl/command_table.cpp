#include "ctl/command_table.hpp"

#include <algorithm>
#include <array>

namespace carecloud {
namespace {

constexpr std::array kGeneral{
    CtlOption{"url", "URL", "where the daemon's API listens: http://127.0.0.1:8461, https://…, unix:/path"},
    CtlOption{"config", "FILE",
              "the daemon's configuration, which says where; /etc/carecloud-syncd/config.yaml"},
    CtlOption{"token-file", "FILE", "the file with the API's token (api.token_file)"},
    CtlOption{"ca-file", "FILE", "certificates to trust beside the system's, for https"},
    CtlOption{"json", "", "JSON for programs in place of text for people"},
    CtlOption{"help", "", "print this and exit; also -h"},
    CtlOption{"version", "", "print the version and exit; also -V"},
};

constexpr std::array kStatusOptions{
    CtlOption{"watch", "", "show it again every two seconds, until interrupted"},
};
constexpr std::array kChangesOptions{
    CtlOption{"since", "SEQ", "what came after that number; 0 (default): all"},
    CtlOption{"follow", "", "go on with what comes, over restarts of the daemon, until interrupted"},
};
constexpr std::array kEventsOptions{
    CtlOption{"open", "", "only those that wait for their record"},
    CtlOption{"limit", "N", "at most so many, the newest first; 100 (default), up to 1000"},
};
constexpr std::array kQuarantineOptions{
    CtlOption{"limit", "N", "at most so many; 100 (default), up to 1000"},
    CtlOption{"retry", "ID", "ask the portal for that record now, and say what came"},
};

constexpr std::array kExportOptions{
    CtlOption{"from", "DAY",
              "records that end on this day or later: 2026-03-15, or 2026-03 for its first day"},
    CtlOption{"to", "DAY", "records that begin on this day or earlier; 2026-03 for its last day"},
    CtlOption{"format", "FORMAT", "ndjson (default): the portal's bytes, a line a record; csv"},
};
constexpr std::array kBackfillOptions{
    CtlOption{"from", "DAY", "the first day: 2026-01-15, or 2026-01 for the first of the month"},
    CtlOption{"to", "DAY", "the last day: 2026-03-15, or 2026-03 for the last of the month"},
    CtlOption{"no-wait", "", "do not wait for the end"},
};
constexpr std::array kReconcileOptions{
    CtlOption{"deep", "", "compare contents, too, not only ids and times of change"},
    CtlOption{"confirm-deletes", "", "go on even if so many are missing that it would stop and ask"},
    CtlOption{"no-wait", "", "do not wait for the end"},
};
constexpr std::array kPassesOptions{
    CtlOption{"limit", "N", "at most so many, the newest first"},
};

constexpr std::array kCommands{
    CtlCommand{"status", "", 0, 0, "whether all is well, and how far each stream is",
               "Exits as monitoring plugins do: 0 ok, 1 warning (it works, but somebody should look), 2 "
               "critical, 3 unknown "
               "(no daemon answers, the token is refused, wrong usage). Each reason is shown with a remedy.",
               kStatusOptions},
    CtlCommand{"sync",
               "[ENTITY]",
               0,
               1,
               "look at the portal now, and say what came",
               "Asks for a pass of one stream, or of all, waits for its end and counts the changes that it "
               "brought. "
               "Exits with 1 if a pass failed, with 75 if nothing moves for two minutes.",
               {}},
    CtlCommand{"changes", "", 0, 0, "the change log, a line of JSON a change",
               "Remember the last seq: --since goes on behind it, and nothing is missed.", kChangesOptions},
    CtlCommand{"get", "ENTITY ID", 2, 2, "a record, byte for byte as the portal gave it", "", {}},
    CtlCommand{"events", "", 0, 0, "the notifications that came, the newest first", "", kEventsOptions},
    CtlCommand{"quarantine", "", 0, 0, "the records that could not be taken, with the reasons",
               "A record is tried again when the portal changes it; one that was too large for any answer, "
               "every hour as "
               "well. With --retry it is asked for at once. Exits with 0 whether there are any or not; with "
               "--retry, with 1 "
               "if the record stays in quarantine.",
               kQuarantineOptions},
    CtlCommand{"export", "ENTITY", 1, 1, "all records of a stream, or those of some days",
               "With --from or --to, a record that changes meanwhile may be exported twice. A CSV has a "
               "column for each "
               "member of the records (nested values as JSON), CRLF, UTF-8, and an apostrophe before a text "
               "that a "
               "spreadsheet would run as a formula; the records are read twice for it.",
               kExportOptions},
    CtlCommand{"backfill", "ENTITY", 1, 1, "read again what the portal has for some days",
               "In steps of a month; safe to repeat, and the daemon goes on with it after a restart. If "
               "this command is "
               "interrupted, the pass goes on. Exits with 1 if the pass failed or was canceled.",
               kBackfillOptions},
    CtlCommand{
        "reconcile", "ENTITY", 1, 1, "compare with the portal, and fix what differs",
        "Finds records that the portal has deleted, and changes that it did not announce. Exits with 1 "
        "if the pass "
        "failed, was canceled, or stopped to ask before it deletes many.",
        kReconcileOptions},
    CtlCommand{"passes", "", 0, 0, "the backfills and reconciliations, the newest first", "", kPassesOptions},
    CtlCommand{
        "cancel", "PASS", 1, 1, "end a backfill or a reconciliation; what it has stored stays", "", {}},
    CtlCommand{"doctor",
               "",
               0,
               0,
               "ask the portal what its documents leave open, and say what to set",
               "Uses the daemon's configuration and key, which must be readable; the daemon need not run. "
               "Sends some twenty "
               "requests a stream, at the configured rate, which the daemon does not count. Exits with 1 if "
               "something must "
               "be done.",
               {}},
    CtlCommand{"help", "[COMMAND]", 0, 1, "what the commands are, or what one of them does", "", {}},
};

constexpr std::array kExclusions{
    CtlExclusion{"quarantine", "limit", "retry", "one record is asked for"},
    CtlExclusion{"doctor", "url", "", "it asks the portal that the configuration names, not the daemon"},
    CtlExclusion{"doctor", "token-file", "",
                 "it asks the portal that the configuration names, not the daemon"},
    CtlExclusion{"doctor", "ca-file", "", "the configuration's portal.ca_file says whom to trust"},
};

constexpr std::string_view kExitCodes =
    "Exit codes: 0 done, 1 something is wrong or was refused, 64 usage, 69 no daemon answers, 74 the output "
    "cannot be written, 75 try again later, 76 what answers is no carecloud-syncd, 77 the token is refused, "
    "130 interrupted. status: 0 ok, 1 warning, 2 critical, 3 unknown.";

constexpr std::size_t kColumn = 22;
constexpr std::size_t kLineMax = 80;

// The words of `text` in lines that fit a terminal: the first one from where `out` ends, the others behind `indent`.
void append_words(std::string& out, std::string_view text, std::size_t indent = 0) {
    std::size_t column = indent;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const bool fits = column + 1 + end <= kLineMax;
        if (column > indent) out.append(fits ? " " : "\n" + std::string(indent, ' '));
        column = (column == indent || !fits ? indent : column + 1) + end;
        out.append(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    out += "\n";
}

void append_entry(std::string& out, std::string_view left, std::string_view right) {
    out.append("  ").append(left);
    out.append(left.size() < kColumn ? kColumn - left.size() : 1, ' ');
    append_words(out, right, 2 + kColumn);
}

void append_options(std::string& out, std::string_view heading, std::span<const CtlOption> options) {
    if (options.empty()) return;
    out.append("\n").append(heading).append(":\n");
    for (const CtlOption& option : options) {
        std::string left = "--" + std::string(option.name);
        if (!option.value.empty()) left.append(" ").append(option.value);
        append_entry(out, left, option.help);
    }
}

std::string shown_with_arguments(const CtlCommand& command) {
    std::string shown(command.name);
    if (!command.arguments.empty()) shown.append(" ").append(command.arguments);
    return shown;
}

}  // namespace

std::span<const CtlCommand> ctl_commands() {
    return kCommands;
}

std::span<const CtlOption> ctl_general_options() {
    return kGeneral;
}

std::span<const CtlExclusion> ctl_exclusions() {
    return kExclusions;
}

const CtlCommand* find_ctl_command(std::string_view name) {
    const auto* found = std::find_if(kCommands.begin(), kCommands.end(),
                                     [&](const CtlCommand& command) { return command.name == name; });
    return found == kCommands.end() ? nullptr : found;
}

std::string ctl_help() {
    std::string out =
        "carecloudctl asks and steers a running carecloud-syncd by way of its API.\n\n"
        "Usage: carecloudctl [OPTIONS] COMMAND\n\nCommands:\n";
    for (const CtlCommand& command : kCommands)
        append_entry(out, shown_with_arguments(command), command.summary);
    append_options(out, "Options", kGeneral);
    out.append("\ncarecloudctl help COMMAND says more about each.\n\n");
    append_words(out, kExitCodes);
    return out;
}

std::string ctl_help(const CtlCommand& command) {
    std::string out;
    append_words(out,
                 "carecloudctl " + std::string(command.name) + ": " + std::string(command.summary) + ".");
    out += "\n";
    out.append("Usage: carecloudctl ").append(shown_with_arguments(command));
    if (!command.options.empty()) out += " [OPTIONS]";
    out += "\n";
    if (!command.details.empty()) {
        out += "\n";
        append_words(out, command.details);
    }
    append_options(out, "Options", command.options);
    append_options(out, "General options", kGeneral);
    out += "\n";
    append_words(out, kExitCodes);
    return out;
}

}  // namespace carecloud
