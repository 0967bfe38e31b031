#include "unit/runtime/configuration_support.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

void check_one(const std::string& text, const char* message) {
    const LoadedConfiguration loaded = parse(text, {{"EMPTY", ""}, {"SECRET", "hunter2"}});
    const std::string all = report(loaded.file, loaded.problems);
    INFO(text << "---\n" << all);
    REQUIRE(loaded.problems.size() == 1);
    CHECK(all.starts_with(message));
    CHECK(all.find("; ") != std::string::npos);  // a remedy
    CHECK(all.find("hunter2") == std::string::npos);
}

}  // namespace

TEST_CASE("a bad setting of the portal is named with its place and a remedy") {
    const auto [text, message] = GENERATE(table<const char*, const char*>({
        {"  timeout: 500ms\n", "c.yaml:6:12: portal.timeout: '500ms' is out of range; choose from 1s to 10m"},
        {"  timeout: 11m\n", "c.yaml:6:12: portal.timeout: '11m' is out of range"},
        {"  timeout: 35\n", "c.yaml:6:12: portal.timeout: '35' is a duration without a unit; write"},
        {"  timeout: soon\n", "c.yaml:6:12: portal.timeout: 'soon' is not a duration"},
        {"  timeout: -5s\n", "c.yaml:6:12: portal.timeout: '-5s' is not a duration"},
        {"  timeout: [ 5s ]\n", "c.yaml:6:12: portal.timeout: a single value is wanted here, not a list"},
        {"  timeout: ${SECRET}\n",
         "c.yaml:6:12: portal.timeout: '${SECRET}' (with its variables put in) is not a dur"},
        {"  page_size: 0\n",
         "c.yaml:6:14: portal.page_size: '0' is out of range; write a whole number from 1 to 1000"},
        {"  page_size: 1001\n", "c.yaml:6:14: portal.page_size: '1001' is out of range"},
        {"  page_size: 1.5\n", "c.yaml:6:14: portal.page_size: '1.5' is not a whole number"},
        {"  page_size: many\n", "c.yaml:6:14: portal.page_size: 'many' is not a whole number"},
        {"  page_size: 99999999999999999999999\n",
         "c.yaml:6:14: portal.page_size: '99999999999999999999999' is not"},
        {"  rate: fast\n", "c.yaml:6:9: portal.rate: a mapping is wanted here, not a single value"},
        {"  rate: { per_second: 0 }\n", "c.yaml:6:23: portal.rate.per_second: '0' is out of range"},
        {"  rate: { per_second: 1000.5 }\n", "c.yaml:6:23: portal.rate.per_second: '1000.5' is out of range"},
        {"  rate: { per_second: nan }\n", "c.yaml:6:23: portal.rate.per_second: 'nan' is not a number"},
        {"  rate: { per_second: x }\n", "c.yaml:6:23: portal.rate.per_second: 'x' is not a number"},
        {"  rate: { burst: 0 }\n", "c.yaml:6:18: portal.rate.burst: '0' is out of range"},
        {"  rate: { monthly_quota: 0 }\n", "c.yaml:6:26: portal.rate.monthly_quota: '0' is out of range"},
        {"  rate: { per_secnd: 1 }\n",
         "c.yaml:6:11: portal.rate.per_secnd: this key is not known; did you mean 'per_sec"},
        {"  dialect: automatic\n",
         "c.yaml:6:12: portal.dialect: the dialect is neither 'auto' nor a mapping"},
        {"  dialect: { modified: string, id: oid }\n",
         "c.yaml:6:3: portal.dialect.keyset: is missing; give all of"},
        {"  dialect: { modified: dates, id: oid, keyset: true }\n",
         "c.yaml:6:24: portal.dialect.modified: 'dates' is not known; did you mean 'date'?"},
        {"  dialect: { modified: date, id: oid, keyset: yes }\n",
         "c.yaml:6:47: portal.dialect.keyset: 'yes' is neither true nor false; write true or false"},
        {"  ca_file: \"\"\n", "c.yaml:6:12: portal.ca_file: is empty; write a value, or leave the key out"},
        {"  ca_file: \"a\\tb\"\n", "c.yaml:6:12: portal.ca_file: holds control characters"},
        {"  api_key: hunter2\n",
         "c.yaml:6:3: portal.api_key: this key is not known; did you mean 'api_key_file'?"},
        {"  page-size: 5\n",
         "c.yaml:6:3: portal.page-size: this key is not known; did you mean 'page_size'?"},
        {"  zzz: 5\n", "c.yaml:6:3: portal.zzz: this key is not known; known here: base_url, workspace_id, "},
        {"  timeout: 5s\n  timeout: 6s\n",
         "c.yaml:7:3: portal.timeout: this key stands twice in its mapping; keep one"},
        {"  timeout: ${NOT_SET}\n",
         "c.yaml:6:12: portal.timeout: the environment variable NOT_SET is not set; "},
        {"  timeout: ${EMPTY}\n",
         "c.yaml:6:12: portal.timeout: '${EMPTY}' (with its variables put in) is not"},
        {"  timeout: ${NOT SET}\n", "c.yaml:6:12: portal.timeout: '${NOT SET}' is not a variable's name"},
        {"  timeout: ${NOT_SET\n", "c.yaml:6:12: portal.timeout: '${' is never closed"},
        {"  <<: { timeout: 5s }\n", "c.yaml:6:3: merge keys (<<) are not part of YAML 1.2"},
    }));
    check_one(kPortal + text + "streams: [ entity: claim ]\n", message);
}

