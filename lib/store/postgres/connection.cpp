#include "store/postgres/connection.hpp"

#include <cerrno>
#include <optional>
#include <poll.h>
#include <utility>
#include <vector>

#include <libpq-fe.h>

namespace carecloud {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The server function that warns that a COMMIT did not wait for the synchronous standby. The text of the warning
// depends on the server's language; the name of the function does not.
constexpr std::string_view kReplicationWait = "SyncRepWaitForLSN";

}  // namespace

PgConnection::~PgConnection() {
    PQfinish(connection_);
}

void PgConnection::note_notice(void* self, const pg_result* notice) {
    const char* const function = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);
    if (function && function == kReplicationWait)
        static_cast<PgConnection*>(self)->durability_warning_ = true;
}

bool PgConnection::take_durability_warning() {
    return std::exchange(durability_warning_, false);
}

milliseconds PgConnection::set_answer_timeout(milliseconds timeout) {
    return std::exchange(answer_timeout_, timeout);
}

int PgConnection::server_version() const {
    return PQserverVersion(connection_);
}

std::string PgConnection::parameter(const char* name) const {
    const char* const value = PQparameterStatus(connection_, name);
    return value ? value : "";
}

int PgConnection::reported_process() const {
    return PQbackendPID(connection_);
}

bool PgConnection::in_transaction() const {
    const auto status = PQtransactionStatus(connection_);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

bool PgConnection::is_usable() {
    if (is_lost_) return false;
    pollfd ready{.fd = PQsocket(connection_), .events = POLLIN, .revents = 0};
    // Data without a request: notifications, or the server's last message before it ends the connection.
    while (!is_lost_ && ::poll(&ready, 1, 0) > 0)
        is_lost_ = PQconsumeInput(connection_) == 0 || PQstatus(connection_) != CONNECTION_OK;
    return !is_lost_;
}

void PgConnection::check_usable() const {
    if (is_lost_) throw PgError(PgError::Kind::lost, "", "the connection has ended");
}

void PgConnection::lose() {
    is_lost_ = true;
    const std::string_view message = PQerrorMessage(connection_);
    const std::string first(message.substr(0, message.find('\n')));
    throw PgError(PgError::Kind::lost, "", first.empty() ? "the connection has ended" : first);
}

void PgConnection::give_up() {
    is_lost_ = true;
    throw PgError(PgError::Kind::timed_out, "",
                  "no answer within " + std::to_string(answer_timeout_.count()) + " ms");
}

void PgConnection::wait(short events, TimePoint until) {
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
        if (left.count() <= 0) give_up();
        pollfd ready{.fd = PQsocket(connection_), .events = events, .revents = 0};
        const int found = ::poll(&ready, 1, static_cast<int>(left.count()));
        if (found > 0) return;
        if (found < 0 && errno != EINTR) lose();
    }
}

// Waits until everything is passed to the kernel. Also reads what the server sends in the meantime, because otherwise
// both sides could wait for each other to read.
void PgConnection::flush(TimePoint until) {
    for (;;) {
        const int left = PQflush(connection_);
        if (left < 0) lose();
        if (left == 0) return;
        wait(POLLIN | POLLOUT, until);
        if (PQconsumeInput(connection_) == 0) lose();
    }
}

pg_result* PgConnection::next_result(TimePoint until) {
    while (PQisBusy(connection_)) {
        const int left = PQflush(connection_);
        if (left < 0) lose();
        wait(left > 0 ? POLLIN | POLLOUT : POLLIN, until);
        if (PQconsumeInput(connection_) == 0) lose();
    }
    return PQgetResult(connection_);
}

PgError PgConnection::error_of(const pg_result* result) {
    const char* const code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char* const message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    // If the server or the network ended the connection, libpq creates the error, without an SQLSTATE.
    if (!code || PQstatus(connection_) != CONNECTION_OK) {
        is_lost_ = true;
        const std::string_view whole = PQresultErrorMessage(result);
        const std::string text =
            code && message ? shown_message(code, message) : std::string(whole.substr(0, whole.find('\n')));
        return {PgError::Kind::lost, code ? code : "", text};
    }
    PgError error(PgError::Kind::refused, code, shown_message(code, message ? message : ""));
    is_lost_ = error.ends_connection();
    return error;
}

// Returns the last result of the statement that was sent. Throws its first error, but only after reading all results,
// so the connection stays usable.
PgRows PgConnection::finish() {
    const TimePoint until = deadline();
    PgRows rows;
    std::optional<PgError> failure;
    while (pg_result* const result = next_result(until)) {
        PgRows owned(result);
        const auto status = PQresultStatus(result);
        if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
            if (!failure) failure = error_of(result);
            continue;
        }
        rows = std::move(owned);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) break;
    }
    if (failure) throw PgError(*failure);
    if (PQstatus(connection_) != CONNECTION_OK) lose();
    return rows;
}

void PgConnection::check_sent(int accepted) {
    if (accepted == 0) lose();
}

namespace {

// Converts PgParams to libpq's arrays.
struct ParameterArrays {
    explicit ParameterArrays(const PgParams& params) {
        for (std::size_t i = 0; i < params.size(); ++i) {
            types.push_back(static_cast<Oid>(params.type(i)));
            values.push_back(params.is_null(i) ? nullptr : params.bytes(i).data());
            sizes.push_back(static_cast<int>(params.bytes(i).size()));
            formats.push_back(1);
        }
    }
    int count() const { return static_cast<int>(types.size()); }

    std::vector<Oid> types;
    std::vector<const char*> values;
    std::vector<int> sizes;
    std::vector<int> formats;
};

constexpr int kBinaryResults = 1;

}  // namespace

void PgConnection::send(std::string_view sql, const PgParams& params) {
    const ParameterArrays all(params);
    check_sent(PQsendQueryParams(connection_, std::string(sql).c_str(), all.count(), all.types.data(),
                                 all.values.data(), all.sizes.data(), all.formats.data(), kBinaryResults));
}

void PgConnection::send_prepared(const PgSql& sql, const PgParams& params) {
    const ParameterArrays all(params);
    check_sent(PQsendQueryPrepared(connection_, sql.name, all.count(), all.values.data(), all.sizes.data(),
                                   all.formats.data(), kBinaryResults));
}

PgRows PgConnection::run(std::string_view sql, const PgParams& params) {
    check_usable();
    send(sql, params);
    return finish();
}

PgRows PgConnection::run(const PgSql& sql, const PgParams& params) {
    check_usable();
    if (!prepared_.contains(sql.name)) {
        const ParameterArrays all(params);
        check_sent(PQsendPrepare(connection_, sql.name, sql.text, all.count(), all.types.data()));
        finish();
        prepared_.emplace(sql.name);
    }
    send_prepared(sql, params);
    return finish();
}

void PgConnection::script(const std::string& sql) {
    check_usable();
    check_sent(PQsendQuery(connection_, sql.c_str()));
    finish();
}

std::size_t PgConnection::wait_for_notifications(milliseconds limit) {
    check_usable();
    pollfd ready{.fd = PQsocket(connection_), .events = POLLIN, .revents = 0};
    ::poll(&ready, 1, static_cast<int>(limit.count()));
    if (PQconsumeInput(connection_) == 0) lose();
    std::size_t count = 0;
    while (PGnotify* const notification = PQnotifies(connection_)) {
        PQfreemem(notification);
        ++count;
    }
    return count;
}

}  // namespace carecloud
