#include "sns/notice.hpp"
#include "support/sns/test_signer.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using nlohmann::json;

namespace {

const std::vector<EventRoute> kRoutes{{.stream = "claim_attendance",
                                       .entity = "claim_attendance",
                                       .workspace_id = "636eeb5d8029cf0df6932c16",
                                       .bucket_id = "636eeb5d8029cf0df6932c17"}};

SnsMessage message_with(const std::string& text) {
    SnsMessage message;
    message.message_id = "26858270-545e-5848-82a2-e05566af3dcf";
    message.topic_arn = kTestTopic;
    message.message = text;
    return message;
}

Event route(const json& notice) {
    return to_event(message_with(notice.dump()), "the body", kRoutes);
}

json vendors_notice() {
    return json::parse(notification()["Message"].get<std::string>());
}

}  // namespace

TEST_CASE("The vendor's notice is read") {
    const Notice notice = read_notice(notification()["Message"].get<std::string>());
    CHECK(notice.record_id == "65f35b06e30c8a2e4578d118");
    CHECK(notice.datasource_code == "cc-claim-attendance");
    CHECK(notice.workspace_id == "636eeb5d8029cf0df6932c16");
    CHECK(notice.bucket_id == "636eeb5d8029cf0df6932c17");
    CHECK(notice.event_type == "attendance");
    CHECK(notice.event_time == "2024-03-13T19:08:57.1633050Z");
}

TEST_CASE("An unreadable notice is empty, and not an error") {
    const std::string text =
        GENERATE("", "Hello!", "[]", "{", R"({"id":1})", R"({"id":"a","id":"b"})", R"({"id":"a b"})",
                 R"({"id":""})", R"({"id":"\u0007"})", R"({"id":"\u00e9"})");
    CAPTURE(text);
    CHECK(read_notice(text).record_id.empty());
    CHECK(read_notice(R"({"id":")" + std::string(129, 'a') + "\"}").record_id.empty());
}

TEST_CASE("Datasource codes name entities") {
    CHECK(entity_of("cc-claim-attendance") == "claim_attendance");
    CHECK(entity_of("cc-service-care") == "care");
    CHECK(entity_of("cc-family") == "family");
    CHECK(entity_of("cc-").empty());
    CHECK(entity_of("claim-attendance").empty());
    CHECK(entity_of("").empty());
}

TEST_CASE("An event of a configured stream is open") {
    const Event event = route(vendors_notice());
    CHECK(event.state == EventState::open);
    CHECK(event.stream == "claim_attendance");
    CHECK(event.record_id == "65f35b06e30c8a2e4578d118");
    CHECK(event.event_type == "attendance");
    CHECK(event.event_time == "2024-03-13T19:08:57.1633050Z");
    CHECK(event.message_id == "26858270-545e-5848-82a2-e05566af3dcf");
    CHECK(event.topic_arn == kTestTopic);
    CHECK(event.body == "the body");
}

TEST_CASE("A parent's signature opens an event, too") {
    json notice = vendors_notice();
    notice["event_type"] = "parent-attendance";
    CHECK(route(notice).state == EventState::open);
}

TEST_CASE("An event of another workspace, bucket or datasource is in no stream") {
    const auto [key, value] = GENERATE(table<std::string, json>({{"workspace_id", "636eeb5d8029cf0df6932c99"},
                                                                 {"bucket_id", "636eeb5d8029cf0df6932c16"},
                                                                 {"datasource_code", "cc-provider"},
                                                                 {"datasource_code", ""},
                                                                 {"workspace_id", nullptr}}));
    json notice = vendors_notice();
    notice[key] = value;
    const Event event = route(notice);
    CHECK(event.state == EventState::not_in_stream);
    CHECK_FALSE(event.stream);
    CHECK(event.record_id == "65f35b06e30c8a2e4578d118");
}

TEST_CASE("An event of an unknown type is not in the stream that it names") {
    const std::string type = GENERATE("", "payment", "Attendance");
    json notice = vendors_notice();
    notice["event_type"] = type;
    const Event event = route(notice);
    CHECK(event.state == EventState::not_in_stream);
    CHECK(event.stream == "claim_attendance");
    CHECK(event.event_type == type);
}

TEST_CASE("An event that names no record is not in the stream") {
    json notice = vendors_notice();
    notice.erase("id");
    CHECK(route(notice).state == EventState::not_in_stream);
}

TEST_CASE("A text that is not a notice is an event of no stream, stored complete") {
    const Event event = to_event(message_with("Hello!"), "the body", kRoutes);
    CHECK(event.state == EventState::not_in_stream);
    CHECK_FALSE(event.stream);
    CHECK(event.body == "the body");
}
