#include "unit/runtime/configuration_support.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

const char* const kComplete = R"(
portal:
  base_url: https://portal.example.org:8443/api/
  workspace_id: "636eeb5d8029cf0df6932c16"
  bucket_id: 636eeb5d8029cf0df6932c17
  api_key_file: api-key
  ca_file: ca.pem
  timeout: 20s
  page_size: 500
  lanes: 4
  rate: { per_second: 2.5, burst: 3, monthly_quota: 100000 }
  dialect: { modified: date, id: oid, keyset: false }
streams:
  - entity: claim_attendance
    poll_every: 90s
    overlap: 0s
    filter:
      status: { $in: [active, "pending"] }
      startDate: { $gte: "20240101" }
    fields: [ status, _id, providerId, modified, attendance.header ]
    reconcile: { every: 7d, deep: true, stop_above: 0.5%, stop_above_count: 50 }
  - entity: claim
sns:
  listen: "[::]:8443"
  path: /hooks/sns
  topic_arns: [ "arn:aws:sns:us-west-2:123456789012:carecloud", "arn:aws-us-gov:sns:us-gov-west-1:123456789012:cc_2" ]
  confirm: false
  tls: { certificate: tls/fullchain.pem, private_key: /etc/key.pem }
  trust: { certificate_hosts: [ "localhost:9443", sns.us-west-2.amazonaws.com ], ca_file: /ca.pem }
  basic_auth_file: basic
store: { url: "sqlite:/srv/store.db" }
api: { listen: "unix:/run/carecloud-syncd/api.sock", token_file: /t }
log: { level: debug, format: json }
)";

}  // namespace

