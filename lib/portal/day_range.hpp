// A range of days as the portal can be asked for it: by `startDate` and `endDate`, which the vendor recommends for a
// month or several (docs: portal-api facts, "claim_attendance"; texts that begin with "yyyyMMdd"). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// Whether it is a day of the calendar as "20240229", of the years 1900 to 2100.
bool is_day(std::string_view text);

// Conditions for Query, one a step: first the records that began before `first_day` and end no earlier, then those that
// begin in each month of the range. Together they are the records that overlap the range, and no record is in two of
// them; a record without an endDate is found by its start alone. Needs two days in their order.
std::vector<std::string> day_steps(std::string_view first_day, std::string_view last_day);

}  // namespace carecloud
