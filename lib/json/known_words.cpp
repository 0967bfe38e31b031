#include "json/known_words.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_set>

namespace carecloud {

namespace {

// All in lower case. No word here may be somebody's name or say something about somebody: no months, colors,
// places, no "mark", "will", "grace", "bill". Numbers are the statuses of HTTP only.
constexpr std::string_view kWords =
    // The envelope of the Query API and the gateway's answers.
    "issuccess responsestatus errorcode message stacktrace errors data total fieldname meta error code "
    "status detail details title type instance requestid __type "
    // System fields, and those of claim_attendance (portal-api facts, "Records").
    "_id id workspace_id bucket_id datasource_code batch_action_id created modified disabled entityid "
    "claimid childid childname childdob providerid providername providertype startdate enddate familyid "
    "attendance parentsigndate parentsignature providersigndate providersignature comment tags category "
    "metadata header body footer crc agencycode createtime invoiceamount familyfee attendanceinfo summary "
    "version versiondate digitalsubmission submitdate missingdailysignature missingconfirmsignature "
    "attendancedate isabsence absencetype signinout signin signout signinid signoutid dailysummary "
    "event_type event_time "
    // What is asked with.
    "workspaceid bucketid skip take query sort fields withouttotal distinct date oid "
    // JSON, HTML.
    "true false null doctype html script style h1 h2 h3 p br hr div span center pre table tr td ul img "
    "http https href src charset utf xml content class public dtd "
    // Media types.
    "application text plain octet stream problem javascript css image png gif jpeg svg multipart form www "
    "urlencoded xhtml soap csv pdf zip gzip ndjson hal vnd api "
    // Statuses of HTTP and their names.
    "400 401 403 404 405 408 409 413 415 422 429 500 501 502 503 504 bad request requests unauthorized "
    "authorized "
    "forbidden not found method allowed timeout conflict payload entity large unsupported media "
    "unprocessable too many internal server implemented gateway service unavailable temporarily moved "
    "permanently redirect nginx cloudfront proxy "
    // What error messages are made of.
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

}  // namespace

bool is_known_word(std::string_view word) {
    constexpr std::size_t length_max = 32;
    if (word.empty() || word.size() > length_max) return false;
    std::string lower(word);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return words().contains(lower);
}

}  // namespace carecloud
