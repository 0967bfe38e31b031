// MongoDB's rules, one per line: which documents a filter matches, for each type of `_id` and `modified` in storage.
#include "portal/mongo_filter.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr FieldTypes kStrings{.id_is_oid = false, .modified_is_date = false};
constexpr FieldTypes kNatives{.id_is_oid = true, .modified_is_date = true};

bool matches(const std::string& filter, const std::string& document, const FieldTypes& types = kStrings) {
    const auto compiled = MongoFilter::compile(Json::parse(filter), {});
    REQUIRE(compiled.has_value());
    return compiled->matches(PortalDocument(document, 0, types), types);
}

struct Row {
    const char* filter;
    const char* document;
    bool expected;
};

}  // namespace

TEST_CASE("every operator by a table") {
    const Row row = GENERATE(values<Row>({
        {R"({})", R"({"a":1})", true},
        {R"({"a":1})", R"({"a":1})", true},
        {R"({"a":1})", R"({"a":1.0})", true},
        {R"({"a":1})", R"({"a":2})", false},
        {R"({"a":1,"b":2})", R"({"a":1,"b":2})", true},
        {R"({"a":1,"b":2})", R"({"a":1,"b":3})", false},
        {R"({"a":{"$eq":"x"}})", R"({"a":"x"})", true},
        {R"({"a":{"$ne":"x"}})", R"({"a":"x"})", false},
        {R"({"a":{"$ne":"x"}})", R"({"a":1})", true},
        {R"({"a":{"$ne":"x"}})", R"({})", true},
        {R"({"a":{"$gt":5}})", R"({"a":6})", true},
        {R"({"a":{"$gt":5}})", R"({"a":5})", false},
        {R"({"a":{"$gte":5}})", R"({"a":5})", true},
        {R"({"a":{"$lt":5}})", R"({"a":4.5})", true},
        {R"({"a":{"$lt":5}})", R"({"a":5})", false},
        {R"({"a":{"$lte":5}})", R"({"a":5})", true},
        {R"({"a":{"$gt":1,"$lt":3}})", R"({"a":2})", true},
        {R"({"a":{"$gt":1,"$lt":3}})", R"({"a":3})", false},
        {R"({"a":{"$gt":9007199254740992}})", R"({"a":9007199254740993})", true},
        {R"({"a":{"$gt":-1}})", R"({"a":18446744073709551615})", true},
        {R"({"a":{"$in":[1,"x"]}})", R"({"a":"x"})", true},
        {R"({"a":{"$in":[1,"x"]}})", R"({"a":2})", false},
        {R"({"a":{"$in":[]}})", R"({"a":2})", false},
        {R"({"a":{"$in":[]}})", R"({})", false},
        {R"({"a":{"$in":[null]}})", R"({})", true},
        {R"({"a":{"$nin":[1,2]}})", R"({"a":3})", true},
        {R"({"a":{"$nin":[1,2]}})", R"({"a":2})", false},
        {R"({"a":{"$nin":[1,2]}})", R"({})", true},
        {R"({"a":{"$exists":true}})", R"({"a":null})", true},
        {R"({"a":{"$exists":true}})", R"({})", false},
        {R"({"a":{"$exists":false}})", R"({})", true},
        {R"({"a":{"$exists":1}})", R"({"a":[]})", true},
        {R"({"$and":[{"a":1},{"b":2}]})", R"({"a":1,"b":2})", true},
        {R"({"$and":[{"a":1},{"b":2}]})", R"({"a":1})", false},
        {R"({"$or":[{"a":1},{"b":2}]})", R"({"b":2})", true},
        {R"({"$or":[{"a":1},{"b":2}]})", R"({"b":1})", false},
        {R"({"$nor":[{"a":1},{"b":2}]})", R"({"b":1})", true},
        {R"({"$nor":[{"a":1},{"b":2}]})", R"({"a":1})", false},
        {R"({"a":{"$not":{"$gt":5}}})", R"({"a":6})", false},
        {R"({"a":{"$not":{"$gt":5}}})", R"({"a":"text"})", true},
        {R"({"a":{"$not":{"$gt":5}}})", R"({})", true},
        {R"({"a":true})", R"({"a":true})", true},
        {R"({"a":true})", R"({"a":1})", false},
        {R"({"a":{"$gt":false}})", R"({"a":true})", true},
        {R"({"a":"\u00e9"})", R"({"a":"\u00e9"})", true},
        {R"({"a":"\u00e9"})", "{\"a\":\"\xc3\xa9\"}", true},
    }));
    CAPTURE(row.filter, row.document);
    CHECK(matches(row.filter, row.document) == row.expected);
}

