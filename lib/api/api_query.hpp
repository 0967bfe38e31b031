// A parsed request target: the path's segments and the query's parameters, decoded by Boost.URL. Each parameter is read
// with its type and range.
//
//     Result<ApiQuery> query = ApiQuery::parse(request.target);
//     const std::uint64_t limit = query->number("limit", 1000, {1, 5000});
//     if (auto wrong = query->finish()) co_return *wrong;      // the first invalid parameter, or an unknown one
//
// Pure.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "net/server/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class ApiQuery {
  public:
    struct Range {
        std::uint64_t min = 0;
        std::uint64_t max = 0;
    };

    // Errors (invalid_argument): not an HTTP target, an invalid escape, more than kParametersMax parameters.
    static Result<ApiQuery> parse(std::string_view target);

    const std::vector<std::string>& segments() const { return segments_; }

    std::uint64_t number(std::string_view name, std::uint64_t otherwise, Range range);
    std::optional<std::uint64_t> number(std::string_view name, Range range);
    // "true" or "false"; false if absent.
    bool flag(std::string_view name);
    // As text(), but an absent parameter is invalid.
    std::optional<std::string> require(std::string_view name);
    // 1 to 256 bytes without control characters.
    std::optional<std::string> text(std::string_view name);
    std::optional<Timestamp> instant(std::string_view name);
    // An existing day, as "20240301" or "2024-03-01". Returns 20240301.
    std::optional<std::uint32_t> day(std::string_view name);
    // "30s", "500ms", "1m", or seconds without a unit; zero if absent.
    Duration span(std::string_view name, Duration max);

    void complain(std::string_view name, std::string detail, std::string hint);
    // The first complaint as a response; parameters that occur twice or that nobody has read are complaints, too.
    std::optional<ServerResponse> finish();

    static constexpr std::size_t kParametersMax = 32;
    static constexpr std::size_t kValueMax = 256;  // bytes

  private:
    struct Parameter {
        std::string name;
        std::string value;
        bool asked = false;
    };

    std::optional<std::string> take(std::string_view name);

    std::vector<std::string> segments_;
    std::vector<Parameter> parameters_;
    std::optional<ServerResponse> complaint_;
};

// The number of a pass or a change in a path segment; std::nullopt if it is not a number.
std::optional<std::uint64_t> path_number(std::string_view segment);

}  // namespace carecloud