TEST_CASE("a bad setting of a stream is named with its place and a remedy") {
    const auto [text, message] = GENERATE(table<const char*, const char*>({
        {"    poll_every: 500ms\n",
         "c.yaml:8:17: streams[0].poll_every: '500ms' is out of range; choose from 1s to 1d"},
        {"    overlap: 8d\n", "c.yaml:8:14: streams[0].overlap: '8d' is out of range; choose from 0s to 7d"},
        {"    filter: [ a ]\n", "c.yaml:8:13: streams[0].filter: a filter is a mapping; write {}"},
        {"    filter: all\n", "c.yaml:8:13: streams[0].filter: a filter is a mapping"},
        {"    filter: { $where: x }\n",
         "c.yaml:8:15: streams[0].filter.$where: $where runs code in the server"},
        {"    filter: { $or: [ { $expr: { $function: 1 } } ] }\n",
         "c.yaml:8:33: streams[0].filter.$or[0].$expr.$function: $function runs code"},
        {"    filter: { a: 007 }\n",
         "c.yaml:8:18: streams[0].filter.a: a number with leading zeros would lose them"},
        {"    filter: { a: [ .inf ] }\n", "c.yaml:8:20: streams[0].filter.a[0]: JSON has no infinity"},
        {"    filter: { a: .nan }\n", "c.yaml:8:18: streams[0].filter.a: JSON has no infinity"},
        {"    filter: { a: 1, a: 2 }\n", "c.yaml:8:21: streams[0].filter.a: this key stands twice"},
        {"    filter: { a: !!binary aGk= }\n",
         "c.yaml:8:18: the tag 'tag:yaml.org,2002:binary' is not known; leave it"},
        {"    filter: { a: \"${NOT_SET}\" }\n",
         "c.yaml:8:18: streams[0].filter.a: the environment variable NOT_SET"},
        {"    fields: status\n",
         "c.yaml:8:13: streams[0].fields: a list is wanted here, not a single value; write [a, b]"},
        {"    fields: [ a, a ]\n", "c.yaml:8:18: streams[0].fields[1]: 'a' stands twice; keep one"},
        {"    fields: [ _id, modified, _id ]\n", "c.yaml:8:30: streams[0].fields[2]: '_id' stands twice"},
        {"    fields: [ a.b, a ]\n",
         "c.yaml:8:20: streams[0].fields[1]: 'a' and 'a.b' overlap; keep the shorter one"},
        {"    fields: [ 1a ]\n", "c.yaml:8:15: streams[0].fields[0]: '1a' is not a field's name"},
        {"    fields: [ \"a b\" ]\n", "c.yaml:8:15: streams[0].fields[0]: 'a b' is not a field's name"},
        {"    fields: [ $a ]\n", "c.yaml:8:15: streams[0].fields[0]: '$a' is not a field's name"},
        {"    fields: [ _id ]\n", "c.yaml:8:13: streams[0].fields: names nothing beyond _id and modified"},
        {"    reconcile: { every: 1s }\n", "c.yaml:8:25: streams[0].reconcile.every: '1s' is out of range"},
        {"    reconcile: { deep: maybe }\n",
         "c.yaml:8:24: streams[0].reconcile.deep: 'maybe' is neither true nor false"},
        {"    reconcile: { stop_above: 5 }\n",
         "c.yaml:8:30: streams[0].reconcile.stop_above: '5' has no percent sign"},
        {"    reconcile: { stop_above: 101% }\n",
         "c.yaml:8:30: streams[0].reconcile.stop_above: '101%' is not a share"},
        {"    reconcile: { stop_above: x% }\n",
         "c.yaml:8:30: streams[0].reconcile.stop_above: 'x%' is not a share"},
        {"    reconcile: { stop_above_count: -1 }\n",
         "c.yaml:8:36: streams[0].reconcile.stop_above_count: '-1' is not"},
        {"    pol_every: 5m\n",
         "c.yaml:8:5: streams[0].pol_every: this key is not known; did you mean 'poll_every'?"},
        {"  - entity: claim_attendance\n",
         "c.yaml:8:13: streams[1].entity: 'claim_attendance' has a stream already, at line 7"},
        {"  - entity: Claim\n",
         "c.yaml:8:13: streams[1].entity: 'Claim' is not an entity's name (small letters, digits "
         "and '_'); did you mean 'claim'?"},
        {"  - entity:\n", "c.yaml:8:5: streams[1].entity: has no value; name what to synchronize"},
        {"  - overlap: 5m\n", "c.yaml:8:5: streams[1].entity: is missing; name what to synchronize"},
        {"  - claim\n",
         "c.yaml:8:5: streams[1]: a mapping is wanted here, not a single value; write 'key: value'"},
    }));
    check_one(kMinimal + text, message);
}

