// The exit codes of a benchmark: 0, 64 for invalid options, 1 if it could not measure.
#pragma once

#include <exception>
#include <iostream>

#include <boost/program_options/errors.hpp>

namespace carecloud::bench {

// `read` parses the arguments to options, empty if there is nothing to measure; `run` measures.
template <class Read, class Run>
int bench_main(const char* name, int argc, char** argv, Read read, Run run) {
    try {
        const auto options = read(argc, argv);
        if (options) run(*options);
        return 0;
    } catch (const boost::program_options::error& misuse) {
        std::cerr << name << ": " << misuse.what() << "; see " << name << " --help\n";
        return 64;
    } catch (const std::exception& failure) {
        std::cerr << name << ": " << failure.what() << "\n";
        return 1;
    }
}

}  // namespace carecloud::bench