TEST_CASE("every setting of a complete configuration is read") {
    const LoadedConfiguration loaded = parse(kComplete);
    INFO(report(loaded.file, loaded.problems));
    REQUIRE(loaded.ok());
    CHECK(loaded.warnings.empty());
    const Configuration& c = loaded.configuration;
    CHECK(c.portal.base_url == "https://portal.example.org:8443/api");
    CHECK(c.portal.workspace_id == "636eeb5d8029cf0df6932c16");
    CHECK(c.portal.api_key_file == "/etc/carecloud-syncd/api-key");
    CHECK(c.portal.ca_file == "/etc/carecloud-syncd/ca.pem");
    CHECK(c.portal.timeout == 20s);
    CHECK(c.portal.page_size == 500);
    CHECK(c.portal.lanes == 4);
    CHECK(c.portal.rate.per_second == 2.5);
    CHECK(c.portal.rate.burst == 3);
    CHECK(c.portal.rate.monthly_quota == 100'000U);
    REQUIRE(c.portal.dialect);
    CHECK(c.portal.dialect->modified_as_date);
    CHECK(c.portal.dialect->id_as_oid);
    CHECK_FALSE(c.portal.dialect->keyset);

    REQUIRE(c.streams.size() == 2);
    CHECK(c.streams[0].spec.entity == "claim_attendance");
    CHECK(c.streams[0].spec.bucket_id == "636eeb5d8029cf0df6932c17");
    CHECK(c.streams[0].spec.filter ==
          R"({"startDate":{"$gte":"20240101"},"status":{"$in":["active","pending"]}})");
    CHECK(c.streams[0].spec.fields == std::vector<std::string>{"attendance.header", "providerId", "status"});
    CHECK(c.streams[0].poll_every == 90s);
    CHECK(c.streams[0].overlap == 0s);
    CHECK(c.streams[0].reconcile.every == 7 * 24h);
    CHECK(c.streams[0].reconcile.deep);
    CHECK(c.streams[0].reconcile.stop_above == Approx(0.005));
    CHECK(c.streams[0].reconcile.stop_above_count == 50);

    REQUIRE(c.sns);
    CHECK(c.sns->listen.to_string() == "[::]:8443");
    CHECK(c.sns->path == "/hooks/sns");
    CHECK(c.sns->topic_arns.size() == 2);
    CHECK_FALSE(c.sns->confirm);
    REQUIRE(c.sns->tls);
    CHECK(c.sns->tls->certificate == "/etc/carecloud-syncd/tls/fullchain.pem");
    CHECK(c.sns->tls->private_key == "/etc/key.pem");
    CHECK(c.sns->certificate_hosts ==
          std::vector<std::string>{"localhost:9443", "sns.us-west-2.amazonaws.com"});
    CHECK(c.sns->trust_ca_file == "/ca.pem");
    CHECK(c.sns->basic_auth_file == "/etc/carecloud-syncd/basic");
    CHECK(c.store.sqlite_path == "/srv/store.db");
    CHECK(c.api.listen.unix_path == "/run/carecloud-syncd/api.sock");
    CHECK(c.api.token_file == "/t");
    CHECK(c.log.level == LogLevel::debug);
    CHECK(c.log.format == LogFormat::json);
}

TEST_CASE("omitted settings have the documented default") {
    const LoadedConfiguration loaded = parse(kMinimal);
    INFO(report(loaded.file, loaded.problems));
    REQUIRE(loaded.ok());
    const Configuration& c = loaded.configuration;
    CHECK(c.portal.timeout == 35s);
    CHECK(c.portal.page_size == 1000);
    CHECK(c.portal.lanes == 12);
    CHECK(c.portal.rate.per_second == 5);
    CHECK(c.portal.rate.burst == 10);
    CHECK_FALSE(c.portal.rate.monthly_quota);
    CHECK_FALSE(c.portal.dialect);
    CHECK(c.streams.at(0).poll_every == 5min);
    CHECK(c.streams.at(0).overlap == 10min);
    CHECK(c.streams.at(0).spec.filter == "{}");
    CHECK(c.streams.at(0).spec.fields.empty());
    CHECK(c.streams.at(0).reconcile.every == 24h);
    CHECK(c.streams.at(0).reconcile.stop_above == Approx(0.05));
    CHECK_FALSE(c.sns);
    CHECK(c.store.kind == StoreKind::sqlite);
    CHECK(c.store.sqlite_path == "/var/lib/carecloud-syncd/store.db");
    CHECK(c.store.disk_warning == Approx(0.1));
    CHECK(c.store.keep.versions == 400 * 24h);
    CHECK_FALSE(c.store.keep.changes);
    CHECK_FALSE(c.store.keep.events);
    CHECK_FALSE(c.store.keep.deleted);
    CHECK(c.api.listen.to_string() == "127.0.0.1:8461");
    CHECK(c.log.level == LogLevel::info);
    CHECK(c.log.format == LogFormat::automatic);
}

TEST_CASE("the share of free space below which the disk is a warning can be chosen") {
    CHECK(parse(kMinimal + "store: { disk_warning: 2.5% }\n").configuration.store.disk_warning ==
          Approx(0.025));
    CHECK(parse(kMinimal + "store: { disk_warning: 0% }\n").configuration.store.disk_warning == 0);
}

TEST_CASE("what is kept is an age, all, or none") {
    const LoadedConfiguration loaded =
        parse(kMinimal + "store: { keep: { versions: none, changes: 90d, events: all, deleted: 8784h } }\n");
    INFO(report(loaded.file, loaded.problems));
    REQUIRE(loaded.ok());
    const KeepSettings& keep = loaded.configuration.store.keep;
    CHECK(keep.versions == 0ms);
    CHECK(keep.changes == 90 * 24h);
    CHECK_FALSE(keep.events);
    CHECK(keep.deleted == 366 * 24h);
    CHECK_FALSE(parse(kMinimal + "store: { keep: { versions: all } }\n").configuration.store.keep.versions);
}

TEST_CASE("null has the same effect as omitting a setting") {
    const LoadedConfiguration loaded =
        parse(kPortal +
              "  ca_file: null\n  timeout:\n  rate: { monthly_quota: ~ }\n"
              "streams: [ { entity: claim, filter: null } ]\napi: { token_file: null }\nlog:\n");
    INFO(report(loaded.file, loaded.problems));
    CHECK(loaded.ok());
}

TEST_CASE("other valid forms") {
    const auto tail = GENERATE(
        as<std::string>{}, "    filter: {}\n", "    fields: []\n", "    overlap: 7d\n",
        "    poll_every: 1s\n", "store: { url: \"sqlite:///var/lib/x.db\" }\n",
        "store: { url: postgresql://db.example.org/carecloud }\n",
        "api: { listen: \"0.0.0.0:8461\", token_file: t }\n", "api: { listen: \"localhost:0\" }\n",
        "sns: { listen: \"127.0.0.1:8443\", topic_arns: [\"arn:aws-cn:sns:cn-north-1:123456789012:a\"], tls: "
        "off }\n",
        "sns: { tls: off, listen: \"127.0.0.1:0\", topic_arns: [\"arn:aws:sns:us-east-1:123456789012:a\"],\n"
        "       trust: { certificate_hosts: amazonaws } }\n",
        "...\n", "# a comment\n", "log: { level: \"warn\" }\n", "\r\n");
    const LoadedConfiguration loaded = parse(kMinimal + tail);
    INFO(tail << report(loaded.file, loaded.problems));
    CHECK(loaded.ok());
}

TEST_CASE("a byte order mark and Windows line endings are accepted, with correct positions of problems") {
    CHECK(parse("\xef\xbb\xbf" + kMinimal).ok());
    std::string windows = kMinimal + "log: { level: loud }\n";
    for (std::size_t at = 0; (at = windows.find('\n', at)) != std::string::npos; at += 2)
        windows.replace(at, 1, "\r\n");
    const LoadedConfiguration loaded = parse(windows);
    REQUIRE(loaded.problems.size() == 1);
    CHECK(loaded.problems[0].message("c").starts_with("c:8:15: log.level: 'loud'"));
}

TEST_CASE("anchors and aliases are resolved") {
    const LoadedConfiguration loaded =
        parse(kMinimal + "    filter: &f { status: active }\n  - entity: claim\n    filter: *f\n");
    INFO(report(loaded.file, loaded.problems));
    REQUIRE(loaded.ok());
    CHECK(loaded.configuration.streams.at(1).spec.filter == R"({"status":"active"})");
}

TEST_CASE("http is accepted only to this machine") {
    for (const char* url :
         {"http://localhost:8080/api", "http://127.0.0.1", "http://127.9.9.9:1/x", "http://[::1]:8080/api"}) {
        CAPTURE(url);
        const std::string text =
            std::string("portal: { base_url: \"") + url +
            "\", workspace_id: a, bucket_id: b, api_key_file: k }\nstreams: [ entity: claim ]\n";
        const LoadedConfiguration loaded = parse(text);
        INFO(report(loaded.file, loaded.problems));
        CHECK(loaded.ok());
    }
}

TEST_CASE("a PostgreSQL store, its password file and its schema") {
    const LoadedConfiguration loaded =
        parse(kMinimal + "store: { url: \"postgresql://u@h/d\", password_file: pw, schema: agency_2 }\n");
    INFO(report(loaded.file, loaded.problems));
    REQUIRE(loaded.ok());
    const StoreSettings& store = loaded.configuration.store;
    CHECK(store.kind == StoreKind::postgresql);
    CHECK(store.postgresql_url == "postgresql://u@h/d");
    CHECK(store.password_file.value().ends_with("/pw"));
    CHECK(store.schema == "agency_2");
    CHECK(parse(kMinimal).configuration.store.schema == "carecloud");
}

TEST_CASE("the settings of a stream's reconciliation") {
    const LoadedConfiguration loaded = parse(
        kMinimal +
        "    reconcile: { every: 1h, whole_every: 2d, deep: true, stop_above: 1%, stop_above_count: 7 }\n");
    INFO(report(loaded.file, loaded.problems));
    REQUIRE(loaded.ok());
    const ReconcileSettings& reconcile = loaded.configuration.streams.at(0).reconcile;
    CHECK(reconcile.every == 1h);
    CHECK(reconcile.whole_every == 48h);
    CHECK(reconcile.deep);
    CHECK(reconcile.stop_above == Approx(0.01));
    CHECK(reconcile.stop_above_count == 7);
}

TEST_CASE("an entity that the portal does not document is a warning") {
    const LoadedConfiguration loaded = parse(kMinimal + "  - entity: claim_atendance\n");
    CHECK(loaded.ok());
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings[0].message("c.yaml") ==
          "c.yaml:8:13: streams[1].entity: 'claim_atendance' is not a documented entity of the portal; did "
          "you mean 'claim_attendance'?");
}

