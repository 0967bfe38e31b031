// carecloudctl doctor
#include "base/clock.hpp"
#include "base/co_try.hpp"
#include "ctl/command_context.hpp"
#include "ctl/ctl_output.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/human_text.hpp"
#include "portal/http/http_portal.hpp"
#include "portal/query.hpp"
#include "runtime/configuration.hpp"
#include "runtime/text.hpp"
#include "sync/stream/prove.hpp"
#include "sync/walk/portal_time.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <sys/timex.h>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

enum class DoctorMark { good, note, bad };  // note: worth knowing, no action required

struct ExaminationFinding {
    DoctorMark verdict = DoctorMark::good;
    std::string check;     // "clock"
    std::string found;     // what was observed
    std::string remedy{};  // what to do or set; may be empty
};

// Probes, for one stream, what the vendor's API documentation does not describe: whether the portal responds and
// accepts the key, which literals and whether `$or` work, and how many records it returns per request.
class Examination {
  public:
    // All of them must outlive this object.
    Examination(Clock& clock, HttpPortal& portal, const Configuration& configuration,
                const StreamSettings& stream)
        : clock_(clock), portal_(portal), configuration_(configuration), stream_(stream) {}
    Examination(const Examination&) = delete;
    Examination& operator=(const Examination&) = delete;

    // Fails only if interrupted. Any other error becomes a finding and ends the examination.
    Task<CtlResult<void>> run();
    const std::vector<ExaminationFinding>& findings() const { return findings_; }

  private:
    Task<Result<PagePtr>> ask(const Query& query);
    Task<Result<PagePtr>> ask_keys(std::string where, std::size_t take, std::size_t skip = 0);
    Task<Result<>> check_answers();
    Task<Result<>> check_dialect();
    Task<Result<>> check_pages();
    void check_time(std::optional<Timestamp> date);
    void note(DoctorMark verdict, std::string check, std::string found, std::string remedy = {});
    void note_failure(const Error& error);

    Clock& clock_;
    HttpPortal& portal_;
    const Configuration& configuration_;
    const StreamSettings& stream_;
    std::size_t asked_ = 0;
    std::vector<ExaminationFinding> findings_;
};

// Whether the kernel reports that a time service synchronizes this machine's clock. Reading needs no privilege.
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

// The check that an error belongs to.
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

void Examination::note(DoctorMark verdict, std::string check, std::string found, std::string remedy) {
    findings_.push_back({verdict, std::move(check), std::move(found), std::move(remedy)});
}

void Examination::note_failure(const Error& error) {
    // A later kind of failure still proves that the portal is reachable.
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
    CO_TRY_ASSIGN(const PagePtr page, ask_keys(where::all(), 1));
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - begun);
    note(DoctorMark::good, "reachable", "responded in " + std::to_string(took.count()) + " ms");
    note(DoctorMark::good, "key", "accepted");
    check_time(page->date);
    co_return Result<>{};
}

Task<Result<>> Examination::check_dialect() {
    CO_TRY_ASSIGN(const std::optional<Dialect> dialect,
                  prove_dialect([this](const Query& query) { return ask(query); }, stream_.spec));
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
    CO_TRY_ASSIGN(const PagePtr page, ask_keys(where::all(), wanted));
    const std::size_t came = page->record_count();
    const bool compressed = portal_.last_compressed();
    bool capped = false;
    if (came > 0 && came < wanted) {
        // Is this the end of the stream, or the portal's limit?
        CO_TRY_ASSIGN(const PagePtr beyond, ask_keys(where::all(), 1, came));
        capped = beyond->record_count() > 0;
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

const char* word_of(DoctorMark verdict) {
    return verdict == DoctorMark::good ? "good" : verdict == DoctorMark::note ? "note" : "bad";
}

Color color_of(DoctorMark verdict) {
    return verdict == DoctorMark::good   ? Color::good
           : verdict == DoctorMark::note ? Color::plain
                                         : Color::bad;
}

std::string finding_text(const ExaminationFinding& finding, const CtlOutput& paint) {
    constexpr std::size_t width = 10;
    std::string text = "  " + paint.painted(word_of(finding.verdict), color_of(finding.verdict));
    text += finding.verdict == DoctorMark::bad ? "   " : "  ";
    text += finding.check + std::string(width - std::min(width, finding.check.size()), ' ') + "  " +
            finding.found + "\n";
    if (!finding.remedy.empty()) text += std::string(20, ' ') + finding.remedy + "\n";
    return text;
}

CtlJson finding_json(const ExaminationFinding& finding) {
    return {{"verdict", word_of(finding.verdict)},
            {"check", finding.check},
            {"found", finding.found},
            {"remedy", finding.remedy}};
}

}  // namespace

CtlTask ctl_doctor(CommandContext& context) {
    const LoadedConfiguration loaded = load_configuration(configuration_file(context.line));
    if (!loaded.ok())
        co_return CtlFailure{.what = "invalid configuration",
                             .hint = report(printable(loaded.file), loaded.problems)};
    auto portal = context.make_portal(loaded.configuration, context.clock);
    if (!portal) co_return CtlFailure{.what = printable(portal.error().subject), .hint = portal.error().hint};
    const bool as_json = context.line.has("json");
    CtlJson streams = CtlJson::array();
    CtlExit exit = CtlExit::ok;
    for (const StreamSettings& stream : loaded.configuration.streams) {
        context.output.progress("testing the portal: " + printable(stream.spec.entity));
        Examination examination(context.clock, **portal, loaded.configuration, stream);
        CO_TRY(examination.run());
        if (!as_json) context.output.text(printable(stream.spec.entity) + "\n");
        CtlJson checks = CtlJson::array();
        for (const ExaminationFinding& finding : examination.findings()) {
            if (finding.verdict == DoctorMark::bad) exit = CtlExit::wrong;
            if (!as_json) context.output.text(finding_text(finding, context.output));
            checks.push_back(finding_json(finding));
        }
        streams.push_back({{"entity", stream.spec.entity}, {"checks", std::move(checks)}});
    }
    if (as_json) context.output.json(CtlJson{{"streams", std::move(streams)}}.dump());
    co_return exit;
}

}  // namespace carecloud
