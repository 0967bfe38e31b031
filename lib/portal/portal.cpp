#include "portal/portal.hpp"

#include "base/ensure.hpp"

#include <functional>

namespace carecloud {
namespace {

bool lies_in(const Page& page, std::string_view text) {
    const char* begin = page.buffer.get();
    // std::less_equal defines a total order over pointers into different blocks; the built-in operator does not.
    return std::less_equal<>()(begin, text.data()) &&
           std::less_equal<>()(text.data() + text.size(), begin + page.size);
}

}  // namespace

void ensure_page(const Page& page, std::size_t take) {
    ensure(page.record_count() <= take, "a page has no more records than Take");
    ensure(page.asked.sent <= page.asked.received, "a response is received after its request");
    for (const Record& record : page.records) {
        ensure(!record.id.empty(), "a record of a page has an id");
        ensure(lies_in(page, record.body), "a record is in the bytes of its page");
    }
}

}  // namespace carecloud
