#include "net/client/gzip.hpp"
#include "support/http/scripted_server.hpp"

#include <random>

#include <catch2/catch.hpp>

namespace carecloud {

namespace {

constexpr std::size_t kMax = 1 << 20;

// The decompressed text, or the status in brackets.
std::string inflated(std::string_view wire, std::size_t bytes_max = kMax) {
    Gunzip gunzip;
    ByteBuffer out;
    switch (gunzip.inflate(wire, bytes_max, out)) {
        case GunzipStatus::ok:
            return std::string(out.text());
        case GunzipStatus::corrupt:
            return "[corrupt]";
        case GunzipStatus::too_large:
            return "[too large]";
    }
    return "[?]";
}

}  // namespace

TEST_CASE("gzip is inflated: one member, several, or none") {
    const std::string text(100'000, 'a');
    CHECK((inflated(gzip(text)) == text));
    CHECK(inflated(gzip("")) == "");
    CHECK(inflated(gzip(text) + gzip("tail")) == text + "tail");
    CHECK(inflated(gzip("") + gzip("") + gzip("x")) == "x");
}

TEST_CASE("zeros after the last member are padding, and nothing else is") {
    const std::string text(5000, 'a');
    for (const std::size_t zeros : {1U, 8U, 4096U}) {
        INFO(zeros);
        const std::string padding(zeros, '\0');
        CHECK((inflated(gzip(text) + padding) == text));
        CHECK((inflated(gzip(text) + gzip("tail") + padding) == text + "tail"));
        CHECK(inflated(gzip(text) + padding + "x") == "[corrupt]");
        CHECK(inflated(gzip(text) + padding, text.size() - 1) == "[too large]");
        // A truncated member is damaged even if zeros follow it.
        const std::string cut = gzip(text).substr(0, gzip(text).size() - 4);
        CHECK(inflated(cut + padding) == "[corrupt]");
    }
    CHECK(inflated(std::string(100, '\0')) == "[corrupt]");
}

TEST_CASE("the limit counts inflated bytes exactly") {
    const std::string text(1000, 'a');
    CHECK((inflated(gzip(text), 1000) == text));
    CHECK(inflated(gzip(text), 999) == "[too large]");
    CHECK(inflated(gzip(text) + gzip("x"), 1000) == "[too large]");
    CHECK(inflated(gzip(std::string(64 << 20, '\0'))) == "[too large]");
}

TEST_CASE("a wrong length is corrupt, whatever its value") {
    const std::string good = gzip(std::string(5000, 'a'));
    for (const char byte : {'\x00', '\x01', '\x7f', '\xff'}) {
        std::string wire = good;
        wire[wire.size() - 2] = byte;
        INFO(static_cast<int>(byte));
        CHECK(inflated(wire) == (byte == '\x00' ? std::string(5000, 'a') : "[corrupt]"));
    }
}

TEST_CASE("truncated or changed at any byte, it is corrupt, and never wrong text") {
    std::mt19937 random(7);
    std::string text(3000, ' ');
    for (char& c : text)
        c = static_cast<char>('a' + random() % 20);
    const std::string good = gzip(text);
    for (std::size_t length = 0; length < good.size(); ++length) {
        INFO("cut to " << length);
        REQUIRE(inflated(good.substr(0, length)) == "[corrupt]");
    }
    // Bytes 4 to 9 (time, flags of the compressor, system) do not affect the text.
    for (std::size_t at = 10; at < good.size(); ++at) {
        std::string wire = good;
        wire[at] = static_cast<char>(wire[at] ^ 0x10);
        INFO("changed at " << at);
        const std::string out = inflated(wire);
        // The last byte of the deflate stream has unused bits.
        REQUIRE((out == "[corrupt]" || out == text));
    }
    CHECK(inflated(good + "x") == "[corrupt]");
    CHECK(inflated("{\"isSuccess\":true,\"data\":[]}") == "[corrupt]");
}

}  // namespace carecloud
