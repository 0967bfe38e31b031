#include "model/quarantine_retry.hpp"

namespace carecloud {

std::string_view to_string(RetryOutcome outcome) {
    switch (outcome) {
        case RetryOutcome::taken:
            return "taken";
        case RetryOutcome::unchanged:
            return "unchanged";
        case RetryOutcome::invalid:
            return "invalid";
        case RetryOutcome::too_large:
            return "too_large";
        case RetryOutcome::not_found:
            return "not_found";
    }
    return "unknown";
}

}  // namespace carecloud