TEST_CASE("a database password in the URL is refused and not repeated") {
    for (const char* const url :
         {"postgresql://u:hunter2@h/d", "postgresql://u:${PW}@h/d", "postgresql://h/d?password=hunter2"}) {
        const LoadedConfiguration loaded =
            parse(kMinimal + "store: { url: \"" + url + "\" }\n", {{"PW", "hunter2"}});
        CHECK_FALSE(loaded.ok());
        const std::string text = report("c", loaded.problems);
        CHECK(text.find("store.password_file") != std::string::npos);
        CHECK(text.find("hunter2") == std::string::npos);
    }
}

TEST_CASE("the order of filter and fields in the file does not make another stream") {
    const auto fingerprint = [](const std::string& stream) {
        const LoadedConfiguration loaded = parse(kPortal + "streams: [ " + stream + " ]\n");
        REQUIRE(loaded.ok());
        return loaded.configuration.streams.at(0).spec.fingerprint();
    };
    CHECK(fingerprint("{ entity: claim, fields: [b, a], filter: { y: 1, x: 2 } }") ==
          fingerprint("{ fields: [a, _id, b], filter: { x: 2, y: 1 }, entity: claim }"));
    CHECK(fingerprint("{ entity: claim, filter: { x: \"1\" } }") !=
          fingerprint("{ entity: claim, filter: { x: 1 } }"));
}
