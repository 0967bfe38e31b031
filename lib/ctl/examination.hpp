// What the portal's documents leave open (portal-api facts, "Not documented"), asked of the portal itself, for one
// stream: whether it answers, takes the key, what it makes of literals and `$or`, how many records it sends at once.
//
//     Examination examination(clock, portal, configuration, stream);
//     auto examining = examination.run();
//     const CtlResult<void> done = co_await std::move(examining);
//     examination.findings()
//
// I/O thread.
#pragma once

#include "base/clock.hpp"
#include "ctl/ctl_exit.hpp"
#include "portal/http/http_portal.hpp"
#include "portal/query.hpp"
#include "runtime/configuration.hpp"

#include <optional>
#include <string>
#include <vector>

namespace carecloud {

enum class DoctorMark { good, note, bad };  // note: worth knowing, nothing must be done

struct ExaminationFinding {
    DoctorMark verdict = DoctorMark::good;
    std::string check;     // "clock"
    std::string found;     // what was seen
    std::string remedy{};  // what to do or set; may be empty
};

class Examination {
  public:
    // All of these outlive it.
    Examination(Clock& clock, HttpPortal& portal, const Configuration& configuration,
                const StreamSettings& stream)
        : clock_(clock), portal_(portal), configuration_(configuration), stream_(stream) {}
    Examination(const Examination&) = delete;
    Examination& operator=(const Examination&) = delete;

    // Fails only where it is interrupted: what goes wrong is a finding, and ends it.
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

}  // namespace carecloud
