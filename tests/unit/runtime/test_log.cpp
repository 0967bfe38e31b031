#include "runtime/log.hpp"

#include <regex>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

const LogFields kNasty{{"STREAM", "a b"}, {"REASON", "x\n2024 error forged=\"1\"\x1b[2J"}, {"COUNT", 42}};

}  // namespace

TEST_CASE("a text line has time, level, message and fields") {
    std::ostringstream out;
    Log log({LogLevel::info, LogFormat::text}, out);
    log.write(LogLevel::warn, "page refused",
              {{"STREAM", "claim_attendance"}, {"CODE", "rate_limited"}, {"TAKE", 500}});
    INFO(out.str());
    CHECK(std::regex_match(out.str(),
                           std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z warn  page refused "
                                      "stream=claim_attendance code=rate_limited take=500\n")));
}

TEST_CASE("no value starts a new line or controls a terminal") {
    std::ostringstream out;
    Log log({LogLevel::info, LogFormat::text}, out);
    log.write(LogLevel::info, "bad\nname\x07", kNasty);
    REQUIRE(lines_of(out.str()).size() == 1);
    CHECK(out.str().find("info  bad\\nname\\x07 stream=\"a b\" reason=\"x\\n2024 error "
                         "forged=\\\"1\\\"\\x1b[2J\" count=42\n") != std::string::npos);
    CHECK(text_of(LogLevel::error, "m", {{"A", ""}, {"B", "c=d"}, {"C", "\\"}}) ==
          "error m a=\"\" b=\"c=d\" c=\"\\\\\"");
}

TEST_CASE("each JSON line is one object that parses to the original values") {
    std::ostringstream out;
    Log log({LogLevel::trace, LogFormat::json}, out);
    log.write(LogLevel::trace, "one", kNasty);
    log.write(LogLevel::error, "not \xff utf-8", {{"RAW", "\xc3"}, {"NEGATIVE", -1}});
    const auto lines = lines_of(out.str());
    REQUIRE(lines.size() == 2);
    const auto first = nlohmann::json::parse(lines[0]);
    CHECK(first.at("level") == "trace");
    CHECK(first.at("message") == "one");
    CHECK(first.at("stream") == "a b");
    CHECK(first.at("reason") == "x\n2024 error forged=\"1\"\x1b[2J");
    CHECK(first.at("count") == 42);
    CHECK(first.at("time").get<std::string>().size() == 24);
    const auto second = nlohmann::json::parse(lines[1]);
    CHECK(second.at("message") == "not \xef\xbf\xbd utf-8");
    CHECK(second.at("negative") == -1);
}

TEST_CASE("the journal gets structured fields with valid names") {
    CHECK(journal_of(LogLevel::warn, "page\nrefused",
                     {{"RECORD_ID", "65f3"}, {"_SYSTEMD_UNIT", "forged"}, {"9a b", "c\nd"}, {"", ""}}) ==
          std::vector<std::string>{
              "MESSAGE=page\\nrefused record_id=65f3 _systemd_unit=forged 9a b=c\\nd =\"\"", "PRIORITY=4",
              "SYSLOG_IDENTIFIER=carecloud-syncd", "RECORD_ID=65f3", "F__SYSTEMD_UNIT=forged", "F_9A_B=c\\nd",
              "F_="});
    CHECK(journal_of(LogLevel::error, "m", {}).at(1) == "PRIORITY=3");
    CHECK(journal_of(LogLevel::info, "m", {}).at(1) == "PRIORITY=6");
    CHECK(journal_of(LogLevel::trace, "m", {}).at(1) == "PRIORITY=7");
}

// `journalctl -u` shows only MESSAGE.
TEST_CASE("the journal's message equals the line on stderr") {
    const LogFields fields{{"STREAM", "claim_attendance"}, {"CREATED", 5}, {"REASON", "the key is refused"}};
    const std::string on_stderr = text_of(LogLevel::warn, "pass cut off", fields);
    CHECK("MESSAGE=" + on_stderr.substr(6) == journal_of(LogLevel::warn, "pass cut off", fields).at(0));
    CHECK(on_stderr == "warn  pass cut off stream=claim_attendance created=5 reason=\"the key is refused\"");
}

TEST_CASE("stderr is the journal if $JOURNAL_STREAM identifies that file") {
    CHECK(names_stream("8:1234", 8, 1234));
    CHECK_FALSE(names_stream("8:1234", 8, 1235));
    CHECK_FALSE(names_stream("9:1234", 8, 1234));
    CHECK_FALSE(names_stream("", 8, 1234));
    CHECK_FALSE(names_stream("8:1234 ", 8, 1234));
    CHECK_FALSE(names_stream(std::nullopt, 8, 1234));
}

TEST_CASE("lines below the level are not written, and a reload changes level and format") {
    std::ostringstream out;
    Log log({LogLevel::warn, LogFormat::text}, out);
    log.write(LogLevel::info, "quiet");
    CHECK_FALSE(log.enabled(LogLevel::info));
    CHECK(out.str().empty());
    log.apply({LogLevel::debug, LogFormat::json});
    log.write(LogLevel::debug, "now");
    log.write(LogLevel::trace, "quiet");
    REQUIRE(lines_of(out.str()).size() == 1);
    CHECK(nlohmann::json::parse(out.str()).at("message") == "now");
}

TEST_CASE("an error is written with its code and operation") {
    std::ostringstream out;
    Log log({LogLevel::info, LogFormat::json}, out);
    log.write(LogLevel::error,
              Error{ErrorCode::key_refused, "query claim", "HTTP 403", "check portal.api_key_file"},
              {{"STREAM", "claim"}});
    const auto line = nlohmann::json::parse(out.str());
    CHECK(line.at("message") == "query claim: HTTP 403 (key_refused); check portal.api_key_file");
    CHECK(line.at("code") == "key_refused");
    CHECK(line.at("operation") == "query claim");
    CHECK(line.at("stream") == "claim");
}

TEST_CASE("a message is never a format") {
    std::ostringstream out;
    Log log({LogLevel::info, LogFormat::text}, out);
    log.write(LogLevel::info, "{} {0} %v %n %%", {{"A", "{}"}});
    CHECK(out.str().find("{} {0} %v %n %% a={}") != std::string::npos);
}

TEST_CASE("lines of several threads do not mix") {
    std::ostringstream out;
    Log log({LogLevel::info, LogFormat::json}, out);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&log] {
            for (int i = 0; i < 200; ++i)
                log.write(LogLevel::info, "tick", {{"I", i}});
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    const auto lines = lines_of(out.str());
    CHECK(lines.size() == 800);
    for (const std::string& line : lines)
        REQUIRE(nlohmann::json::accept(line));
}
