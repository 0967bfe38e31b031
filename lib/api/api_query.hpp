// A request's target taken apart: the path's segments and the query's parameters, decoded by Boost.URL, each parameter
// read with its type and its range.
//
//     Result<ApiQuery> query = ApiQuery::parse(request.target);
//     const std::uint64_t limit = query->number("limit", 1000, {1, 5000});
//     if (auto wrong = query->finish()) co_return *wrong;      // the first that is wrong, or that nobody asked for
//
// Values only.
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

    // Errors (invalid_argument): no target of HTTP, an escape that is none, more than kParametersMax parameters.
    static Result<ApiQuery> parse(std::string_view target);

    const std::vector<std::string>& segments() const { return segments_; }

    std::uint64_t number(std::string_view name, std::uint64_t otherwise, Range range);
    std::optional<std::uint64_t> number(std::string_view name, Range range);
    // "true" or "false"; false where it is not given.
    bool flag(std::string_view name);
    // As text(), and complains where it is not given.
    std::optional<std::string> require(std::string_view name);
    // Of 1 to 256 bytes without control characters.
    std::optional<std::string> text(std::string_view name);
    std::optional<Timestamp> instant(std::string_view name);
    // "20240301" or "2024-03-01", a day that exists; as 20240301.
    std::optional<std::uint32_t> day(std::string_view name);
    // "30s", "500ms", "1m", or seconds without a unit; zero where it is not given.
    Duration span(std::string_view name, Duration max);

    void complain(std::string_view name, std::string detail, std::string hint);
    // The first complaint as an answer; also of parameters given twice, or that nobody has asked for.
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

// The number of a pass or a change, as a segment of the path has it. None: it is no number.
std::optional<std::uint64_t> path_number(std::string_view segment);

}  // namespace carecloud
