// What the attendance views must show of a body, worked out from the JSON by other means than SQL.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace carecloud {

using OrderedJson = nlohmann::ordered_json;

// A row's columns by name, the views' own columns (stream, seq …) left out. None: NULL. Numbers are written as
// text with six decimals, since SQLite's reading of a text may differ in the last bit.
using ViewRow = std::map<std::string, std::optional<std::string>>;

struct AttendanceRows {
    ViewRow record;
    std::vector<ViewRow> days;
    std::vector<ViewRow> signs;
    std::multiset<std::string> malformed;  // where it stands, as SQLite writes paths
};

AttendanceRows read_attendance(const OrderedJson& body);

std::string six_decimals(double number);

}  // namespace carecloud
