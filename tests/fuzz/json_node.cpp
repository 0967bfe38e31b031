#include "fuzz/json_node.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace carecloud {
namespace {

constexpr std::size_t kDepthMax = 200;

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// A lone surrogate is of the grammar, and nlohmann/json refuses it: each \uD800 to \uDFFF becomes another escape.
std::string without_surrogates(std::string_view text) {
    std::string out(text);
    for (std::size_t i = 0; i + 1 < out.size(); ++i) {
        if (out[i] != '\\') continue;
        ++i;
        if (out[i] != 'u' || out.size() < i + 5) continue;
        const bool escape = std::all_of(&out[i + 1], &out[i + 1] + 4, is_hex);
        const bool surrogate = (out[i + 1] == 'd' || out[i + 1] == 'D') && out[i + 2] > '7';
        if (escape && surrogate) out[i + 1] = 'e';
    }
    return out;
}

class Builder : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit Builder(JsonReading& reading) : reading_(reading) {}

    bool null() override { return add({}); }
    bool boolean(bool value) override {
        return add({.kind = ReadNode::Kind::boolean, .text = value ? "true" : "false"});
    }
    bool number_integer(number_integer_t value) override { return number(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return number(std::to_string(value)); }
    bool number_float(number_float_t /*value*/, const string_t& text) override { return number(text); }
    bool string(string_t& value) override { return add({.kind = ReadNode::Kind::string, .text = value}); }
    bool binary(binary_t& /*value*/) override { return false; }
    bool key(string_t& name) override {
        name_ = name;
        return true;
    }
    bool start_object(std::size_t /*size*/) override { return open(ReadNode::Kind::object); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*size*/) override { return open(ReadNode::Kind::array); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& error) override {
        constexpr int number_overflow = 406;
        reading_.outcome =
            error.id == number_overflow ? JsonReading::Outcome::beyond_range : JsonReading::Outcome::invalid;
        return false;
    }

  private:
    bool number(std::string text) { return add({.kind = ReadNode::Kind::number, .text = std::move(text)}); }

    bool add(ReadNode node) {
        if (open_.empty()) {
            reading_.root = std::move(node);
        } else if (open_.back().node.kind == ReadNode::Kind::array) {
            open_.back().node.elements.push_back(std::move(node));
        } else {
            open_.back().node.members.emplace_back(name_, std::move(node));
        }
        return true;
    }

    bool open(ReadNode::Kind kind) {
        if (open_.size() >= kDepthMax) {
            reading_.outcome = JsonReading::Outcome::too_deep;
            return false;
        }
        open_.push_back({.node = {.kind = kind}, .name = name_});
        reading_.depth = std::max(reading_.depth, open_.size());
        return true;
    }

    bool close() {
        Open closed = std::move(open_.back());
        open_.pop_back();
        name_ = std::move(closed.name);
        return add(std::move(closed.node));
    }

    struct Open {
        ReadNode node;
        std::string name;  // under which it stands
    };

    JsonReading& reading_;
    std::vector<Open> open_;
    std::string name_;
};

}  // namespace

std::size_t ReadNode::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        members.begin(), members.end(), [name](const auto& member) { return member.first == name; }));
}

const ReadNode* ReadNode::find(std::string_view name) const {
    const auto found = std::find_if(members.rbegin(), members.rend(),
                                    [name](const auto& member) { return member.first == name; });
    return found == members.rend() ? nullptr : &found->second;
}

JsonReading read_json(std::string_view text) {
    JsonReading reading;
    // Like the slicer it passes over a byte-order mark. It takes a NUL for the text's end, which is no JSON.
    if (text.find('\0') != std::string_view::npos) return reading;
    Builder builder(reading);
    const std::string plain = without_surrogates(text);
    if (nlohmann::json::sax_parse(plain, &builder)) reading.outcome = JsonReading::Outcome::valid;
    return reading;
}

}  // namespace carecloud
