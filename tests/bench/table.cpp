#include "bench/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace carecloud::bench {

double median(std::vector<double> values) {
    if (values.empty()) throw std::logic_error("nothing was measured");
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string digits(double value) {
    const char* unit = "";
    if (std::abs(value) >= 1e6) {
        value /= 1e6;
        unit = "M";
    } else if (std::abs(value) >= 1e4) {
        value /= 1e3;
        unit = "k";
    }
    const int decimals = std::abs(value) >= 100 ? 0 : std::abs(value) >= 10 ? 1 : 2;
    char text[48];
    std::snprintf(text, sizeof text, "%.*f%s", decimals, value, unit);
    return text;
}

std::string spread(const std::vector<double>& values) {
    if (values.empty()) return "-";
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    if (values.size() == 1) return digits(values.front());
    return digits(median(values)) + " (" + digits(*low) + " to " + digits(*high) + ")";
}

std::vector<double> ratios(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> result;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        result.push_back(a[i] / b[i]);
    return result;
}

void print_table(const std::string& title, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    std::cout << "\n" << title << "\n";
    for (const auto& row : rows) {
        std::string line = "  ";
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line += std::string(widths[i] - row[i].size() + 2, ' ');
        }
        std::cout << line << "\n";
    }
    std::cout.flush();
}

}  // namespace carecloud::bench
