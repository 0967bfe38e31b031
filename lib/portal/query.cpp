#include "portal/query.hpp"

#include "base/ascii.hpp"
#include "base/ensure.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace carecloud {

std::string Dialect::to_json() const {
    const nlohmann::ordered_json json{
        {"modified", modified == ModifiedLiteral::string ? "string" : "date"},
        {"id", id == IdLiteral::string ? "string" : "oid"},
        {"keyset", keyset},
        {"lte", lte},
        {"lt", lt},
        {"spelling", spelling == Spelling::camel ? "camel" : "pascal"},
        {"cap", cap},
    };
    return json.dump();
}

std::optional<Dialect> Dialect::from_json(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return std::nullopt;
    const auto word = [&](const char* name) {
        const auto found = json.find(name);
        return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
    };
    const auto flag = [&](const char* name) {
        const auto found = json.find(name);
        return found != json.end() && found->is_boolean() && found->get<bool>();
    };
    const std::string modified = word("modified");
    const std::string id = word("id");
    const std::string spelling = word("spelling");
    const auto keyset = json.find("keyset");
    const auto cap = json.find("cap");
    if (modified != "string" && modified != "date") return std::nullopt;
    if (id != "string" && id != "oid") return std::nullopt;
    if (spelling != "camel" && spelling != "pascal") return std::nullopt;
    if (keyset == json.end() || !keyset->is_boolean()) return std::nullopt;
    if (cap == json.end() || !cap->is_number_unsigned()) return std::nullopt;
    return Dialect{
        .modified = modified == "string" ? ModifiedLiteral::string : ModifiedLiteral::date,
        .id = id == "string" ? IdLiteral::string : IdLiteral::oid,
        .keyset = keyset->get<bool>(),
        .spelling = spelling == "camel" ? Spelling::camel : Spelling::pascal,
        .lte = flag("lte"),
        .lt = flag("lt"),
        .cap = cap->get<std::size_t>(),
    };
}

namespace {

using Json = nlohmann::ordered_json;

// A MongoDB Date has millisecond precision. Its literal has no more digits, unless the portal's text does.
std::string date_text(std::string_view modified_text) {
    const auto at = Timestamp::parse(modified_text);
    if (!at || at->ticks % Timestamp::ticks_per_millisecond != 0) return std::string(modified_text);
    return at->to_string_ms();
}

Json modified_literal(const Dialect& dialect, std::string_view text) {
    if (dialect.modified == ModifiedLiteral::date) return Json{{"$date", date_text(text)}};
    return std::string(text);
}

Json id_literal(const Dialect& dialect, std::string_view id) {
    if (dialect.id == IdLiteral::oid) return Json{{"$oid", std::string(id)}};
    return std::string(id);
}

Json compare(std::string_view field, std::string_view op, Json literal) {
    Json condition = Json::object();
    condition[std::string(op)] = std::move(literal);
    Json query = Json::object();
    query[std::string(field)] = std::move(condition);
    return query;
}

// An id can contain only valid UTF-8, which dump() requires: the slicer rejects other pages.
std::string dump(const Json& json) {
    return json.dump();
}

std::string_view sort_text(Order order) {
    switch (order) {
        case Order::newest_first:
            return R"({"modified":-1,"_id":-1})";
        case Order::by_id:
            return R"({"_id":1})";
        case Order::by_modified:
            break;
    }
    return R"({"modified":1,"_id":1})";
}

bool is_empty_object(std::string_view text) {
    return text.empty() || text == "{}";
}

std::string fields_text(const Query& query) {
    if (query.projection == Projection::keys) return R"(["_id","modified"])";
    if (query.spec->fields.empty()) return {};
    // Every projection includes the stream's identity: hazard 24 is checked on each record.
    Json fields{"_id", "modified", "disabled", "workspace_id", "bucket_id"};
    for (const std::string& field : query.spec->fields) {
        if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
    }
    return dump(fields);
}

// `is_time`: whether the value belongs to a condition on `modified`.
Json shape_of(const Json& value, bool is_time) {
    if (value.is_object()) {
        Json shape = Json::object();
        for (const auto& [name, inner] : value.items())
            shape[name] = shape_of(inner, name == "modified" || (is_time && name.starts_with('$')));
        return shape;
    }
    const bool of_conditions =
        value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), [](const Json& inner) {
            return inner.is_object() && !inner.contains("$oid") && !inner.contains("$date");
        });
    if (of_conditions) {
        Json shape = Json::array();
        for (const Json& inner : value)
            shape.push_back(shape_of(inner, is_time));
        return shape;
    }
    if (value.is_array()) return std::to_string(value.size()) + " values";
    if (is_time && value.is_string() && Timestamp::parse(value.get<std::string>())) return value;
    return "?";
}

using Day = std::chrono::year_month_day;

constexpr std::size_t kDayTextSize = 8;

int digits_of(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Day day_from(std::string_view text) {
    return {std::chrono::year(digits_of(text.substr(0, 4))),
            std::chrono::month(static_cast<unsigned>(digits_of(text.substr(4, 2)))),
            std::chrono::day(static_cast<unsigned>(digits_of(text.substr(6, 2))))};
}

std::string text_of(Day day) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02u", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    return text.data();
}

Day next_day(Day day) {
    return {std::chrono::sys_days(day) + std::chrono::days(1)};
}

// The first day of the following month.
Day next_month_of(Day day) {
    return day.year() / day.month() / 1 + std::chrono::months(1);
}

std::string began(std::string_view from, std::string_view before) {
    return R"({"startDate":{"$gte":")" + std::string(from) + R"(","$lt":")" + std::string(before) + R"("}})";
}

