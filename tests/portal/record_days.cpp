#include "portal/record_days.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace carecloud {
namespace {

// "20170103 02:44 PM" (the vendor's API documentation).
std::string sign_time(const CareDay& day, unsigned minute_of_day) {
    const unsigned hour = minute_of_day / 60 % 24;
    std::array<char, 32> text{};
    const int size =
        std::snprintf(text.data(), text.size(), "%s %02u:%02u %s", day_text(day).c_str(),
                      hour % 12 == 0 ? 12 : hour % 12, minute_of_day % 60, hour < 12 ? "AM" : "PM");
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string hours(unsigned minutes) {
    std::array<char, 16> text{};
    const int size =
        std::snprintf(text.data(), text.size(), "%u.%02u", minutes / 60, minutes % 60 * 100 / 60);
    return {text.data(), static_cast<std::size_t>(size)};
}

// Hours are a string, a number or null (the vendor's API documentation).
void write_hours(RecordWriter& out, RecordRandom& random, const char* name, unsigned minutes) {
    const auto form = random.below(4);
    if (minutes == 0 && form < 2)
        out.raw(name, "null");
    else if (form == 3)
        out.raw(name, hours(minutes));
    else
        out.text(name, hours(minutes));
}

void write_sign_times(RecordWriter& out, const CareDay& day, unsigned in, unsigned minutes) {
    out.text("signin", sign_time(day, in));
    out.text("signout", sign_time(day, in + minutes));
}

void write_sign(RecordWriter& out, RecordRandom& random, const CareDay& day, unsigned in, unsigned minutes) {
    std::string sign_in_id;
    std::string sign_out_id;
    random.append_hex(sign_in_id, 12);
    random.append_hex(sign_out_id, 12);
    out.open_element();
    write_sign_times(out, day, in, minutes);
    out.text("signInId", sign_in_id);
    out.text("signOutId", sign_out_id);
    out.text("comment", random.chance(3) ? "picked up early" : "");
    out.close('}');
}

void write_summary(RecordWriter& out, RecordRandom& random, unsigned minutes) {
    out.open("dailysummary", '{');
    out.raw("totaldays", minutes > 0 ? "1" : "0");
    out.raw("nhtotaldays", minutes > 0 ? "1" : "0");
    out.raw("ahtotaldays", "0");
    write_hours(out, random, "thtotalhours", minutes);
    write_hours(out, random, "nhtotalhours", minutes);
    write_hours(out, random, "ahtotalhours", 0);
    write_hours(out, random, "satotalhours", 0);
    write_hours(out, random, "sutotalhours", 0);
    out.raw("totalabsence", minutes > 0 ? "0" : "1");
    out.close('}');
}

void write_day(RecordWriter& out, RecordRandom& random, const CareDay& day) {
    const bool absent = random.chance(8);
    const auto morning = static_cast<unsigned>(180 + random.below(90));
    const auto afternoon = static_cast<unsigned>(120 + random.below(120));
    const bool twice = random.chance(45);
    out.open_element();
    out.text("attendancedate", day_text(day));
    out.text("isabsence", absent ? "Y" : "N");
    out.text("absencetype", absent ? "sick" : "");
    out.open("signinout", '[');
    if (!absent) write_sign(out, random, day, static_cast<unsigned>(420 + random.below(90)), morning);
    if (!absent && twice)
        write_sign(out, random, day, static_cast<unsigned>(780 + random.below(60)), afternoon);
    out.close(']');
    write_summary(out, random, absent ? 0 : morning + (twice ? afternoon : 0));
    out.text("comment", "");
    out.close('}');
}

// The only day of a light record.
void write_light_day(RecordWriter& out, RecordRandom& random, const CareDay& day) {
    out.open_element();
    out.text("attendancedate", day_text(day));
    out.text("isabsence", "N");
    out.open("signinout", '[');
    out.open_element();
    write_sign_times(out, day, static_cast<unsigned>(420 + random.below(90)),
                     static_cast<unsigned>(180 + random.below(90)));
    out.close('}');
    out.close(']');
    out.close('}');
}

void write_header(RecordWriter& out, const AttendanceShape& shape) {
    out.open("header", '{');
    out.text("agencycode", "TEST01");
    out.text("type", "attendance");
    out.text("createtime", day_text({shape.month.year, shape.month.month, days_in(shape.month)}) + "170000");
    out.close('}');
}

void write_month(RecordWriter& out, RecordRandom& random) {
    out.open("summary", '{');
    for (const char* week : {"wk1", "wk2", "wk3", "wk4", "wk5", "wk6"}) {
        write_hours(out, random, week, static_cast<unsigned>(random.below(2400)));
    }
    write_hours(out, random, "month", static_cast<unsigned>(random.below(9600)));
    out.close('}');
}

void write_days(RecordWriter& out, RecordRandom& random, const AttendanceShape& shape) {
    const auto [year, month] = shape.month;
    out.open("attendanceinfo", '[');
    if (!shape.full) write_light_day(out, random, {year, month, 1 + static_cast<unsigned>(random.below(28))});
    for (unsigned day = 1; shape.full && day <= days_in(shape.month); ++day)
        write_day(out, random, {year, month, day});
    out.close(']');
}

void write_rest(RecordWriter& out, RecordRandom& random, const AttendanceShape& shape) {
    out.text("claimid", "CL" + std::to_string(shape.index / 12));
    out.raw("familyfee", std::to_string(random.below(200)));
    out.text("comment", "");
    write_month(out, random);
    out.text("version", "2.1");
    out.text("versiondate", "20230601");
    out.text("DigitalSubmission", "Y");
    out.text("SubmitDate", day_text({shape.month.year, shape.month.month, days_in(shape.month)}));
    out.text(random.chance(10) ? "MissingDailySiguature" : "MissingDailySignature", "N");
    out.text("MissingConfirmSignature", "N");
}

void write_footer(RecordWriter& out, RecordRandom& random) {
    std::string crc;
    random.append_hex(crc, 8);
    out.open("footer", '{');
    out.text("crc", crc);
    out.close('}');
}

}  // namespace

unsigned days_in(const CareMonth& month) {
    using namespace std::chrono;
    const year_month_day_last last{std::chrono::year{month.year},
                                   month_day_last{std::chrono::month{month.month}}};
    return static_cast<unsigned>(last.day());
}

std::string day_text(const CareDay& day) {
    std::array<char, 16> text{};
    const int size = std::snprintf(text.data(), text.size(), "%04d%02u%02u", day.year % 10'000,
                                   day.month % 100, day.day % 100);
    return {text.data(), static_cast<std::size_t>(size)};
}

void write_attendance(RecordWriter& out, RecordRandom& random, const AttendanceShape& shape) {
    out.open("attendance", '{');
    if (shape.full) write_header(out, shape);
    out.open("body", '{');
    // Both spellings occur (the vendor's API documentation).
    out.text(random.chance(10) ? "invocieamount" : "invoiceamount",
             hours(static_cast<unsigned>(random.below(60'000))));
    write_days(out, random, shape);
    if (shape.full) write_rest(out, random, shape);
    out.close('}');
    if (shape.full) write_footer(out, random);
    out.close('}');
}

}  // namespace carecloud
