// Exports: CSV cells, days as they are typed, and consecutive pages.
#include "ctl/command_line.hpp"
#include "ctl/csv.hpp"
#include "unit/ctl/ctl_fixture.hpp"

#include <array>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;

namespace {

std::string edge_of(std::string_view text, MonthEdge edge) {
    const auto day = parse_day_text(text, edge);
    return day ? *day : day.error().what;
}

}  // namespace

TEST_CASE("a cell is quoted if necessary, and is not a formula for spreadsheets") {
    struct Cell {
        const char* json;
        const char* cell;
    };
    const std::array cells{
        Cell{"null", ""},
        Cell{"true", "true"},
        Cell{"-1.50", "-1.50"},
        Cell{"\"\"", ""},
        Cell{"\"plain\"", "plain"},
        Cell{"\"a,b\"", "\"a,b\""},
        Cell{"\"say \\\"no\\\"\"", "\"say \"\"no\"\"\""},
        Cell{"\"two\\nlines\"", "\"two\nlines\""},
        Cell{"\"\\u00e4\"", "ä"},
        Cell{"[1, \"x\"]", "\"[1, \"\"x\"\"]\""},
        Cell{"\"=1+1\"", "'=1+1"},
        Cell{"\"@SUM(A1)\"", "'@SUM(A1)"},
        Cell{"\"+49 89\"", "'+49 89"},
        Cell{"\"-cmd|'/C calc'!A0\"", "'-cmd|'/C calc'!A0"},
        Cell{"\" =1\"", "' =1"},
        Cell{"\"\\t=1\"", "'\t=1"},
        Cell{"\"\\r\"", "\"\r\""},
        Cell{"\"\\uff1d1\"", "'＝1"},
        Cell{"\"=\\\",\\\"\"", "\"'=\"\",\"\"\""},
        Cell{"\"-5.25\"", "-5.25"},
        Cell{"\"-5.\"", "'-5."},
        Cell{"\"-1.2.3\"", "'-1.2.3"},
        Cell{"\"-\"", "'-"},
    };
    for (const Cell& cell : cells) {
        INFO(cell.json);
        CHECK(csv_cell(cell.json) == cell.cell);
    }
}

TEST_CASE("columns are those of all records, in order of first occurrence") {
    CsvColumns columns;
    std::array<std::string, 3> records{R"({"_id":"a","=x":1.10})", R"({"b":null,"_id":"c"})",
                                       R"({"new":1,"b":"z"})"};
    columns.learn(records[0]);
    columns.learn(records[1]);
    CHECK(columns.heading() == "_id,'=x,b\r\n");
    CHECK(columns.row(records[0]) == "a,1.10,\r\n");
    CHECK(columns.row(records[1]) == "c,,\r\n");
    CHECK(columns.left_out() == 0);
    CHECK(columns.row(records[2]) == ",,z\r\n");
    CHECK(columns.left_out() == 1);
}

TEST_CASE("a CSV is UTF-8 without NUL, whatever the records contain") {
    CsvColumns columns;
    std::string record =
        R"({"_id":"a","x\ud800":"A\ud800B","nul":"x\u0000y","list":["\udfff"],"e":"\ud83d\ude00"})";
    columns.learn(record);
    CHECK(columns.heading() == "_id,x\xef\xbf\xbd,nul,list,e\r\n");
    CHECK(columns.row(record) ==
          "a,A\xef\xbf\xbd"
          "B,x\xef\xbf\xbdy,\"[\"\"\\ufffd\"\"]\",\xf0\x9f\x98\x80\r\n");
}

TEST_CASE("an unreadable response is not quoted, because it may be a child's record") {
    for (const char* body :
         {R"({"records":[{"_id":"Maria"},)", R"({"records":[{"_id":"Maria\x"}],"next":null})",
          R"({"records":[Maria],"next":null})", R"({"records":["Maria"],"next":null})"}) {
        INFO(body);
        ScriptedApi api({{"GET", "200 OK", body}});
        const CtlRun run = api.run({"export", "claim_attendance", "--format", "csv"});
        CHECK(run.exit == CtlExit::protocol);
        CHECK_THAT(run.err,
                   Contains("unexpected response; it does not match this version of carecloud-syncd") &&
                       !Contains("Maria"));
    }
}

