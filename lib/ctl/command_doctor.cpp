// carecloudctl doctor
#include "ctl/command_context.hpp"
#include "ctl/daemon_client.hpp"
#include "ctl/examination.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

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
    const LoadedConfiguration loaded = load_configuration(context.line.text("config", kUsualConfiguration));
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
        auto examining = examination.run();
        const CtlResult<void> done = co_await std::move(examining);
        if (!done) co_return done.error();
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
