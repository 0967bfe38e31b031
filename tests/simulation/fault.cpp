#include "simulation/fault.hpp"

#include <array>
#include <utility>

namespace carecloud {
namespace {

constexpr std::array<std::pair<Fault, std::string_view>, 48> kNames{{
    {Fault::kill, "kill"},         {Fault::stop, "stop"},       {Fault::rival, "rival"},
    {Fault::settings, "settings"}, {Fault::store, "store"},     {Fault::network, "network"},
    {Fault::server, "server"},     {Fault::rate, "rate"},       {Fault::quota, "quota"},
    {Fault::key, "key"},           {Fault::empty, "empty"},     {Fault::foreign, "foreign"},
    {Fault::unsorted, "unsorted"}, {Fault::stale, "stale"},     {Fault::total, "total"},
    {Fault::spelling, "spelling"}, {Fault::busy, "busy"},       {Fault::move, "move"},
    {Fault::size, "size"},         {Fault::late, "late"},       {Fault::very_late, "very_late"},
    {Fault::future, "future"},     {Fault::skew, "skew"},       {Fault::unbumped, "unbumped"},
    {Fault::remove, "remove"},     {Fault::jump, "jump"},       {Fault::events, "events"},
    {Fault::hole, "hole"},         {Fault::lanes, "lanes"},     {Fault::back, "back"},
    {Fault::distant, "distant"},   {Fault::restore, "restore"}, {Fault::lag, "lag"},
    {Fault::date, "date"},         {Fault::clock, "clock"},     {Fault::cut, "cut"},
    {Fault::blank, "blank"},       {Fault::mixed, "mixed"},     {Fault::retype, "retype"},
    {Fault::month, "month"},       {Fault::bytes, "bytes"},     {Fault::envelope, "envelope"},
    {Fault::fickle, "fickle"},     {Fault::thrown, "thrown"},   {Fault::reload, "reload"},
    {Fault::confirm, "confirm"},   {Fault::ahead, "ahead"},     {Fault::prompt, "prompt"},
}};

}  // namespace

const std::vector<Fault>& all_faults() {
    static const std::vector<Fault> faults = [] {
        std::vector<Fault> all;
        for (const auto& [fault, name] : kNames)
            all.push_back(fault);
        return all;
    }();
    return faults;
}

std::string_view to_string(Fault fault) {
    for (const auto& [value, name] : kNames) {
        if (value == fault) return name;
    }
    return "unknown";
}

std::optional<Fault> fault_from(std::string_view name) {
    for (const auto& [value, known] : kNames) {
        if (known == name) return value;
    }
    return std::nullopt;
}

}  // namespace carecloud
