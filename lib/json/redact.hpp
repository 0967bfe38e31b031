// Makes a foreign text fit for a log or an error message: the beginning of an answer that was not what it
// should be.
//
//     redact(R"({"childName":"Maria Lopez","_id":"65f3"})")  →  {"childName":"xxxxx xxxxx","_id":"99x9"}
//
// What stays is the shape: punctuation, and the words of a fixed list (the documented field names, HTML's
// tags, what gateways and error messages say). Every other letter becomes 'x', every other digit '9', so that
// no name, signature, id or key gets through, whatever the text's structure turns out to be. Pure; safe on
// any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace carecloud {

inline constexpr std::size_t kRedactedBytesMax = 200;

// At most `bytes_max` bytes of printable ASCII, in one line. Long runs are shortened: "x[57]". Control
// characters and bytes beyond ASCII become '.', white space becomes one space. A text that had to be cut ends
// with "...".
std::string redact(std::string_view text, std::size_t bytes_max = kRedactedBytesMax);

}  // namespace carecloud