TEST_CASE("null, missing fields, arrays and dotted paths by a table") {
    const Row row = GENERATE(values<Row>({
        {R"({"a":null})", R"({"a":null})", true},
        {R"({"a":null})", R"({})", true},
        {R"({"a":null})", R"({"a":0})", false},
        {R"({"a":{"$ne":null}})", R"({})", false},
        {R"({"a":{"$gte":null}})", R"({})", true},
        {R"({"a":{"$gt":null}})", R"({"a":null})", false},
        {R"({"a":2})", R"({"a":[1,2]})", true},
        {R"({"a":[1,2]})", R"({"a":[1,2]})", true},
        {R"({"a":[2,1]})", R"({"a":[1,2]})", false},
        {R"({"a":[1,2]})", R"({"a":[[1,2],3]})", true},
        {R"({"a":{"$gt":5}})", R"({"a":[1,9]})", true},
        {R"({"a":{"$gt":5,"$lt":3}})", R"({"a":[1,9]})", true},
        {R"({"a":{"$ne":2}})", R"({"a":[1,2]})", false},
        {R"({"a":{"b":1}})", R"({"a":{"b":1}})", true},
        {R"({"a":{"b":1}})", R"({"a":{"b":1,"c":2}})", false},
        {R"({"a.b":1})", R"({"a":{"b":1,"c":2}})", true},
        {R"({"a.b":1})", R"({"a":[{"b":3},{"b":1}]})", true},
        {R"({"a.b":1})", R"({"a":1})", false},
        {R"({"a.0":5})", R"({"a":[5,6]})", true},
        {R"({"a.1.b":6})", R"({"a":[{"b":5},{"b":6}]})", true},
        {R"({"a.b.c":{"$exists":true}})", R"({"a":{"b":{"c":null}}})", true},
        {R"({"a.b":null})", R"({})", true},
        {R"({"a.b":null})", R"({"a":{}})", true},
        {R"({"a.b":null})", R"({"a":5})", true},
        {R"({"a.b":null})", R"({"a":[{}]})", true},
        {R"({"a.b":null})", R"({"a":[]})", false},
        {R"({"a.b":null})", R"({"a":[1,2]})", false},
        {R"({"a.b":null})", R"({"a":[null]})", false},
        {R"({"attendance.body.attendanceinfo.isabsence":"Y"})",
         R"({"attendance":{"body":{"attendanceinfo":[{"isabsence":"N"},{"isabsence":"Y"}]}}})", true},
        {R"({"a.b":1})", R"({"a.b":1})", false},
    }));
    CAPTURE(row.filter, row.document);
    CHECK(matches(row.filter, row.document) == row.expected);
}

namespace {

std::string literal_in(const std::string& form, const std::string& id, const std::string& at,
                       const std::string& own) {
    if (form == "$oid") return R"({"$oid":")" + id + R"("})";
    if (form == "$date") return R"({"$date":")" + at + R"("})";
    return form == "number" ? std::string(1, '5') : "\"" + own + "\"";
}

}  // namespace

TEST_CASE("a literal of another type matches nothing: type bracketing") {
    const std::string id = "65f35b06e30c8a2e4578d118";
    const std::string at = "2024-03-13T19:08:57.1630000Z";
    const std::string document =
        R"({"_id":")" + id + R"(","modified":")" + at + R"(","created":")" + at + R"("})";
    const std::string field = GENERATE("_id", "modified", "created");
    const bool native = GENERATE(true, false);
    const std::string op = GENERATE("$eq", "$gt", "$gte", "$lt", "$lte", "$in");
    const std::string form = GENERATE("string", "$oid", "$date", "number");

    const std::string own = field == "_id" ? id : at;
    std::string literal = literal_in(form, id, at, own);
    if (op == "$in") literal = "[" + literal + "]";
    const bool equality = op == "$eq" || op == "$gte" || op == "$lte" || op == "$in";
    const std::string right_form = !native ? "string" : (field == "_id" ? "$oid" : "$date");

    CAPTURE(field, native, op, literal);
    const std::string filter = "{\"" + field + "\":{\"" + op + "\":" + literal + "}}";
    CHECK(matches(filter, document, native ? kNatives : kStrings) == (equality && form == right_form));
}

