#include "unit_credentials.hpp"

#include "runtime/text.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace carecloud {
namespace {

constexpr std::size_t kPathShown = 400;

// Writes the credential to the descriptor. False if systemd-creds is missing or fails.
bool run_systemd_creds(const std::string& name, const std::string& sealed, int to) {
    std::string program = "systemd-creds";
    std::string command = "decrypt";
    std::string of_name = "--name=" + name;
    std::string from = sealed;
    std::string standard_output = "-";
    const std::array<char*, 6> words{program.data(), command.data(),         of_name.data(),
                                     from.data(),    standard_output.data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
    pid_t child = 0;
    const int failure = ::posix_spawnp(&child, program.c_str(), &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) return false;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

UnitCredentials::UnitCredentials(Configuration& configuration, const std::string& file,
                                 const ServiceUnit& unit) {
    use(configuration.portal.api_key_file, file, unit);
    if (configuration.api.token_file) use(*configuration.api.token_file, file, unit);
    if (configuration.store.password_file) use(*configuration.store.password_file, file, unit);
    if (!configuration.sns) return;
    if (configuration.sns->basic_auth_file) use(*configuration.sns->basic_auth_file, file, unit);
    if (!configuration.sns->tls) return;
    use(configuration.sns->tls->certificate, file, unit);
    use(configuration.sns->tls->private_key, file, unit);
}

UnitCredentials::~UnitCredentials() {
    for (const int copy : copies_)
        ::close(copy);
}

void UnitCredentials::use(std::string& path, const std::string& file, const ServiceUnit& unit) {
    namespace fs = std::filesystem;
    const std::string name = fs::path(path).filename().string();
    if (fs::path(path).parent_path() != fs::absolute(file).parent_path()) return;
    // In the service, a credential takes precedence over a file with its name next to the configuration.
    if (const auto plain = unit.credentials.find(name); plain != unit.credentials.end())
        path = plain->second;
    else if (const auto sealed = unit.encrypted_credentials.find(name);
             sealed != unit.encrypted_credentials.end())
        decrypt(path, name, sealed->second);
}

void UnitCredentials::decrypt(std::string& path, const std::string& name, const std::string& sealed) {
    const int copy = ::memfd_create(name.c_str(), MFD_CLOEXEC);
    if (copy < 0) {
        problems_.push_back(printable(sealed) +
                            ": cannot decrypt it: " + std::generic_category().message(errno));
        return;
    }
    copies_.push_back(copy);
    ::fchmod(copy, S_IRUSR | S_IWUSR);
    if (!run_systemd_creds(name, sealed, copy)) {
        problems_.push_back(in_quotes(sealed, kPathShown) + " (LoadCredentialEncrypted=" + printable(name) +
                            ": in the unit): systemd-creds cannot decrypt it; run this check as root; if it "
                            "still fails, create the file again: systemd-creds encrypt --name=" +
                            printable(name) + " FILE " + printable(sealed));
    }
    path = "/proc/self/fd/" + std::to_string(copy);
    sealed_[path] = sealed;
}

std::string UnitCredentials::readable(std::string text) const {
    for (const auto& [path, sealed] : sealed_) {
        for (auto at = text.find(path); at != std::string::npos; at = text.find(path, at + sealed.size()))
            text.replace(at, path.size(), sealed);
    }
    return text;
}

}  // namespace carecloud
