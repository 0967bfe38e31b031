#include "unit/store_sqlite/attendance_reader.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <regex>

namespace carecloud {
namespace {

using Json = OrderedJson;
using Read = std::optional<std::string> (*)(const Json&);  // std::nullopt: it cannot be read
using Texts = std::vector<std::string>;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

std::optional<std::string> text(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
    if (value.is_number()) return value.dump();
    return std::nullopt;
}

bool is_date(const std::string& digits) {
    using namespace std::chrono;
    return year_month_day{year{std::stoi(digits.substr(0, 4))},
                          month{static_cast<unsigned>(std::stoi(digits.substr(4, 2)))},
                          day{static_cast<unsigned>(std::stoi(digits.substr(6, 2)))}}
        .ok();
}

std::string dashed(const std::string& digits) {
    return digits.substr(0, 4) + '-' + digits.substr(4, 2) + '-' + digits.substr(6, 2);
}

std::optional<std::string> date(const Json& value) {
    static const std::regex form(R"(\d{8}(([01]\d|2[0-3])[0-5]\d[0-5]\d)?)");
    const auto digits = text(value);
    if (!digits || value.is_boolean() || !std::regex_match(*digits, form) || !is_date(*digits))
        return std::nullopt;
    if (digits->size() == 8) return dashed(*digits);
    return dashed(*digits) + 'T' + digits->substr(8, 2) + ':' + digits->substr(10, 2) + ':' +
           digits->substr(12, 2);
}

std::optional<std::string> sign_time(const Json& value) {
    static const std::regex form(R"((\d{8}) (0[1-9]|1[0-2]):([0-5]\d) ([AP])M)", std::regex::icase);
    std::smatch part;
    const std::string whole = value.is_string() ? value.get<std::string>() : "";
    if (!std::regex_match(whole, part, form) || !is_date(part[1])) return std::nullopt;
    const int hour = std::stoi(part[2]) % 12 + (lower(part[4]) == "p" ? 12 : 0);
    return dashed(part[1]) + (hour < 10 ? "T0" : "T") + std::to_string(hour) + ':' + part[3].str() + ":00";
}

std::optional<std::string> number(const Json& value) {
    static const std::regex form(R"(\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*)");
    double found = 0;
    if (value.is_number()) {
        found = value.get<double>();
    } else {
        const std::string whole = value.is_string() ? value.get<std::string>() : "";
        if (!std::regex_match(whole, form)) return std::nullopt;
        found = std::strtod(whole.c_str(), nullptr);
    }
    if (std::abs(found) > 1e308) return std::nullopt;
    return six_decimals(found);
}

std::optional<std::string> flag(const Json& value) {
    const std::string word = lower(text(value).value_or(""));
    if (word == "1" || word == "y" || word == "yes" || word == "true") return "1";
    if (word == "0" || word == "n" || word == "no" || word == "false") return "0";
    return std::nullopt;
}

std::optional<std::string> presence(const Json& value) {
    return value.is_string() ? std::optional<std::string>("1") : std::nullopt;
}

bool says_something(const Json& value) {
    return !value.is_null() && value != "";
}

// Reads the members of one object into a row, and notes what cannot be read.
class Members {
  public:
    Members(const Json& object, std::string path, AttendanceRows& all)
        : object_(object), path_(std::move(path)), all_(all) {}

    void take(ViewRow& row, const Texts& names, Read read) const {
        for (const std::string& name : names) {
            row[name] = read == presence ? std::optional<std::string>("0") : std::nullopt;
            const auto found = object_.is_object() ? object_.find(name) : object_.end();
            if (found != object_.end()) row[name] = value(*found, name, read);
        }
    }

    // The first member that is not null and has one of the names in `spellings`, ignoring case.
    void take_spelled(ViewRow& row, const std::string& name, const Texts& spellings, Read read) const {
        row[name] = std::nullopt;
        bool first = true;
        if (!object_.is_object()) return;
        for (const auto& [key, member] : object_.items()) {
            if (member.is_null() ||
                std::find(spellings.begin(), spellings.end(), lower(key)) == spellings.end())
                continue;
            const auto found = value(member, key, read);
            if (first) row[name] = found;
            first = false;
        }
    }

    // A member that must be an object or an array; null if it is not.
    Json container(const std::string& name, Json::value_t type) const {
        const Json found = object_.is_object() ? object_.value(name, Json()) : Json();
        if (found.type() == type) return found;
        if (says_something(found)) all_.malformed.insert(path_ + '.' + name);
        return {};
    }