TEST_CASE("dates compare as instants of milliseconds, strings as texts") {
    const std::string document = R"({"_id":"x","modified":"2024-03-13T19:08:57.1630000Z"})";
    CHECK(matches(R"({"modified":{"$date":"2024-03-13T19:08:57.163Z"}})", document, kNatives));
    CHECK(matches(R"({"modified":{"$date":"2024-03-13T20:08:57.163+01:00"}})", document, kNatives));
    CHECK(matches(R"({"modified":{"$date":1710356937163}})", document, kNatives));
    CHECK(matches(R"({"modified":{"$gt":{"$date":"2024-03-13T19:08:57.162Z"}}})", document, kNatives));
    CHECK_FALSE(matches(R"({"modified":"2024-03-13T19:08:57.163Z"})", document, kStrings));
    CHECK(matches(R"({"modified":{"$lt":"2024-03-13T19:08:57.163Z"}})", document, kStrings));
    CHECK(matches(R"({"_id":{"$gt":{"$oid":"000000000000000000000000"}}})",
                  R"({"_id":"65f35b06e30c8a2e4578d118"})", kNatives));
}

TEST_CASE(
    "a string that is not an id or an instant stays a string, even in a portal of ObjectIds and Dates") {
    CHECK(matches(R"({"_id":"short"})", R"({"_id":"short"})", kNatives));
    CHECK(matches(R"({"modified":"yesterday"})", R"({"modified":"yesterday"})", kNatives));
    CHECK(matches(R"({"_id":7})", R"({"_id":7})", kNatives));
    CHECK(matches(R"({"_id":{"$in":["a",7]}})", R"({"_id":[7]})", kStrings));
    CHECK_FALSE(matches(R"({"modified":{"$exists":true}})", R"({"_id":"a"})", kNatives));
}

TEST_CASE("an invalid filter is refused, and never treated as empty") {
    const char* filter =
        GENERATE(R"([])", R"(5)", R"({"$or":[]})", R"({"$or":{}})", R"({"$and":[5]})", R"({"$what":[]})",
                 R"({"$not":{"a":1}})", R"({"a":{"$in":5}})", R"({"a":{"$nin":"x"}})", R"({"a":{"$size":1}})",
                 R"({"a":{"$gt":1,"b":2}})", R"({"a":{"$not":5}})", R"({"a":{"$regex":"(x*)*y"}})",
                 R"({"a":{"$where":"1"}})", R"({"a":{"$oid":"xyz"}})", R"({"a":{"$date":"yesterday"}})",
                 R"({"a":{"$eq":{"$oid":5}}})", R"({"a":{"$in":[{"$bad":1}]}})",
                 R"({"a":{"$date":"2024-03-13T19:08:57.163Z","$oid":"65f35b06e30c8a2e4578d118"}})");
    CAPTURE(filter);
    const auto compiled = MongoFilter::compile(Json::parse(filter), {});
    REQUIRE(compiled.has_error());
    CHECK(compiled.error().status == 400);
    CHECK_FALSE(compiled.error().message.empty());
}

TEST_CASE("a portal without $or refuses it everywhere") {
    const char* filter = GENERATE(R"({"$or":[{"a":1}]})", R"({"$and":[{"a":1},{"$or":[{"a":1},{"b":1}]}]})");
    const auto compiled = MongoFilter::compile(Json::parse(filter), {.or_refused = true});
    REQUIRE(compiled.has_error());
    CHECK(compiled.error().code == "NotSupported");
    CHECK(MongoFilter::compile(Json::parse(R"({"$and":[{"a":1}]})"), {.or_refused = true}).has_value());
}

TEST_CASE("types sort as in BSON") {
    const Json values = Json::parse(R"([null,-1,2.5,"","a","b",{"a":1},{"a":2},[1],[1,2],[2],false,true])");
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t j = 0; j < values.size(); ++j) {
            const int expected = i < j ? -1 : (i > j ? 1 : 0);
            const int difference = compare(bson_value(values[i]), bson_value(values[j]));
            CAPTURE(values[i].dump(), values[j].dump());
            CHECK((difference > 0) - (difference < 0) == expected);
        }
    }
    const BsonValue id = bson_text("65f35b06e30c8a2e4578d118", FieldType::object_id);
    const BsonValue date = bson_text("2024-03-13T19:08:57Z", FieldType::date);
    CHECK(compare(bson_value(values[8]), id) < 0);
    CHECK(compare(id, bson_value(values[11])) < 0);
    CHECK(compare(bson_value(values[12]), date) < 0);
}