TEST_CASE("a bad setting of the service is named with its place and a remedy") {
    const auto [text, message] = GENERATE(table<const char*, const char*>({
        {"log: { level: loud }\n",
         "c.yaml:8:15: log.level: 'loud' is not known; known here: trace, debug, info, warn, error"},
        {"log: { level: warning }\n", "c.yaml:8:15: log.level: 'warning' is not known; did you mean 'warn'?"},
        {"log: { format: xml }\n",
         "c.yaml:8:16: log.format: 'xml' is not known; known here: auto, journal, text, json"},
        {"log: [ info ]\n", "c.yaml:8:6: log: a mapping is wanted here, not a list"},
        {"lgo: {}\n", "c.yaml:8:1: lgo: this key is not known; did you mean 'log'?"},
        {"store: { url: mysql://h/d }\n",
         "c.yaml:8:15: store.url: the URL's scheme is neither sqlite nor postgresql"},
        {"store: { url: sqlite:store.db }\n",
         "c.yaml:8:15: store.url: the store's file has no absolute path"},
        {"store: { url: \"sqlite://host/store.db\" }\n",
         "c.yaml:8:15: store.url: the store's file has no absolute path"},
        {"store: { url: \"sqlite:/\" }\n", "c.yaml:8:15: store.url: the store's file has no absolute path"},
        {"store: { url: \"sqlite:/var/lib/\" }\n",
         "c.yaml:8:15: store.url: the store's file has no absolute path"},
        {"store: { url: \"sqlite:/x?mode=ro\" }\n",
         "c.yaml:8:15: store.url: parameters after '?' are not taken"},
        {"store: { url: \"postgresql://\" }\n", "c.yaml:8:15: store.url: the URL names no database"},
        {"api: { listen: \"0.0.0.0:8461\" }\n",
         "c.yaml:8:16: api.listen: other machines reach '0.0.0.0:8461'"},
        {"api: { listen: \"8461\" }\n", "c.yaml:8:16: api.listen: '8461' has no port; write address:port"},
        {"api: { listen: \"127.0.0.1:65536\" }\n",
         "c.yaml:8:16: api.listen: '127.0.0.1:65536' has no port from 0 to 65535"},
        {"api: { listen: \"example.org:80\" }\n",
         "c.yaml:8:16: api.listen: 'example.org:80' does not name an IP address"},
        {"api: { listen: \"::1:80\" }\n", "c.yaml:8:16: api.listen: '::1:80' has its brackets wrong"},
        {"api: { listen: \"[127.0.0.1]:80\" }\n",
         "c.yaml:8:16: api.listen: '[127.0.0.1]:80' has its brackets wrong"},
        {"api: { listen: \"unix:run/x\" }\n",
         "c.yaml:8:16: api.listen: 'unix:run/x' is not an absolute path"},
        {"api: { listen: \"${SECRET}\" }\n",
         "c.yaml:8:16: api.listen: '${SECRET}' (with its variables put in) is not an"},
        {"api: { token_file: abcdefghijklmnopqrst1 }\n",
         "c.yaml:8:20: api.token_file: this looks like the secret itself"},
    }));
    check_one(kMinimal + text, message);
}

