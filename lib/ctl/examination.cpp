#include "ctl/examination.hpp"

#include "ctl/human_text.hpp"
#include "portal/dialect.hpp"
#include "runtime/text.hpp"
#include "sync/stream/prove.hpp"
#include "sync/walk/portal_time.hpp"

#include <sys/timex.h>
#include <utility>

namespace carecloud {
namespace {

// Whether the kernel reports that this machine's clock is synchronized. Reading requires no privilege.
bool is_synchronized() {
    timex state{};
    const int clock = ::adjtimex(&state);
    return clock != -1 && clock != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

std::string dialect_text(const Dialect& dialect) {
    return std::string("modified as ") + (dialect.modified == ModifiedLiteral::date ? "a date" : "a string") +
           ", _id as " + (dialect.id == IdLiteral::oid ? "an ObjectId" : "a string") +
           (dialect.keyset ? ", $or works" : ", $or does not work");
}

std::string dialect_setting(const Dialect& dialect) {
    return std::string("portal.dialect: { modified: ") +
           (dialect.modified == ModifiedLiteral::date ? "date" : "string") +
           ", id: " + (dialect.id == IdLiteral::oid ? "oid" : "string") +
           ", keyset: " + (dialect.keyset ? "true" : "false") + " }";
}

bool agrees(const DialectSetting& setting, const Dialect& dialect) {
    return setting.modified_as_date == (dialect.modified == ModifiedLiteral::date) &&
           setting.id_as_oid == (dialect.id == IdLiteral::oid) && (!setting.keyset || dialect.keyset);
}

// The check to which a failure belongs.
const char* check_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::unreachable:
        case ErrorCode::tls_failed:
        case ErrorCode::timed_out:
            return "reachable";
        case ErrorCode::key_refused:
            return "key";
        case ErrorCode::rate_limited:
        case ErrorCode::quota_exhausted:
            return "quota";
        case ErrorCode::dialect_unknown:
            return "dialect";
        default:
            return "answers";
    }
}

std::string remedy_for(const Error& error) {
    if (!error.hint.empty()) return error.hint;
    if (error.code == ErrorCode::unreachable || error.code == ErrorCode::timed_out)
        return "check portal.base_url, the network, and HTTPS_PROXY if there is a proxy";
    if (error.code == ErrorCode::tls_failed)
        return "set portal.ca_file to the CA certificate if the portal has a private CA";
    if (error.code == ErrorCode::key_refused)
        return "check the key in portal.api_key_file, and its permissions";
    return "try again; if the error persists, see the daemon log";
}

}  // namespace

void Examination::note(DoctorMark verdict, std::string check, std::string found, std::string remedy) {
    findings_.push_back({verdict, std::move(check), std::move(found), std::move(remedy)});
}

void Examination::note_failure(const Error& error) {
    // What a later failure nevertheless proves.
    const std::string check = check_of(error.code);
    if (findings_.empty() && check != "reachable") note(DoctorMark::good, "reachable", "the portal responds");
    note(DoctorMark::bad, check, printable(error.subject), printable(remedy_for(error)));
}

Task<Result<PagePtr>> Examination::ask(const Query& query) {
    if (asked_++ > 0) {
        const double pause = 1 / configuration_.portal.rate.per_second;
        auto sleeping =
            clock_.sleep(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(pause)));
        co_await std::move(sleeping);
    }
    auto asking = portal_.query(query);
    co_return co_await std::move(asking);
}

Task<Result<PagePtr>> Examination::ask_keys(std::string where, std::size_t take, std::size_t skip) {
    const Query query{.spec = &stream_.spec,
                      .where = std::move(where),
                      .projection = Projection::keys,
                      .take = take,
                      .skip = skip};
    auto asking = ask(query);
    co_return co_await std::move(asking);
}

void Examination::check_time(std::optional<Timestamp> date) {
    const ClockReport report = compare_clocks(date, clock_.wall(), is_synchronized());
    switch (report.verdict) {
        case ClockVerdict::agree:
            note(DoctorMark::good, "clock", "agrees with the portal");
            return;
        case ClockVerdict::no_date:
            note(DoctorMark::note, "clock", report.text(), report.hint());
            return;
        default:
            note(DoctorMark::bad, "clock", report.text(), report.hint());
    }
}

Task<Result<>> Examination::check_answers() {
    const MonoTime begun = clock_.now();
    auto asking = ask_keys(where::all(), 1);
    const Result<PagePtr> page = co_await std::move(asking);
    if (!page) co_return page.error();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - begun);
    note(DoctorMark::good, "reachable", "responded in " + std::to_string(took.count()) + " ms");
    note(DoctorMark::good, "key", "accepted");
    check_time((*page)->date);
    co_return Result<>{};
}

Task<Result<>> Examination::check_dialect() {
    auto proving = prove_dialect([this](const Query& query) { return ask(query); }, stream_.spec);
    const Result<std::optional<Dialect>> proven = co_await std::move(proving);
    if (!proven) co_return proven.error();
    const std::optional<Dialect>& dialect = *proven;
    const auto& setting = configuration_.portal.dialect;
    if (!dialect) {
        note(DoctorMark::note, "dialect", "cannot be detected: the stream has no records",
             "run this again when there are records; portal.dialect: auto detects it then");
    } else if (setting && !agrees(*setting, *dialect)) {
        note(DoctorMark::bad, "dialect", dialect_text(*dialect) + "; the configuration differs",
             "set " + dialect_setting(*dialect) + ", or portal.dialect: auto");
    } else {
        note(DoctorMark::good, "dialect", dialect_text(*dialect),
             dialect->keyset ? "" : "no action required: ties are read with Skip, which takes more requests");
    }
    co_return Result<>{};
}

Task<Result<>> Examination::check_pages() {
    const std::size_t wanted = configuration_.portal.page_size;
    auto asking = ask_keys(where::all(), wanted);
    const Result<PagePtr> page = co_await std::move(asking);
    if (!page) co_return page.error();
    const std::size_t came = (*page)->record_count();
    const bool compressed = portal_.last_compressed();
    bool capped = false;
    if (came > 0 && came < wanted) {
        // The end, or the portal's limit?
        auto looking = ask_keys(where::all(), 1, came);
        const Result<PagePtr> beyond = co_await std::move(looking);
        if (!beyond) co_return beyond.error();
        capped = (*beyond)->record_count() > 0;
    }
    if (capped)
        note(DoctorMark::note, "page",
             "the portal sends at most " + grouped(came) + " records per request, of " + grouped(wanted) +
                 " requested",
             "portal.page_size: " + std::to_string(came) + " avoids the larger requests");
    else if (came < wanted)
        note(DoctorMark::good, "page", "all " + counted(came, "record", "records") + " in one response");
    else
        note(DoctorMark::good, "page", grouped(came) + " records per request, as set by portal.page_size");
    if (compressed)
        note(DoctorMark::good, "gzip", "responses are compressed");
    else
        note(DoctorMark::note, "gzip", "responses are not compressed", "a proxy in between may be the cause");
    co_return Result<>{};
}

Task<CtlResult<void>> Examination::run() {
    for (const auto check :
         {&Examination::check_answers, &Examination::check_dialect, &Examination::check_pages}) {
        auto checking = (this->*check)();
        const Result<> checked = co_await std::move(checking);
        if (checked) continue;
        if (checked.error().code == ErrorCode::canceled)
            co_return CtlFailure{.exit = CtlExit::interrupted, .what = "interrupted"};
        note_failure(checked.error());
        break;
    }
    co_return CtlResult<void>{};
}

}  // namespace carecloud
