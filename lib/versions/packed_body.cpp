#include "versions/packed_body.hpp"

#include "versions/same_content.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>
#include <zstd.h>

namespace carecloud {
namespace {

constexpr char kSteps = 2;
constexpr char kCompressedSteps = 3;
constexpr int kLevel = 1;
// Steps with fewer bytes are not worth compressing.
constexpr std::size_t kCompressFrom = 200;
// A gap ends where the two texts have this many equal bytes.
constexpr std::size_t kPiece = 16;
// How far the search for these goes, nearest first: most differences are short.
constexpr std::array<std::size_t, 3> kReaches{64, 1024, 65536};
// The size limit of decompressed steps. They exceed their body only by their numbers, and a copied piece is longer than
// its numbers.
constexpr std::size_t kStepsFactorMax = 2;
constexpr std::size_t kStepsExtra = 64;

void put_number(std::string& out, std::size_t number) {
    for (; number >= 0x80; number >>= 7U)
        out += static_cast<char>(number | 0x80);
    out += static_cast<char>(number);
}

// Consumes steps from the front.
class Front {
  public:
    explicit Front(std::string_view text) : text_(text) {}

    bool empty() const { return text_.empty(); }
    std::optional<std::size_t> take_number() {
        std::size_t number = 0;
        for (unsigned shift = 0; shift < 63 && !text_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(text_.front());
            text_.remove_prefix(1);
            number |= static_cast<std::size_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) return number;
        }
        return std::nullopt;
    }
    std::optional<std::string_view> take(std::size_t size) {
        if (text_.size() < size) return std::nullopt;
        const std::string_view taken = text_.substr(0, size);
        text_.remove_prefix(size);
        return taken;
    }

  private:
    std::string_view text_;
};

// False if they are not valid steps from `next` to a body of at most `bytes_max` bytes.
bool apply_steps(std::string_view steps, std::string_view next, std::size_t bytes_max, std::string& body) {
    Front front(steps);
    Front source(next);
    while (!front.empty()) {
        const auto copied = front.take_number();
        const auto same = copied ? source.take(*copied) : std::nullopt;
        if (!same || same->size() > bytes_max - body.size()) return false;
        body += *same;
        if (front.empty()) break;
        const auto skipped = front.take_number();
        if (!skipped || !source.take(*skipped)) return false;
        const auto size = front.take_number();
        const auto other = size ? front.take(*size) : std::nullopt;
        if (!other || other->size() > bytes_max - body.size()) return false;
        body += *other;
    }
    return true;
}

std::uint32_t hash_of_piece(const char* at) {
    std::uint64_t words[2];
    static_assert(sizeof words == kPiece);
    std::memcpy(words, at, sizeof words);
    const std::uint64_t mixed = (words[0] ^ (words[1] * 0x9E3779B97F4A7C15U)) * 0xC2B2AE3D27D4EB4FU;
    return static_cast<std::uint32_t>(mixed >> 32U);
}

// The bytes of both texts up to the next common piece.
struct Gap {
    std::size_t of_body = 0;
    std::size_t of_now = 0;
};

}  // namespace

struct BodyPacker::Impl {
    std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context{ZSTD_createCCtx(), ZSTD_freeCCtx};
    std::string steps;  // reused, like the next two
    std::string room;
    std::vector<std::uint32_t> pieces;

    void write_steps(std::string_view body, std::string_view now) {
        steps.assign(1, kSteps);
        while (!body.empty()) {
            const std::size_t same = common_prefix(body, now);
            put_number(steps, same);
            body.remove_prefix(same);
            now.remove_prefix(same);
            if (body.empty()) return;
            const Gap gap = gap_between(body, now);
            put_number(steps, gap.of_now);
            put_number(steps, gap.of_body);
            steps += body.substr(0, gap.of_body);
            body.remove_prefix(gap.of_body);
            now.remove_prefix(gap.of_now);
        }
    }

