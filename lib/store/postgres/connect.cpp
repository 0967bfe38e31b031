// The part of PgConnection that connects.
#include "store/postgres/connection.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <poll.h>
#include <utility>
#include <vector>

#include <libpq-fe.h>

namespace carecloud {
namespace {

// PGSERVICE selects a service file, which sets all parameters that are not set explicitly. connection_string() does not
// set those without an environment variable (such as `replication`), and no value of `service` disables the file.
void refuse_service_variable() {
    if (std::getenv("PGSERVICE"))
        throw PgError(PgError::Kind::misused, "", "the environment variable PGSERVICE is set", "unset it");
}

// The parameters of the connection that differ from libpq's defaults.
std::vector<std::pair<std::string, std::string>> parameters(const PostgresSettings& settings,
                                                            const PostgresHost& host,
                                                            const std::string& password) {
    return {{"host", host.name},
            {"port", std::to_string(host.port)},
            {"dbname", settings.database},
            {"user", settings.user},
            {"password", password},
            {"passfile", "/nonexistent"},
            {"sslmode", host.name.starts_with('/') ? "disable" : settings.sslmode},
            {"sslrootcert", settings.sslrootcert},
            {"sslcert", settings.sslcert},
            {"sslkey", settings.sslkey},
            {"sslcrl", settings.sslcrl},
            {"gssencmode", "disable"},
            {"client_encoding", "UTF8"},
            {"application_name", settings.application_name},
            {"target_session_attrs", "any"},  // session.hpp checks the server and reports the reason
            {"connect_timeout", "0"},         // connect() has a deadline
            {"keepalives_idle", "5"},
            {"keepalives_interval", "2"},
            {"keepalives_count", "3"},
            {"tcp_user_timeout", "10000"}};
}

std::string quoted(const std::string& value) {
    std::string text = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    return text + "' ";
}

// A value without effect for an option whose default is not in libpq's list. Since libpq 16, an empty text is not such
// a value for these two.
const char* value_of_absent(std::string_view name) {
    if (name == "sslcertmode") return "allow";
    if (name == "require_auth") return "password,md5,gss,sspi,scram-sha-256,none";
    return "";
}

std::string password_of(const PostgresSettings& settings) {
    if (!settings.password) return {};
    Result<std::string> password = settings.password();
    if (!password) throw PgError(PgError::Kind::lost, "", password.error().subject, password.error().hint);
    return std::move(*password);
}

// The parameters as libpq's connection string. An empty value in the string keeps libpq from reading the environment
// variable; in the arrays of PQconnectdbParams() it does not.
std::string connection_string(const PostgresSettings& settings, const PostgresHost& host) {
    std::string text;
    const auto given = parameters(settings, host, password_of(settings));
    for (const auto& [name, value] : given)
        text += name + "=" + quoted(value);
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> known(PQconninfoParse("", nullptr),
                                                                             &PQconninfoFree);
    for (const PQconninfoOption* option = known.get(); option && option->keyword; ++option) {
        const std::string name = option->keyword;
        const bool is_given =
            std::any_of(given.begin(), given.end(), [&](const auto& one) { return one.first == name; });
        if (is_given || !option->envvar || name == "service") continue;
        text += name + "=" + quoted(option->compiled ? option->compiled : value_of_absent(name));
    }
    return text;
}

// An SQLSTATE contains a digit; the words of a message before it do not.
bool is_sqlstate(std::string_view text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_of_code = [&](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); };
    return std::all_of(text.begin(), text.end(), is_of_code) &&
           std::any_of(text.begin(), text.end(), is_digit);
}

// Parses the text with PQERRORS_VERBOSE: `FATAL:  28P01: password authentication failed for user "x"`, whose first word
// is in the server's language. libpq does not provide the SQLSTATE of a failed connection in any other way.
PgError connect_error(const std::string& host, std::string_view message) {
    message = message.substr(0, message.find('\n'));
    std::string sqlstate;
    for (std::size_t at = 1; at + 7 < message.size() && sqlstate.empty(); ++at) {
        const std::string_view code = message.substr(at, 5);
        if (message[at - 1] != ' ' || message.substr(at + 5, 2) != ": " || !is_sqlstate(code)) continue;
        sqlstate = code;
        message = message.substr(at + 7);
    }
    std::string hint;
    if (message.find("certificate") != std::string_view::npos) {
        hint =
            "the server's certificate must be for the host name in store.url and signed by a certificate "
            "authority in sslrootcert";
    } else if (message.find("no password supplied") != std::string_view::npos) {
        hint = "set store.password_file";
    }
    return {PgError::Kind::lost, sqlstate, host + ": " + std::string(message), hint};
}

}  // namespace

PgConnection::PgConnection(const PostgresSettings& settings, const PostgresHost& host)
    : connect_timeout_(settings.connect_timeout), answer_timeout_(settings.answer_timeout) {
    refuse_service_variable();
    connection_ = PQconnectStart(connection_string(settings, host).c_str());
    if (!connection_) throw PgError(PgError::Kind::lost, "", "out of memory");
    PQsetErrorVerbosity(connection_, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(connection_, &note_notice, this);
    try {
        connect(host, host.text());
    } catch (const PgError&) {
        PQfinish(connection_);
        throw;
    }
}

void PgConnection::connect(const PostgresHost& host, const std::string& description) {
    const auto until = std::chrono::steady_clock::now() + connect_timeout_;
    for (auto status = PGRES_POLLING_WRITING; status != PGRES_POLLING_OK;) {
        if (PQstatus(connection_) == CONNECTION_BAD || status == PGRES_POLLING_FAILED)
            throw connect_error(description, PQerrorMessage(connection_));
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd ready{.fd = PQsocket(connection_),
                     .events = static_cast<short>(status == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                     .revents = 0};
        const int found = left.count() > 0 ? ::poll(&ready, 1, static_cast<int>(left.count())) : 0;
        if (found == 0) {
            throw PgError(
                PgError::Kind::timed_out, "",
                description + " did not answer within " + std::to_string(connect_timeout_.count()) + " ms");
        }
        if (found > 0) status = PQconnectPoll(connection_);
    }
    if (PQsetnonblocking(connection_, 1) != 0)
        throw PgError(PgError::Kind::lost, "", host.text() + ": " + PQerrorMessage(connection_));
    PQsetErrorVerbosity(connection_, PQERRORS_DEFAULT);
}

}  // namespace carecloud
