#include "portal/dialect.hpp"

#include <nlohmann/json.hpp>

namespace carecloud {

std::string Dialect::to_json() const {
    const nlohmann::ordered_json json{
        {"modified", modified == ModifiedLiteral::string ? "string" : "date"},
        {"id", id == IdLiteral::string ? "string" : "oid"},
        {"keyset", keyset},
        {"lte", lte},
        {"lt", lt},
        {"spelling", spelling == Spelling::camel ? "camel" : "pascal"},
        {"cap", cap},
    };
    return json.dump();
}

std::optional<Dialect> Dialect::from_json(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return std::nullopt;
    const auto word = [&](const char* name) {
        const auto found = json.find(name);
        return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
    };
    const auto flag = [&](const char* name) {
        const auto found = json.find(name);
        return found != json.end() && found->is_boolean() && found->get<bool>();
    };
    const std::string modified = word("modified");
    const std::string id = word("id");
    const std::string spelling = word("spelling");
    const auto keyset = json.find("keyset");
    const auto cap = json.find("cap");
    if (modified != "string" && modified != "date") return std::nullopt;
    if (id != "string" && id != "oid") return std::nullopt;
    if (spelling != "camel" && spelling != "pascal") return std::nullopt;
    if (keyset == json.end() || !keyset->is_boolean()) return std::nullopt;
    if (cap == json.end() || !cap->is_number_unsigned()) return std::nullopt;
    return Dialect{
        .modified = modified == "string" ? ModifiedLiteral::string : ModifiedLiteral::date,
        .id = id == "string" ? IdLiteral::string : IdLiteral::oid,
        .keyset = keyset->get<bool>(),
        .spelling = spelling == "camel" ? Spelling::camel : Spelling::pascal,
        .lte = flag("lte"),
        .lt = flag("lt"),
        .cap = cap->get<std::size_t>(),
    };
}

}  // namespace carecloud