    Gap gap_between(std::string_view body, std::string_view now) {
        for (const std::size_t reach : kReaches) {
            if (const auto gap = gap_within(body.substr(0, reach), now.substr(0, reach))) return *gap;
            if (reach >= body.size() && reach >= now.size()) return {body.size(), now.size()};
        }
        return {std::min(body.size(), kReaches.back()), std::min(now.size(), kReaches.back())};
    }

    std::optional<Gap> gap_within(std::string_view body, std::string_view now) {
        if (body.size() < kPiece || now.size() < kPiece) return std::nullopt;
        std::size_t size = 1;
        while (size < 2 * now.size())
            size *= 2;
        constexpr std::uint32_t none = 0;
        pieces.assign(size, none);
        for (std::size_t at = 0; at + kPiece <= now.size(); ++at) {
            std::uint32_t& found = pieces[hash_of_piece(now.data() + at) & (size - 1)];
            if (found == none) found = static_cast<std::uint32_t>(at + 1);
        }
        for (std::size_t at = 0; at + kPiece <= body.size(); ++at) {
            const std::uint32_t found = pieces[hash_of_piece(body.data() + at) & (size - 1)];
            if (found != none && std::memcmp(now.data() + found - 1, body.data() + at, kPiece) == 0)
                return Gap{.of_body = at, .of_now = found - 1};
        }
        return std::nullopt;
    }

    std::string compressed_steps() {
        if (steps.size() < kCompressFrom) return steps;
        room.resize(1 + ZSTD_compressBound(steps.size() - 1));
        const std::size_t size = ZSTD_compressCCtx(context.get(), room.data() + 1, room.size() - 1,
                                                   steps.data() + 1, steps.size() - 1, kLevel);
        if (ZSTD_isError(size) != 0) throw std::bad_alloc();  // the only error left
        room.front() = kCompressedSteps;
        return 1 + size < steps.size() ? room.substr(0, 1 + size) : steps;
    }
};

BodyPacker::BodyPacker() : impl_(std::make_unique<Impl>()) {
    if (!impl_->context) throw std::bad_alloc();
}
BodyPacker::~BodyPacker() = default;

std::string BodyPacker::pack(std::string_view body, std::string_view now) {
    impl_->write_steps(body, now);
    return impl_->compressed_steps();
}

std::optional<ArchivedVersion> Archiver::archive(std::string_view former, std::string_view now) {
    if (former == now) return std::nullopt;
    ArchivedVersion kept;
    try {
        pair_.read(former, now);
        if (same_content(pair_.former(), pair_.now()) && is_same_as_a_whole(former, now)) return std::nullopt;
        kept.differences = differences(pair_.former(), pair_.now());
    } catch (const BadJson&) {
        // Not JSON, so there are no fields to compare.
    }
    kept.packed = packer_.pack(former, now);
    return kept;
}

// The pair omits equal values, and a duplicate member may be among them. So before the version is dropped, the whole
// texts are compared.
bool Archiver::is_same_as_a_whole(std::string_view former, std::string_view now) {
    whole_former_.read(former);
    whole_now_.read(now);
    return same_content(whole_former_, whole_now_);
}

std::optional<std::string> BodyUnpacker::unpack(std::string_view packed, const BodyCheck& check) {
    if (packed.empty()) return std::nullopt;
    const char form = packed.front();
    packed.remove_prefix(1);
    std::string steps;
    if (form == kCompressedSteps) {
        const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
        // Also true for the two error values of ZSTD_getFrameContentSize().
        if (size > kStepsFactorMax * check.bytes + kStepsExtra) return std::nullopt;
        steps.resize(size);
        if (ZSTD_decompress(steps.data(), steps.size(), packed.data(), packed.size()) != steps.size())
            return std::nullopt;
        packed = steps;
    } else if (form != kSteps) {
        return std::nullopt;
    }
    std::string body;
    if (!apply_steps(packed, next_, check.bytes, body) || body.size() != check.bytes ||
        hasher_.hash(body) != check.hash)
        return std::nullopt;
    next_ = body;
    return body;
}

}  // namespace carecloud
