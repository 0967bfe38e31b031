// Makes untrusted text safe for a log or an error message, such as the beginning of an unexpected response.
//
//     redact(R"({"childName":"Maria Lopez","_id":"65f3"})")  →  {"childName":"xxxxx xxxxx","_id":"99x9"}
//
// The structure remains: punctuation, and the words of a fixed list (the documented field names, HTML tags, terms of
// gateways and error messages). Every other letter becomes 'x' and every other digit '9', so no name, signature, id or
// key gets through, whatever the structure of the text. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace carecloud {

inline constexpr std::size_t kRedactedBytesMax = 200;

// At most `bytes_max` bytes of printable ASCII, in one line. Long runs are shortened: "x[57]". Control characters and
// bytes beyond ASCII become '.', white space becomes one space. A text that had to be truncated ends with "...".
std::string redact(std::string_view text, std::size_t bytes_max = kRedactedBytesMax);

}  // namespace carecloud
