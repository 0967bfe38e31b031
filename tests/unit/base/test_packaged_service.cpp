#include "base/packaged_service.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("the packaged service and each instance have their own names and paths") {
    const PackagedService plain;
    CHECK(plain.unit() == "carecloud-syncd");
    CHECK(plain.socket_unit("sns") == "carecloud-syncd-sns.socket");
    CHECK(plain.configuration() == "/etc/carecloud-syncd/config.yaml");
    CHECK(plain.key_file() == "/etc/carecloud-syncd/api-key");
    CHECK(plain.state_folder() == "/var/lib/carecloud-syncd");
    CHECK(plain.api_socket() == "/run/carecloud-syncd/api.sock");
    CHECK(plain.program() == "carecloud-syncd");
    CHECK(PackagedService("") == plain);

    const PackagedService north("north");
    CHECK(north.unit() == "carecloud-syncd@north");
    CHECK(north.socket_unit("api") == "carecloud-syncd-api@north.socket");
    CHECK(north.configuration() == "/etc/carecloud-syncd/north/config.yaml");
    CHECK(north.key_file() == "/etc/carecloud-syncd/north/api-key");
    CHECK(north.state_folder() == "/var/lib/carecloud-syncd@north");
    CHECK(north.api_socket() == "/run/carecloud-syncd@north/api.sock");
    CHECK(north.passed_api_socket() == "/run/carecloud-syncd-api@north.sock");
    CHECK(north.program() == "carecloud-syncd --config /etc/carecloud-syncd/north/config.yaml");
}

TEST_CASE("the name of an instance has 1 to 15 letters, digits, - and _") {
    for (const char* name : {"north", "N0rth-west_2", "a", "fifteen-letters"}) {
        INFO(name);
        CHECK(is_instance_name(name));
    }
    for (const char* name :
         {"", "sixteen-letters-", "../north", "a/b", "a b", "a@b", "a.b", "\xc3\xa4", "a%i", "a\n"}) {
        INFO(name);
        CHECK_FALSE(is_instance_name(name));
    }
}

TEST_CASE("the path of a configuration file determines the service") {
    CHECK(PackagedService::of_configuration("/etc/carecloud-syncd/north/config.yaml") ==
          PackagedService("north"));
    for (const char* file : {"/etc/carecloud-syncd/config.yaml", "/etc/carecloud-syncd/north/other.yaml",
                             "/etc/carecloud-syncd/a.b/config.yaml", "/etc/carecloud-syncd/a/b/config.yaml",
                             "/etc/carecloud-syncd//config.yaml", "/home/north/config.yaml", ""}) {
        INFO(file);
        CHECK(PackagedService::of_configuration(file) == PackagedService());
    }
}
