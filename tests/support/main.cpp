// The main function of the test programs, in a separate file, because some programs have a main function of a different
// kind.
#include "support/run_tests.hpp"

int main(int argc, char* argv[]) {
    return carecloud::run_tests(argc, argv);
}
