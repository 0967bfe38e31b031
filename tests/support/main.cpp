// Catch2's main, compiled once for all test programs. A filter that matches no test is an error: for Catch2 2 it is a
// success, so that a renamed test would never run again and nobody would know; Catch2 3 fails by itself.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

int main(int argc, char* argv[]) {
    Catch::Session session;
#if CATCH_VERSION_MAJOR < 3
    session.configData().warnings = Catch::WarnAbout::NoTests;
#endif
    return session.run(argc, argv);
}
