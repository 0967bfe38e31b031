// Slices a response of the Query API into records, in place: no DOM of the page, no copy of a record.
//
//     Result<Page> page = slicer.slice(std::move(buffer), size, {.workspace_id = spec.workspace_id, …});
//
// Strict (lib/sync/DESIGN.md, hazard 11): every byte of the text is checked to be JSON, in every nested value, so any
// parser can read the stored records. A response fails as a whole if it is not valid JSON, is truncated, is not the
// documented envelope, or contains isSuccess:false.
//
// A record is returned as invalid if it is valid JSON but cannot be ordered (no usable `_id` or `modified`), or if
// parsers could interpret it differently (a duplicate system field, or one whose name contains escapes; a scope that is
// not a plain string). The same applies to a record that is not valid JSON only because of control characters, UTF-8,
// numbers or depth, if the rest of the response is valid (hazard 35; repair.hpp): it is marked as not JSON, and its
// bytes are kept.
//
// A byte-order mark before the text is ignored. Pure; one Slicer per thread.
#pragma once

#include "base/error.hpp"
#include "model/record.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace carecloud {

struct SliceOptions {
    // A record with another value fails the page with wrong_workspace. Empty: any value is accepted.
    std::string_view workspace_id{};
    std::string_view bucket_id{};  // the same for the bucket
    bool hash = true;              // SHA-256 of every body; not needed in a walk of keys
    bool list = false;             // `data` must be a list, as in a query's response
    std::size_t take = 0;          // the maximum number of records; the rest is only counted; 0: no limit
};

// The bytes that a page's buffer must have after its text: simdjson reads them, and Tokens writes one.
inline constexpr std::size_t kPagePadding = 64;

class Slicer {
  public:
    Slicer();
    ~Slicer();
    Slicer(const Slicer&) = delete;
    Slicer& operator=(const Slicer&) = delete;

    // `buffer` contains `size` bytes of text and kPagePadding more bytes of any content. Both spellings of the envelope
    // are accepted. `Data` may be an array of records (query), or one object or null (retrieve; null means no record).
    // Errors: bad_response, with the number of records found; wrong_workspace; refused, with the portal's ErrorCode, if
    // isSuccess is false.
    Result<Page> slice(std::unique_ptr<char[]> buffer, std::size_t size, const SliceOptions& options);

    // The same for a text, which is copied first.
    Result<Page> slice(std::string_view text, const SliceOptions& options);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;  // the parser and its scratch memory, reused from page to page
};

// The same with a temporary Slicer, which costs more than a small page. For single responses.
Result<Page> slice_page(std::string_view text, const SliceOptions& options);

}  // namespace carecloud
