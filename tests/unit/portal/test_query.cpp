#include "portal/query.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using nlohmann::json;

namespace {

const std::string kModified = "2023-12-01T22:06:47.9990000Z";
const std::string kId = "65f35b06e30c8a2e4578d118";

}  // namespace

TEST_CASE("keyset queries have an outer bound and a tie-breaker, in each dialect's literals") {
    CHECK(json::parse(where::after({}, kModified, kId)) ==
          json::parse(R"({"modified":{"$gte":"2023-12-01T22:06:47.9990000Z"},
                          "$or":[{"modified":{"$gt":"2023-12-01T22:06:47.9990000Z"}},
                                 {"_id":{"$gt":"65f35b06e30c8a2e4578d118"}}]})"));
    const Dialect dates{.modified = ModifiedLiteral::date, .id = IdLiteral::oid};
    CHECK(json::parse(where::after(dates, kModified, kId)) ==
          json::parse(R"({"modified":{"$gte":{"$date":"2023-12-01T22:06:47.999Z"}},
                          "$or":[{"modified":{"$gt":{"$date":"2023-12-01T22:06:47.999Z"}}},
                                 {"_id":{"$gt":{"$oid":"65f35b06e30c8a2e4578d118"}}}]})"));
}

TEST_CASE("a Date literal keeps digits below a millisecond if the portal's text has them") {
    const Dialect dates{.modified = ModifiedLiteral::date};
    CHECK(json::parse(where::modified(dates, "$gt", "2024-03-13T19:08:57.1633050Z")) ==
          json::parse(R"({"modified":{"$gt":{"$date":"2024-03-13T19:08:57.1633050Z"}}})"));
}

TEST_CASE("a condition's shape has names, operators and times, and no other value") {
    const StreamSpec spec{.entity = "claim_attendance",
                          .filter = R"({"month":{"$gte":3},"providerId":{"$in":["PR1","PR2"]}})"};
    const Dialect dates{.modified = ModifiedLiteral::date, .id = IdLiteral::oid};
    const auto shape = [&](const std::string& condition) {
        const Query query{.spec = &spec, .where = condition};
        return json::parse(condition_shape(query));
    };
    const json filter = json::parse(R"({"month":{"$gte":"?"},"providerId":{"$in":"2 values"}})");
    CHECK(shape("{}") == filter);
    CHECK(shape(where::after(dates, kModified, kId)).at("$and") ==
          json::array({filter, json::parse(R"({"modified":{"$gte":{"$date":"2023-12-01T22:06:47.999Z"}},
              "$or":[{"modified":{"$gt":{"$date":"2023-12-01T22:06:47.999Z"}}},{"_id":{"$gt":{"$oid":"?"}}}]})")}));
    for (const Dialect& dialect : {Dialect{}, dates}) {
        CHECK(shape(where::id_in(dialect, {kId, kId, kId})).at("$and").at(1) ==
              json::parse(R"({"_id":{"$in":"3 values"}})"));
    }
    // Text that is not a time is hidden in `modified`, too.
    CHECK(shape(where::modified({}, "$gte", "Zoe")).at("$and").at(1) ==
          json::parse(R"({"modified":{"$gte":"?"}})"));
}

TEST_CASE("a query contains scope, bounds, order and filter, and no total") {
    const StreamSpec spec{.entity = "claim_attendance",
                          .workspace_id = "w",
                          .bucket_id = "b",
                          .filter = R"({"status":"active"})"};
    const Query query{.spec = &spec, .where = where::modified({}, "$gte", kModified), .take = 17, .skip = 3};
    CHECK(json::parse(query_text(query)) ==
          json::parse(R"({"WorkspaceId":"w","BucketId":"b","Skip":3,"Take":17,
                          "Query":{"$and":[{"status":"active"},{"modified":{"$gte":"2023-12-01T22:06:47.9990000Z"}}]},
                          "Sort":{"modified":1,"_id":1},"WithoutTotal":true})"));
    // MongoDB sorts by the members of Sort in their order.
    CHECK(query_text(query).find(R"("Sort":{"modified":1,"_id":1})") != std::string::npos);
}

TEST_CASE("projections always contain the fields that the engine needs") {
    StreamSpec spec{.entity = "family", .workspace_id = "w", .bucket_id = "b"};
    Query query{.spec = &spec};
    CHECK_FALSE(json::parse(query_text(query)).contains("Fields"));
    query.projection = Projection::keys;
    CHECK(json::parse(query_text(query))["Fields"] == json{"_id", "modified"});
    spec.fields = {"status", "disabled"};
    query.projection = Projection::stream;
    CHECK(json::parse(query_text(query))["Fields"] ==
          json{"_id", "modified", "disabled", "workspace_id", "bucket_id", "status"});
}

TEST_CASE("a bound can be combined with any condition, in each dialect's literals") {
    CHECK(json::parse(where::until({}, "{}", kModified)) ==
          json::parse(R"({"modified":{"$lte":"2023-12-01T22:06:47.9990000Z"}})"));
    const Dialect dates{.modified = ModifiedLiteral::date};
    const json after = json::parse(where::until(dates, where::after(dates, kModified, kId), kModified));
    CHECK(after["modified"] == json::parse(R"({"$gte":{"$date":"2023-12-01T22:06:47.999Z"},
                                               "$lte":{"$date":"2023-12-01T22:06:47.999Z"}})"));
    CHECK(after.contains("$or"));
}

TEST_CASE("each order is written as MongoDB sorts by it") {
    const StreamSpec spec{.entity = "family", .workspace_id = "w", .bucket_id = "b"};
    Query query{.spec = &spec, .order = Order::newest_first};
    CHECK(query_text(query).find(R"("Sort":{"modified":-1,"_id":-1})") != std::string::npos);
    query.order = Order::by_id;
    CHECK(query_text(query).find(R"("Sort":{"_id":1})") != std::string::npos);
}

TEST_CASE("ids with quotes stay data") {
    const auto text = where::id({}, "$eq", R"(a"},"$where":"1)");
    CHECK(json::parse(text) == json{{"_id", {{"$eq", R"(a"},"$where":"1)"}}}});
    CHECK(json::parse(where::of_id({}, "x", where::id({}, "$gt", "w"))) ==
          json::parse(R"({"_id":{"$gt":"w","$eq":"x"}})"));
    CHECK(json::parse(where::id_in({}, {"a", "b"})) == json::parse(R"({"_id":{"$in":["a","b"]}})"));
}

