#include "runtime/suggest.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

constexpr std::size_t kWordMax = 64;  // longer ones are not typing mistakes, and the time is quadratic

std::string folded(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '-') c = '_';
    }
    return out;
}

bool one_begins_with_other(std::string_view a, std::string_view b) {
    return std::min(a.size(), b.size()) >= 3 && (a.starts_with(b) || b.starts_with(a));
}

}  // namespace

std::size_t edit_distance(std::string_view a_text, std::string_view b_text) {
    const std::string a = folded(a_text);
    const std::string b = folded(b_text);
    const std::size_t width = b.size() + 1;
    std::vector<std::size_t> before_last(width);
    std::vector<std::size_t> last(width);
    std::vector<std::size_t> row(width);
    for (std::size_t j = 0; j < width; ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before_last, last);
        std::swap(last, row);
        row[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            const std::size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row.back();
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
    if (word.empty() || word.size() > kWordMax) return std::nullopt;
    const std::string typed = folded(word);
    std::optional<std::string_view> best;
    std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
    for (const std::string_view candidate : known) {
        std::size_t distance = edit_distance(word, candidate);
        if (one_begins_with_other(typed, candidate)) distance = std::min<std::size_t>(distance, 1);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
    if (const auto near = nearest(word, known)) return "did you mean '" + std::string(*near) + "'?";
    std::string out = "known: ";
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (i > 0) out += ", ";
        out += known[i];
    }
    return out;
}

}  // namespace carecloud
