#include "api/rows_json.hpp"

#include "json/json_text.hpp"

#include <utility>

namespace carecloud {
namespace {

// `,"name":` or, for the first, `{"name":`. Names here need no escapes.
void append_name(std::string& out, std::string_view name) {
    out += out.empty() || out.back() == ',' || out.back() == '[' ? "{\"" : ",\"";
    out += name;
    out += "\":";
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
    append_name(out, name);
    append_quoted(out, text);
}

void append_optional(std::string& out, std::string_view name, const std::optional<std::string>& text) {
    append_name(out, name);
    if (text)
        append_quoted(out, *text);
    else
        out += "null";
}

void append_number(std::string& out, std::string_view name, std::optional<std::uint64_t> number) {
    append_name(out, name);
    out += number ? std::to_string(*number) : "null";
}

// Appends `[row,row]`; `out` ends with the opening bracket.
template <class Rows, class Append>
std::string listed(std::string out, const Rows& rows, Append append) {
    for (const auto& row : rows) {
        if (out.back() != '[') out += ',';
        append(out, row);
    }
    out += ']';
    return out;
}

void append_correction(std::string& out, const Difference& one) {
    const auto or_none = [](const std::string& text) {
        return text.empty() ? std::nullopt : std::optional(text);
    };
    append_optional(out, "day", or_none(one.day));
    append_optional(out, "sign_in", or_none(one.sign_in));
    append_text(out, "field", one.field);
    append_optional(out, "was", one.was);
    append_optional(out, "is_now", one.is_now);
    out += '}';
}

void append_version(std::string& out, const VersionRow& version) {
    append_number(out, "seq", version.seq);
    append_text(out, "kind", to_string(version.kind));
    append_text(out, "modified", version.modified);
    append_text(out, "hash", to_hex(version.hash));
    append_text(out, "committed_at", version.committed_at);
    append_name(out, "kept");
    out += version.kept ? "true" : "false";
    append_name(out, "corrections");
    out = listed(std::move(out) + "[", version.corrections, append_correction) + "}";
}

void append_event(std::string& out, const EventRow& event) {
    append_text(out, "message_id", event.message_id);
    append_text(out, "topic_arn", event.topic_arn);
    append_text(out, "event_type", event.event_type);
    append_optional(out, "stream", event.stream);
    append_text(out, "record_id", event.record_id);
    append_text(out, "event_time", event.event_time);
    append_text(out, "received_at", event.received_at);
    append_text(out, "state", event.state);
    append_optional(out, "settled_at", event.settled_at);
    out += '}';
}

void append_quarantined(std::string& out, const QuarantineRow& row) {
    append_text(out, "stream", row.stream);
    append_text(out, "id", row.id);
    append_text(out, "modified", row.modified);
    append_text(out, "reason", row.reason);
    append_number(out, "body_bytes", row.body_bytes);
    append_number(out, "attempts", row.attempts);
    append_text(out, "first_at", row.first_at);
    append_text(out, "last_at", row.last_at);
    out += '}';
}

}  // namespace

void append_change(std::string& out, const ChangeRow& change) {
    append_number(out, "seq", change.seq);
    append_text(out, "stream", change.stream);
    append_text(out, "id", change.id);
    append_text(out, "kind", to_string(change.kind));
    append_text(out, "modified", change.modified);
    append_text(out, "hash", to_hex(change.hash));
    append_text(out, "committed_at", change.committed_at);
    out += '}';
}

std::string changes_json(const ChangePage& page, std::uint64_t since) {
    std::string open;
    append_text(open, "generation", page.generation);
    std::string out = listed(open + ",\"changes\":[", page.changes, append_change);
    append_number(out, "next", page.changes.empty() ? since : page.changes.back().seq);
    append_number(out, "pruned_to", page.pruned_to);
    return out + "}";
}

std::string records_json(const RecordPage& page) {
    std::string out =
        listed("{\"records\":[", page.records, [](std::string& to, const RecordRow& row) { to += row.body; });
    append_optional(out, "next", page.next);
    return out + "}";
}

std::string versions_json(const VersionPage& page) {
    std::string out = listed("{\"versions\":[", page.versions, append_version);
    append_number(out, "next", page.next);
    return out + "}";
}

std::string life_json(const RecordLife& life) {
    std::string out = life.held ? "{\"held\":true,\"events\":[" : "{\"held\":false,\"events\":[";
    out = listed(std::move(out), life.events, append_event);
    append_name(out, "quarantine");
    std::string row;
    if (life.quarantined) append_quarantined(row, *life.quarantined);
    out += row.empty() ? "null" : row;
    append_name(out, "doubt");
    std::string doubt;
    if (life.doubted) {
        append_text(doubt, "modified", life.doubted->modified);
        append_text(doubt, "first_seen", life.doubted->first_seen);
        append_text(doubt, "ask_at", life.doubted->ask_at);
        doubt += '}';
    }
    out += doubt.empty() ? "null" : doubt;
    append_optional(out, "omitted_at", life.omitted_at);
    return out + "}";
}

std::string events_json(const EventPage& page) {
    std::string out = listed("{\"events\":[", page.events, append_event);
    append_number(out, "next", page.next);
    return out + "}";
}

std::string quarantine_json(const QuarantinePage& page) {
    std::string out = listed("{\"quarantine\":[", page.records, append_quarantined);
    append_name(out, "next");
    if (page.next) {
        std::string next;
        append_text(next, "stream", page.next->stream);
        append_text(next, "id", page.next->id);
        out += next + "}";
    } else {
        out += "null";
    }
    return out + "}";
}

}  // namespace carecloud
