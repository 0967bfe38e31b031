// Texts for people: tables, numbers, spans, and nothing that their terminal would interpret.
#include "ctl/ctl_output.hpp"
#include "ctl/human_text.hpp"
#include "ctl/json_pieces.hpp"

#include <sstream>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

TEST_CASE(
    "a table is aligned by characters, truncates long values, and shows hostile text as one harmless line") {
    TextTable table({{"NAME"}, {"N", TextTable::Align::right}, {"WHY", TextTable::Align::left, 6}});
    CHECK(table.to_string().empty());
    table.add({"Zoë", "5", "short"});
    table.add({"a\x1b[31m\nb", "1,000", "much too long"});
    table.add({"\xff\xc2\x9b", "", "äöüäöüä"});
    CHECK(table.to_string() ==
          "NAME              N  WHY\n"
          "Zoë               5  short\n"
          "a\\x1b[31m\\nb  1,000  much …\n"
          "\\xff\\xc2\\x9b         äöüäö…\n");
}

TEST_CASE("columns beyond the width are printed below their row, and long words of text are broken") {
    TextTable table(
        {{"STREAM"}, {"RECORD"}, {"TRIES", TextTable::Align::right}, {"REASON", TextTable::Align::left, 80}});
    table.add({"claim", "65f35b06", "3", "-"});
    table.add({"provider", "1", "12", "modified is not an ISO 8601 instant"});
    CHECK(table.to_string(40) ==
          "STREAM    RECORD    TRIES\n"
          "claim     65f35b06      3\n"
          "provider  1            12\n"
          "    REASON modified is not an ISO 8601\n"
          "    instant\n");
    CHECK(table.to_string(18) ==
          "STREAM    RECORD\n"
          "claim     65f35b06\n"
          "    TRIES 3\n"
          "provider  1\n"
          "    TRIES 12\n"
          "    REASON\n"
          "    modified is\n"
          "    not an ISO\n"
          "    8601 instant\n");
    CHECK(table.to_string(72).find("REASON\n") < table.to_string(72).find("claim"));
}

TEST_CASE("numbers, durations and instants are readable") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1,000");
    CHECK(grouped(1234567) == "1,234,567");
    CHECK(counted(0, "event", "events") == "no events");
    CHECK(counted(1, "event", "events") == "1 event");
    CHECK(counted(2000, "event", "events") == "2,000 events");
    CHECK(span_text(-5s) == "0 s");
    CHECK(span_text(340ms) == "0.3 s");
    CHECK(span_text(9999ms) == "10.0 s");
    CHECK(span_text(59s) == "59 s");
    CHECK(span_text(61s) == "1 min");
    CHECK(span_text(192min) == "3 h 12 min");
    CHECK(span_text(50h) == "2 d 2 h");
    CHECK(instant_text("2026-11-27T03:47:47.4290000Z") == "2026-11-27 03:47:47");
    CHECK(instant_text("what\x1b?") == "what\\x1b?");
    const Timestamp now = *Timestamp::parse("2026-11-27T03:50:00Z");
    CHECK(ago_text("2026-11-27T03:47:47Z", now) == "2 min ago");
    CHECK(ago_text("2026-11-27T04:47:47Z", now) == "0 s ago");
    CHECK(ago_text("never", now).empty());
}

TEST_CASE("JSON on a terminal is the same JSON without control characters") {
    const std::string hostile =
        "{\"a\":\"\x7f\xc2\x9b\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xc2\xa0\",\r\n\t\"b\":1}";
    const std::string safe = terminal_json(hostile);
    CHECK(safe == "{\"a\":\"\\u007f\\u009b\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xc2\xa0\",\n\t\"b\":1}");
    CHECK(CtlJson::parse(safe) == CtlJson::parse(hostile));
    CHECK(terminal_json("\x1b\x9b\xc2") == "\\u001b\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("bytes go unchanged into a file, progress and color only to a terminal") {
    const std::string bytes = "a\x1b[2J\r\nb\xff\n";
    std::ostringstream out;
    std::ostringstream err;
    CtlOutput file(out, err, {});
    file.bytes(bytes);
    file.json("{\"a\":\"\xc2\x9b\"}\n\n");
    file.progress("5 records");
    CHECK(file.painted("x", Color::bad) == "x");
    CHECK(out.str() == bytes + "{\"a\":\"\xc2\x9b\"}\n");
    CHECK(err.str().empty());

    std::ostringstream screen;
    CtlOutput terminal(screen, err, {.out = true, .err = true, .color = true});
    terminal.bytes(bytes);
    CHECK(screen.str() == "a\\x1b[2J\nb\\xff\n");
    terminal.progress("5 records");
    terminal.failure({.what = "no", .hint = "yes"});
    CHECK(err.str() ==
          "\r\x1b[K5 records\r\x1b[K"
          "carecloudctl: no\n  yes\n");
    CHECK(terminal.painted("x", Color::good) == "\x1b[32mx\x1b[0m");
    CHECK(terminal.painted("x", Color::warn) == "\x1b[33mx\x1b[0m");
}

TEST_CASE("output errors are noticed") {
    std::ostringstream out;
    std::ostringstream err;
    CtlOutput output(out, err, {});
    CHECK(output.flush());
    out.setstate(std::ios::badbit);
    output.text("lost");
    CHECK_FALSE(output.flush());
}

TEST_CASE("a page is split into its rows byte for byte, one per line, and anything else is reported") {
    std::string body =
        "{\"records\":[ {\"a\": 1.10,\n \"b\":{\"records\":[2]}} "
        ",{\"c\":\"]}\\n\"},7],\"next\":{\"x\":[1]},\"n\\u0061\":null}";
    const JsonPage page = slice_page(body, "records");
    CHECK(page.rows ==
          std::vector<std::string>{"{\"a\": 1.10,  \"b\":{\"records\":[2]}}", "{\"c\":\"]}\\n\"}", "7"});
    CHECK(page.members.dump() == "{\"next\":{\"x\":[1]},\"na\":null}");
    for (std::string wrong :
         {"", "{}", "[1]", "{\"records\":5}", "{\"records\":[}", "{\"records\":[]", "<html>"}) {
        INFO(wrong);
        CHECK_THROWS_AS(slice_page(wrong, "records"), CtlJson::exception);
    }
    std::string object = "{\"a\":\"x\",\"b\":[1, 2],\"\\u00e4\":null}";
    const auto members = slice_members(object);
    REQUIRE(members.size() == 3);
    CHECK(members[0] == std::pair<std::string, std::string>{"a", "\"x\""});
    CHECK(members[1].second == "[1, 2]");
    CHECK(members[2].first == "ä");
}
