#include "sns/receiver_observer.hpp"

namespace carecloud {

std::string_view to_string(EventOutcome outcome) {
    switch (outcome) {
        case EventOutcome::fresh:
            return "fresh";
        case EventOutcome::duplicate:
            return "duplicate";
        case EventOutcome::not_in_stream:
            return "not_in_stream";
    }
    return "unknown";
}

}  // namespace carecloud
