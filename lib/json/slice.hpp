// Slices an answer of the Query API into records, where they lie: no DOM of the page, no copy of a record.
//
//     Result<Page> page = slice_page(std::move(buffer), size, {.workspace_id = spec.workspace_id, …});
//
// Strict (lib/sync/DESIGN.md, hazard 11): every byte of the text is checked to be JSON, in every nested value, so
// that what the store holds can be read by anyone's parser. What is not valid JSON, not the documented
// envelope, cut short or says isSuccess:false fails whole. A record that is valid JSON but cannot be ordered
// (no usable `_id` or `modified`) or that readers could take differently (a system field twice, or under a name written
// with escapes; a scope that is no plain string) comes back as invalid. So does one whose bytes are not valid JSON
// where only control characters, UTF-8, numbers or depth are to blame and the rest of the answer is sound (hazard 35;
// repair.hpp): it is marked as not JSON, and its bytes are kept. A byte-order mark before the text is passed over.
// Pure; safe on any thread, with one Slicer a thread.
#pragma once

#include "base/error.hpp"
#include "model/page.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace carecloud {

struct SliceOptions {
    // A record that names another one fails the page with wrong_workspace; empty: any.
    std::string_view workspace_id{};
    std::string_view bucket_id{};  // likewise
    bool hash = true;              // SHA-256 of every body; a walk of keys does without
    bool list = false;             // `data` must be a list, as a query's is
    std::size_t take = 0;          // records used at most, those beyond are only counted; 0: all
};

// Bytes that a page's buffer must have beyond its text: simdjson reads there, and Tokens writes one.
inline constexpr std::size_t kPagePadding = 64;

class Slicer {
  public:
    Slicer();
    ~Slicer();
    Slicer(const Slicer&) = delete;
    Slicer& operator=(const Slicer&) = delete;

    // `buffer` holds `size` bytes of text and kPagePadding more, of any content. Both envelopes are taken:
    // `Data` may be an array of records (query) or one object or null (retrieve; null gives no record).
    // Errors: bad_response, with the records that were seen in it; wrong_workspace; refused with the portal's ErrorCode
    // where isSuccess is false.
    Result<Page> slice(std::unique_ptr<char[]> buffer, std::size_t size, const SliceOptions& options);

    // The same of a text that is copied first.
    Result<Page> slice(std::string_view text, const SliceOptions& options);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;  // the parser and its scratch memory, reused from page to page
};

// The same with a Slicer of its own, which costs more than a small page: for one answer.
Result<Page> slice_page(std::string_view text, const SliceOptions& options);

}  // namespace carecloud
