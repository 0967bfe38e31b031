// The grammar of JSON's scalars (RFC 8259, sections 6 and 7), for tokens that simdjson has found but not
// read: its first stage checks UTF-8, quotes and control characters, and leaves escapes, numbers and literals
// to whoever reads the value. We read few values, so the rest is checked here.
#pragma once

#include <string_view>

namespace carecloud {

// The inside of a string, without its quotes: every escape is one of RFC 8259's. A lone surrogate is let
// through: the grammar allows it, and refusing would stop a stream over one odd comment.
bool is_json_string_content(std::string_view inside);
bool is_json_number(std::string_view token);
// true, false or null.
bool is_json_literal(std::string_view token);

// Whether a member's name as it stands in the text, perhaps with escapes, says `name`, which is plain ASCII.
bool says_name(std::string_view inside, std::string_view name);

// Drops the white space of JSON from the end.
std::string_view trim_right(std::string_view text);

}  // namespace carecloud
