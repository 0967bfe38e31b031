#include "portal/bson_value.hpp"
#include "portal/raw_json.hpp"
#include "portal/records.hpp"

#include <set>

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("records are the same for the same seed and different for another") {
    const RecordShape shape = GENERATE(RecordShape::light, RecordShape::full);
    CHECK(make_record(7, 41, shape) == make_record(7, 41, shape));
    CHECK(make_record(7, 41, shape) != make_record(8, 41, shape));
    CHECK(make_record(7, 41, shape) != make_record(7, 42, shape));
}

TEST_CASE("records have the vendor's sizes and documented fields") {
    const RecordShape shape = GENERATE(RecordShape::light, RecordShape::full);
    const bool full = shape == RecordShape::full;
    std::size_t bytes = 0;
    constexpr std::uint64_t kCount = 60;
    for (std::uint64_t i = 0; i < kCount; ++i) {
        const std::string raw = make_record(3, i * 97, shape);
        bytes += raw.size();
        const Json record = Json::parse(raw);
        for (const char* field : {"_id",
                                  "entityId",
                                  "claimId",
                                  "childId",
                                  "childName",
                                  "childDOB",
                                  "providerId",
                                  "providerName",
                                  "providerType",
                                  "startDate",
                                  "endDate",
                                  "familyId",
                                  "attendance",
                                  "parentSignDate",
                                  "parentSignature",
                                  "providerSignDate",
                                  "providerSignature",
                                  "status",
                                  "comment",
                                  "data",
                                  "disabled",
                                  "tags",
                                  "category",
                                  "metadata",
                                  "workspace_id",
                                  "bucket_id",
                                  "datasource_code",
                                  "batch_action_id",
                                  "created",
                                  "modified"}) {
            CAPTURE(field);
            CHECK(record.contains(field));
        }
        CHECK(record.at("_id").get<std::string>().size() == 24);
        CHECK(record.at("datasource_code") == "cc-claim-attendance");
        CHECK(record.at("attendance").at("body").at("attendanceinfo").size() == (full ? 31 : 1));
        CHECK(record.at("startDate").get<std::string>().size() == 8);
    }
    const std::size_t mean = bytes / kCount;
    CHECK(mean >= (full ? 18'000U : 900U));
    CHECK(mean <= (full ? 20'000U : 1'024U));
}

TEST_CASE("a batch shares one `modified`, ids are all different and in no order") {
    RecordOptions options;
    options.batch = 50;
    std::set<std::string> ids;
    std::set<std::string> instants;
    bool sorted = true;
    for (std::uint64_t i = 0; i < 5'000; ++i) {
        const std::string id = record_id(options, i);
        sorted = sorted && (ids.empty() || *ids.rbegin() < id);
        ids.insert(id);
        instants.insert(record_modified(options, i).to_string());
    }
    CHECK(ids.size() == 5'000);
    CHECK(instants.size() == 100);
    CHECK_FALSE(sorted);
    const std::string raw = make_record(options, 99);
    CHECK(find_field(raw, "_id") == "\"" + record_id(options, 99) + "\"");
    CHECK(find_field(raw, "modified") == "\"2024-03-02T00:01:00.0000000Z\"");
}

TEST_CASE("hours are text, number and null; a name is sometimes misspelled") {
    std::set<std::string> kinds;
    std::set<std::string> spellings;
    for (std::uint64_t i = 0; i < 100; ++i) {
        const Json body = Json::parse(make_record(5, i, RecordShape::full)).at("attendance").at("body");
        for (const Json& day : body.at("attendanceinfo"))
            kinds.insert(day.at("dailysummary").at("nhtotalhours").type_name());
        for (const char* name :
             {"invoiceamount", "invocieamount", "MissingDailySignature", "MissingDailySiguature"}) {
            if (body.contains(name)) spellings.insert(name);
        }
    }
    CHECK(kinds == std::set<std::string>{"null", "number", "string"});
    CHECK(spellings.size() == 4);
}

TEST_CASE("datasource codes are the documented ones") {
    CHECK(datasource_code("claim_attendance") == "cc-claim-attendance");
    CHECK(datasource_code("care") == "cc-service-care");
    CHECK(datasource_code("family") == "cc-family");
}

TEST_CASE("members are found and replaced in the text, and the other bytes are kept") {
    const std::string raw = R"({ "a" : "x\"}," , "b":{"c":[1,"}"]}, "c":-1.5e3 ,"d":null})";
    CHECK(find_field(raw, "a") == R"("x\"},")");
    CHECK(find_field(raw, "b") == R"({"c":[1,"}"]})");
    CHECK(find_field(raw, "c") == "-1.5e3");
    CHECK(find_field(raw, "d") == "null");
    CHECK_FALSE(find_field(raw, "e"));
    CHECK(with_field(raw, "c", "7") == R"({ "a" : "x\"}," , "b":{"c":[1,"}"]}, "c":7 ,"d":null})");
    CHECK(with_field(R"({"a":1})", "b", "2") == R"({"a":1,"b":2})");
    CHECK(with_field("{ }", "b", "2") == R"({ "b":2})");
    CHECK(nesting_of(R"({"a":[{"b":"[[[["}]})") == 3);
    CHECK_FALSE(FieldScanner("{}").next());
}
