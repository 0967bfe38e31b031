// carecloudctl export: reads the records page by page, so only one page is in memory. A CSV has a column for each
// member that occurs in any record, so its records are read twice.
#include "base/co_try.hpp"
#include "ctl/command_context.hpp"
#include "ctl/command_line.hpp"
#include "ctl/csv.hpp"
#include "ctl/human_text.hpp"
#include "ctl/json_pieces.hpp"
#include "net/url.hpp"

#include <functional>
#include <utility>

namespace carecloud {
namespace {

constexpr const char* kRecordsAPage = "1000";
constexpr Duration kReload = std::chrono::seconds(30);

// Receives a record; returns false to stop.
using RecordTaker = std::function<bool(std::string& record)>;

// Calls `take` with all records of the list, in order.
Task<CtlResult<void>> each_record(CommandContext& context, const std::string& list, std::string doing,
                                  RecordTaker take) {
    const MonoTime begun = context.clock.now();
    std::uint64_t count = 0;
    std::string after;
    while (true) {
        std::string target = list;
        add_query(target, "after", after);
        CO_TRY_ASSIGN(std::string body,
                      get_patiently(context, std::move(target), count == 0 ? Duration{} : kReload));
        JsonPage page = slice_page(body, "records");
        for (std::string& record : page.rows) {
            ++count;
            if (!take(record)) co_return CtlResult<void>{};
        }
        const CtlJson& next = page.members.at("next");
        if (next.is_null()) co_return CtlResult<void>{};
        after = next.get<std::string>();
        const auto ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.now() - begun).count();
        context.output.progress(doing + counted(count, "record", "records") + ", " +
                                grouped(count * 1000 / static_cast<std::uint64_t>(ms + 1)) + " per second");
    }
}

CtlTask export_lines(CommandContext& context, std::string list) {
    const auto write = [&context](std::string& record) {
        context.output.json(record);
        return context.output.good();
    };
    CO_TRY(each_record(context, list, "", write));
    co_return CtlExit::ok;
}

CtlTask export_csv(CommandContext& context, std::string list) {
    CsvColumns columns;
    const auto learn = [&columns](std::string& record) {
        columns.learn(record);
        return true;
    };
    CO_TRY(each_record(context, list, "collecting columns: ", learn));
    if (columns.empty()) co_return CtlExit::ok;
    context.output.bytes(columns.heading());
    const auto write = [&](std::string& record) {
        context.output.bytes(columns.row(record));
        return context.output.good();
    };
    CO_TRY(each_record(context, list, "", write));
    if (columns.left_out() > 0) {
        co_return CtlFailure{.exit = CtlExit::temporary,
                             .what = counted(columns.left_out(), "value has", "values have") +
                                     " no column, because the records changed during the export",
                             .hint = "run it again"};
    }
    co_return CtlExit::ok;
}

CtlTask fail_with(CtlFailure failure) {
    co_return failure;
}

}  // namespace

CtlTask ctl_export(CommandContext& context) {
    const CtlResult<DayTexts> days = parse_day_range(context.line);
    if (!days) return fail_with(days.error());
    const std::string format = context.line.text("format", "ndjson");
    if (format != "ndjson" && format != "csv")
        return fail_with({.exit = CtlExit::usage,
                          .what = "--format must be ndjson or csv",
                          .hint = "see carecloudctl export --help"});
    if (format == "csv" && context.line.has("json"))
        return fail_with({.exit = CtlExit::usage,
                          .what = "--json cannot be used with --format csv",
                          .hint = "omit one of them; see carecloudctl export --help"});
    std::string list = "/v1/records/" + percent_encode(context.line.arguments[0]);
    add_query(list, "start", days->from);
    add_query(list, "end", days->to);
    add_query(list, "limit", kRecordsAPage);
    return format == "csv" ? export_csv(context, std::move(list)) : export_lines(context, std::move(list));
}

}  // namespace carecloud