TEST_CASE("a dialect is stored and read back, and damaged text is not a dialect") {
    const Dialect dialect{.modified = ModifiedLiteral::date,
                          .id = IdLiteral::oid,
                          .keyset = false,
                          .spelling = Spelling::pascal,
                          .lte = true,
                          .lt = true,
                          .cap = 250};
    CHECK(Dialect::from_json(dialect.to_json()) == dialect);
    // As stored by an earlier version: properties that it did not prove are not assumed.
    const auto earlier =
        Dialect::from_json(R"({"modified":"string","id":"oid","keyset":true,"spelling":"camel","cap":1000})");
    REQUIRE(earlier);
    CHECK_FALSE(earlier->lte);
    CHECK_FALSE(earlier->lt);
    for (const char* text : {"", "{}", "[]", "null",
                             R"({"modified":"text","id":"oid","keyset":true,"spelling":"camel","cap":1})",
                             R"({"modified":"date","id":"oid","keyset":1,"spelling":"camel","cap":1})",
                             R"({"modified":"date","id":"oid","keyset":true,"spelling":"camel","cap":-1})"}) {
        CAPTURE(text);
        CHECK_FALSE(Dialect::from_json(text));
    }
}

namespace {

// The size of a query's body for this many of the ids.
std::size_t body_bytes(const StreamSpec& spec, const Dialect& dialect, const std::vector<std::string>& ids,
                       std::size_t count) {
    const std::vector<std::string> some(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
    const Query query{.spec = &spec, .where = where::id_in(dialect, some), .take = count};
    return query_text(query).size();
}

std::size_t fit(const StreamSpec& spec, const Dialect& dialect, const std::vector<std::string>& ids) {
    return ids_that_fit(spec, dialect, ids.size(), [&](std::size_t i) -> std::string_view { return ids[i]; });
}

}  // namespace

TEST_CASE("row 13: as many ids are used as keep the body below 8 KB, in each dialect") {
    const StreamSpec spec{.entity = "claim_attendance",
                          .workspace_id = "636eeb5d8029cf0df6932c16",
                          .bucket_id = "636eeb5d8029cf0df6932c17",
                          .filter = R"({"status":"active"})"};
    for (const IdLiteral literal : {IdLiteral::string, IdLiteral::oid}) {
        const Dialect dialect{.id = literal};
        for (const std::string& id : {kId, std::string(64, 'x')}) {
            const std::vector<std::string> ids(1000, id);
            const std::size_t count = fit(spec, dialect, ids);
            CAPTURE(id, count);
            CHECK(body_bytes(spec, dialect, ids, count) < kQueryBytesMax);
            CHECK(body_bytes(spec, dialect, ids, count + 2) >= kQueryBytesMax);
            if (id == kId) CHECK(count >= 200);
        }
    }
    CHECK(fit(spec, {}, {kId, kId}) == 2);
    CHECK(fit(spec, {}, {}) == 0);
    CHECK_FALSE(is_filter_too_large(spec));
}

TEST_CASE("an oversized filter is detected, and does not reduce the number of ids below a sensible one") {
    StreamSpec spec{.entity = "claim_attendance", .workspace_id = "w", .bucket_id = "b"};
    spec.filter = R"({"comment":")" + std::string(9000, 'x') + "\"}";
    CHECK(is_filter_too_large(spec));
    CHECK(fit(spec, {}, std::vector<std::string>(1000, kId)) == kIdsAnyway);
    CHECK(fit(spec, {}, std::vector<std::string>(3, kId)) == 3);
    spec.filter = R"({"comment":")" + std::string(7900, 'x') + "\"}";
    CHECK_FALSE(is_filter_too_large(spec));
    CHECK(fit(spec, {}, std::vector<std::string>(1000, kId)) >= 1);
}
