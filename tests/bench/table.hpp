// Numbers that were measured several times, and tables of them on standard output.
#pragma once

#include <string>
#include <vector>

namespace carecloud::bench {

// Throws std::logic_error if `values` is empty.
double median(std::vector<double> values);
// "78.7k (75.1k to 80.2k)": median, lowest and highest; only the number for one value.
std::string spread(const std::vector<double>& values);
// Three significant digits: "0.85", "12.3", "78.7k", "1.25M".
std::string digits(double value);
// a[i] / b[i], round by round.
std::vector<double> ratios(const std::vector<double>& a, const std::vector<double>& b);

// One line per row, columns as wide as their widest cell; the first row is the heading.
void print_table(const std::string& title, const std::vector<std::vector<std::string>>& rows);

}  // namespace carecloud::bench
