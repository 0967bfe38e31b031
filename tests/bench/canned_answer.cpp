#include "bench/canned_answer.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>

namespace carecloud::bench {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kEmpty = R"({"isSuccess":true,"responseStatus":{},"data":[]})";
constexpr std::string_view kNotUnderstood =
    R"({"isSuccess":false,"responseStatus":{"errorCode":"NotUnderstood"}})";
constexpr std::size_t kKeysMax = 1000;

struct NotUnderstood : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A literal of another type matches nothing, as in MongoDB.
bool compares(std::string_view held, const std::string& op, const Json& literal) {
    if (op == "$in") {
        return std::any_of(literal.begin(), literal.end(),
                           [&](const Json& one) { return compares(held, "$eq", one); });
    }
    if (!literal.is_string()) return false;
    const std::string_view wanted = literal.get_ref<const std::string&>();
    if (op == "$eq") return held == wanted;
    if (op == "$gt") return held > wanted;
    if (op == "$gte") return held >= wanted;
    if (op == "$lt") return held < wanted;
    if (op == "$lte") return held <= wanted;
    throw NotUnderstood(op);
}

bool matches(const Dataset& data, std::size_t index, const Json& query) {
    const auto one = [&](const Json& part) { return matches(data, index, part); };
    for (const auto& [field, condition] : query.items()) {
        if (field == "$or") {
            if (!std::any_of(condition.begin(), condition.end(), one)) return false;
        } else if (field == "$and") {
            if (!std::all_of(condition.begin(), condition.end(), one)) return false;
        } else {
            if (field != "_id" && field != "modified") throw NotUnderstood(field);
            const std::string& held = field == "_id" ? data.ids[index] : data.modified[index];
            for (const auto& [op, literal] : condition.items())
                if (!compares(held, op, literal)) return false;
        }
    }
    return true;
}

std::vector<std::size_t> numbers(std::size_t first, std::size_t count) {
    std::vector<std::size_t> indices(count);
    std::iota(indices.begin(), indices.end(), first);
    return indices;
}

// The records with the ids in the query, if it has any.
std::vector<std::size_t> named(const Dataset& data, std::size_t visible, const Json& query) {
    const Json& condition = query.at("_id");
    const Json ids = condition.contains("$in") ? condition.at("$in") : Json::array({condition.at("$eq")});
    std::vector<std::size_t> found;
    for (const Json& id : ids) {
        if (!id.is_string()) continue;
        const auto known = data.by_id.find(id.get_ref<const std::string&>());
        if (known == data.by_id.end()) continue;
        const std::size_t index = known->second < visible ? known->second : 0;
        if (matches(data, index, query)) found.push_back(index);
    }
    std::sort(found.begin(), found.end());
    return found;
}

bool names_ids(const Json& query) {
    const auto condition = query.find("_id");
    return condition != query.end() && (condition->contains("$in") || condition->contains("$eq"));
}

// The matching records are the end of the order, since all queries have only a lower bound, except "$eq".
std::vector<std::size_t> bounded(const Dataset& data, std::size_t visible, const Json& query,
                                 std::size_t count_max) {
    std::size_t low = 0;
    std::size_t high = visible;
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (matches(data, middle, query))
            high = middle;
        else
            low = middle + 1;
    }
    return numbers(low, std::min(count_max, visible - low));
}

const Answer* ready(const std::vector<Answer>& pages, std::size_t size, const Dataset& data,
                    const std::vector<std::size_t>& indices) {
    if (indices.front() % size != 0) return nullptr;
    const std::size_t rendered = std::min(size, data.count - std::min(data.count, indices.front()));
    if (indices.size() != rendered || indices.back() != indices.front() + rendered - 1) return nullptr;
    return &pages[indices.front() / size];
}

CannedAnswer answer(const Dataset& data, std::size_t visible, const Json& request) {
    const Json& query = request.at("Query");
    const bool keys = request.contains("Fields") && request.at("Fields").size() == 2;
    const std::size_t page = keys ? kKeysMax : data.page_records;
    const std::size_t take = std::min(request.at("Take").get<std::size_t>(), page);
    if (request.value("Skip", 0) != 0) throw NotUnderstood("Skip");

    const bool by_name = names_ids(query);
    std::vector<std::size_t> indices =
        by_name ? named(data, visible, query) : bounded(data, visible, query, take);
    if (indices.size() > take) indices.resize(take);
    CannedAnswer result{.records = indices.size(), .plain = kEmpty, .gzip = {}, .made = {}};
    if (indices.empty()) return result;
    const Answer* found = by_name ? nullptr : ready(keys ? data.key_pages : data.pages, page, data, indices);
    if (found) {
        result.plain = found->plain;
        result.gzip = found->gzip;
        return result;
    }
    result.beforehand = false;
    result.made = render(data, indices, keys);
    return result;
}

}  // namespace

CannedAnswer answer_query(const Dataset& data, std::size_t visible, std::string_view body) {
    try {
        return answer(data, visible, Json::parse(body));
    } catch (const Json::exception&) {
        return {.status = 400, .plain = kNotUnderstood, .gzip = {}, .made = {}};
    } catch (const NotUnderstood&) {
        return {.status = 400, .plain = kNotUnderstood, .gzip = {}, .made = {}};
    }
}

}  // namespace carecloud::bench
