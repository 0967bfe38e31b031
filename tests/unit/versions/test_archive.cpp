// Former bodies are stored compactly and restored byte for byte.
#include "json/record_fields.hpp"
#include "unit/versions/test_seed.hpp"
#include "versions/packed_body.hpp"

#include <random>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

BodyCheck check_of(const std::string& body) {
    return {.hash = Hasher().hash(body), .bytes = body.size()};
}

// A text without repetitions, like a signature.
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
        CHECK((kept->packed.size() < 40) == (signature_stays || i == 3));
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

TEST_CASE("a body that came in another order or was replaced entirely is compressed") {
    Archiver archiver;
    std::string days;
    std::string reversed;
    for (int i = 0; i < 200; ++i) {
        const std::string day =
            R"({"attendancedate":"202403)" + std::to_string(100 + i) + R"(","hours":"7.50"})";
        days += (i > 0 ? "," : "") + day;
        reversed = day + (i > 0 ? "," : "") + reversed;
    }
    const std::string former = R"({"days":[)" + days + "]}";
    for (const std::string& now : {R"({"days":[)" + reversed + R"(],"x":1})", std::string("{}")}) {
        const auto kept = archiver.archive(former, now);
        REQUIRE(kept.has_value());
        CHECK(kept->packed.size() < former.size() / 5);
        CHECK((BodyUnpacker(now).unpack(kept->packed, check_of(former)) == former));
    }
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
        // The body that replaces it has the same long texts.
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
    const std::string now = record("2", GENERATE(signature(1), signature(2), std::string()));
    const std::string packed = archiver.archive(former, now)->packed;
    const BodyCheck check = check_of(former);
    REQUIRE(BodyUnpacker(now).unpack(packed, check) == former);

    CHECK_FALSE(BodyUnpacker("{}").unpack(packed, check));
    CHECK_FALSE(BodyUnpacker("no JSON").unpack(packed, check));
    CHECK_FALSE(BodyUnpacker(now).unpack("", check));
    CHECK_FALSE(BodyUnpacker(now).unpack("\x02" + std::string(20, '\xff'), check));
    CHECK_FALSE(BodyUnpacker(now).unpack("\x01" + packed.substr(1), check));
    CHECK_FALSE(BodyUnpacker(now).unpack(packed, {.hash = check.hash, .bytes = check.bytes + 1}));
    CHECK_FALSE(BodyUnpacker(now).unpack(packed, {.hash = Hasher().hash(now), .bytes = check.bytes}));
    const int damage = GENERATE(0x20, 0x80);
    for (std::size_t i = 0; i < packed.size(); ++i) {
        CAPTURE(i);
        std::string bad = packed;
        bad[i] = static_cast<char>(bad[i] ^ damage);
        const auto read = BodyUnpacker(now).unpack(bad, check);
        CHECK((!read || *read == former));  // a frame's header has an unused bit
        CHECK_FALSE(BodyUnpacker(now).unpack(packed.substr(0, i), check));
    }
}

namespace {

// Arbitrary text over few letters, so that much repeats, and changes of it.
class Texts {
  public:
    explicit Texts(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
    }
    std::string text(std::size_t size) {
        const std::size_t letters = below(5) == 0 ? 256 : 1 + below(8);
        std::string made;
        while (made.size() < size)
            made += static_cast<char>('"' + below(letters));
        return made;
    }
    std::string changed(std::string text) {
        for (std::size_t count = below(6); count > 0; --count) {
            const std::size_t at = below(text.size() + 1);
            const std::size_t size = below(2) == 0 ? below(4) : below(text.size() - at + 1);
            const std::string moved = text.substr(at, size);
            text.erase(at, below(2) == 0 ? size : 0);
            text.insert(below(text.size() + 1), below(2) == 0 ? moved : this->text(below(300)));
        }
        return text;
    }

  private:
    std::mt19937 random_;
};

}  // namespace

TEST_CASE("any chain of bodies comes back") {
    const unsigned seed = versions_seed();
    CAPTURE(seed);
    Texts texts(seed);
    BodyPacker packer;
    for (int round = 0; round < 200; ++round) {
        std::vector<std::string> bodies{texts.text(texts.below(round % 20 == 0 ? 200'000 : 3000))};
        std::vector<std::string> packed;
        for (int i = 0; i < 6; ++i) {
            bodies.push_back(texts.changed(bodies.back()));
            packed.push_back(packer.pack(bodies[bodies.size() - 2], bodies.back()));
        }
        BodyUnpacker unpacker(bodies.back());
        for (std::size_t i = packed.size(); i-- > 0;) {
            CAPTURE(round, i);
            REQUIRE((unpacker.unpack(packed[i], check_of(bodies[i])) == bodies[i]));
        }
    }
}

TEST_CASE("any bytes as a packed body are refused without harm") {
    const unsigned seed = versions_seed();
    CAPTURE(seed);
    Texts texts(seed);
    const std::string now = record("2", signature(1));
    for (int round = 0; round < 5000; ++round) {
        std::string packed = texts.below(2) == 0 ? "\x02" : "\x03";
        packed += texts.text(texts.below(100));
        CHECK_FALSE(BodyUnpacker(now).unpack(packed, {.hash = {}, .bytes = texts.below(10'000)}));
    }
}
