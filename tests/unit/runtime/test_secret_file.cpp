#include "runtime/files.hpp"
#include "unit/runtime/configuration_support.hpp"
#include "unit/runtime/temporary_directory.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("a secret is its file without one line break at the end") {
    const TemporaryDirectory directory;
    for (const auto& [content, secret] :
         std::vector<std::pair<std::string, std::string>>{{"hunter2", "hunter2"},
                                                          {"hunter2\n", "hunter2"},
                                                          {"hunter2\r\n", "hunter2"},
                                                          {"user:pass word\n", "user:pass word"},
                                                          {std::string(4096, 'a'), std::string(4096, 'a')}}) {
        const auto read = read_secret_file(directory.write("key", content), environment_of({}));
        REQUIRE(read.has_value());
        CHECK(*read == secret);
    }
    CHECK(read_secret_file(directory.write("readonly", "k", 0400), environment_of({})).has_value());
}

TEST_CASE("a bad secret file is refused with its path and a remedy, never with its content") {
    const TemporaryDirectory directory;
    const auto [content, reason] = GENERATE(table<std::string, std::string>({
        {"", "is empty"},
        {"\n", "is empty"},
        {"hunter2\n\n", "contains control characters or more than one line"},
        {"hunter2\nmore", "contains control characters or more than one line"},
        {"hunter2\t", "contains control characters"},
        {std::string("hunter2\0", 8), "contains control characters"},
        {"hunter2\r", "contains control characters"},
        {"hunter2\xff", "is not UTF-8 text"},
        {" hunter2", "starts or ends with a space"},
        {"hunter2 \n", "starts or ends with a space"},
        {std::string(4097, 'a'), "is larger than 4096 bytes"},
    }));
    const std::string path = directory.write("key", content);
    const auto read = read_secret_file(path, environment_of({}));
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == ErrorCode::config_invalid);
    CHECK(read.error().subject.starts_with("'" + path + "' " + reason));
    CHECK_FALSE(read.error().hint.empty());
    CHECK(read.error().message().find("hunter2") == std::string::npos);
}

TEST_CASE("too broad permissions are refused, with the command that fixes them") {
    const TemporaryDirectory directory;
    const unsigned mode = GENERATE(0640U, 0604U, 0644U, 0620U, 0666U, 0601U);
    const std::string path = directory.write("key", "hunter2", mode);
    const auto read = read_secret_file(path, environment_of({}));
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().subject.find("is accessible to users other than its owner (mode ") !=
          std::string::npos);
    CHECK(read.error().hint == "chmod 600 " + path);
}

TEST_CASE("systemd protects its credentials itself") {
    const TemporaryDirectory directory;
    const TemporaryDirectory elsewhere;
    const auto environment = environment_of({{"CREDENTIALS_DIRECTORY", directory.path().string()}});
    const std::string inside = directory.write("key", "hunter2", 0440);
    CHECK(read_secret_file(inside, environment).has_value());
    CHECK_FALSE(read_secret_file(inside, environment_of({})).has_value());
    const std::string outside = elsewhere.write("key", "hunter2", 0440);
    CHECK_FALSE(read_secret_file(outside, environment).has_value());
    std::filesystem::create_symlink(outside, directory.path() / "link");
    CHECK_FALSE(read_secret_file((directory.path() / "link").string(), environment).has_value());
    const auto around = directory.path() / ".." / elsewhere.path().filename() / "key";
    CHECK_FALSE(read_secret_file(around.string(), environment).has_value());
}

TEST_CASE("an error in a credential names the original file and the restart") {
    const TemporaryDirectory directory;
    const auto environment = environment_of({{"CREDENTIALS_DIRECTORY", directory.path().string()}});
    const std::string path = directory.write("api-key", "", 0400);
    CHECK(is_credential(path, environment));
    CHECK_FALSE(is_credential(path, environment_of({})));
    const auto read = read_secret_file(path, environment);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().subject.find("is empty") != std::string::npos);
    CHECK(read.error().hint.find("LoadCredential=") != std::string::npos);
    CHECK(read.error().hint.find("systemctl restart carecloud-syncd") != std::string::npos);
    CHECK(read_secret_file(path, environment_of({})).error().hint.find("LoadCredential=") ==
          std::string::npos);
}

TEST_CASE("anything but a regular file is refused immediately") {
    const TemporaryDirectory directory;
    const std::string base = directory.path().string();
    REQUIRE(::mkfifo((base + "/pipe").c_str(), 0600) == 0);
    CHECK(read_secret_file(base + "/pipe").error().subject.find("is not a regular file") !=
          std::string::npos);
    CHECK(read_secret_file(base).error().subject.find("is a directory") != std::string::npos);
    CHECK(read_secret_file(base + "/none").error().subject.find("No such file") != std::string::npos);
    CHECK(read_secret_file("/dev/zero").error().subject.find("is not a regular file") != std::string::npos);
}

TEST_CASE("a file's stamp changes with its content, its replacement and its permissions") {
    const TemporaryDirectory directory;
    const std::string path = directory.write("key", "one");
    const auto first = file_stamp(path);
    REQUIRE(first);
    CHECK(file_stamp(path) == first);
    directory.write("key", "longer");
    const auto second = file_stamp(path);
    CHECK(second != first);
    std::filesystem::rename(directory.write("other", "longer"), path);
    CHECK(file_stamp(path) != second);
    std::filesystem::remove(path);
    CHECK_FALSE(file_stamp(path));
}
