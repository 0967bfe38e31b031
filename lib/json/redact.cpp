#include "json/redact.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_set>

namespace carecloud {
namespace {

// Words of untrusted texts that may be logged: see json/redact.hpp.

// All in lower case. No word may be a person's name or a statement about a person: no months, colors, places, no
// "mark", "will", "grace", "bill". The only numbers are HTTP status codes.
constexpr std::string_view kWords =
    // The envelope of the Query API and the gateway's responses.
    "issuccess responsestatus errorcode message stacktrace errors data total fieldname meta error code "
    "status detail details title type instance requestid __type "
    // System fields and the fields of claim_attendance (the vendor's API documentation).
    "_id id workspace_id bucket_id datasource_code batch_action_id created modified disabled entityid "
    "claimid childid childname childdob providerid providername providertype startdate enddate familyid "
    "attendance parentsigndate parentsignature providersigndate providersignature comment tags category "
    "metadata header body footer crc agencycode createtime invoiceamount familyfee attendanceinfo summary "
    "version versiondate digitalsubmission submitdate missingdailysignature missingconfirmsignature "
    "attendancedate isabsence absencetype signinout signin signout signinid signoutid dailysummary "
    "event_type event_time "
    // Words of queries.
    "workspaceid bucketid skip take query sort fields withouttotal distinct date oid "
    // JSON, HTML.
    "true false null doctype html script style h1 h2 h3 p br hr div span center pre table tr td ul img "
    "http https href src charset utf xml content class public dtd "
    // Media types.
    "application text plain octet stream problem javascript css image png gif jpeg svg multipart form www "
    "urlencoded xhtml soap csv pdf zip gzip ndjson hal vnd api "
    // HTTP status codes and their names.
    "400 401 403 404 405 408 409 413 415 422 429 500 501 502 503 504 bad request requests unauthorized "
    "authorized "
    "forbidden not found method allowed timeout conflict payload entity large unsupported media "
    "unprocessable too many internal server implemented gateway service unavailable temporarily moved "
    "permanently redirect nginx cloudfront proxy "
    // Words of error messages.
    "a the of to in on by at as is are was were be been has have had no and or but for from with without "
    "this that your you it its if when then must should can cannot could would does did please try again "
    "later out over under than more less only already api key token access denied invalid valid expired "
    "missing required unknown unexpected failed failure exception argument parameter value values field "
    "property operator operation record records document object array string number empty length size "
    "limit exceeded quota rate burst throttled throttling maximum minimum exists exist duplicate "
    "permission permissions authentication authorization credentials workspace bucket datasource database "
    "mongo index memory json parse parsing syntax format supported endpoint path url host connection "
    "refused closed reset response user account validation resource reached available maintenance origin "
    "upstream web ";

std::unordered_set<std::string_view> split(std::string_view text) {
    std::unordered_set<std::string_view> set;
    while (!text.empty()) {
        const std::size_t end = text.find(' ');
        set.insert(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return set;
}

const std::unordered_set<std::string_view>& words() {
    static const std::unordered_set<std::string_view> set = split(kWords);
    return set;
}

// Case-insensitive.
bool is_known_word(std::string_view word) {
    constexpr std::size_t length_max = 32;
    if (word.empty() || word.size() > length_max) return false;
    std::string lower(word);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return words().contains(lower);
}

constexpr std::size_t kRunMax = 12;  // a longer masked run has no additional information

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_word(char c) {
    return is_upper(c) || is_lower(c) || is_digit(c) || c == '_';
}
bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char masked(char c) {
    if (is_digit(c)) return '9';
    return c == '_' ? '_' : 'x';
}

void append_masked(std::string& out, std::string_view run) {
    if (run.size() > kRunMax) {
        out += "x[" + std::to_string(run.size()) + "]";
        return;
    }
    std::transform(run.begin(), run.end(), std::back_inserter(out), masked);
}

// "InvalidApiKey" is three words: the portal writes its error codes like that.
std::size_t hump_length(std::string_view word) {
    std::size_t end = 1;
    while (end < word.size() && is_lower(word[end]))
        ++end;
    return end;
}

bool every_hump_is_known(std::string_view word) {
    if (!is_upper(word.front())) return false;
    while (!word.empty()) {
        const std::size_t length = hump_length(word);
        if (!is_known_word(word.substr(0, length))) return false;
        word.remove_prefix(length);
    }
    return true;
}

void append_word(std::string& out, std::string_view word) {
    if (is_known_word(word) || every_hump_is_known(word)) {
        out += word;
    } else {
        append_masked(out, word);
    }
}

std::size_t run_length(std::string_view text, bool (*belongs)(char)) {
    const auto end = std::find_if_not(text.begin(), text.end(), belongs);
    return static_cast<std::size_t>(end - text.begin());
}

void cut(std::string& text, std::size_t bytes_max) {
    constexpr std::string_view mark = "...";
    text.resize(bytes_max > mark.size() ? bytes_max - mark.size() : 0);
    text += mark.substr(0, bytes_max);
}

}  // namespace

std::string redact(std::string_view text, std::size_t bytes_max) {
    std::string out;
    while (!text.empty() && out.size() <= bytes_max) {
        std::size_t length = 1;
        if (is_word(text.front())) {
            length = run_length(text, is_word);
            append_word(out, text.substr(0, length));
        } else if (is_blank(text.front())) {
            length = run_length(text, is_blank);
            out += ' ';
        } else {
            const auto byte = static_cast<unsigned char>(text.front());
            out += byte > 0x20 && byte < 0x7f ? text.front() : '.';
        }
        text.remove_prefix(length);
    }
    if (out.size() > bytes_max || !text.empty()) cut(out, bytes_max);
    return out;
}

}  // namespace carecloud
