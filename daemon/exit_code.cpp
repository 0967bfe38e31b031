#include "exit_code.hpp"

namespace carecloud {

ExitCode exit_code_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::key_refused:
            return ExitCode::key_refused;
        case ErrorCode::cancelled:
            return ExitCode::ok;
        case ErrorCode::config_invalid:
        case ErrorCode::invalid_argument:
        case ErrorCode::store_newer:
        case ErrorCode::store_corrupt:
            return ExitCode::configuration;
        default:
            return ExitCode::unavailable;
    }
}

}  // namespace carecloud
