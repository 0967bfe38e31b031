#include "store/postgres/copy.hpp"

#include <libpq-fe.h>

namespace carecloud {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr std::size_t kBufferBytes = 64U << 10U;
constexpr std::size_t kUnflushedMax = 512U << 10U;
// A field of at least this size is passed to libpq without copying it to the buffer.
constexpr std::size_t kLargeField = 8U << 10U;

}  // namespace

PgCopy::PgCopy(PgConnection& db, std::string_view sql) : db_(db) {
    db_.check_usable();
    db_.check_sent(PQsendQuery(db_.connection_, std::string(sql).c_str()));
    db_.finish();
    is_open_ = true;
    buffer_ = kSignature;
    append_big_endian(buffer_, 0, 4);  // flags
    append_big_endian(buffer_, 0, 4);  // length of the header extension
}

PgCopy::~PgCopy() {
    if (is_open_) db_.is_lost_ = true;
}

void PgCopy::field(std::string_view bytes) {
    append_big_endian(buffer_, bytes.size(), 4);
    if (bytes.size() >= kLargeField) {
        put_buffer();
        put(bytes);
        return;
    }
    buffer_ += bytes;
    if (buffer_.size() >= kBufferBytes) put_buffer();
}

void PgCopy::number_field(std::uint64_t value, std::size_t size) {
    append_big_endian(buffer_, size, 4);
    append_big_endian(buffer_, value, size);
}

void PgCopy::put_buffer() {
    put(buffer_);
    buffer_.clear();
}

void PgCopy::put(std::string_view bytes) {
    if (PQputCopyData(db_.connection_, bytes.data(), static_cast<int>(bytes.size())) < 1) db_.lose();
    unflushed_ += bytes.size();
    if (unflushed_ < kUnflushedMax) return;
    db_.flush(db_.deadline());
    unflushed_ = 0;
}

void PgCopy::end() {
    append_big_endian(buffer_, UINT16_MAX, 2);
    put_buffer();
    if (PQputCopyEnd(db_.connection_, nullptr) < 1) db_.lose();
    db_.flush(db_.deadline());
    is_open_ = false;
    db_.finish();
}

}  // namespace carecloud
