// Former bodies are kept in little room and come back byte for byte.
#include "json/record_fields.hpp"
#include "versions/archive.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

BodyCheck check_of(const std::string& body) {
    return {.hash = Hasher().hash(body), .bytes = body.size()};
}

// A text in which nothing repeats, as a signature.
std::string signature(unsigned seed, std::size_t size = 4000) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text = "data:image/png;base64,";
    for (std::uint64_t state = seed; text.size() < size;) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        text += letters[state >> 58U];
    }
    return text;
}

std::string record(const std::string& hours, const std::string& signed_by, const std::string& more = "") {
    return R"({"_id":"a","hours":")" + hours + R"(","parentSignature":")" + signed_by + "\"" + more + "}";
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

}  // namespace

TEST_CASE("versions come back byte for byte, the newest first") {
    const std::string one = signature(1);
    const std::string two = signature(2);
    const std::vector<std::string> bodies{record("1", one), record("2", one), record("3", two),
                                          record("4", ""),  record("5", two), record("6", two)};
    Archiver archiver;
    BodyUnpacker unpacker(bodies.back());
    for (std::size_t i = bodies.size() - 1; i-- > 0;) {
        const auto kept = archiver.archive(bodies[i], bodies[i + 1]);
        REQUIRE(kept.has_value());
        CHECK(unpacker.unpack(kept->packed, check_of(bodies[i])) == bodies[i]);
        const bool signature_stays = i == 0 || i == 4;
        CHECK((kept->packed.size() < 200) == (signature_stays || i == 3));
    }
}

TEST_CASE("a version that only spells another way is not kept") {
    Archiver archiver;
    const std::string body = record("1", signature(1));
    CHECK_FALSE(archiver.archive(body, body));
    CHECK_FALSE(archiver.archive(body, replaced(body, "/", "\\/")));
    CHECK_FALSE(archiver.archive(body, replaced(body, "\",\"", "\" , \"")));
    CHECK(archiver.archive(body, record("2", signature(1)))->differences.size() == 1);
}

TEST_CASE("a text is found again however the versions between spell it") {
    const std::string raw = signature(7);
    const std::vector<std::string> spellings{raw, replaced(raw, "/", "\\/"), replaced(raw, "+", "\\u002B"),
                                             replaced(replaced(raw, "+", "\\u002b"), "/", "\\/")};
    Archiver archiver;
    for (const std::string& former : spellings) {
        for (const std::string& now : spellings) {
            const auto kept = archiver.archive(record("1", former), record("2", now));
            REQUIRE(kept.has_value());
            CHECK(kept->packed.size() < 200);
            BodyUnpacker unpacker(
                record("3", raw));  // what replaced it was replaced by a mere spelling of it
            CHECK(unpacker.unpack(kept->packed, check_of(record("1", former))) == record("1", former));
        }
    }
}

TEST_CASE("a text that escapes a character here and not there is kept as it is") {
    std::string odd = signature(3);
    const std::size_t first = odd.find('/', 30);
    odd.replace(first, 1, "\\/");
    Archiver archiver;
    const auto kept = archiver.archive(record("1", odd), record("2", signature(3)));
    REQUIRE(kept.has_value());
    CHECK(kept->packed.size() > 2000);
    CHECK(BodyUnpacker("{}").unpack(kept->packed, check_of(record("1", odd))) == record("1", odd));
}

TEST_CASE("bodies of every kind come back") {
    Archiver archiver;
    const std::string half = R"({"a":"\ud800)" + std::string(300, 'x') + "\"}";
    const std::string nul = R"({"a":")" + std::string(300, 'x') + R"(\u0000"})";
    for (const std::string& former :
         {std::string("[1,2]"), std::string("7"), std::string("no JSON"), std::string("a\0b\0\1c", 7),
          std::string(), std::string("  {\"a\":\"") + std::string(400, 'y') + "\"}  ", half, nul,
          R"({"name":"Zoë ☃ 😀","e":"\u00e9)" + std::string(300, 'z') + "\"}"}) {
        CAPTURE(former);
        // The one that replaces it has the same long texts.
        for (const std::string& now :
             {std::string("{}"), std::string("no JSON at all"), "[" + former + "]"}) {
            const auto kept = archiver.archive(former, now);
            REQUIRE(kept.has_value());
            CHECK((BodyUnpacker(now).unpack(kept->packed, check_of(former)) == former));
        }
    }
}

TEST_CASE("a large body is kept in good time") {
    Archiver archiver;
    std::string former = "[";
    for (int i = 0; i < 20'000; ++i)
        former += (i == 0 ? "\"" : ",\"") + std::string(300, static_cast<char>('a' + i % 26)) +
                  std::to_string(i) + "\"";
    former += "]";
    const std::string now = "[0," + former.substr(1);
    const auto kept = archiver.archive(former, now);
    REQUIRE(kept.has_value());
    CHECK((BodyUnpacker(now).unpack(kept->packed, check_of(former)) == former));
}

TEST_CASE("a packed body that is damaged comes back as nothing") {
    Archiver archiver;
    const std::string former = record("1", signature(1));
    const std::string now = record("2", signature(1));
    const std::string packed = archiver.archive(former, now)->packed;
    const BodyCheck check = check_of(former);
    REQUIRE(BodyUnpacker(now).unpack(packed, check) == former);

    CHECK_FALSE(BodyUnpacker("{}").unpack(packed, check));
    CHECK_FALSE(BodyUnpacker("no JSON").unpack(packed, check));
    CHECK_FALSE(BodyUnpacker(now).unpack("", check));
    CHECK_FALSE(BodyUnpacker(now).unpack(packed, {.hash = check.hash, .bytes = check.bytes + 1}));
    CHECK_FALSE(BodyUnpacker(now).unpack(packed, {.hash = Hasher().hash(now), .bytes = check.bytes}));
    for (std::size_t i = 0; i < packed.size(); ++i) {
        CAPTURE(i);
        std::string bad = packed;
        bad[i] = static_cast<char>(bad[i] ^ 0x20);
        const auto read = BodyUnpacker(now).unpack(bad, check);
        CHECK((!read || *read == former));  // a frame's header has a bit that means nothing
        CHECK_FALSE(BodyUnpacker(now).unpack(packed.substr(0, i), check));
    }
}
