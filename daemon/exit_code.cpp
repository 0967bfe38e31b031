#include "exit_code.hpp"

#include <csignal>
#include <unistd.h>

namespace carecloud {

namespace {

constexpr unsigned kExitWithinSeconds = 4;

}  // namespace

ExitCode exit_code_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::key_refused:
            return ExitCode::key_refused;
        case ErrorCode::canceled:
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

void exit_soon_at_the_latest(ExitCode code) {
    static volatile std::sig_atomic_t code_then = 0;
    code_then = static_cast<int>(code);
    std::signal(SIGALRM, [](int) { ::_exit(code_then); });
    ::alarm(kExitWithinSeconds);
}

}  // namespace carecloud
