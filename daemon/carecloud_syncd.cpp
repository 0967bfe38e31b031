// carecloud-syncd, the service. Its command line is in options.cpp, its composition in service.cpp.
#include "base/ensure.hpp"
#include "control.hpp"
#include "options.hpp"
#include "runtime/service_manager.hpp"
#include "service.hpp"

#include <exception>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    using namespace carecloud;
    try {
        const auto parsed = parse_options(argc, argv, std::cout, std::cerr);
        if (const auto* code = std::get_if<ExitCode>(&parsed)) return static_cast<int>(*code);
        const auto& options = std::get<Options>(parsed);
        PackagedService::choose_own(service_of(options.config));
        hold_reloads();
        if (options.reload) return static_cast<int>(reload_service());
        if (options.new_store) return static_cast<int>(allow_new_store(options));
        if (!options.copy_store.empty()) return static_cast<int>(copy_store(options));
        if (!options.undo_move.empty()) return static_cast<int>(undo_move(options));
        return static_cast<int>(options.check ? check_configuration(options) : run_service(options));
    } catch (const std::exception& broken) {
        say_last("carecloud-syncd: " + std::string(broken.what()) + "\n");
        return static_cast<int>(ExitCode::software);
    }
}
