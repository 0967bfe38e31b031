#include "portal/portal_model.hpp"

#include <charconv>
#include <string>

namespace carecloud {
namespace {

Error bad_part(std::string_view part) {
    return {ErrorCode::invalid_argument, "read the dialect", "\"" + std::string(part) + "\"",
            "known: id=string|oid modified=string|date or=yes|no cap=NUMBER total=yes|no case=camel|pascal "
            "missing=null|404 sort=yes|no"};
}

// Sets `flag` to whether `value` is `yes`; returns false if it is neither `yes` nor `no`.
bool choose(bool& flag, std::string_view value, std::string_view yes, std::string_view no) {
    if (value != yes && value != no) return false;
    flag = value == yes;
    return true;
}

bool set_count(std::size_t& count, std::string_view value) {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    return error == std::errc{} && end == value.data() + value.size();
}

bool apply(ModelSettings& settings, std::string_view name, std::string_view value) {
    if (name == "id") return choose(settings.id_is_oid, value, "oid", "string");
    if (name == "modified") return choose(settings.modified_is_date, value, "date", "string");
    if (name == "or") return choose(settings.or_refused, value, "no", "yes");
    if (name == "cap") return set_count(settings.take_cap, value);
    if (name == "total") return choose(settings.totals, value, "yes", "no");
    if (name == "case") return choose(settings.pascal, value, "pascal", "camel");
    if (name == "missing") return choose(settings.missing_is_404, value, "404", "null");
    if (name == "sort") return choose(settings.ignore_sort, value, "no", "yes");
    return false;
}

}  // namespace

Result<ModelSettings> with_dialect(ModelSettings settings, std::string_view dialect) {
    while (!dialect.empty()) {
        const std::size_t comma = std::min(dialect.find(','), dialect.size());
        const std::string_view part = dialect.substr(0, comma);
        dialect.remove_prefix(std::min(comma + 1, dialect.size()));
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos) return bad_part(part);
        if (!apply(settings, part.substr(0, equals), part.substr(equals + 1))) return bad_part(part);
    }
    return settings;
}

std::string dialect_text(const ModelSettings& settings) {
    std::string text = settings.id_is_oid ? "id=oid" : "id=string";
    text += settings.modified_is_date ? ",modified=date" : ",modified=string";
    text += settings.or_refused ? ",or=no" : ",or=yes";
    text += ",cap=" + std::to_string(settings.take_cap);
    text += settings.totals ? ",total=yes" : ",total=no";
    text += settings.pascal ? ",case=pascal" : ",case=camel";
    text += settings.missing_is_404 ? ",missing=404" : ",missing=null";
    text += settings.ignore_sort ? ",sort=no" : ",sort=yes";
    return text;
}

}  // namespace carecloud
