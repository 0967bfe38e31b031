// A stream's filter, written as YAML, as the JSON text that the portal is asked with and the fingerprint is
// made of.
#pragma once

#include "runtime/yaml_reader.hpp"

#include <optional>
#include <string>

namespace carecloud {

// Canonical: keys sorted by bytes, no blanks; so the order of writing decides nothing, and a filter that must
// match a whole sub-document is better written with dotted names. Types by YAML 1.2's core schema (10.3.2):
// what is quoted is text; plain null, true, false, integers and floats are typed; every other plain scalar is
// text. Numbers keep all their digits. Findings (and none): not a mapping; $where or $function, which run
// code in the server; .inf and .nan, which JSON lacks; a plain number with leading zeros, where a text was
// surely meant.
std::optional<std::string> filter_json(const Field& field);

}  // namespace carecloud
