#include "support/pages.hpp"

#include <cstring>
#include <stdexcept>

#include <openssl/sha.h>

namespace carecloud {
namespace {

std::string body_of(const TestRecord& record) {
    if (!record.body.empty()) return record.body;
    return R"({"_id":")" + record.id + R"(","modified":")" + record.modified + R"("})";
}

// Appends text to the page's buffer, which is large enough from the start.
class Layout {
  public:
    Layout(Page& page, std::size_t size_max) : page_(page) {
        page_.buffer = std::make_unique<char[]>(size_max + 1);
    }

    std::string_view add(std::string_view text) {
        char* const start = page_.buffer.get() + page_.size;
        if (!text.empty()) std::memcpy(start, text.data(), text.size());
        page_.size += text.size();
        return {start, text.size()};
    }

  private:
    Page& page_;
};

std::size_t size_of(const std::vector<TestRecord>& records, const std::vector<TestInvalid>& invalid) {
    std::size_t size = 0;
    for (const TestRecord& record : records) {
        size += record.id.size() + record.modified.size() + body_of(record).size();
    }
    for (const TestInvalid& record : invalid)
        size += record.body.size();
    return size;
}

}  // namespace

PagePtr make_page(const std::vector<TestRecord>& records, const std::vector<TestInvalid>& invalid,
                  Asked asked) {
    auto page = std::make_shared<Page>();
    page->asked = asked;
    Layout layout(*page, size_of(records, invalid));
    for (const TestRecord& given : records) {
        const auto modified = Timestamp::parse(given.modified);
        if (!modified) throw std::invalid_argument("a good record needs a time: " + given.modified);
        Record record{.id = layout.add(given.id),
                      .modified_text = layout.add(given.modified),
                      .modified = *modified,
                      .body = layout.add(body_of(given)),
                      .disabled = given.disabled,
                      .days = given.days};
        record.hash = sha256(record.body);
        page->records.push_back(record);
    }
    for (const TestInvalid& given : invalid) {
        page->invalid.push_back({.id = given.id,
                                 .modified_text = given.modified,
                                 .reason = given.reason,
                                 .body = layout.add(given.body)});
    }
    return page;
}

Hash sha256(std::string_view bytes) {
    Hash hash{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(hash.data()));
    return hash;
}

}  // namespace carecloud
