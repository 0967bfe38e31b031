#include "telemetry/health.hpp"

#include "base/packaged_service.hpp"
#include "base/quantity_text.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr std::string_view kOfStreams = "stream ";
constexpr std::string_view kOfFiles = "configuration";

std::string stream_key(std::string_view stream, std::string_view what) {
    return std::string(kOfStreams).append(stream).append(" ").append(what);
}

// Sets the start time, unless the reason has one: that of the known reason with the same key, otherwise now.
void keep_since(Reason& reason, const ReasonMap& known, std::string_view key, Timestamp now) {
    const auto found = known.find(key);
    if (reason.since == Timestamp{}) reason.since = found == known.end() ? now : found->second.since;
}

}  // namespace

void Health::doing(std::string_view stream, std::string text) {
    streams_.insert_or_assign(std::string(stream), Doing{.text = std::move(text)});
    report();
}

void Health::at_end(std::string_view stream, std::optional<Timestamp> newest) {
    streams_.insert_or_assign(std::string(stream), Doing{.newest = newest});
    report();
}

void Health::degrade(std::string_view key, Reason reason) {
    keep_since(reason, reasons_, key, clock_.wall());
    reasons_.insert_or_assign(std::string(key), std::move(reason));
    report();
}

void Health::restore(std::string_view key) {
    const auto found = reasons_.find(key);
    if (found == reasons_.end()) return;
    reasons_.erase(found);
    report();
}

void Health::degrade_stream(std::string_view stream, std::string_view what, Reason reason) {
    reason.stream = stream;
    degrade(stream_key(stream, what), std::move(reason));
}

void Health::restore_stream(std::string_view stream, std::string_view what) {
    restore(stream_key(stream, what));
}

void Health::remark(std::string text) {
    restore(kOfFiles);
    if (text.empty()) return;
    const PackagedService& service = PackagedService::own();
    degrade(kOfFiles, {.state = ServiceState::warning,
                       .text = std::move(text),
                       .remedy = "fix it, then run: " + service.program() + " --check && systemctl reload " +
                                 service.unit()});
}

void Health::observe(ReasonMap found) {
    const Timestamp now = clock_.wall();
    for (auto& [key, reason] : found)
        keep_since(reason, observed_, key, now);
    observed_ = std::move(found);
    report();
}

void Health::set_role(std::string text) {
    role_ = std::move(text);
    report();
}

void Health::forget_configured() {
    streams_.clear();
    std::erase_if(reasons_, [](const auto& entry) {
        return entry.first.starts_with(kOfStreams) || entry.first == kOfEvents;
    });
    std::erase_if(observed_, [](const auto& entry) {
        return !entry.second.stream.empty() || entry.first.starts_with(kOfSubscriptions);
    });
}

std::vector<Reason> Health::reasons() const {
    std::vector<Reason> all;
    all.reserve(reasons_.size() + observed_.size());
    for (const ReasonMap* const some : {&reasons_, &observed_})
        for (const auto& [key, reason] : *some)
            all.push_back(reason);
    std::stable_sort(all.begin(), all.end(),
                     [](const Reason& a, const Reason& b) { return a.state > b.state; });
    return all;
}

std::vector<std::string> Health::store_reasons() const {
    std::vector<std::string> found;
    for (const auto& [key, reason] : reasons_) {
        if (key.starts_with(kOfStreams) && key.ends_with(kOfStore))
            found.push_back(sentence_with_remedy(reason));
    }
    return found;
}

bool Health::suffers(std::string_view stream) const {
    return reasons_.contains(stream_key(stream, kOfPass)) || reasons_.contains(stream_key(stream, kOfStore));
}

bool Health::explains(std::string_view stream) const {
    return reasons_.contains(kNothingYet) || suffers(stream);
}

std::string Health::words_of(const std::string& stream, const Doing& doing) const {
    if (!doing.text.empty()) return stream + " " + doing.text;
    if (!doing.newest) return stream + ": no record";
    return stream + ": newest record " + span_text(clock_.wall() - *doing.newest) + " old";
}

std::string Health::status() const {
    std::string line = status_line(reasons(), clock_.wall());
    if (!role_.empty()) line += " | " + role_;
    for (const auto& [stream, doing] : streams_) {
        const bool said = !doing.text.empty() && suffers(stream);
        if (!said) line += " | " + words_of(stream, doing);
    }
    return line;
}

void Health::report() {
    std::string line = status();
    if (line == reported_) return;
    reported_ = std::move(line);
    notify_.status(reported_);
}

}  // namespace carecloud
