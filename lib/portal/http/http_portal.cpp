#include "portal/http/http_portal.hpp"

#include "json/record_fields.hpp"
#include "json/redact.hpp"
#include "net/byte_buffer.hpp"
#include "net/url.hpp"
#include "portal/http/refusal.hpp"
#include "portal/portal.hpp"
#include "portal/query.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

static_assert(kBodyPadding >= kPagePadding);

namespace {

// Larger than any isSuccess:false response with more than its code. The beginning of each body is copied up to this
// size; a page of data is not stored twice.
constexpr std::size_t kRefusalKeptMax = 4096;
constexpr std::size_t kKeyBytesMax = 4096;

Error unusable(std::string what, std::string hint) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "set up the portal",
            .subject = std::move(what),
            .hint = std::move(hint)};
}

bool is_visible_ascii(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

Result<> check_key(std::string_view key) {
    if (is_visible_ascii(key) && key.size() <= kKeyBytesMax) return {};
    return unusable(key.empty() ? "the API key is empty" : "the API key contains invalid characters",
                    "portal.api_key_file must contain only the key, on one line");
}

Result<> check_settings(const HttpPortalSettings& settings) {
    if (!is_visible_ascii(settings.workspace_id)) {
        return unusable("workspace_id", "check portal.workspace_id: 24 hex digits");
    }
    if (!is_visible_ascii(settings.bucket_id))
        return unusable("bucket_id", "check portal.bucket_id: 24 hex digits");
    if (!is_header_value(settings.user_agent)) return unusable("user_agent", "use printable ASCII only");
    return check_key(settings.api_key);
}

// Dot segments would be resolved to another path (RFC 3986 5.2.4).
bool is_path_segment(std::string_view entity) {
    return !entity.empty() && entity != "." && entity != "..";
}

Error no_entity(std::string operation) {
    return {.code = ErrorCode::invalid_argument,
            .operation = std::move(operation),
            .subject = "the entity is not valid in a path",
            .hint = "check the stream's entity"};
}

void set_scope(HttpRequest& request, const std::string& workspace_id, const std::string& bucket_id) {
    request.headers.emplace_back("X-Param-Override-WorkspaceId", workspace_id);
    request.headers.emplace_back("X-Param-Override-BucketId", bucket_id);
}

// Skips a byte-order mark, as the slicer does.
bool looks_like_json(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{';
}

Error not_json(const HttpResponse& response, const std::string& operation) {
    std::string subject = "HTTP " + std::to_string(response.status) + ": not JSON";
    // Parameters are removed: redaction would change the charset, and the error would report a wrong one.
    const std::string_view declared = response.header("Content-Type");
    const std::string type = redact(declared.substr(0, declared.find(';')), 64);
    if (!type.empty()) subject += " but " + type;
    subject += response.size == 0 ? ", and empty" : ": " + redact(response.text());
    return {.code = ErrorCode::bad_response,
            .operation = operation,
            .subject = std::move(subject),
            .hint = "check that portal.base_url is the Portal's OpenAPI"};
}

// Every document of the portal has an `_id`. Quarantining such records would make the page look like the end of the
// stream.
bool is_nameless(const Page& page) {
    const auto has_none = [](const InvalidRecord& record) { return record.reason == kNoIdReason; };
    return page.records.empty() && !page.invalid.empty() &&
           std::all_of(page.invalid.begin(), page.invalid.end(), has_none);
}

Error nameless(const Page& page, const std::string& operation) {
    return {.code = ErrorCode::bad_response,
            .operation = operation,
            .subject = "none of its " + std::to_string(page.record_count()) + " records has an _id",
            .hint = "nothing of the page is stored; it will be requested again"};
}

// retrieve's `Data` is {} if the record does not exist.
bool is_empty_object(std::string_view body) {
    return body.size() >= 2 &&
           body.substr(1, body.size() - 2).find_first_not_of(" \t\r\n") == std::string_view::npos;
}

PagePtr empty_page(const HttpResponse& response, Timestamp now, Asked asked) {
    auto page = std::make_shared<Page>();
    page->date = date_of(response, now);
    page->asked = asked;
    return page;
}

}  // namespace

HttpPortal::HttpPortal(Clock& clock, HttpPortalSettings settings, std::string base_path,
                       std::unique_ptr<HttpClient> client)
    : clock_(clock),
      settings_(std::move(settings)),
      base_path_(std::move(base_path)),
      client_(std::move(client)) {}

Result<std::unique_ptr<HttpPortal>> HttpPortal::create(Clock& clock, HttpPortalSettings settings) {
    if (settings.user_agent.empty()) settings.user_agent = "carecloud-syncd/" CARECLOUD_VERSION;
    const Result<> checked = check_settings(settings);
    if (!checked) return checked.error();
    auto url = parse_http_url(settings.base_url);
    if (!url) return unusable("portal.base_url: " + url.error().subject, url.error().hint);
    if (url->target.find('?') != std::string::npos)
        return unusable("portal.base_url has a query", "remove it");
    std::string base_path = std::move(url->target);
    while (base_path.ends_with('/'))
        base_path.pop_back();

    HttpClientSettings client_settings{.origin = url->origin,
                                       .ca_file = settings.ca_file,
                                       .response_bytes_max = settings.response_bytes_max,
                                       .proxy = settings.proxy,
                                       .idle_connections_max = settings.idle_connections_max};
    HttpTimeouts& timeouts = client_settings.timeouts;
    timeouts.head = timeouts.body = timeouts.total = settings.timeout;
    timeouts.connect = std::min(timeouts.connect, settings.timeout);
    auto client = HttpClient::create(clock.executor(), std::move(client_settings));
    if (!client) return client.error();
    return std::unique_ptr<HttpPortal>(
        new HttpPortal(clock, std::move(settings), std::move(base_path), std::move(*client)));
}

Result<> HttpPortal::set_api_key(std::string key) {
    Result<> checked = check_key(key);
    if (checked) settings_.api_key = std::move(key);
    return checked;
}

HttpRequest HttpPortal::make_request(std::string method, const std::string& target,
                                     std::string operation) const {
    return {.method = std::move(method),
            .target = base_path_ + target,
            .headers = {{"x-api-key", settings_.api_key},
                        {"Accept", "application/json"},
                        {"User-Agent", settings_.user_agent}},
            .operation = std::move(operation)};
}

// How to install a new key is known only to the creator of the settings.
Error HttpPortal::with_remedy(Error error) const {
    const bool silent = error.code == ErrorCode::unreachable || error.code == ErrorCode::timed_out;
    if (silent && error.hint.empty())
        error.hint = "check the network, portal.base_url, and HTTPS_PROXY if there is a proxy";
    if (error.code == ErrorCode::key_refused && !settings_.key_remedy.empty())
        error.hint = settings_.key_remedy;
    return error;
}

// std::nullopt if the response must contain data.
std::optional<Error> HttpPortal::refusal_in(const Result<HttpResponse>& response,
                                            const std::string& operation) const {
    if (!response) return with_remedy(response.error());
    if (response->status == 200) return std::nullopt;
    return with_remedy(refusal_of(*response, operation, clock_.wall()));
}

PortalExchange HttpPortal::seen_of(const HttpRequest& request) const {
    if (!settings_.on_request) return {};
    return {.method = request.method, .path = request.target.substr(0, request.target.find('?'))};
}

void HttpPortal::report(PortalExchange seen, const Result<HttpResponse>& response, MonoTime sent) const {
    if (!settings_.on_request) return;
    seen.took = clock_.now() - sent;
    if (response) {
        seen.status = response->status;
        seen.bytes = response->size;
    } else {
        seen.failed = response.error().code;
    }
    settings_.on_request(seen);
}

template <class T>
void HttpPortal::report_outcome(const Result<T>& outcome, bool of_list, MonoTime sent) const {
    if (!settings_.on_outcome) return;
    const auto failed = outcome ? std::nullopt : std::optional(outcome.error().code);
    settings_.on_outcome({.failed = failed, .of_list = of_list, .took = clock_.now() - sent});
}

Task<Result<PagePtr>> HttpPortal::query(const Query& query) {
    const StreamSpec& spec = *query.spec;
    const std::string operation = "query " + spec.entity;
    if (!is_path_segment(spec.entity)) co_return no_entity(operation);
    HttpRequest request =
        make_request("POST", "/appdata/" + percent_encode(spec.entity) + "/query", operation);
    request.headers.emplace_back("Content-Type", "application/json");
    set_scope(request, spec.workspace_id, spec.bucket_id);
    request.body = query_text(query);
    // Copies: the data that the query refers to may not outlive the wait.
    const std::string workspace_id = spec.workspace_id;
    const std::string bucket_id = spec.bucket_id;
    const bool hash = query.projection != Projection::keys;
    const std::size_t take = query.take;
    PortalExchange seen = seen_of(request);
    seen.take = take;
    seen.skip = query.skip;
    if (settings_.on_request) seen.condition = condition_shape(query);
    const MonoTime sent = clock_.now();
    auto asking = client_->request(std::move(request));
    Result<HttpResponse> response = co_await std::move(asking);
    report(std::move(seen), response, sent);
    const SliceOptions options{
        .workspace_id = workspace_id, .bucket_id = bucket_id, .hash = hash, .list = true, .take = take};
    Result<PagePtr> page = to_list(std::move(response), operation, options, sent);
    report_outcome(page, true, sent);
    co_return page;
}

Result<PagePtr> HttpPortal::to_list(Result<HttpResponse> response, const std::string& operation,
                                    const SliceOptions& options, MonoTime sent) {
    if (auto refusal = refusal_in(response, operation)) return std::move(*refusal);
    Result<PagePtr> page = to_page(std::move(*response), operation, options, sent);
    if (page) ensure_page(**page, options.take);
    if (page && is_nameless(**page)) return nameless(**page, operation);
    return page;
}

Task<Result<PagePtr>> HttpPortal::retrieve(const StreamSpec& spec, std::string_view id) {
    const std::string operation = "retrieve " + spec.entity;
    if (!is_path_segment(spec.entity)) co_return no_entity(operation);
    const std::string wanted(id);
    HttpRequest request = make_request(
        "GET", "/appdata/" + percent_encode(spec.entity) + "/retrieve?id=" + percent_encode(wanted),
        operation);
    set_scope(request, spec.workspace_id, spec.bucket_id);
    const std::string workspace_id = spec.workspace_id;
    const std::string bucket_id = spec.bucket_id;
    const SliceOptions options{.workspace_id = workspace_id, .bucket_id = bucket_id, .hash = true};
    PortalExchange seen = seen_of(request);
    const MonoTime sent = clock_.now();
    auto asking = client_->request(std::move(request));
    Result<HttpResponse> response = co_await std::move(asking);
    report(std::move(seen), response, sent);
    Result<PagePtr> page = to_record(std::move(response), operation, options, wanted, sent);
    report_outcome(page, false, sent);
    co_return page;
}

Result<PagePtr> HttpPortal::to_record(Result<HttpResponse> response, const std::string& operation,
                                      const SliceOptions& options, const std::string& wanted, MonoTime sent) {
    if (response && denies_record(*response))
        return empty_page(*response, clock_.wall(), {sent, clock_.now()});
    if (auto refusal = refusal_in(response, operation)) return std::move(*refusal);
    Result<PagePtr> page = to_page(std::move(*response), operation, options, sent);
    if (!page) return page;
    const auto other = [&](const Record& record) { return record.id != wanted; };
    const auto& records = (*page)->records;
    if ((*page)->record_count() > 1 || std::any_of(records.begin(), records.end(), other)) {
        return Error{.code = ErrorCode::bad_response,
                     .operation = operation,
                     .subject = "the response contains another record than requested",
                     .hint = {}};
    }
    ensure_page(**page, 1);
    return page;
}

Task<Result<>> HttpPortal::refresh() {
    const std::string operation = "refresh permissions";
    HttpRequest request = make_request("POST", "/status/refresh", operation);
    set_scope(request, settings_.workspace_id, settings_.bucket_id);
    PortalExchange seen = seen_of(request);
    const MonoTime sent = clock_.now();
    auto asking = client_->request(std::move(request));
    const Result<HttpResponse> response = co_await std::move(asking);
    report(std::move(seen), response, sent);
    const Result<> refreshed = to_refreshed(response, operation);
    report_outcome(refreshed, false, sent);
    co_return refreshed;
}

Result<> HttpPortal::to_refreshed(const Result<HttpResponse>& response, const std::string& operation) const {
    if (!response) return with_remedy(response.error());
    if (response->status < 200 || response->status > 299)
        return with_remedy(refusal_of(*response, operation, clock_.wall()));
    const auto text = read_refusal(response->text());
    if (text && text->says_no) return with_remedy(refusal_of(*text, operation));
    return {};
}

Result<PagePtr> HttpPortal::to_page(HttpResponse response, const std::string& operation,
                                    const SliceOptions& options, MonoTime sent) {
    const Asked asked{sent, clock_.now()};
    if (!looks_like_json(response.text())) return not_json(response, operation);
    last_compressed_ = !response.header("Content-Encoding").empty();
    const std::string beginning(response.text().substr(0, kRefusalKeptMax));
    const bool whole = beginning.size() == response.size;
    const bool one_record = !options.list;
    Result<Page> sliced = slicer_.slice(std::move(response.body), response.size, options);
    if (sliced) {
        auto page = std::make_shared<Page>(std::move(*sliced));
        page->date = date_of(response, clock_.wall());
        page->asked = asked;
        if (page->beyond_take > 0) note_beyond_take(*page, operation, options.take);
        const bool nothing =
            one_record && page->invalid.size() == 1 && is_empty_object(page->invalid.front().body);
        if (nothing) page->invalid.clear();
        return PagePtr(std::move(page));
    }
    Error error = sliced.error();
    const auto text = whole ? read_refusal(beginning) : std::nullopt;
    if (error.code == ErrorCode::refused && text) {
        if (one_record && denies_record(*text)) return empty_page(response, clock_.wall(), asked);
        return with_remedy(refusal_of(*text, operation));
    }
    error.operation = operation;
    if (error.code == ErrorCode::bad_response) error.subject += "; it starts with " + redact(beginning);
    return error;
}

void HttpPortal::note_beyond_take(const Page& page, const std::string& operation, std::size_t take) {
    if (!settings_.on_notice || !noticed_.insert(operation).second) return;
    settings_.on_notice({.code = ErrorCode::bad_response,
                         .operation = operation,
                         .subject = "the response contains " + std::to_string(page.beyond_take + take) +
                                    " records, but " + std::to_string(take) + " were requested",
                         .hint = "the first " + std::to_string(take) +
                                 " are used, and the others are requested again; the Portal ignores Take"});
}

}  // namespace carecloud
