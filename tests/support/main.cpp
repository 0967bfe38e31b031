// The main function of all test programs, in a source of its own: a program that runs tests beside other things has its
// own.
#include "support/run_tests.hpp"

int main(int argc, char* argv[]) {
    return carecloud::run_tests(argc, argv);
}