  private:
    std::optional<std::string> value(const Json& member, const std::string& key, Read read) const {
        if (member.is_null()) return read == presence ? std::optional<std::string>("0") : std::nullopt;
        if (member == "")
            return read == text       ? std::optional<std::string>("")
                   : read == presence ? std::optional<std::string>("0")
                                      : std::nullopt;
        auto found = read(member);
        if (!found) all_.malformed.insert(path_ + '.' + key);
        return found;
    }

    const Json& object_;
    std::string path_;
    AttendanceRows& all_;
};

void read_element(const Json& element, const std::string& path, AttendanceRows& all) {
    if (!element.is_object() && says_something(element)) all.malformed.insert(path);
}

void read_day(const Json& day, const std::string& path, AttendanceRows& all) {
    read_element(day, path, all);
    const Members members(day, path, all);
    ViewRow row;
    members.take(row, {"attendancedate"}, date);
    members.take(row, {"isabsence"}, flag);
    members.take(row, {"absencetype", "comment"}, text);
    const Json summary = members.container("dailysummary", Json::value_t::object);
    Members(summary, path + ".dailysummary", all)
        .take(row,
              {"totaldays", "nhtotaldays", "ahtotaldays", "thtotalhours", "nhtotalhours", "ahtotalhours",
               "satotalhours", "sutotalhours", "totalabsence"},
              number);
    const Json signs = members.container("signinout", Json::value_t::array);
    row["signs"] = std::to_string(signs.size());
    for (std::size_t i = 0; i < signs.size(); ++i) {
        const std::string sign_path = path + ".signinout[" + std::to_string(i) + ']';
        read_element(signs[i], sign_path, all);
        ViewRow sign{{"attendancedate", row["attendancedate"]}, {"sign", std::to_string(i)}};
        const Members of_sign(signs[i], sign_path, all);
        of_sign.take(sign, {"signin", "signout"}, sign_time);
        of_sign.take(sign, {"signInId", "signOutId", "comment"}, text);
        all.signs.push_back(std::move(sign));
    }
    all.days.push_back(std::move(row));
}

void read_month(const Members& month, const std::string& path, AttendanceRows& all) {
    ViewRow& row = all.record;
    month.take_spelled(row, "invoiceamount", {"invoiceamount", "invocieamount"}, number);
    month.take(row, {"familyfee"}, number);
    month.take(row, {"version"}, text);
    month.take(row, {"versiondate"}, date);
    month.take_spelled(row, "DigitalSubmission", {"digitalsubmission"}, flag);
    month.take_spelled(row, "SubmitDate", {"submitdate"}, date);
    month.take_spelled(row, "MissingDailySignature", {"missingdailysignature", "missingdailysiguature"},
                       flag);
    month.take_spelled(row, "MissingConfirmSignature", {"missingconfirmsignature", "missingconfirmsiguature"},
                       flag);
    const Json summary = month.container("summary", Json::value_t::object);
    Members(summary, path + ".summary", all)
        .take(row, {"wk1", "wk2", "wk3", "wk4", "wk5", "wk6", "month"}, number);
    const Json days = month.container("attendanceinfo", Json::value_t::array);
    for (std::size_t i = 0; i < days.size(); ++i)
        read_day(days[i], path + ".attendanceinfo[" + std::to_string(i) + ']', all);
}

}  // namespace

std::string six_decimals(double number) {
    std::string text(400, '\0');
    text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.6f", number)));
    return text;
}

AttendanceRows read_attendance(const OrderedJson& body) {
    AttendanceRows all;
    ViewRow& row = all.record;
    const Members top(body, "$", all);
    row["disabled"] = body.value("disabled", Json()) == true ? "1" : "0";
    top.take(row,
             {"status", "entityId", "claimId", "childId", "childName", "providerId", "providerName",
              "providerType", "familyId", "comment", "category", "created"},
             text);
    top.take(row, {"childDOB", "startDate", "endDate", "parentSignDate", "providerSignDate"}, date);
    top.take(row, {"parentSignature", "providerSignature"}, presence);
    const Json attendance = top.container("attendance", Json::value_t::object);
    const Members of_attendance(attendance, "$.attendance", all);
    const Json header = of_attendance.container("header", Json::value_t::object);
    Members(header, "$.attendance.header", all).take(row, {"agencycode", "type"}, text);
    Members(header, "$.attendance.header", all).take(row, {"createtime"}, date);
    const Json month = of_attendance.container("body", Json::value_t::object);
    read_month(Members(month, "$.attendance.body", all), "$.attendance.body", all);
    return all;
}

}  // namespace carecloud
