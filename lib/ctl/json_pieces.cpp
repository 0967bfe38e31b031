#include "ctl/json_pieces.hpp"

#include "json/tokens.hpp"

#include <algorithm>

namespace carecloud {
namespace {

// The nesting depth of a row: it is an element of an array in the page's object.
constexpr std::size_t kRowDepth = 2;

// Callers expect a single kind of exception for invalid JSON.
[[noreturn]] void throw_no_json(const BadJson& bad) {
    throw CtlJson::other_error::create(599, "the response is not a page: " + bad.what, nullptr);
}

std::string_view take_piece(Tokens& tokens, std::size_t depth) {
    if (tokens.peek() != '{' && tokens.peek() != '[') return tokens.take_scalar();
    const char* const begin = tokens.position();
    tokens.skip_value(depth);
    return {begin, static_cast<std::size_t>(tokens.after_bracket() - begin)};
}

// Unescaped line breaks occur only between tokens.
std::string in_one_line(std::string_view piece) {
    std::string line(piece);
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::replace(line.begin(), line.end(), '\r', ' ');
    return line;
}

std::string decoded_name(std::string_view name) {
    if (name.find('\\') == std::string_view::npos) return std::string(name);
    return CtlJson::parse("\"" + std::string(name) + "\"").get<std::string>();
}

}  // namespace

JsonPage slice_page(std::string& body, std::string_view name) {
    JsonPage page;
    bool found = false;
    try {
        Tokens tokens;
        body.reserve(body.size() + 1);
        tokens.begin(body.data(), body.size());
        tokens.each_member([&](std::string_view member) {
            if (member == name && tokens.peek() == '[') {
                found = true;
                tokens.each_element([&] { page.rows.push_back(in_one_line(take_piece(tokens, kRowDepth))); });
            } else {
                page.members[decoded_name(member)] = CtlJson::parse(take_piece(tokens, 1));
            }
        });
        tokens.end();
    } catch (const BadJson& bad) {
        throw_no_json(bad);
    }
    if (!found) throw_no_json({"missing member " + std::string(name)});
    return page;
}

std::vector<std::pair<std::string, std::string>> slice_members(std::string& object) {
    std::vector<std::pair<std::string, std::string>> members;
    try {
        Tokens tokens;
        object.reserve(object.size() + 1);
        tokens.begin(object.data(), object.size());
        tokens.each_member([&](std::string_view name) {
            std::string decoded = decoded_name(name);
            members.emplace_back(std::move(decoded), std::string(take_piece(tokens, 1)));
        });
        tokens.end();
    } catch (const BadJson& bad) {
        throw_no_json(bad);
    }
    return members;
}

}  // namespace carecloud
