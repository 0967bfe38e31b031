// Records with texts that JSON can encode but other programs cannot read (an unpaired surrogate, NUL): the portal's
// bytes are stored and returned unchanged, and CSV and SQL return valid UTF-8, with the number of replacements.
#include "system/api_client.hpp"

#include <map>

#include <catch2/catch.hpp>

using namespace carecloud;
using nlohmann::json;

namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

// A text of JSON by the record's id, as the portal sends it.
const std::map<std::string, std::string>& texts_by_id() {
    static const std::map<std::string, std::string> kTexts{
        {"00000000000000000000aaaa", R"(half \ud800 pair)"},
        {"00000000000000000000aaab", R"(nul \u0000 inside)"},
        {"00000000000000000000aaac", R"(low \uDC00\ud800)"},
        {"00000000000000000000aaad", R"(\u0000)"},
        {"00000000000000000000aaae", R"(whole \ud83d\ude00)"},
        {"00000000000000000000aaaf", R"(written \\ud800)"},
    };
    return kTexts;
}

std::string document(const std::string& id, const std::string& text) {
    std::string raw = record_of(id, instant_in(-3600), {{"comment", "@"}}).dump();
    return raw.replace(raw.find('@'), 1, text);
}

// The values of the rows in the store, as JSON, read by Python, which is strict.
json read_by_python(const Agency& agency, const std::string& sql) {
    const std::string script =
        "import json, sqlite3, sys\n"
        "db = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)\n"
        "print(json.dumps(db.execute(sys.argv[2]).fetchall()))\n";
    const TempDir said;
    Process python({.arguments = {"/usr/bin/python3", "-c", script, agency.store_path(), sql},
                    .output = said.file("python")});
    const int code = python.wait(kWithin).code;
    INFO(python.err());
    REQUIRE(code == 0);
    return json::parse(python.out());
}

}  // namespace

TEST_CASE("texts that programs cannot read are U+FFFD in CSV and views, counted, and never in a message") {
    PortalProcess portal({"--records", "3"});
    for (const auto& [id, text] : texts_by_id())
        portal.put(document(id, text));
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .more = kApiLine});
    Process daemon = agency.start();
    REQUIRE(becomes_ready(daemon));
    CHECK(read_store(agency.store_path()).quarantine.empty());
    CHECK(agency.broken_promise(portal) == "");

    for (const auto& [id, text] : texts_by_id())
        CHECK(ctl(agency, daemon, {"get", "claim_attendance", id}).out.find('"' + text + '"') !=
              std::string::npos);
    const Run lines = ctl(agency, daemon, {"export", "claim_attendance"});
    CHECK(lines.code == 0);
    CHECK(lines.out.find(R"("half \ud800 pair")") != std::string::npos);

    const Run csv = ctl(agency, daemon, {"export", "claim_attendance", "--format", "csv"});
    CHECK(csv.code == 0);
    const std::string r = kReplacement;
    for (const std::string& cell : {"half " + r + " pair", "nul " + r + " inside", "low " + r + r,
                                    std::string("whole \xF0\x9F\x98\x80"), std::string(R"(written \ud800)")})
        CHECK(csv.out.find(cell) != std::string::npos);
    CHECK(csv.out.find('\0') == std::string::npos);
    CHECK(csv.out.find('\xED') == std::string::npos);  // how an unpaired surrogate would begin
    CHECK(csv.err.find("half") == std::string::npos);

    const json comments = read_by_python(
        agency, "SELECT comment FROM claim_attendance WHERE id LIKE '00000000000000000000aaa_' ORDER BY id");
    CHECK(comments ==
          json::parse(R"([["half \ufffd pair"],["nul \ufffd inside"],["low \ufffd\ufffd"],["\ufffd"],)"
                      R"(["whole \ud83d\ude00"],["written \\ud800"]])"));
    const json malformed = read_by_python(
        agency, "SELECT id, field FROM claim_attendance_malformed WHERE field = '$.comment' ORDER BY id");
    CHECK(malformed == json::parse(R"([["00000000000000000000aaaa","$.comment"],)"
                                   R"(["00000000000000000000aaab","$.comment"],)"
                                   R"(["00000000000000000000aaac","$.comment"],)"
                                   R"(["00000000000000000000aaad","$.comment"]])"));
    const Run run = agency.stop(daemon);
    CHECK(run.code == 0);
    for (const char* const word : {"half", "inside", "written"})
        CHECK_FALSE(run.says(word));
}
