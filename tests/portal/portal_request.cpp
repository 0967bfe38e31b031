#include "portal/portal_request.hpp"

#include "portal/raw_json.hpp"

#include <cctype>
#include <limits>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kBodyNestingMax = 100;

Refusal bad_request(std::string message) {
    return {400, "BadRequest", std::move(message)};
}

// Reads the members; keeps the first problem.
class RequestReader {
  public:
    RequestReader(const Json& body, const FilterOptions& options) : body_(body), options_(options) {}

    PortalRequest read() {
        request_.workspace_id = text("WorkspaceId");
        request_.bucket_id = text("BucketId");
        request_.skip = count("Skip", request_.skip);
        request_.take = count("Take", request_.take);
        request_.without_total = flag("WithoutTotal");
        request_.distinct = flag("Distinct");
        read_filter();
        read_sort();
        read_fields();
        return std::move(request_);
    }
    std::optional<Refusal> refusal;

  private:
    void refuse(std::string message) {
        if (!refusal) refusal = bad_request(std::move(message));
    }

    // nullptr if the member is missing or null.
    const Json* member(std::string name) const {
        auto found = body_.find(name);
        if (found == body_.end()) {
            name.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(name.front())));
            found = body_.find(name);
        }
        return found == body_.end() || found->is_null() ? nullptr : &*found;
    }

    std::string text(const char* name) {
        const Json* json = member(name);
        if (json == nullptr) return {};
        if (json->is_string()) return json->get<std::string>();
        refuse(std::string(name) + " must be a string");
        return {};
    }

    std::size_t count(const char* name, std::size_t fallback) {
        const Json* json = member(name);
        if (json == nullptr) return fallback;
        const bool fits = json->is_number_unsigned() &&
                          json->get<std::uint64_t>() <= std::numeric_limits<std::int32_t>::max();
        if (fits) return json->get<std::size_t>();
        refuse(std::string(name) + " must be an integer from 0 to 2147483647");
        return fallback;
    }

    bool flag(const char* name) {
        const Json* json = member(name);
        if (json == nullptr) return false;
        if (!json->is_boolean()) refuse(std::string(name) + " must be true or false");
        return json->is_boolean() && json->get<bool>();
    }

    void read_filter() {
        const Json* json = member("Query");
        auto filter = MongoFilter::compile(json != nullptr ? *json : Json::object(), options_);
        if (filter)
            request_.filter = *std::move(filter);
        else if (!refusal)
            refusal = filter.error();
    }

    void read_sort() {
        const Json* json = member("Sort");
        if (json == nullptr) return;
        if (!json->is_object()) return refuse("Sort must be an object");
        for (const auto& [name, direction] : json->items()) {
            if (direction != 1 && direction != -1) return refuse("Sort: a direction must be 1 or -1");
            request_.sort.push_back({split_path(name), direction == -1});
        }
    }

    void read_fields() {
        const Json* json = member("Fields");
        if (json == nullptr) return;
        if (!json->is_array()) return refuse("Fields must be an array");
        for (const Json& name : *json) {
            if (!name.is_string()) return refuse("Fields must hold strings");
            request_.fields.push_back(name.get<std::string>());
        }
    }

    const Json& body_;
    FilterOptions options_;
    PortalRequest request_;
};

}  // namespace

bool PortalRequest::by_key() const {
    return sort.size() == 2 && sort[0].path == FieldPath{"modified"} && !sort[0].descending &&
           sort[1].path == FieldPath{"_id"} && !sort[1].descending;
}

Parsed<PortalRequest> parse_request(std::string_view body, const FilterOptions& options) {
    if (nesting_of(body) > kBodyNestingMax) return bad_request("the body is nested too deeply");
    const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) return Refusal{400, "SerializationException", "the body is not JSON"};
    if (!json.is_object()) return bad_request("the body must be an object");
    RequestReader reader(json, options);
    PortalRequest request = reader.read();
    if (reader.refusal) return *reader.refusal;
    return request;
}

}  // namespace carecloud
