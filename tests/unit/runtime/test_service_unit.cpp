// The paths that a unit allows its service to write to.
#include "runtime/service_unit.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

constexpr const char* kUnit = "carecloud-syncd.service";
constexpr const char* kTemplate = "carecloud-syncd@.service";
constexpr const char* kInstance = "carecloud-syncd@north.service";

// Folders like those of systemd, the administrator's first.
class Units {
  public:
    Units() {
        for (const std::string unit : {kUnit, kTemplate, kInstance}) {
            fs::create_directories(folder_.path() + "/etc/" + unit + ".d");
            fs::create_directories(folder_.path() + "/usr/" + unit + ".d");
        }
    }
    void put(const std::string& name, const std::string& text) const {
        std::ofstream(folder_.path() + "/" + name) << text;
    }
    void put_packaged() const {
        fs::copy_file(fs::path(std::getenv("CARECLOUD_SOURCE_DIR")) / "systemd" / kUnit,
                      folder_.path() + "/usr/" + kUnit);
    }
    std::optional<ServiceUnit> read(const char* unit = kUnit) const {
        return read_service_unit(unit, {folder_.path() + "/etc", folder_.path() + "/usr"});
    }
    std::string denied(const std::string& folder) const { return denied_by(read().value(), folder); }

  private:
    TempDir folder_;
};

}  // namespace

TEST_CASE("the packaged unit allows its two directories and nothing else") {
    const Units units;
    CHECK_FALSE(units.read());
    units.put_packaged();
    CHECK(units.read()->config == "/etc/carecloud-syncd/config.yaml");
    for (const char* const allowed : {"/var/lib/carecloud-syncd", "/var/lib/carecloud-syncd/",
                                      "/var/lib/carecloud-syncd/more", "/run/carecloud-syncd"})
        CHECK(units.denied(allowed) == "");
    for (const char* const denied : {"/srv/carecloud", "/var/lib", "/var/lib/carecloud-syncd-2",
                                     "/var/lib/carecloud-syncd/../other", "/"})
        CHECK_THAT(units.denied(denied), Contains("ProtectSystem=strict"));
    CHECK_THAT(units.denied("/srv/care\ncloud"),
               Contains("'/srv/care\\ncloud'") && !Contains("\n") && Contains("ReadWritePaths=/srv/care"));
    CHECK_THAT(units.denied("/home/clerk/store"), Contains("ProtectHome=yes"));
    CHECK_THAT(units.denied("/var/tmp"), Contains("deleted when it stops"));
}

