// The reading of a configuration: any bytes in, settings or findings out, each finding with its position and a
// remedy, and no secret in any of them.
#include "fuzz/fuzz_target.hpp"
#include "runtime/configuration.hpp"

#include <algorithm>
#include <string>

namespace carecloud {
namespace {

constexpr std::string_view kSecret = "s3cr3t-of-the-environment";

std::optional<std::string> environment(std::string_view name) {
    if (name == "SECRET") return std::string(kSecret);
    if (name == "NUMBER") return "17";
    if (name == "EMPTY") return "";
    return std::nullopt;
}

void check_finding(const ConfigProblem& finding, std::size_t lines, const std::string& file) {
    fuzz_require(finding.position.line <= lines, "a finding is in the file");
    fuzz_require(finding.position.line > 0 || finding.path.empty(), "a setting that is wrong has a position");
    fuzz_require((finding.position.line == 0) == (finding.position.column == 0), "a line has a column");
    const std::size_t remedy = finding.text.find("; ");
    fuzz_require(remedy != std::string::npos && remedy > 0 && remedy + 2 < finding.text.size(),
                 "a finding has a text and a remedy");
    const std::string message = finding.message(file);
    fuzz_require(message.starts_with(file + ":"), "a message names the file");
    fuzz_require(message.find(kSecret) == std::string::npos, "no message shows a variable's value");
    const bool printable = std::none_of(message.begin(), message.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    fuzz_require(printable, "a message is one line of text");
}

void check_settings(const Configuration& settings) {
    fuzz_require(!settings.streams.empty(), "there is a stream");
    fuzz_require(!settings.portal.base_url.empty() && !settings.portal.base_url.ends_with("/"), "a portal");
    fuzz_require(settings.portal.page_size > 0, "a page has records");
    fuzz_require(settings.portal.timeout.count() > 0, "a request takes time");
    fuzz_require(settings.portal.rate.per_second > 0 && settings.portal.rate.burst > 0,
                 "requests are let through");
    for (const StreamSettings& stream : settings.streams) {
        fuzz_require(!stream.spec.entity.empty(), "a stream has an entity");
        fuzz_require(stream.poll_every.count() > 0 && stream.overlap.count() >= 0, "a stream has its times");
    }
}

}  // namespace
}  // namespace carecloud

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carecloud;
    const std::string_view text = fuzz_text(data, size);
    if (text.find(kSecret) != std::string_view::npos) return 0;  // no secret, then
    const std::string file = "config.yaml";
    const LoadedConfiguration loaded = parse_configuration(text, {file, "/etc/carecloud-syncd", environment});
    // A lone carriage return ends a line of YAML, too; what is missing at the end is told of the line after it.
    const auto ends = std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
    for (const auto* findings : {&loaded.problems, &loaded.warnings}) {
        for (const ConfigProblem& finding : *findings)
            check_finding(finding, static_cast<std::size_t>(ends) + 1, file);
    }
    if (loaded.ok()) check_settings(loaded.configuration);
    return 0;
}
