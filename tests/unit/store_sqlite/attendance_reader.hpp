// The expected content of the attendance views for a body, determined from the JSON without SQL.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace carecloud {

using OrderedJson = nlohmann::ordered_json;

// A row's columns by name, without the columns of the store (stream, seq …). std::nullopt: NULL. Numbers are texts with
// six decimals, since SQLite's reading of a text may differ in the last bit.
using ViewRow = std::map<std::string, std::optional<std::string>>;

struct AttendanceRows {
    ViewRow record;
    std::vector<ViewRow> days;
    std::vector<ViewRow> signs;
    std::multiset<std::string> malformed;  // paths of values that cannot be read, as SQLite writes them
};

AttendanceRows read_attendance(const OrderedJson& body);

std::string six_decimals(double number);

}  // namespace carecloud
