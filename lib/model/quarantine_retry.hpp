// A record of the quarantine that somebody wishes to be asked for again, and what came of it. Values only.
#pragma once

#include "model/record.hpp"

#include <string>
#include <string_view>

namespace carecloud {

struct RetryRequest {
    std::string stream{};
    Key key{};
    bool has_body = false;  // it came, and could not be read; false: no answer could carry it
};

enum class RetryOutcome {
    taken,      // it is among the records, and out of quarantine
    unchanged,  // it can be read, and the store holds that version, or a newer one, already
    invalid,    // it came, and still cannot be read
    too_large,  // no answer can carry it still
    not_found,  // deleted at the portal, or left out by the stream's filter, and out of quarantine now; or the portal
                // has it and does not list it, and it stays
};

std::string_view to_string(RetryOutcome outcome);

struct RetryReport {
    RetryOutcome outcome = RetryOutcome::taken;
    std::string reason{};  // why it cannot be taken, in words; may be empty
};

}  // namespace carecloud
