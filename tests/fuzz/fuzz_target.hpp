// What a fuzz target defines, and how it says that something must never be. Built with libFuzzer, or with replay.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// Runs one input. Any crash, sanitizer's report, or fuzz_require() that fails is a finding. Always 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace carecloud {

inline std::string_view fuzz_text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

inline void fuzz_require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "expectation failed: %s\n", what);
    std::abort();
}

}  // namespace carecloud
