// Writes many rows to one table with COPY in its binary format, by far the fastest way for whole bodies.
//
//     PgCopy copy(db, "COPY records (stream, id, seq) FROM STDIN BINARY");
//     for (…) {
//         copy.row(3);
//         copy.field(stream); copy.field(id); copy.field(std::int64_t{7});
//     }
//     copy.end();
//
// The type of each field must be exactly that of its column (an integer column requires std::int32_t). Check texts with
// is_pg_text() before: one that the server does not accept fails the whole copy.
#pragma once

#include "store/postgres/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

class PgCopy {
  public:
    // Throws PgError, like all calls below.
    PgCopy(PgConnection& db, std::string_view sql);
    // If end() was not called, the connection is given up.
    ~PgCopy();
    PgCopy(const PgCopy&) = delete;
    PgCopy& operator=(const PgCopy&) = delete;

    // Begins a row with this number of fields.
    void row(std::size_t fields) { append_big_endian(buffer_, fields, 2); }
    void field(std::string_view bytes);  // text or bytea
    void field(const char* text) { field(std::string_view(text)); }
    void field(const Hash& hash) { field(PgParams::as_view(hash)); }
    void field(std::int64_t number) { number_field(static_cast<std::uint64_t>(number), 8); }
    void field(std::uint64_t number) { number_field(number, 8); }
    void field(std::int32_t number) { number_field(static_cast<std::uint32_t>(number), 4); }
    void field(bool flag) { number_field(flag ? 1 : 0, 1); }
    void field(Timestamp at) { field(pg_microseconds(at)); }
    template <class T>
    void field(const std::optional<T>& value) {
        if (value)
            field(*value);
        else
            null_field();
    }
    void null_field() { append_big_endian(buffer_, UINT32_MAX, 4); }

    // Completes the copy: the transaction has all rows.
    void end();

  private:
    void number_field(std::uint64_t value, std::size_t size);
    void put(std::string_view bytes);
    void put_buffer();

    PgConnection& db_;
    std::string buffer_;
    std::size_t unflushed_ = 0;  // bytes handed to libpq
    bool is_open_ = false;
};

}  // namespace carecloud
