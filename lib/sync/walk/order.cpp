#include "sync/walk/order.hpp"

namespace carecloud {

std::strong_ordering compare_modified(const Dialect& dialect, std::string_view text_a, Timestamp a,
                                      std::string_view text_b, Timestamp b) {
    if (dialect.modified == ModifiedLiteral::string) return text_a <=> text_b;
    return a <=> b;
}

std::strong_ordering compare_keys(const Dialect& dialect, const Record& a, const Record& b) {
    const auto by_modified =
        compare_modified(dialect, a.modified_text, a.modified, b.modified_text, b.modified);
    return by_modified != 0 ? by_modified : a.id <=> b.id;
}

std::strong_ordering compare_keys(const Dialect& dialect, const Record& a, const Cursor& b) {
    const auto by_modified =
        compare_modified(dialect, a.modified_text, a.modified, b.modified_text, b.modified);
    return by_modified != 0 ? by_modified : a.id <=> std::string_view(b.id);
}

std::strong_ordering compare_keys(const Dialect& dialect, const Cursor& a, const Cursor& b) {
    const auto by_modified =
        compare_modified(dialect, a.modified_text, a.modified, b.modified_text, b.modified);
    return by_modified != 0 ? by_modified : a.id <=> b.id;
}

Timestamp to_millisecond(Timestamp at) {
    return {at.ticks - at.ticks % Timestamp::ticks_per_millisecond};
}

bool is_before_bound(const Dialect& dialect, const Record& record, const Cursor& bound) {
    return compare_modified(dialect, record.modified_text, record.modified, bound.modified_text,
                            to_millisecond(bound.modified)) < 0;
}

Result<> check_order(const Dialect& dialect, const Page& page) {
    for (std::size_t i = 1; i < page.records.size(); ++i) {
        if (compare_keys(dialect, page.records[i - 1], page.records[i]) <= 0) continue;
        return Error{.code = ErrorCode::bad_response,
                     .operation = "check the page's order",
                     .subject = "record " + std::to_string(i + 1) + " is out of order by (modified, _id)",
                     .hint =
                         "nothing of the page is stored; if this persists, ask the portal's operator why "
                         "Sort is ignored"};
    }
    return {};
}

}  // namespace carecloud
