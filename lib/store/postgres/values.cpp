#include "store/postgres/values.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <libpq-fe.h>

namespace carecloud {
namespace {

// PostgreSQL counts from 2000-01-01T00:00:00Z.
constexpr std::int64_t kPgEpochTicks = std::int64_t{946'684'800} * Timestamp::ticks_per_second;
constexpr std::int64_t kTicksPerMicrosecond = 10;

std::uint64_t big_endian(const char* bytes, int size) {
    std::uint64_t value = 0;
    for (int i = 0; i < size; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

std::string array_header(PgType element, std::size_t count) {
    std::string out;
    append_big_endian(out, count > 0 ? 1 : 0, 4);  // dimensions
    append_big_endian(out, 0, 4);                  // no NULLs
    append_big_endian(out, static_cast<unsigned>(element), 4);
    if (count == 0) return out;
    append_big_endian(out, count, 4);
    append_big_endian(out, 1, 4);  // the first index
    return out;
}

bool is_continuation(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

// The size of the valid UTF-8 character at `at`; 0 if there is none. Same rules as PostgreSQL's pg_utf8_islegal().
std::size_t utf8_size(std::string_view bytes, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i])
                                     : static_cast<unsigned char>(0);
    };
    const unsigned char first = byte(0);
    const unsigned char second = byte(1);
    if (first < 0x80) return first == 0 ? 0 : 1;
    if (first < 0xC2 || first > 0xF4 || !is_continuation(second)) return 0;
    if (first < 0xE0) return 2;
    if (!is_continuation(byte(2))) return 0;
    if (first < 0xF0) {
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool beyond = first == 0xF4 && second > 0x8F;
    return overlong || beyond || !is_continuation(byte(3)) ? 0 : 4;
}

}  // namespace

std::int64_t pg_microseconds(Timestamp at) {
    const std::int64_t ticks = at.ticks - kPgEpochTicks;
    const bool rounds_down = ticks < 0 && ticks % kTicksPerMicrosecond != 0;
    return ticks / kTicksPerMicrosecond - (rounds_down ? 1 : 0);
}

Timestamp timestamp_of_pg(std::int64_t microseconds) {
    // PostgreSQL's range ends in the year 294276 and has two infinities; that of a Timestamp ends in 31197.
    constexpr std::int64_t limit = (INT64_MAX - kPgEpochTicks) / kTicksPerMicrosecond;
    return {std::clamp(microseconds, -limit, limit) * kTicksPerMicrosecond + kPgEpochTicks};
}

void append_big_endian(std::string& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = bytes; i > 0; --i)
        out.push_back(static_cast<char>(value >> 8 * (i - 1) & 0xFF));
}

std::string pg_array(const std::vector<std::string_view>& texts) {
    std::string out = array_header(PgType::text, texts.size());
    for (const std::string_view text : texts) {
        append_big_endian(out, text.size(), 4);
        out += text;
    }
    return out;
}

std::string pg_array(const std::vector<std::int64_t>& numbers) {
    std::string out = array_header(PgType::int8, numbers.size());
    for (const std::int64_t number : numbers) {
        append_big_endian(out, 8, 4);
        append_big_endian(out, static_cast<std::uint64_t>(number), 8);
    }
    return out;
}

bool is_pg_text(std::string_view bytes) {
    constexpr std::uint64_t high_bits = 0x8080808080808080;
    constexpr std::uint64_t low_bits = 0x0101010101010101;
    for (std::size_t at = 0; at < bytes.size();) {
        std::uint64_t eight = 0;
        if (bytes.size() - at >= sizeof eight) {
            std::memcpy(&eight, bytes.data() + at, sizeof eight);
            // Eight ASCII characters without a NUL: almost all of a body.
            if (((eight | ((eight - low_bits) & ~eight)) & high_bits) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        const std::size_t size = utf8_size(bytes, at);
        if (size == 0) return false;
        at += size;
    }
    return true;
}

std::string pg_text(std::string_view bytes) {
    std::string text;
    if (is_pg_text(bytes)) return text.assign(bytes);
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t size = utf8_size(bytes, at);
        text += size > 0 ? bytes.substr(at, size) : std::string_view("\xEF\xBF\xBD");
        at += std::max<std::size_t>(size, 1);
    }
    return text;
}

void PgParams::add_number(PgType type, std::uint64_t value, std::uint8_t size) {
    Slot& slot = slots_.emplace_back();
    slot.type = type;
    slot.number_size = size;
    for (std::size_t i = 0; i < size; ++i)
        slot.number[i] = static_cast<char>(value >> 8 * (size - 1U - i) & 0xFF);
}

void PgParams::add(std::int64_t number) {
    add_number(PgType::int8, static_cast<std::uint64_t>(number), 8);
}

void PgParams::add(std::int32_t number) {
    add_number(PgType::int4, static_cast<std::uint32_t>(number), 4);
}

void PgParams::add(bool flag) {
    add_number(PgType::boolean, flag ? 1 : 0, 1);
}

void PgParams::add(Timestamp at) {
    add_number(PgType::timestamptz, static_cast<std::uint64_t>(pg_microseconds(at)), 8);
}

std::string_view PgParams::bytes(std::size_t i) const {
    const Slot& slot = slots_[i];
    if (slot.number_size > 0) return {slot.number.data(), slot.number_size};
    if (slot.owned) return *slot.owned;
    // The pointer of an empty view may be null, which libpq would take for NULL.
    return slot.view.data() ? slot.view : std::string_view("");
}

bool PgRow::is_null(int column) const {
    return PQgetisnull(result_, row_, column) == 1;
}

std::int64_t PgRow::number(int column) const {
    const int size = PQgetlength(result_, row_, column);
    const std::uint64_t value = big_endian(PQgetvalue(result_, row_, column), size);
    if (size == 4) return static_cast<std::int32_t>(value);
    if (size == 2) return static_cast<std::int16_t>(value);
    return static_cast<std::int64_t>(value);
}

bool PgRow::flag(int column) const {
    return number(column) != 0;
}

std::string_view PgRow::text(int column) const {
    return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

Hash PgRow::hash(int column) const {
    Hash hash{};
    const std::string_view bytes = text(column);
    if (bytes.size() == hash.size()) std::memcpy(hash.data(), bytes.data(), hash.size());
    return hash;
}

std::optional<Timestamp> PgRow::time(int column) const {
    if (is_null(column)) return std::nullopt;
    return timestamp_of_pg(number(column));
}

std::string PgRow::time_text(int column) const {
    if (PQftype(result_, column) == static_cast<Oid>(PgType::text)) return std::string(text(column));
    const auto at = time(column);
    return at ? at->to_string_ms() : std::string();
}

void PgRows::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

PgRows::PgRows(pg_result* result) : result_(result) {}

std::size_t PgRows::size() const {
    return result_ ? static_cast<std::size_t>(PQntuples(result_.get())) : 0;
}

std::uint64_t PgRows::affected() const {
    const std::string_view digits = result_ ? PQcmdTuples(result_.get()) : "";
    std::uint64_t rows = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), rows);
    return rows;
}

std::string_view PgRows::tag() const {
    return result_ ? PQcmdStatus(result_.get()) : "";
}

}  // namespace carecloud
