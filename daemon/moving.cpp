// --copy-store and --undo-move: moving a store to another database.
#include "open_store.hpp"
#include "runtime/configuration.hpp"
#include "runtime/system_clock.hpp"
#include "runtime/yaml_reader.hpp"
#include "service.hpp"
#include "store/moving/copy_store.hpp"

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

namespace carecloud {
namespace {

constexpr std::uint64_t kRowsPerLine = 100'000;

// On a terminal, one line that is updated; otherwise a line for each table and each 100,000 rows.
class ProgressLine {
  public:
    void show(const MovingProgress& now) {
        const bool is_new = now.table != table_ || now.comparing != comparing_;
        table_ = now.table;
        comparing_ = now.comparing;
        const std::string line = std::string(now.comparing ? "comparing " : "copying ") + now.table + ": " +
                                 std::to_string(now.rows) + " rows in total";
        if (terminal_) {
            std::cerr << "\r\x1b[K" << line << std::flush;
            shown_ = true;
        } else if (is_new || now.rows / kRowsPerLine != printed_ / kRowsPerLine) {
            std::cerr << line << "\n";
            printed_ = now.rows;
        }
    }
    ~ProgressLine() {
        if (shown_) std::cerr << "\n";
    }

  private:
    const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
    bool shown_ = false;
    std::string table_{};
    bool comparing_ = false;
    std::uint64_t printed_ = 0;
};

ExitCode failed(const Error& error) {
    std::cerr << "carecloud-syncd: " << error.message() << "\n";
    return exit_code_of(error);
}

// The schema and the password of a PostgreSQL store are those of the configuration.
std::optional<Configuration> configured(const Options& options) {
    const LoadedConfiguration loaded = load_configuration(options.config);
    if (loaded.ok()) return loaded.configuration;
    std::cerr << report(loaded.file, loaded.problems) << "\n";
    return std::nullopt;
}

std::string random_generation() {
    static constexpr char digits[] = "0123456789abcdef";
    std::random_device random;
    std::string text;
    while (text.size() < 32)
        text += digits[random() % 16];
    return text;
}

}  // namespace

ExitCode copy_store(const Options& options) {
    const auto configuration = configured(options);
    if (!configuration) return ExitCode::configuration;
    boost::asio::io_context io;
    SystemClock clock(io);
    const auto from = open_moving_side(*configuration, options.copy_store.at(0), false, clock);
    if (!from) return failed(from.error());
    const auto to = open_moving_side(*configuration, options.copy_store.at(1), true, clock);
    if (!to) return failed(to.error());
    std::optional<ProgressLine> line(std::in_place);
    const auto moved = copy_store(**from, **to, [&line](const MovingProgress& now) { line->show(now); });
    line.reset();
    if (!moved) return failed(moved.error());
    std::cout << (*from)->description() << " was " << (moved->continued ? "completely " : "") << "copied to "
              << (*to)->description() << ", compared, and marked as moved; set store.url to the new place\n";
    return ExitCode::ok;
}

ExitCode undo_move(const Options& options) {
    const auto configuration = configured(options);
    if (!configuration) return ExitCode::configuration;
    boost::asio::io_context io;
    SystemClock clock(io);
    const auto store = open_moving_side(*configuration, options.undo_move, false, clock);
    if (!store) return failed(store.error());
    const auto undone = undo_move(**store, random_generation());
    if (!undone) return failed(undone.error());
    std::cout
        << (*store)->description()
        << " can be used again, with a new generation: consumers of the feed start from the beginning\n";
    return ExitCode::ok;
}

}  // namespace carecloud
