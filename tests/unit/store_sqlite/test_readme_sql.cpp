// The SQL in packaging/manual/sql.md is run unchanged on the records that it describes, and returns what is printed
// there.
#include "portal/records.hpp"
#include "unit/store_sqlite/attendance_store.hpp"
#include "unit/store_sqlite/readme_sql.hpp"

#include <cmath>
#include <cstdlib>
#include <optional>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// The records of carecloud-portal when started with --records 1000 --shape full, and after /generate of 40 light ones,
// which have a random sequence of their own.
std::vector<std::string> readme_bodies() {
    constexpr std::uint64_t generate_seed = 1 ^ 0x67656e6572617465U;
    std::vector<std::string> bodies;
    for (std::uint64_t i = 0; i < 1000; ++i)
        bodies.push_back(make_record(1, i, RecordShape::full));
    for (std::uint64_t i = 0; i < 40; ++i)
        bodies.push_back(make_record(generate_seed, i, RecordShape::light));
    return bodies;
}

// The body with the first occurrence of each text replaced.
std::string edited(std::string body, const std::vector<std::pair<std::string, std::string>>& edits) {
    for (const auto& [before, now] : edits) {
        const std::size_t at = body.find(before);
        if (at == std::string::npos) FAIL("the record has no " + before);
        body.replace(at, before.size(), now);
    }
    return body;
}

// Corrects two records of January 2023 after they were paid.
void correct(AttendanceStore& store, const std::vector<std::string>& bodies) {
    store.correct(0,
                  edited(bodies[0], {{R"("attendancedate":"20230105","isabsence":"N","absencetype":"")",
                                      R"("attendancedate":"20230105","isabsence":"Y","absencetype":"sick")"},
                                     {R"("familyfee":101)", R"("familyfee":95)"}}),
                  "2024-03-05T08:15:00Z");
    store.correct(1, edited(bodies[1], {{R"("disabled":false)", R"("disabled":true)"}}),
                  "2024-03-06T11:40:00Z", true);
}

std::optional<double> number_of(const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    return end != text.c_str() && *end == '\0' ? std::optional(number) : std::nullopt;
}

// Numbers to the last digit printed: SQLite 3.40 rounds 0.285 up, 3.46 down.
bool same(const std::string& printed, const std::string& found) {
    const auto one = number_of(printed);
    const auto other = number_of(found);
    return one && other ? std::abs(*one - *other) < 0.0101 : printed == found;
}

void check_answer(const ReadmeStatement& statement, const SqlTable& found) {
    CHECK(found.columns == *statement.columns);
    REQUIRE_FALSE(statement.rows.empty());
    // Results about yesterday are different every day.
    if (statement.sql.find("'now'") != std::string::npos) return;
    REQUIRE(found.rows.size() == statement.rows.size());
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
        for (std::size_t j = 0; j < found.columns.size(); ++j) {
            CAPTURE(i, found.columns[j], statement.rows[i].at(j), found.rows[i][j].value_or("NULL"));
            CHECK(same(statement.rows[i].at(j), found.rows[i][j].value_or("")));
        }
    }
}

}  // namespace

TEST_CASE("the SQL in the manual runs and returns the printed results") {
    const std::vector<std::string> bodies = readme_bodies();
    AttendanceStore store(bodies);
    std::size_t answered = 0;
    for (const ReadmeStatement& statement : readme_statements(readme_text())) {
        CAPTURE(statement.sql);
        if (statement.sql.find("claim_attendance_corrections") != std::string::npos) correct(store, bodies);
        const SqlTable found = store.ask(statement.sql);
        if (!statement.columns) continue;
        check_answer(statement, found);
        ++answered;
    }
    CHECK(answered >= 5);
}

TEST_CASE("the manual names every column of the views") {
    AttendanceStore store({"{}"});
    const std::string text = readme_text();
    for (const std::string view : {"claim_attendance", "claim_attendance_day", "claim_attendance_sign",
                                   "claim_attendance_malformed", "claim_attendance_corrections"}) {
        CAPTURE(view);
        const std::size_t begin = text.find("\n| `" + view + "` |");
        REQUIRE(begin != std::string::npos);
        std::string line = text.substr(begin + 1, text.find('\n', begin + 1) - begin);
        for (char& c : line)
            c = c == '`' || c == ';' || c == ':' ? ' ' : c;
        for (const std::string& column : store.ask("SELECT * FROM " + view).columns) {
            CAPTURE(column);
            CHECK(line.find(' ' + column + ' ') != std::string::npos);
        }
    }
}
