// Converts values to and from PostgreSQL's binary format: bodies byte for byte, numbers and times without conversion to
// text.
//
//     PgParams params;
//     params.add(stream);                       // text
//     params.add(std::int64_t{7});              // bigint
//     params.add(std::optional<Timestamp>());   // timestamptz, null
//     for (const PgRow row : rows) use(row.text(0), row.number(1), row.time(2));
//
// Texts that are passed in are not copied: they must live until the statement has been sent.
#pragma once

#include "base/timestamp.hpp"
#include "model/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pg_result;

namespace carecloud {

// Types by their OIDs, which PostgreSQL never changes.
enum class PgType : unsigned {
    boolean = 16,
    bytea = 17,
    int8 = 20,
    int4 = 23,
    text = 25,
    text_array = 1009,
    int8_array = 1016,
    timestamptz = 1184,
};

// Bytes for a column of type bytea.
struct PgBytes {
    std::string_view bytes{};
};

// Lists, each of which is one parameter: `WHERE id = ANY($1)` or `FROM unnest($1)`.
struct PgTexts {
    const std::vector<std::string_view>& all;
};
struct PgNumbers {
    const std::vector<std::int64_t>& all;
};

// For the store's own times, to the microsecond.
std::int64_t pg_microseconds(Timestamp at);
Timestamp timestamp_of_pg(std::int64_t microseconds);

void append_big_endian(std::string& out, std::uint64_t value, std::size_t bytes);
std::string pg_array(const std::vector<std::string_view>& texts);
std::string pg_array(const std::vector<std::int64_t>& numbers);

// Whether PostgreSQL accepts these bytes as a text: UTF-8 without NUL. One text that it does not accept fails a whole
// page.
bool is_pg_text(std::string_view bytes);
// The text with each byte that is not part of such a text replaced by U+FFFD. For notes, never for bodies.
std::string pg_text(std::string_view bytes);

// The parameters $1, $2, … of one statement.
class PgParams {
  public:
    PgParams() = default;
    template <class... Values>
    explicit PgParams(const Values&... values) {
        (add(values), ...);
    }

    void add(std::string_view text) { add_view(PgType::text, text); }
    void add(const std::string& text) { add(std::string_view(text)); }
    void add(const char* text) { add(std::string_view(text)); }
    void add(std::int64_t number);
    void add(std::uint64_t number) { add(static_cast<std::int64_t>(number)); }
    void add(std::int32_t number);
    void add(bool flag);
    void add(Timestamp at);
    void add(const Hash& hash) { add(PgBytes{as_view(hash)}); }
    void add(PgBytes blob) { add_view(PgType::bytea, blob.bytes); }
    void add(PgTexts texts) { add_owned(PgType::text_array, pg_array(texts.all)); }
    void add(PgNumbers numbers) { add_owned(PgType::int8_array, pg_array(numbers.all)); }
    void add_null(PgType type) { slots_.push_back({.type = type, .is_null = true}); }

    template <class T>
    void add(const std::optional<T>& value) {
        if (value)
            add(*value);
        else
            add_null(type_of(static_cast<const T*>(nullptr)));
    }

    std::size_t size() const { return slots_.size(); }
    PgType type(std::size_t i) const { return slots_[i].type; }
    bool is_null(std::size_t i) const { return slots_[i].is_null; }
    std::string_view bytes(std::size_t i) const;

    static std::string_view as_view(const Hash& hash) {
        return {reinterpret_cast<const char*>(hash.data()), hash.size()};
    }

  private:
    struct Slot {
        PgType type = PgType::text;
        bool is_null = false;
        std::string_view view{};
        std::uint8_t number_size = 0;  // of `number`; 0 if the value is not a number
        std::array<char, 8> number{};
        std::optional<std::string> owned{};
    };

    void add_view(PgType type, std::string_view bytes) { slots_.push_back({.type = type, .view = bytes}); }
    void add_owned(PgType type, std::string bytes) {
        slots_.push_back({.type = type, .owned = std::move(bytes)});
    }
    void add_number(PgType type, std::uint64_t value, std::uint8_t size);

    static PgType type_of(const std::string_view*) { return PgType::text; }
    static PgType type_of(const std::string*) { return PgType::text; }
    static PgType type_of(const std::int64_t*) { return PgType::int8; }
    static PgType type_of(const std::uint64_t*) { return PgType::int8; }
    static PgType type_of(const std::int32_t*) { return PgType::int4; }
    static PgType type_of(const bool*) { return PgType::boolean; }
    static PgType type_of(const Timestamp*) { return PgType::timestamptz; }
    static PgType type_of(const Hash*) { return PgType::bytea; }

    std::vector<Slot> slots_;
};

// One row of a result, valid as long as its PgRows. Columns are numbered from 0. NULL is read as 0, false or an empty
// text.
class PgRow {
  public:
    PgRow(const pg_result* result, int row) : result_(result), row_(row) {}

    bool is_null(int column) const;
    std::int64_t number(int column) const;  // bigint, integer or smallint
    std::uint64_t count(int column) const { return static_cast<std::uint64_t>(number(column)); }
    bool flag(int column) const;
    std::string_view text(int column) const;  // text or bytea
    Hash hash(int column) const;              // zeros, which equal no hash, if it does not contain 32 bytes
    std::optional<Timestamp> time(int column) const;  // timestamptz; std::nullopt if NULL
    // "2024-03-13T19:08:57.163Z"; empty if NULL. A text column is returned unchanged.
    std::string time_text(int column) const;

  private:
    const pg_result* result_;
    int row_;
};

class PgRows {
  public:
    PgRows() = default;
    // Takes ownership of `result`.
    explicit PgRows(pg_result* result);

    std::size_t size() const;
    bool empty() const { return size() == 0; }
    PgRow operator[](std::size_t row) const { return {result_.get(), static_cast<int>(row)}; }
    // The number of rows that the statement wrote.
    std::uint64_t affected() const;
    // The command tag, such as "COMMIT".
    std::string_view tag() const;

    class Iterator {
      public:
        Iterator(const PgRows& rows, std::size_t at) : rows_(rows), at_(at) {}
        PgRow operator*() const { return rows_[at_]; }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return at_ != other.at_; }

      private:
        const PgRows& rows_;
        std::size_t at_;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size()}; }

  private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace carecloud
