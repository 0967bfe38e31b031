// Reads the command line of a benchmark.
#pragma once

#include <iostream>

#include <boost/program_options.hpp>

namespace carecloud::bench {

// Adds --help to the options, and stores the given ones in their variables. Returns false if --help was given and the
// options are printed. Throws boost::program_options::error.
inline bool read_command_line(int argc, const char* const* argv,
                              boost::program_options::options_description& description) {
    namespace po = boost::program_options;
    description.add_options()("help", "print this help and exit");
    po::variables_map values;
    po::store(po::parse_command_line(argc, argv, description), values);
    po::notify(values);
    if (!values.contains("help")) return true;
    std::cout << description;
    return false;
}

}  // namespace carecloud::bench