TEST_CASE("a bad setting of sns is named with its place and a remedy") {
    // %L listens, %T are the topics, %S is tls: the good values, put in for brevity.
    const auto [text, message] = GENERATE(table<const char*, const char*>({
        {"sns:\n", "c.yaml:8:1: sns: has no value; write listen, topic_arns and tls, or leave sns out"},
        {"sns: { %T, %S }\n", "c.yaml:8:1: sns.listen: is missing; write the address"},
        {"sns: { %L, %S }\n", "c.yaml:8:1: sns.topic_arns: is missing; write ["},
        {"sns: { %L, %T }\n", "c.yaml:8:1: sns.tls: is missing; write { certificate"},
        {"sns: { listen: \"unix:/x\", %T, %S }\n",
         "c.yaml:8:16: sns.listen: 'unix:/x' is a Unix socket, which cannot"},
        {"sns: { path: sns, %L, %T, %S }\n",
         "c.yaml:8:14: sns.path: 'sns' is not a path; write one that begins with '/'"},
        {"sns: { path: \"/a?b\", %L, %T, %S }\n", "c.yaml:8:14: sns.path: '/a?b' is not a path"},
        {"sns: { confirm: on, %L, %T, %S }\n", "c.yaml:8:17: sns.confirm: 'on' is neither true nor false"},
        {"sns: { topic_arns: [], %L, %S }\n",
         "c.yaml:8:20: sns.topic_arns: the list is empty; name at least one"},
        {"sns: { topic_arns: [ \"arn:aws:sqs:us-west-2:123456789012:x\" ], %L, %S }\n",
         "c.yaml:8:22: sns.topic_arns[0]: 'arn:aws:sqs:us-west-2:123456789012:x' is not a topic's ARN"},
        {"sns: { topic_arns: [ \"arn:aws:sns:us-west-2:12345:x\" ], %L, %S }\n",
         "c.yaml:8:22: sns.topic_arns[0]: 'arn:"},
        {"sns: { topic_arns: [ \"arn:aws:sns:us-west-2:123456789012:x.fifo\" ], %L, %S }\n",
         "c.yaml:8:22: sns.topic_arns[0]: a FIFO topic cannot deliver to HTTPS"},
        {"sns: { topic_arns: [ &t \"arn:aws:sns:us-west-2:123456789012:x\", *t ], %L, %S }\n",
         "c.yaml:8:22: sns.topic_arns[1]: 'arn:aws:sns:us-west-2:123456789012:x' stands twice"},
        {"sns: { tls: off, listen: \"0.0.0.0:8443\", %T }\n",
         "c.yaml:8:13: sns.tls: tls is off, but '0.0.0.0:8443'"},
        {"sns: { tls: false, %L, %T }\n", "c.yaml:8:13: sns.tls: tls is neither 'off' nor a mapping"},
        {"sns: { tls: { certificate: c }, %L, %T }\n",
         "c.yaml:8:8: sns.tls.private_key: is missing; name the PEM file"},
        {"sns: { trust: { certificate_hosts: aws }, %L, %T, %S }\n",
         "c.yaml:8:36: sns.trust.certificate_hosts: neither"},
        {"sns: { trust: { certificate_hosts: [ \"https://x\" ] }, %L, %T, %S }\n",
         "c.yaml:8:38: sns.trust.certificate_hosts[0]: 'https://x' is not a host; write host or host:port"},
        {"sns: { trust: { certificate_hosts: [ \"x:70000\" ] }, %L, %T, %S }\n",
         "c.yaml:8:38: sns.trust.certificate_hosts[0]"},
        {"sns: { listen: \"127.0.0.1:8461\", %T, %S }\n",
         "c.yaml:8:6: sns: sns.listen and api.listen are the same address"},
    }));
    std::string filled = text;
    const auto put = [&](std::string_view mark, std::string_view value) {
        if (const std::size_t at = filled.find(mark); at != std::string::npos)
            filled.replace(at, mark.size(), value);
    };
    put("%L", "listen: \"127.0.0.1:8443\"");
    put("%T", "topic_arns: [ \"arn:aws:sns:us-west-2:123456789012:carecloud\" ]");
    put("%S", "tls: off");
    check_one(kMinimal + filled, message);
}

