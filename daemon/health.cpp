#include "health.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr std::string_view kOfStreams = "stream ";

std::string stream_key(std::string_view stream, std::string_view what) {
    return std::string(kOfStreams).append(stream).append(" ").append(what);
}

void append(std::string& line, std::string_view label, std::string_view text) {
    if (!line.empty()) line += "; ";
    line += label;
    line += text;
}

}  // namespace

void Health::doing(std::string_view stream, std::string text) {
    streams_.insert_or_assign(std::string(stream), std::move(text));
    notify_.status(status());
}

void Health::degrade(std::string_view key, std::string reason) {
    reasons_.insert_or_assign(std::string(key), std::move(reason));
    notify_.status(status());
}

void Health::restore(std::string_view key) {
    const auto found = reasons_.find(key);
    if (found == reasons_.end()) return;
    reasons_.erase(found);
    notify_.status(status());
}

void Health::degrade_stream(std::string_view stream, std::string_view what, std::string reason) {
    degrade(stream_key(stream, what), std::move(reason));
}

void Health::restore_stream(std::string_view stream, std::string_view what) {
    restore(stream_key(stream, what));
}

void Health::remark(std::string text) {
    remark_ = std::move(text);
    notify_.status(status());
}

void Health::forget_streams() {
    streams_.clear();
    std::erase_if(reasons_, [](const auto& entry) { return entry.first.starts_with(kOfStreams); });
}

std::vector<std::string> Health::reasons() const {
    std::vector<std::string> all;
    all.reserve(reasons_.size());
    for (const auto& [key, reason] : reasons_)
        all.push_back(reason);
    return all;
}

std::vector<std::string> Health::store_reasons() const {
    std::vector<std::string> found;
    for (const auto& [key, reason] : reasons_) {
        if (key.starts_with(kOfStreams) && key.ends_with(kOfStore)) found.push_back(reason);
    }
    return found;
}

std::string Health::status() const {
    std::string line = remark_;
    std::string_view label = "degraded: ";
    for (const std::string& reason : reasons())
        append(line, std::exchange(label, ""), reason);
    for (const auto& [stream, text] : streams_)
        append(line, stream, " " + text);
    return line;
}

}  // namespace carecloud
