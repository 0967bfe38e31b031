#include "support/run_tests.hpp"

#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

namespace carecloud {

int run_tests(int argc, const char* const* argv) {
    Catch::Session session;
#if CATCH_VERSION_MAJOR < 3
    session.configData().warnings = Catch::WarnAbout::NoTests;
#endif
    return session.run(argc, argv);
}

}  // namespace carecloud