TEST_CASE("a day is a day, a month its first or its last one") {
    CHECK(edge_of("2026-03-15", MonthEdge::first) == "2026-03-15");
    CHECK(edge_of("2026-03", MonthEdge::first) == "2026-03-01");
    CHECK(edge_of("2026-03", MonthEdge::last) == "2026-03-31");
    CHECK(edge_of("2024-02", MonthEdge::last) == "2024-02-29");
    CHECK(edge_of("9999-12", MonthEdge::last) == "9999-12-31");
    CHECK(edge_of("1900-01", MonthEdge::first) == "1900-01-01");
    for (const char* wrong :
         {"", "2026", "2026-13", "2026-00", "2026-02-29", "2026-3", "2026-03-1", "2026-03-15T00", "1899-12",
          "0002-03-01", "26-03", "2026/03", "2026-03/15", "+026-03", "2026-0x", "2026-03--1"}) {
        INFO(wrong);
        CHECK(edge_of(wrong, MonthEdge::last) == "'" + std::string(wrong) + "' is not a day");
    }
}

TEST_CASE("an export reads all pages, including empty ones, and writes the bytes as received") {
    ScriptedApi api({
        {"GET /v1/records/claim_attendance?start=2026-01-01&end=2026-02-28&limit=1000 ", "200 OK",
         R"({"records":[{"_id":"a","n":1.10},{"_id":"b"}],"next":"20260101.7"})"},
        {"GET /v1/records/claim_attendance?start=2026-01-01&end=2026-02-28&limit=1000&after=20260101.7 ",
         "200 OK", R"({"records":[],"next":"20260131.9"})"},
        {"GET /v1/records/claim_attendance?start=2026-01-01&end=2026-02-28&limit=1000&after=20260131.9 ",
         "200 OK", R"({"records":[{"_id":"c","x":"=1"}],"next":null})"},
    });
    const CtlRun lines = api.run({"export", "claim_attendance", "--from", "2026-01", "--to", "2026-02"});
    CHECK(lines.exit == CtlExit::ok);
    CHECK(lines.out == "{\"_id\":\"a\",\"n\":1.10}\n{\"_id\":\"b\"}\n{\"_id\":\"c\",\"x\":\"=1\"}\n");
    CHECK(lines.err.empty());

    ScriptedApi one({{"GET /v1/records/claim_attendance?limit=1000 ", "200 OK",
                      R"({"records":[{"_id":"a"},{"_id":"c","x":"=1"}],"next":null})"}});
    const CtlRun csv = one.run({"export", "claim_attendance", "--format", "csv"});
    CHECK(csv.exit == CtlExit::ok);
    CHECK(csv.out == "_id,x\r\na,\r\nc,'=1\r\n");
}

TEST_CASE(
    "columns that appear while a CSV is written are reported, and an export interrupted by a refusal fails") {
    ScriptedApi grown({{"GET", "200 OK", R"({"records":[{"_id":"a"}],"next":null})"},
                       {"GET", "200 OK", R"({"records":[{"_id":"a","late":1}],"next":null})"}});
    const CtlRun run = grown.run({"export", "claim_attendance", "--format", "csv"});
    CHECK(run.exit == CtlExit::temporary);
    CHECK_THAT(run.err, Contains("1 value has no column"));
    ScriptedApi cut({{"GET", "200 OK", R"({"records":[{"_id":"a"}],"next":"a"})"},
                     {"GET", "404 Not Found", R"({"code":"no_such_stream","detail":"gone","hint":""})"}});
    const CtlRun half = cut.run({"export", "claim_attendance"});
    CHECK(half.exit == CtlExit::wrong);
    CHECK(half.err == "carecloudctl: gone\n");
    CHECK(cut.run({"export", "x", "--from", "2026-02", "--to", "2026-01"}).exit == CtlExit::usage);
    CHECK(cut.run({"export", "x", "--format", "xml"}).exit == CtlExit::usage);
    CHECK(cut.run({"export", "x", "--from", "soon"}).exit == CtlExit::usage);
    CHECK(cut.run({"export", "x", "--format", "csv", "--json"}).exit == CtlExit::usage);
    CHECK(cut.requests().size() == 2);
}
