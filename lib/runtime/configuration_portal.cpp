#include "runtime/configuration_sections.hpp"
#include "runtime/text.hpp"

#include <charconv>
#include <cmath>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kScopeIdMax = 128;
constexpr double kPerSecondMax = 1000;

// The ids are sent in HTTP headers.
std::optional<std::string> as_scope_id(const Field& field) {
    std::optional<std::string> id = as_text(field);
    if (!id) return std::nullopt;
    if (id->size() <= kScopeIdMax && is_printable_ascii(*id) && id->find(' ') == std::string::npos) return id;
    field.problem(
        "must be at most 128 printable ASCII characters without spaces; copy the id from the portal");
    return std::nullopt;
}

std::optional<double> as_per_second(const Field& field) {
    const std::string remedy = "use a number of requests above 0 and at most 1000, such as 5 or 0.5";
    const std::optional<std::string> text = as_text(field);
    if (!text) return std::nullopt;
    double value = 0;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
    const bool number = failure == std::errc{} && end == text->data() + text->size() && std::isfinite(value);
    if (number && value > 0 && value <= kPerSecondMax) return value;
    field.problem(in_quotes(field.node->shown) + (number ? " is out of range; " : " is not a number; ") +
                  remedy);
    return std::nullopt;
}

void read_rate(const Field& field, RateSettings& settings) {
    MappingReader rate(field);
    if (const auto f = rate.find("per_second")) assign(as_per_second(*f), settings.per_second);
    if (const auto f = rate.find("burst")) assign(as_count(*f, 1, 10'000), settings.burst);
    if (const auto f = rate.find("monthly_quota")) {
        assign(as_count(*f, 1, 1'000'000'000'000), settings.monthly_quota);
    }
    rate.finish();
}

void read_dialect(const Field& field, std::optional<DialectSetting>& setting) {
    if (field.node->kind == YamlNode::Kind::scalar && field.node->text == "auto") return;
    if (field.node->kind != YamlNode::Kind::mapping) {
        field.problem(
            "must be 'auto' or a mapping; use auto, or { modified: string, id: string, keyset: true }");
        return;
    }
    constexpr std::string_view remedy = "specify all of modified, id and keyset, or use 'dialect: auto'";
    MappingReader dialect(field);
    DialectSetting chosen;
    if (const auto f = dialect.require("modified", remedy)) {
        assign(as_choice(*f, {"string", "date"}), chosen.modified_as_date);
    }
    if (const auto f = dialect.require("id", remedy))
        assign(as_choice(*f, {"string", "oid"}), chosen.id_as_oid);
    if (const auto f = dialect.require("keyset", remedy)) assign(as_bool(*f), chosen.keyset);
    dialect.finish();
    setting = chosen;
}

}  // namespace

void read_portal(const Field& field, const ConfigurationSource& source, PortalSettings& settings) {
    MappingReader portal(field);
    if (const auto f =
            portal.require("base_url", "set it to the portal's address, such as https://host/api")) {
        assign(as_base_url(*f), settings.base_url);
    }
    if (const auto f = portal.require("workspace_id", "copy it from the portal")) {
        assign(as_scope_id(*f), settings.workspace_id);
    }
    if (const auto f = portal.require("bucket_id", "copy it from the portal")) {
        assign(as_scope_id(*f), settings.bucket_id);
    }
    if (const auto f =
            portal.require("api_key_file", "set it to the file that contains the key, chmod 600")) {
        assign(as_file(*f, FileUse::secret, source), settings.api_key_file);
    }
    if (const auto f = portal.find("ca_file")) assign(as_file(*f, FileUse::plain, source), settings.ca_file);
    if (const auto f = portal.find("timeout")) assign(as_duration(*f, 1s, 10min), settings.timeout);
    if (const auto f = portal.find("page_size")) assign(as_count(*f, 1, 1000), settings.page_size);
    if (const auto f = portal.find("lanes")) assign(as_count(*f, 1, 100), settings.lanes);
    if (const auto f = portal.find("rate")) read_rate(*f, settings.rate);
    if (const auto f = portal.find("dialect")) read_dialect(*f, settings.dialect);
    portal.finish();
}

}  // namespace carecloud
