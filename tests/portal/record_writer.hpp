// Writes JSON members directly to text: a generated record has a known structure and needs no tree.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace carecloud {

// Strings must not need escaping: no quotes, backslashes or control characters.
class RecordWriter {
  public:
    explicit RecordWriter(std::size_t reserve) {
        out_.reserve(reserve);
        out_.push_back('{');
    }

    void text(std::string_view name, std::string_view value) {
        key(name);
        out_.append("\"").append(value).append("\"");
    }
    void boolean(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
    void raw(std::string_view name, std::string_view json) {
        key(name);
        out_.append(json);
    }
    // Opens a nested object or array, which close() must close with the matching bracket.
    void open(std::string_view name, char bracket) {
        key(name);
        out_.push_back(bracket);
    }
    // Opens an object as an element of an array.
    void open_element() {
        separate();
        out_.push_back('{');
    }
    void close(char bracket) { out_.push_back(bracket); }
    std::string finish() && { return std::move(out_.append("}")); }

  private:
    void separate() {
        if (out_.back() != '{' && out_.back() != '[') out_.push_back(',');
    }
    void key(std::string_view name) {
        separate();
        out_.append("\"").append(name).append("\":");
    }

    std::string out_;
};

}  // namespace carecloud
