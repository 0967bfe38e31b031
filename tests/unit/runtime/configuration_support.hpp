// Parses a text as a configuration, with a fixed file name, directory and environment.
#pragma once

#include "runtime/configuration.hpp"

#include <map>
#include <string>
#include <string_view>

namespace carecloud {

using Variables = std::map<std::string, std::string, std::less<>>;

inline EnvironmentLookup environment_of(Variables variables) {
    return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
}

inline LoadedConfiguration parse(std::string_view text, Variables variables = {}) {
    return parse_configuration(text,
                               {"c.yaml", "/etc/carecloud-syncd", environment_of(std::move(variables))});
}

// Five lines: text after it begins at line 6, inside `portal`.
inline const std::string kPortal =
    "portal:\n"
    "  base_url: https://portal.example.org/api\n"
    "  workspace_id: \"636eeb5d8029cf0df6932c16\"\n"
    "  bucket_id: \"636eeb5d8029cf0df6932c17\"\n"
    "  api_key_file: /etc/carecloud-syncd/api-key\n";

// Two more lines: text after it begins at line 8, inside the stream.
inline const std::string kMinimal = kPortal +
                                    "streams:\n"
                                    "  - entity: claim_attendance\n";

}  // namespace carecloud
