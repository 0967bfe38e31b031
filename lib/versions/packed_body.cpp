#include "versions/packed_body.hpp"

#include <algorithm>
#include <deque>
#include <new>
#include <unordered_set>
#include <utility>
#include <vector>
#include <zstd.h>

namespace carecloud {
namespace {

constexpr char kForm = 1;
constexpr char kItself = 0;
constexpr char kReference = 1;
constexpr int kLevel = 1;
constexpr std::size_t kTextIdBytes = 16;
// References take less room than what they stand for, and a NUL takes two bytes.
constexpr std::size_t kFrameFactorMax = 2;

using Escapes = std::map<char, std::string>;  // of characters of ASCII

bool is_long_text(const JsonNode& node) {
    return node.kind == JsonNode::Kind::string && node.text.size() >= kLongTextMin + 2;
}

// How a string spells the characters that it escapes, each as where it is escaped first.
Escapes escapes_of(std::string_view inside) {
    Escapes escapes;
    for (std::size_t at = inside.find('\\'); at < inside.size(); at = inside.find('\\', at)) {
        const std::size_t size = inside.substr(at, 2) == "\\u" ? 6 : 2;
        const std::string_view escape = inside.substr(at, size);
        const std::string meant = unescaped(escape);
        if (meant.size() == 1) escapes.try_emplace(meant.front(), escape);
        at += escape.size();
    }
    return escapes;
}

void append_spelled(std::string& out, std::string_view text, const Escapes& escapes) {
    if (escapes.empty()) {
        out += text;
        return;
    }
    for (const char c : text) {
        const auto escape = escapes.find(c);
        if (escape == escapes.end())
            out += c;
        else
            out += escape->second;
    }
}

std::string_view text_id(const Hash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), kTextIdBytes};
}

// The rest of a packed text, taken from its front.
class Front {
  public:
    explicit Front(std::string_view text) : text_(text) {}

    bool empty() const { return text_.empty(); }
    // Empty where there is less.
    std::string_view take(std::size_t size) {
        if (text_.size() < size) text_ = {};
        const std::string_view taken = text_.substr(0, size);
        text_.remove_prefix(taken.size());
        return taken;
    }
    std::string_view take_until_nul() { return take(std::min(text_.find('\0'), text_.size())); }
    std::optional<std::size_t> take_byte() {
        const std::string_view byte = take(1);
        if (byte.empty()) return std::nullopt;
        return static_cast<unsigned char>(byte.front());
    }

  private:
    std::string_view text_;
};

std::optional<Escapes> take_escapes(Front& front) {
    Escapes escapes;
    const auto count = front.take_byte();
    if (!count) return std::nullopt;
    for (std::size_t i = 0; i < *count; ++i) {
        const std::string_view meant = front.take(1);
        const auto size = front.take_byte();
        if (meant.empty() || !size) return std::nullopt;
        escapes.emplace(meant.front(), front.take(*size));
    }
    return escapes;
}

}  // namespace

struct BodyPacker::Impl {
    std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context{ZSTD_createCCtx(), ZSTD_freeCCtx};
    Hasher hasher;
    std::string plain;  // both used again
    std::string room;
    std::deque<std::string> unescaped_texts;
    std::unordered_set<std::string_view> next_texts;  // those of the next version that are long

    void note_texts(const JsonTree& next) {
        next_texts.clear();
        unescaped_texts.clear();
        for (std::size_t i = 0; i < next.size(); ++i) {
            if (is_long_text(next.at(i))) next_texts.insert(text_of(next.at(i)));
        }
    }

    std::string_view text_of(const JsonNode& node) {
        if (!has_escape(node.inside())) return node.inside();
        return unescaped_texts.emplace_back(unescaped(node.inside()));
    }

    // Appends a reference; false: the string is to be kept as it is.
    bool append_reference(std::string& out, const JsonNode& node) {
        const std::string_view text = text_of(node);
        if (!next_texts.contains(text)) return false;
        const Escapes escapes = escapes_of(node.inside());
        std::string spelled;
        append_spelled(spelled, text, escapes);
        if (spelled != node.inside()) return false;
        out += '\0';
        out += kReference;
        out += text_id(hasher.hash(text));
        out += static_cast<char>(escapes.size());
        for (const auto& [meant, escape] : escapes) {
            out += meant;
            out += static_cast<char>(escape.size());
            out += escape;
        }
        return true;
    }