// The size of a query by `_id` that contains no ids.
std::size_t bytes_without_ids(const StreamSpec& spec, const Dialect& dialect) {
    constexpr std::size_t number_digits_max = 20;  // for Take and Skip
    const Query query{.spec = &spec, .where = where::id_in(dialect, {}), .take = 1};
    return query_text(query).size() + 2 * number_digits_max;
}

}  // namespace

namespace where {

std::string all() {
    return "{}";
}

std::string after(const Dialect& dialect, std::string_view modified_text, std::string_view id) {
    const Json m = modified_literal(dialect, modified_text);
    // The outer bound lets the server use an index on `modified`; the inner one selects among records with the same
    // `modified`.
    Json query = compare("modified", "$gte", m);
    query["$or"] =
        Json::array({compare("modified", "$gt", m), compare("_id", "$gt", id_literal(dialect, id))});
    return dump(query);
}

std::string modified(const Dialect& dialect, std::string_view op, std::string_view modified_text) {
    return dump(compare("modified", op, modified_literal(dialect, modified_text)));
}

std::string until(const Dialect& dialect, std::string_view condition, std::string_view modified_text) {
    Json query = Json::parse(condition);
    query["modified"]["$lte"] = modified_literal(dialect, modified_text);
    return dump(query);
}

std::string of_types(const Dialect& dialect, std::string_view condition) {
    const bool is_date = dialect.modified == ModifiedLiteral::date;
    const bool is_oid = dialect.id == IdLiteral::oid;
    Json query = Json::parse(condition);
    if (!query.contains("modified"))
        query["modified"]["$gte"] = modified_literal(dialect, is_date ? "0001-01-01T00:00:00.000Z" : "");
    query["_id"]["$gte"] = id_literal(dialect, is_oid ? "000000000000000000000000" : "");
    return dump(query);
}

std::string id(const Dialect& dialect, std::string_view op, std::string_view id_text) {
    return dump(compare("_id", op, id_literal(dialect, id_text)));
}

std::string id_in(const Dialect& dialect, const std::vector<std::string>& ids) {
    Json literals = Json::array();
    for (const std::string& text : ids)
        literals.push_back(id_literal(dialect, text));
    return dump(compare("_id", "$in", std::move(literals)));
}

std::string of_id(const Dialect& dialect, std::string_view id_text, std::string_view condition) {
    Json query = Json::parse(condition);
    query["_id"]["$eq"] = id_literal(dialect, id_text);
    return dump(query);
}

std::string both(std::string_view a, std::string_view b) {
    if (is_empty_object(a)) return std::string(b);
    if (is_empty_object(b)) return std::string(a);
    return R"({"$and":[)" + std::string(a) + "," + std::string(b) + "]}";
}

}  // namespace where

std::string condition_shape(const Query& query) {
    const Json condition = Json::parse(where::both(query.spec->filter, query.where), nullptr, false);
    return condition.is_discarded() ? "?" : dump(shape_of(condition, false));
}

std::string query_text(const Query& query) {
    ensure(query.spec != nullptr, "a query has a stream");
    ensure(query.take > 0, "a query requests at least one record");
    std::string text = R"({"WorkspaceId":)" + dump(Json(query.spec->workspace_id));
    text += R"(,"BucketId":)" + dump(Json(query.spec->bucket_id));
    text += R"(,"Skip":)" + std::to_string(query.skip) + R"(,"Take":)" + std::to_string(query.take);
    text += R"(,"Query":)" + where::both(query.spec->filter, query.where);
    text += R"(,"Sort":)" + std::string(sort_text(query.order));
    const std::string fields = fields_text(query);
    if (!fields.empty()) text += R"(,"Fields":)" + fields;
    text += query.total ? R"(,"WithoutTotal":false})" : R"(,"WithoutTotal":true})";
    return text;
}

std::size_t ids_that_fit(const StreamSpec& spec, const Dialect& dialect, std::size_t count,
                         const std::function<std::string_view(std::size_t)>& id) {
    const std::size_t bare = bytes_without_ids(spec, dialect);
    std::size_t bytes = bare;
    std::size_t fit = 0;
    while (fit < count) {
        bytes += dump(id_literal(dialect, id(fit))).size() + 1;
        if (bytes >= kQueryBytesMax) break;
        ++fit;
    }
    const std::size_t least = bare < kQueryBytesMax ? 1 : kIdsAnyway;
    return std::max(fit, std::min(count, least));
}

bool is_filter_too_large(const StreamSpec& spec) {
    return bytes_without_ids(spec, Dialect{}) >= kQueryBytesMax;
}

bool is_day(std::string_view text) {
    if (text.size() != kDayTextSize || !std::all_of(text.begin(), text.end(), is_digit)) return false;
    const Day day = day_from(text);
    return day.ok() && day.year() >= std::chrono::year(1900) && day.year() <= std::chrono::year(2100);
}

std::vector<std::string> day_steps(std::string_view first_day, std::string_view last_day) {
    const std::string first(first_day);
    // A date may be followed by a time of day, so the upper bound is the following day, exclusive.
    const Day end = next_day(day_from(last_day));
    std::vector<std::string> steps{R"({"startDate":{"$lt":")" + first + R"("},"endDate":{"$gte":")" + first +
                                   R"("}})"};
    for (Day from = day_from(first_day); from < end;) {
        const Day next = std::min(next_month_of(from), end);
        steps.push_back(began(text_of(from), text_of(next)));
        from = next;
    }
    return steps;
}

}  // namespace carecloud
