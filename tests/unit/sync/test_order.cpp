// The portal's order, without a portal: by texts or by instants, depending on its dialect.
#include "support/pages.hpp"
#include "sync/walk/walk.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

const Dialect kTexts{.modified = ModifiedLiteral::string};
const Dialect kDates{.modified = ModifiedLiteral::date};

// The same instant in two spellings, in the order of the texts.
constexpr const char* kNoonInTheEast = "2024-03-10T13:00:00.0000000+01:00";
constexpr const char* kAtNoon = "2024-03-10T12:00:00.0000000Z";
constexpr const char* kAtOne = "2024-03-10T13:00:00.0000000Z";

bool is_in_order(const Dialect& dialect, const std::vector<TestRecord>& records) {
    return check_order(dialect, *make_page(records)).has_value();
}

Cursor cursor_at(const char* modified, const char* id) {
    return {modified, *Timestamp::parse(modified), id};
}

}  // namespace

TEST_CASE("order: by modified, and by id within a tie") {
    for (const Dialect& dialect : {kTexts, kDates}) {
        CHECK(is_in_order(dialect, {}));
        CHECK(is_in_order(dialect, {{.id = "b", .modified = kAtNoon}, {.id = "a", .modified = kAtOne}}));
        CHECK(is_in_order(dialect, {{.id = "a", .modified = kAtNoon}, {.id = "b", .modified = kAtNoon}}));
        CHECK_FALSE(
            is_in_order(dialect, {{.id = "a", .modified = kAtOne}, {.id = "b", .modified = kAtNoon}}));
        CHECK_FALSE(
            is_in_order(dialect, {{.id = "b", .modified = kAtNoon}, {.id = "a", .modified = kAtNoon}}));
    }
}

TEST_CASE("order: a record may be listed twice in a row") {
    CHECK(is_in_order(kTexts, {{.id = "a", .modified = kAtNoon}, {.id = "a", .modified = kAtNoon}}));
}

TEST_CASE("order: a disorder in the middle is found and named") {
    const auto checked = check_order(kTexts, *make_page({{.id = "a", .modified = kAtNoon},
                                                         {.id = "c", .modified = kAtNoon},
                                                         {.id = "b", .modified = kAtNoon},
                                                         {.id = "d", .modified = kAtOne}}));
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ErrorCode::bad_response);
    CHECK(checked.error().subject.find("record 3") != std::string::npos);
}

TEST_CASE("order: a server of strings orders strings, one of dates orders instants") {
    CHECK((compare_keys(kTexts, cursor_at(kAtNoon, "b"), cursor_at(kNoonInTheEast, "a")) < 0));
    CHECK((compare_keys(kDates, cursor_at(kAtNoon, "b"), cursor_at(kNoonInTheEast, "a")) > 0));
    CHECK((compare_keys(kDates, cursor_at(kAtNoon, "a"), cursor_at(kNoonInTheEast, "a")) == 0));
    CHECK((compare_keys(kDates, cursor_at(kNoonInTheEast, "a"), cursor_at(kAtOne, "a")) < 0));
    CHECK((compare_keys(kTexts, cursor_at(kNoonInTheEast, "a"), cursor_at(kAtOne, "a")) < 0));
}

TEST_CASE("order: a record compared with a cursor") {
    const PagePtr page = make_page({{.id = "b", .modified = kAtNoon}});
    const Record& record = page->records.front();
    CHECK((compare_keys(kTexts, record, cursor_at(kAtNoon, "a")) > 0));
    CHECK((compare_keys(kTexts, record, cursor_at(kAtNoon, "b")) == 0));
    CHECK((compare_keys(kTexts, record, cursor_at(kAtOne, "a")) < 0));
}