TEST_CASE("a bad base_url is refused without showing it") {
    const auto [url, message] = GENERATE(table<const char*, const char*>({
        {"http://portal.example.org/api", "http is taken only to this machine itself"},
        {"http://localhost.example.org/", "http is taken only to this machine itself"},
        {"ftp://portal.example.org/", "the URL's scheme is not https"},
        {"https://user:hunter2@portal.example.org/", "a user or password in the URL is refused"},
        {"https://hunter2@portal.example.org/", "a user or password in the URL is refused"},
        {"https://portal.example.org/?key=hunter2", "a query or fragment in the URL is refused"},
        {"https://portal.example.org/#hunter2", "a query or fragment in the URL is refused"},
        {"https:///api", "the URL names no host"},
        {"https:api", "the URL names no host"},
        {"https://portal.example.org:0/", "the URL's port is not"},
        {"https://portal.example.org:99999/", "the URL's port is not"},
        {"https://portal.example.org:34463000/", "the URL's port is not"},
        {"https://[fe80::1%25eth0]/", "this is not a URL"},
        {"portal.example.org/api", "this is not a URL"},
        {"https://portal example.org/", "this is not a URL"},
    }));
    const std::string text =
        std::string("portal: { base_url: \"") + url +
        "\", workspace_id: a, bucket_id: b, api_key_file: k }\nstreams: [ entity: claim ]\n";
    check_one(text, (std::string("c.yaml:1:21: portal.base_url: ") + message).c_str());
}

// Boost.URL 1.81 takes it for that address, 1.83 for the name that it is.
TEST_CASE("http to a host whose name begins with a loopback address is refused") {
    const LoadedConfiguration loaded = parse(
        "portal: { base_url: \"http://127.0.0.1.example.org/\", workspace_id: a, bucket_id: b, api_key_file: "
        "k }\n"
        "streams: [ entity: claim ]\n");
    CHECK(loaded.problems.size() == 1);
    CHECK(report(loaded.file, loaded.problems).starts_with("c.yaml:1:21: portal.base_url: "));
}

TEST_CASE(
    "ids that cannot travel in a header, and a key in place of its file, are refused without showing them") {
    const auto [setting, message] = GENERATE(table<const char*, const char*>({
        {"workspace_id: \"hunter2 \", bucket_id: b, api_key_file: k",
         "an id has at most 128 printable ASCII characters"},
        {"workspace_id: \"hunter2\\u00e9\", bucket_id: b, api_key_file: k", "an id has at most 128"},
        {"workspace_id: \"hunter2\\r\\nx: y\", bucket_id: b, api_key_file: k", "holds control characters"},
        {"api_key_file: hunter2hunter2hunter2hunter2, workspace_id: a, bucket_id: b",
         "this looks like the secret itself"},
    }));
    const std::string text =
        std::string("portal: { ") + setting + ", base_url: \"https://h\" }\nstreams: [ entity: claim ]\n";
    const LoadedConfiguration loaded = parse(text);
    INFO(report("c.yaml", loaded.problems));
    REQUIRE(loaded.problems.size() == 1);
    CHECK(loaded.problems[0].text.starts_with(message));
    CHECK(report("c.yaml", loaded.problems).find("hunter2") == std::string::npos);
}

TEST_CASE("all problems of a file come at once, by line") {
    const LoadedConfiguration loaded = parse(
        "log: { level: loud }\n"
        "portal:\n"
        "  base_url: ftp://h\n"
        "  workspace: x\n"
        "  timeout: 1x\n"
        "streams:\n"
        "  - entity: Claim\n"
        "    overlap: 99d\n"
        "    overlap: 1d\n"
        "  - entity: claim\n"
        "    filter: { $where: 1 }\n"
        "    fields: [ 1 ]\n"
        "nonsense: 1\n");
    const std::string all = report(loaded.file, loaded.problems);
    INFO(all);
    std::vector<std::string> places;
    for (const ConfigProblem& problem : loaded.problems) {
        places.push_back(std::to_string(problem.place.line) + " " + problem.path);
    }
    CHECK(places == std::vector<std::string>{
                        "1 log.level", "2 portal.workspace_id", "2 portal.bucket_id", "2 portal.api_key_file",
                        "3 portal.base_url", "4 portal.workspace", "5 portal.timeout", "7 streams[0].entity",
                        "8 streams[0].overlap", "9 streams[0].overlap", "11 streams[1].filter.$where",
                        "12 streams[1].fields[0]", "13 nonsense"});
}

TEST_CASE("missing sections are named") {
    const LoadedConfiguration loaded = parse("{}\n");
    CHECK(report(loaded.file, loaded.problems)
              .starts_with("c.yaml:1:1: portal: is missing; write the section"));
    REQUIRE(loaded.problems.size() == 2);
    CHECK(loaded.problems[1].path == "streams");
    check_one(kPortal + "streams: []\n", "c.yaml:6:10: streams: no stream is named; write at least");
    check_one(kPortal + "streams:\n", "c.yaml:6:1: streams: has no value; write 'streams:'");
    check_one(kPortal + "streams: { entity: claim }\n",
              "c.yaml:6:10: streams: a list is wanted here, not a mapping");
}
