// The main function of all test programs, in its own source: a program that also does other things has its own.
#include "support/run_tests.hpp"

int main(int argc, char* argv[]) {
    return carecloud::run_tests(argc, argv);
}
