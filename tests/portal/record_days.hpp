// The `attendance` object of a generated record: a header, a row for each day with sign-ins and hours, and a summary.
#pragma once

#include "portal/record_random.hpp"
#include "portal/record_writer.hpp"

#include <cstdint>
#include <string>

namespace carecloud {

struct CareMonth {
    int year;
    unsigned month;
};

struct CareDay {
    int year;
    unsigned month;
    unsigned day;
};

unsigned days_in(const CareMonth& month);
// "20170103"
std::string day_text(const CareDay& day);

struct AttendanceShape {
    CareMonth month;
    bool full = false;  // every day of the month; else one
    std::uint64_t index = 0;
};

void write_attendance(RecordWriter& out, RecordRandom& random, const AttendanceShape& shape);

}  // namespace carecloud
