#include "ctl/command_line.hpp"

#include <algorithm>
#include <array>

namespace carecloud {
namespace {

constexpr std::array kGeneral{
    CtlOption{"url", "URL", "address of the daemon's API: http://127.0.0.1:8461, https://…, unix:/path"},
    CtlOption{"instance", "NAME", "one of several agencies: use the service carecloud-syncd@NAME"},
    CtlOption{"config", "FILE",
              "daemon configuration to read the address from; default /etc/carecloud-syncd/config.yaml"},
    CtlOption{"token-file", "FILE", "file with the API token (api.token_file)"},
    CtlOption{"ca-file", "FILE", "additional CA certificates for https"},
    CtlOption{"json", "", "print JSON instead of text"},
    CtlOption{"help", "", "print this help and exit; also -h"},
    CtlOption{"version", "", "print the version and exit; also -V"},
};

constexpr std::array kStatusOptions{
    CtlOption{"watch", "", "refresh every two seconds until interrupted"},
};
constexpr std::array kChangesOptions{
    CtlOption{"since", "SEQ", "only changes after this number; 0 (default): all"},
    CtlOption{"follow", "", "keep printing new changes until interrupted, across daemon restarts"},
};
constexpr std::array kHistoryOptions{
    CtlOption{"limit", "N", "maximum number, newest first; default 100, at most 1000"},
};
constexpr std::array kEraseOptions{
    CtlOption{"requested-by", "NAME", "who requested it; required, and kept in the log and in the store"},
};
constexpr std::array kEventsOptions{
    CtlOption{"open", "", "only events whose record has not arrived yet"},
    CtlOption{"limit", "N", "maximum number, newest first; default 100, at most 1000"},
};
constexpr std::array kQuarantineOptions{
    CtlOption{"limit", "N", "maximum number; default 100, at most 1000"},
    CtlOption{"retry", "ID", "fetch this record from the portal now and report the result"},
};

constexpr std::array kExportOptions{
    CtlOption{"from", "DAY", "records ending on or after this day: 2026-03-15, or 2026-03 for its first day"},
    CtlOption{"to", "DAY", "records starting on or before this day; 2026-03 for its last day"},
    CtlOption{"format", "FORMAT", "ndjson (default): the portal's bytes, one record per line; or csv"},
};
constexpr std::array kBackfillOptions{
    CtlOption{"from", "DAY", "first day: 2026-01-15, or 2026-01 for the first of the month"},
    CtlOption{"to", "DAY", "last day: 2026-03-15, or 2026-03 for the last of the month"},
    CtlOption{"no-wait", "", "return without waiting for completion"},
};
constexpr std::array kReconcileOptions{
    CtlOption{"deep", "", "compare contents, not only ids and modification times"},
    CtlOption{"confirm-deletes", "",
              "proceed even if so many records are missing that it would stop for confirmation"},
    CtlOption{"no-wait", "", "return without waiting for completion"},
};
constexpr std::array kPassesOptions{
    CtlOption{"limit", "N", "maximum number, newest first"},
};

constexpr std::array kCommands{
    CtlCommand{"status", "", 0, 0, "overall state and progress of each stream",
               "Exit codes follow the monitoring plugin convention: 0 ok, 1 warning (working, but needs "
               "attention), 2 critical, 3 unknown (daemon not responding, token refused, usage error). Each "
               "reason is shown with a remedy.",
               kStatusOptions},
    CtlCommand{"sync",
               "[ENTITY]",
               0,
               1,
               "poll the portal now and report what was received",
               "Requests a pass of one stream, or of all, waits for completion and counts the changes "
               "received. Exits with 1 if a pass failed, with 75 if there is no progress for two minutes.",
               {}},
    CtlCommand{"changes", "", 0, 0, "print the change log as JSON, one change per line",
               "To resume without missing a change, pass the last seq you processed to --since.",
               kChangesOptions},
    CtlCommand{"get", "ENTITY ID", 2, 2, "print a record, byte for byte as received from the portal", "", {}},
    CtlCommand{"history", "ENTITY ID", 2, 2, "list the changes of a record, newest first",
               "Shows how many fields each change corrected and whether the version that it brought is still "
               "kept.",
               kHistoryOptions},
    CtlCommand{
        "diff",
        "ENTITY ID [SEQ SEQ]",
        2,
        4,
        "show which fields of a record were corrected",
        "Shows what the last change corrected, or the differences between the versions that two changes "
        "brought. Numbers, flags and times are compared by value; days are matched by their date, "
        "sign-ins by their id. Signatures are shown as present, changed or absent.",
        {}},
    CtlCommand{
        "why",
        "ENTITY ID",
        2,
        2,
        "show what became of a record, in order of time",
        "Shows the events that named it, the changes that polls, backfills and reconciliations brought, the "
        "newest reconciliations that compared it with the portal, quarantine, doubts and omissions. Polls "
        "that returned it unchanged are not recorded.",
        {}},
    CtlCommand{
        "erase", "ENTITY ID", 2, 2, "erase the content of a record and of every copy",
        "Overwrites its body, former versions, corrections, quarantined body and events. Hashes and the "
        "change log are kept. Delete it at the portal first: if it changes there, it is stored again.",
        kEraseOptions},
    CtlCommand{"events", "", 0, 0, "list received events, newest first", "", kEventsOptions},
    CtlCommand{"quarantine", "", 0, 0, "list records that could not be stored, with reasons",
               "A record is retried when the portal changes it; one that was too large for any response is "
               "also retried every hour. With --retry it is fetched immediately. Exits with 0 whether the "
               "list is empty or not; with --retry, with 1 if the record stays in quarantine.",
               kQuarantineOptions},
    CtlCommand{
        "export", "ENTITY", 1, 1, "export a stream's records, all or for a range of days",
        "With --from or --to, a record that changes during the export may be exported twice. CSV output has "
        "a column for each member of the records (nested values as JSON), CRLF line ends, UTF-8, and an "
        "apostrophe before text that a spreadsheet would run as a formula; it reads the records twice.",
        kExportOptions},
    CtlCommand{
        "backfill", "ENTITY", 1, 1, "fetch a range of days from the portal again",
        "Runs in steps of one month, is safe to repeat, and resumes after a daemon restart. Interrupting "
        "this command does not stop the pass. Exits with 1 if the pass failed or was canceled.",
        kBackfillOptions},
    CtlCommand{"reconcile", "ENTITY", 1, 1, "compare a stream with the portal and fix differences",
               "Finds records deleted at the portal and unannounced changes. Exits with 1 if the pass "
               "failed, was canceled, or stopped for confirmation before deleting many records.",
               kReconcileOptions},
    CtlCommand{"passes", "", 0, 0, "list backfills and reconciliations, newest first", "", kPassesOptions},
    CtlCommand{
        "cancel", "PASS", 1, 1, "cancel a backfill or reconciliation; stored records are kept", "", {}},
    CtlCommand{"doctor",
               "",
               0,
               0,
               "test the portal and recommend settings",
               "Uses the daemon's configuration and key, which must be readable; the daemon need not run. "
               "Sends about twenty requests per stream at the configured rate; the daemon does not count "
               "them. Exits with 1 if action is required.",
               {}},
    CtlCommand{"help", "[COMMAND]", 0, 1, "print help about all commands or one command", "", {}},
};

constexpr std::array kExclusions{
    CtlExclusion{"", "instance", "url", "each of them names a daemon"},
    CtlExclusion{"", "instance", "config", "each of them names a daemon"},
    CtlExclusion{"quarantine", "limit", "retry", "--retry fetches a single record"},
    CtlExclusion{"doctor", "url", "", "doctor queries the configured portal, not the daemon"},
    CtlExclusion{"doctor", "token-file", "", "doctor queries the configured portal, not the daemon"},
    CtlExclusion{"doctor", "ca-file", "", "doctor uses portal.ca_file of the configuration"},
};

constexpr std::string_view kExitCodes =
    "Exit codes: 0 success, 1 the check or request failed, 64 usage error, 69 daemon not responding, 74 "
    "output error, 75 temporary failure, try again later, 76 the server is not carecloud-syncd, 77 token "
    "refused, 130 interrupted. status: 0 ok, 1 warning, 2 critical, 3 unknown.";

constexpr std::size_t kColumn = 22;
constexpr std::size_t kLineMax = 80;

// Wraps `text` at spaces to fit a terminal: the first line continues at the end of `out`, the others start with
// `indent` blanks.
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
        "carecloudctl queries and controls a running carecloud-syncd through its API.\n\n"
        "Usage: carecloudctl [OPTIONS] COMMAND\n\nCommands:\n";
    for (const CtlCommand& command : kCommands)
        append_entry(out, shown_with_arguments(command), command.summary);
    append_options(out, "Options", kGeneral);
    out.append("\nRun carecloudctl help COMMAND for details.\n\n");
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
