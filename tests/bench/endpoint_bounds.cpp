#include "bench/endpoint_bounds.hpp"

#include "bench/machine.hpp"
#include "portal/event_publisher.hpp"
#include "sns/certificate.hpp"
#include "sns/message.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/open.hpp"

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include <sqlite3.h>

namespace carecloud::bench {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kCommitFor = 2s;
constexpr double kCheckForCpuSeconds = 1;
constexpr std::size_t kSigned = 200;

constexpr const char* kInsert =
    "INSERT INTO events (message_id, topic_arn, event_type, stream, record_id, event_time, received_at, "
    "state,"
    " body) VALUES (?1, ?2, 'attendance', 'claim_attendance', ?3, ?4, ?4, 'open', ?5)";
constexpr std::string_view kAt = "2024-03-13T19:08:57.163Z";

void bind_text(sqlite3_stmt* statement, int index, std::string_view text) {
    sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

// An implicit transaction of one statement: nothing between the row and its fsync.
double commit_rows(sqlite3* db, const std::vector<LoadMessage>& messages) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(db, kInsert, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(db));
    const auto start = Clock::now();
    std::size_t rows = 0;
    int code = SQLITE_DONE;
    while (code == SQLITE_DONE && Clock::now() - start < kCommitFor) {
        const LoadMessage& message = messages[rows % messages.size()];
        const std::string message_id = new_message_id();
        bind_text(statement, 1, message_id);
        bind_text(statement, 2, kPublisherTopic);
        bind_text(statement, 3, message.record_id);
        bind_text(statement, 4, kAt);
        bind_text(statement, 5, message.post.body);
        code = sqlite3_step(statement);
        sqlite3_reset(statement);
        ++rows;
    }
    const std::chrono::duration<double> took = Clock::now() - start;
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db));
    return static_cast<double>(rows) / took.count();
}

// Returns how many messages `work` processes per CPU second.
template <class Work>
double rate_of(const std::vector<LoadMessage>& messages, const Work& work) {
    const double start = thread_cpu_seconds();
    std::size_t done = 0;
    while (thread_cpu_seconds() - start < kCheckForCpuSeconds) {
        for (std::size_t i = 0; i < messages.size(); ++i)
            if (!work(i)) throw std::runtime_error("a good message was refused");
        done += messages.size();
    }
    return static_cast<double>(done) / (thread_cpu_seconds() - start);
}

}  // namespace

double single_row_commits(const std::string& path, const std::vector<LoadMessage>& messages) {
    double rate = 0;
    {
        auto opened = open_connection(SqliteSettings{.path = path});
        if (!opened) throw std::runtime_error(opened.error().message());
        rate = commit_rows((*opened)->get(), messages);
    }
    std::filesystem::remove(path);
    return rate;
}

CheckRates signature_checks(const std::shared_ptr<const PublisherIdentity>& identity,
                            const std::string& sns_url, int version) {
    const auto certificate = SigningCertificate::parse(identity->certificate_pem());
    if (!certificate) throw std::runtime_error(certificate.error().message());
    const std::vector<PublishedEvent> events(kSigned, PublishedEvent{.id = "65f35b06e30c8a2e4578d118"});
    const std::vector<LoadMessage> messages = sign_load(
        {.identity = identity, .base_url = sns_url, .signature_version = version}, kPublisherTopic, events);
    std::vector<SnsMessage> parsed;
    parsed.reserve(messages.size());
    for (const LoadMessage& message : messages)
        parsed.push_back(parse_sns_message(message.post.body).value());
    CheckRates rates;
    rates.parse = rate_of(
        messages, [&](std::size_t i) { return parse_sns_message(messages[i].post.body).has_value(); });
    rates.verify = rate_of(
        messages, [&](std::size_t i) { return verify_signature(parsed[i], *certificate).has_value(); });
    return rates;
}

}  // namespace carecloud::bench