TEST_CASE("a drop-in changes the allowed paths, as systemd reads it") {
    const Units units;
    units.put_packaged();
    const std::string drop_ins = std::string("etc/") + kUnit + ".d/";
    SECTION("one more path, continued on a second line") {
        units.put(
            drop_ins + "override.conf",
            "# [Service]\n[Unit]\nReadWritePaths=/never\n[Service]\nReadWritePaths = -/srv/a \\\n +/srv/b\n");
        CHECK(units.denied("/srv/a/store") == "");
        CHECK(units.denied("/srv/b") == "");
        CHECK(units.denied("/never") != "");
        CHECK(units.denied("/var/lib/carecloud-syncd") == "");
    }
    SECTION("a bound directory") {
        units.put(drop_ins + "override.conf", "[Service]\nBindPaths=/mnt/disk:/srv/a:rbind /srv/b\n");
        CHECK(units.denied("/srv/a") == "");
        CHECK(units.denied("/srv/b") == "");
        CHECK(units.denied("/mnt/disk") != "");
    }
    SECTION("credentials") {
        units.put(drop_ins + "tls.conf",
                  "[Service]\nLoadCredential=a.pem:/srv/live/a.pem\nLoadCredential=inherited\n");
        const std::map<std::string, std::string> expected{{"a.pem", "/srv/live/a.pem"},
                                                          {"api-key", "/etc/carecloud-syncd/api-key"}};
        CHECK(units.read()->credentials == expected);
        CHECK(units.read()->encrypted_credentials.empty());
    }
    SECTION("an encrypted credential in the place of the packaged one") {
        units.put(drop_ins + "sealed.conf",
                  "[Service]\nLoadCredential=\nLoadCredentialEncrypted=api-key:/srv/api-key.cred\n");
        CHECK(units.read()->credentials.empty());
        const std::map<std::string, std::string> expected{{"api-key", "/srv/api-key.cred"}};
        CHECK(units.read()->encrypted_credentials == expected);
    }
    SECTION(
        "an empty value clears, and the administrator's file overrides the package's with the same name") {
        units.put(drop_ins + "a.conf", "[Service]\nReadWritePaths=/srv/a\n");
        units.put(drop_ins + "b.conf", "[Service]\nReadWritePaths=\nReadWritePaths=/srv/b\n");
        units.put(std::string("usr/") + kUnit + ".d/b.conf", "[Service]\nReadWritePaths=/srv/c\n");
        CHECK(units.denied("/srv/a") != "");
        CHECK(units.denied("/srv/b") == "");
        CHECK(units.denied("/srv/c") != "");
    }
    SECTION("no sandbox") {
        units.put(drop_ins + "open.conf", "[Service]\nDynamicUser=no\nProtectSystem=full\nPrivateTmp=off\n");
        CHECK(units.denied("/srv/a") == "");
        CHECK(units.denied("/tmp") == "");
    }
    SECTION("unknown settings cause no warning") {
        units.put(drop_ins + "override.conf", "[Service]\nReadWritePaths=%S/more\n");
        CHECK(units.denied("/srv/a") == "");
    }
    SECTION("another command, and an invalid file") {
        units.put(drop_ins + "override.conf",
                  "[Service]\nExecStart=\nExecStart=/bin/x --config /srv/c.yaml\n=\n[\n\\");
        CHECK(units.read()->config == "/srv/c.yaml");
    }
}

TEST_CASE("an instance has the settings of its template, with its name, and drop-ins of both") {
    const Units units;
    const std::string of_template = std::string(kTemplate) + ".d/";
    const std::string of_instance = std::string(kInstance) + ".d/";
    CHECK_FALSE(units.read(kInstance));
    units.put(std::string("usr/") + kTemplate,
              "[Service]\nExecStart=/bin/x --config /etc/x/%i/config.yaml\nDynamicUser=yes\n"
              "StateDirectory=x@%i\nLoadCredential=api-key:/etc/x/%i/api-key\n");
    units.put("etc/" + of_template + "a.conf", "[Service]\nReadWritePaths=/srv/%i /srv/%H\n");
    units.put("etc/" + of_template + "b.conf", "[Service]\nReadWritePaths=/srv/hidden\n");
    units.put("etc/" + of_instance + "b.conf", "[Service]\nReadWritePaths=/srv/shown\n");
    const auto unit = units.read(kInstance);
    REQUIRE(unit.has_value());
    CHECK(unit->name == "carecloud-syncd@north");
    CHECK(unit->config == "/etc/x/north/config.yaml");
    CHECK(unit->writable == std::vector<std::string>{"/srv/north", "/srv/shown", "/var/lib/x@north"});
    CHECK(unit->unknown_paths);
    CHECK(unit->credentials == std::map<std::string, std::string>{{"api-key", "/etc/x/north/api-key"}});

    units.put(std::string("etc/") + kInstance,
              "[Service]\nExecStart=/bin/x --config /srv/own.yaml\nProtectSystem=strict\n");
    units.put("etc/" + of_template + "a.conf", "");
    CHECK(units.read(kInstance)->config == "/srv/own.yaml");
    CHECK_THAT(denied_by(*units.read(kInstance), "/srv/other"),
               Contains("/var/lib/carecloud-syncd@north, for sockets /run/carecloud-syncd@north;") &&
                   Contains("systemctl edit carecloud-syncd@north, with"));
}
