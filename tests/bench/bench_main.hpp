// How a benchmark's main ends: 0, 64 for wrong options, 1 where it could not measure.
#pragma once

#include <exception>
#include <iostream>

#include <boost/program_options/errors.hpp>

namespace carecloud::bench {

// `read` makes options of the arguments, or none where there is nothing to measure; `run` measures.
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