    std::string compress(std::string_view text) {
        const std::size_t bound = 1 + ZSTD_compressBound(text.size());
        if (room.size() < bound) room.resize(bound);
        const std::size_t size = ZSTD_compressCCtx(context.get(), room.data() + 1, room.size() - 1,
                                                   text.data(), text.size(), kLevel);
        if (ZSTD_isError(size) != 0) throw std::bad_alloc();  // all else that it may say has been excluded
        room.front() = kForm;
        return room.substr(0, 1 + size);
    }
};

namespace {

void append_plain(std::string& out, std::string_view text) {
    for (;;) {
        const std::size_t nul = text.find('\0');
        out += text.substr(0, nul);
        if (nul == std::string_view::npos) return;
        out += '\0';
        out += kItself;
        text.remove_prefix(nul + 1);
    }
}

}  // namespace

BodyPacker::BodyPacker() : impl_(std::make_unique<Impl>()) {
    if (!impl_->context) throw std::bad_alloc();
}
BodyPacker::~BodyPacker() = default;

std::string BodyPacker::pack(std::string_view body, const JsonTree& tree, const JsonTree& now) {
    impl_->note_texts(now);
    std::string& plain = impl_->plain;
    plain.clear();
    // The tree's texts lie in its own copy of the body.
    const char* const origin = tree.size() == 0 ? nullptr : tree.at(0).text.data();
    const std::size_t lead = body.find_first_not_of(" \t\r\n");
    std::size_t done = 0;
    for (std::size_t i = 0; i < tree.size(); ++i) {
        const JsonNode& node = tree.at(i);
        if (!is_long_text(node)) continue;
        const std::size_t begin = lead + static_cast<std::size_t>(node.text.data() - origin);
        std::string reference;
        if (!impl_->append_reference(reference, node)) continue;
        append_plain(plain, body.substr(done, begin - done));
        plain += reference;
        done = begin + node.text.size();
    }
    append_plain(plain, body.substr(done));
    return impl_->compress(plain);
}

BodyUnpacker::BodyUnpacker(std::string_view newest_body) {
    learn(newest_body);
}

void BodyUnpacker::learn(std::string_view body) {
    try {
        tree_.read(body);
    } catch (const BadJson&) {
        return;  // nothing refers to it
    }
    for (std::size_t i = 0; i < tree_.size(); ++i) {
        if (!is_long_text(tree_.at(i))) continue;
        std::string text = unescaped(tree_.at(i).inside());
        const Hash hash = hasher_.hash(text);
        TextId id{};
        std::copy_n(hash.begin(), id.size(), id.begin());
        texts_.try_emplace(id, std::move(text));
    }
}

std::optional<std::string> BodyUnpacker::unpack(std::string_view packed, const BodyCheck& check) {
    if (packed.empty() || packed.front() != kForm) return std::nullopt;
    packed.remove_prefix(1);
    const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size > kFrameFactorMax * check.bytes) return std::nullopt;  // its two errors, too
    std::string plain(size, '\0');
    if (ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size()) != plain.size())
        return std::nullopt;
    std::string body;
    body.reserve(check.bytes);
    if (!expand(plain, body) || body.size() != check.bytes || hasher_.hash(body) != check.hash)
        return std::nullopt;
    learn(body);
    return body;
}

bool BodyUnpacker::expand(std::string_view plain, std::string& out) const {
    Front front(plain);
    while (!front.empty()) {
        out += front.take_until_nul();
        if (front.empty()) return true;
        front.take(1);
        const auto kind = front.take_byte();
        if (kind == static_cast<std::size_t>(kItself)) out += '\0';
        if (kind == static_cast<std::size_t>(kItself)) continue;
        const std::string_view named = front.take(kTextIdBytes);
        const auto escapes = take_escapes(front);
        if (kind != static_cast<std::size_t>(kReference) || named.size() != kTextIdBytes || !escapes)
            return false;
        TextId id{};
        std::transform(named.begin(), named.end(), id.begin(),
                       [](char c) { return static_cast<std::byte>(c); });
        const auto text = texts_.find(id);
        if (text == texts_.end()) return false;
        out += '"';
        append_spelled(out, text->second, *escapes);
        out += '"';
    }
    return true;
}

}  // namespace carecloud
