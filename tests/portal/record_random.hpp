// The generator's random numbers: SplitMix64 (https://prng.di.unimi.it/splitmix64.c, public domain). The standard
// distributions differ between libraries, but records must not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace carecloud {

class RecordRandom {
  public:
    explicit RecordRandom(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }
    // 0 to `bound` - 1; the bias is irrelevant here. `bound` must not be 0.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    bool chance(unsigned percent) { return below(100) < percent; }

    void append_hex(std::string& out, std::size_t digits) { append_from("0123456789abcdef", 4, out, digits); }
    // Appends `size` characters, without padding.
    void append_base64(std::string& out, std::size_t size) {
        append_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, out, size);
    }

  private:
    // Uses each random number for several characters, `bits` for each.
    void append_from(std::string_view alphabet, unsigned bits, std::string& out, std::size_t count) {
        const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
        std::uint64_t pool = 0;
        for (unsigned left = 0; count > 0; --count) {
            if (left < bits) {
                pool = next();
                left = 64;
            }
            out.push_back(alphabet[pool & mask]);
            pool >>= bits;
            left -= bits;
        }
    }

    std::uint64_t state_;
};

}  // namespace carecloud
