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

TEST_CASE("a bad setting of the portal is named with its position and a remedy") {
    const auto [text, message] = GENERATE(table<const char*, const char*>({
        {"  timeout: 500ms\n", "c.yaml:6:12: portal.timeout: '500ms' is out of range; use 1s to 10m"},
        {"  timeout: 11m\n", "c.yaml:6:12: portal.timeout: '11m' is out of range"},
        {"  timeout: 35\n", "c.yaml:6:12: portal.timeout: '35' has no unit; use"},
        {"  timeout: soon\n", "c.yaml:6:12: portal.timeout: 'soon' is not a duration"},
        {"  timeout: -5s\n", "c.yaml:6:12: portal.timeout: '-5s' is not a duration"},
        {"  timeout: [ 5s ]\n", "c.yaml:6:12: portal.timeout: must be a single value, not a list"},
        {"  timeout: ${SECRET}\n",
         "c.yaml:6:12: portal.timeout: '${SECRET}' (after variable expansion) is not a dur"},
        {"  lanes: 0\n", "c.yaml:6:10: portal.lanes: '0' is out of range; use an integer from 1 to 100"},
        {"  lanes: 1000\n", "c.yaml:6:10: portal.lanes: '1000' is out of range"},
        {"  lanes: all\n", "c.yaml:6:10: portal.lanes: 'all' is not an integer in range; "},
        {"  page_size: 0\n",
         "c.yaml:6:14: portal.page_size: '0' is out of range; use an integer from 1 to 1000"},
        {"  page_size: 1001\n", "c.yaml:6:14: portal.page_size: '1001' is out of range"},
        {"  page_size: 1.5\n", "c.yaml:6:14: portal.page_size: '1.5' is not an integer in range; "},
        {"  page_size: many\n", "c.yaml:6:14: portal.page_size: 'many' is not an integer in range; "},
        {"  page_size: 99999999999999999999999\n",
         "c.yaml:6:14: portal.page_size: '99999999999999999999999' is not"},
        {"  rate: fast\n", "c.yaml:6:9: portal.rate: must be a mapping, not a single value"},
        {"  rate: { per_second: 0 }\n", "c.yaml:6:23: portal.rate.per_second: '0' is out of range"},
        {"  rate: { per_second: 1000.5 }\n", "c.yaml:6:23: portal.rate.per_second: '1000.5' is out of range"},
        {"  rate: { per_second: nan }\n", "c.yaml:6:23: portal.rate.per_second: 'nan' is not a number"},
        {"  rate: { per_second: x }\n", "c.yaml:6:23: portal.rate.per_second: 'x' is not a number"},
        {"  rate: { burst: 0 }\n", "c.yaml:6:18: portal.rate.burst: '0' is out of range"},
        {"  rate: { monthly_quota: 0 }\n", "c.yaml:6:26: portal.rate.monthly_quota: '0' is out of range"},
        {"  rate: { per_secnd: 1 }\n",
         "c.yaml:6:11: portal.rate.per_secnd: unknown key; did you mean 'per_sec"},
        {"  dialect: automatic\n",
         "c.yaml:6:12: portal.dialect: must be 'auto' or a mapping; use auto, or { modified: string, id: "
         "string, keyset: true }"},
        {"  dialect: { modified: string, id: oid }\n",
         "c.yaml:6:3: portal.dialect.keyset: is missing; specify all of modified, id and keyset, or use "
         "'dialect: auto'"},
        {"  dialect: { modified: dates, id: oid, keyset: true }\n",
         "c.yaml:6:24: portal.dialect.modified: 'dates' is not a valid value; did you mean 'date'?"},
        {"  dialect: { modified: date, id: oid, keyset: yes }\n",
         "c.yaml:6:47: portal.dialect.keyset: 'yes' is not a boolean; use true or false"},
        {"  ca_file: \"\"\n", "c.yaml:6:12: portal.ca_file: is empty; set a value or remove the key"},
        {"  ca_file: \"a\\tb\"\n", "c.yaml:6:12: portal.ca_file: contains control characters"},
        {"  api_key: hunter2\n", "c.yaml:6:3: portal.api_key: unknown key; did you mean 'api_key_file'?"},
        {"  page-size: 5\n", "c.yaml:6:3: portal.page-size: unknown key; did you mean 'page_size'?"},
        {"  zzz: 5\n", "c.yaml:6:3: portal.zzz: unknown key; known: base_url, workspace_id, "},
        {"  timeout: 5s\n  timeout: 6s\n", "c.yaml:7:3: portal.timeout: duplicate key; remove one of them"},
        {"  timeout: ${NOT_SET}\n",
         "c.yaml:6:12: portal.timeout: the environment variable NOT_SET is not set; "},
        {"  timeout: ${EMPTY}\n",
         "c.yaml:6:12: portal.timeout: '${EMPTY}' (after variable expansion) is not"},
        {"  timeout: ${NOT SET}\n",
         "c.yaml:6:12: portal.timeout: '${NOT SET}' is not a variable name; use ${NAME}, or $${ for a "
         "literal ${"},
        {"  timeout: ${NOT_SET\n",
         "c.yaml:6:12: portal.timeout: '${' is not closed; use ${NAME}, or $${ for a literal ${"},
        {"  <<: { timeout: 5s }\n", "c.yaml:6:3: merge keys (<<) are not part of YAML 1.2"},
    }));
    check_one(kPortal + text + "streams: [ entity: claim ]\n", message);
}

TEST_CASE("a bad setting of a stream is named with its position and a remedy") {
    const auto [text, message] = GENERATE(table<const char*, const char*>({
        {"    poll_every: 500ms\n",
         "c.yaml:8:17: streams[0].poll_every: '500ms' is out of range; use 1s to 1d"},
        {"    overlap: 8d\n", "c.yaml:8:14: streams[0].overlap: '8d' is out of range; use 0s to 7d"},
        {"    filter: [ a ]\n",
         "c.yaml:8:13: streams[0].filter: a filter must be a mapping; use {} for all records, or 'field: "
         "value' lines"},
        {"    filter: all\n",
         "c.yaml:8:13: streams[0].filter: a filter must be a mapping; use {} for all records, or 'field: "
         "value' lines"},
        {"    filter: { $where: x }\n",
         "c.yaml:8:15: streams[0].filter.$where: $where runs code on the server and is not allowed; compare "
         "fields instead"},
        {"    filter: { $or: [ { $expr: { $function: 1 } } ] }\n",
         "c.yaml:8:33: streams[0].filter.$or[0].$expr.$function: $function runs code"},
        {"    filter: { a: 007 }\n",
         "c.yaml:8:18: streams[0].filter.a: the leading zeros of a number would be lost; quote it to keep it "
         "as text"},
        {"    filter: { a: [ .inf ] }\n",
         "c.yaml:8:20: streams[0].filter.a[0]: JSON does not support infinity and NaN; use a number, or "
         "quote the text"},
        {"    filter: { a: .nan }\n",
         "c.yaml:8:18: streams[0].filter.a: JSON does not support infinity and NaN; use a number, or quote "
         "the text"},
        {"    filter: { a: 1, a: 2 }\n",
         "c.yaml:8:21: streams[0].filter.a: duplicate key; remove one of them"},
        {"    filter: { a: !!binary aGk= }\n",
         "c.yaml:8:18: the tag 'tag:yaml.org,2002:binary' is unknown; remove it"},
        {"    filter: { a: \"${NOT_SET}\" }\n",
         "c.yaml:8:18: streams[0].filter.a: the environment variable NOT_SET"},
        {"    fields: status\n",
         "c.yaml:8:13: streams[0].fields: must be a list, not a single value; use [a, b] or '- a' lines"},
        {"    fields: [ a, a ]\n", "c.yaml:8:18: streams[0].fields[1]: 'a' is a duplicate; remove it"},
        {"    fields: [ _id, modified, _id ]\n", "c.yaml:8:30: streams[0].fields[2]: '_id' is a duplicate"},
        {"    fields: [ a.b, a ]\n",
         "c.yaml:8:20: streams[0].fields[1]: 'a' and 'a.b' overlap; keep the shorter one"},
        {"    fields: [ 1a ]\n",
         "c.yaml:8:15: streams[0].fields[0]: '1a' is not a field name; use a name such as status or "
         "attendance.header"},
        {"    fields: [ \"a b\" ]\n",
         "c.yaml:8:15: streams[0].fields[0]: 'a b' is not a field name; use a name such as status or "
         "attendance.header"},
        {"    fields: [ $a ]\n",
         "c.yaml:8:15: streams[0].fields[0]: '$a' is not a field name; use a name such as status or "
         "attendance.header"},
        {"    fields: [ _id ]\n",
         "c.yaml:8:13: streams[0].fields: _id and modified are always fetched; add another field, or use [] "
         "for whole records"},
        {"    reconcile: { every: 1s }\n", "c.yaml:8:25: streams[0].reconcile.every: '1s' is out of range"},
        {"    reconcile: { deep: maybe }\n",
         "c.yaml:8:24: streams[0].reconcile.deep: 'maybe' is not a boolean"},
        {"    reconcile: { stop_above: 5 }\n",
         "c.yaml:8:30: streams[0].reconcile.stop_above: '5' has no percent sign"},
        {"    reconcile: { stop_above: 101% }\n",
         "c.yaml:8:30: streams[0].reconcile.stop_above: '101%' is not a percentage"},
        {"    reconcile: { stop_above: x% }\n",
         "c.yaml:8:30: streams[0].reconcile.stop_above: 'x%' is not a percentage"},
        {"    reconcile: { stop_above_count: -1 }\n",
         "c.yaml:8:36: streams[0].reconcile.stop_above_count: '-1' is not"},
        {"    pol_every: 5m\n", "c.yaml:8:5: streams[0].pol_every: unknown key; did you mean 'poll_every'?"},
        {"  - entity: claim_attendance\n",
         "c.yaml:8:13: streams[1].entity: 'claim_attendance' already has a stream at line 7"},
        {"  - entity: Claim\n",
         "c.yaml:8:13: streams[1].entity: 'Claim' is not an entity name (lowercase letters, digits and '_'); "
         "did you mean 'claim'?"},
        {"  - entity:\n",
         "c.yaml:8:5: streams[1].entity: has no value; set it to the entity to synchronize, such as "
         "claim_attendance"},
        {"  - overlap: 5m\n",
         "c.yaml:8:5: streams[1].entity: is missing; set it to the entity to synchronize, such as "
         "claim_attendance"},
        {"  - claim\n",
         "c.yaml:8:5: streams[1]: must be a mapping, not a single value; use indented 'key: value' lines"},
    }));
    check_one(kMinimal + text, message);
}

TEST_CASE("a bad setting of the service is named with its position and a remedy") {
    const auto [text, message] = GENERATE(table<const char*, const char*>({
        {"log: { level: loud }\n",
         "c.yaml:8:15: log.level: 'loud' is not a valid value; known: trace, debug, info, warn, error"},
        {"log: { level: warning }\n",
         "c.yaml:8:15: log.level: 'warning' is not a valid value; did you mean 'warn'?"},
        {"log: { format: xml }\n",
         "c.yaml:8:16: log.format: 'xml' is not a valid value; known: auto, journal, text, json"},
        {"log: [ info ]\n", "c.yaml:8:6: log: must be a mapping, not a list"},
        {"lgo: {}\n", "c.yaml:8:1: lgo: unknown key; did you mean 'log'?"},
        {"store: { keep: { versions: 6d } }\n",
         "c.yaml:8:28: store.keep.versions: '6d' is out of range; use 7d to 36600d"},
        {"store: { keep: { versions: forever } }\n",
         "c.yaml:8:28: store.keep.versions: 'forever' is not a duration"},
        {"store: { keep: { changes: none } }\n", "c.yaml:8:27: store.keep.changes: 'none' is not a duration"},
        {"store: { keep: { events: 0d } }\n", "c.yaml:8:26: store.keep.events: '0d' is out of range"},
        {"store: { disk_warning: 10 }\n", "c.yaml:8:24: store.disk_warning: '10' has no percent sign"},
        {"store: { disk_warning: 101% }\n", "c.yaml:8:24: store.disk_warning: '101%' is not a percentage"},
        {"store: { keep: 400d }\n", "c.yaml:8:16: store.keep: "},
        {"store: { keep: { versons: all } }\n", "c.yaml:8:18: store.keep.versons: "},
        {"store: { url: mysql://h/d }\n", "c.yaml:8:15: store.url: unknown URL scheme; "},
        {"store: { url: sqlite:store.db }\n",
         "c.yaml:8:15: store.url: the path must be absolute; use sqlite:/absolute/path with one slash"},
        {"store: { url: \"sqlite://host/store.db\" }\n",
         "c.yaml:8:15: store.url: the path must be absolute; use sqlite:/absolute/path with one slash"},
        {"store: { url: \"sqlite:/\" }\n",
         "c.yaml:8:15: store.url: the path must be absolute; use sqlite:/absolute/path with one slash"},
        {"store: { url: \"sqlite:/var/lib/\" }\n",
         "c.yaml:8:15: store.url: the path must be absolute; use sqlite:/absolute/path with one slash"},
        {"store: { url: \"sqlite:/x?mode=ro\" }\n",
         "c.yaml:8:15: store.url: parameters after '?' are not supported; use sqlite:/absolute/path"},
        {"store: { url: \"postgresql://\" }\n",
         "c.yaml:8:15: store.url: the URL has no database; use postgresql://host/database without spaces"},
        {"api: { listen: \"0.0.0.0:8461\" }\n",
         "c.yaml:8:16: api.listen: '0.0.0.0:8461' is reachable from other machines"},
        {"api: { listen: \"8461\" }\n", "c.yaml:8:16: api.listen: '8461' has no port; use address:port"},
        {"api: { listen: \"127.0.0.1:65536\" }\n",
         "c.yaml:8:16: api.listen: '127.0.0.1:65536' has an invalid port (0 to 65535)"},
        {"api: { listen: \"example.org:80\" }\n",
         "c.yaml:8:16: api.listen: 'example.org:80' is not an IP address or localhost"},
        {"api: { listen: \"::1:80\" }\n", "c.yaml:8:16: api.listen: '::1:80' has unbalanced brackets"},
        {"api: { listen: \"[127.0.0.1]:80\" }\n",
         "c.yaml:8:16: api.listen: '[127.0.0.1]:80' has unbalanced brackets"},
        {"api: { listen: \"unix:run/x\" }\n",
         "c.yaml:8:16: api.listen: 'unix:run/x' is not an absolute path"},
        {"api: { listen: \"${SECRET}\" }\n",
         "c.yaml:8:16: api.listen: '${SECRET}' (after variable expansion) is not an address"},
        {"api: { token_file: abcdefghijklmnopqrst1 }\n",
         "c.yaml:8:20: api.token_file: this looks like the secret itself"},
    }));
    check_one(kMinimal + text, message);
}

TEST_CASE("a bad setting of sns is named with its position and a remedy") {
    // For brevity, %L, %T and %S stand for valid values of listen, topic_arns and tls.
    const auto [text, message] = GENERATE(table<const char*, const char*>({
        {"sns:\n",
         "c.yaml:8:1: sns: has no value; add listen, topic_arns and tls, or remove the section sns to poll "
         "only"},
        {"sns: { %T, %S }\n",
         "c.yaml:8:1: sns.listen: is missing; set it to the address to listen on, such as 0.0.0.0:8443"},
        {"sns: { %L, %S }\n", "c.yaml:8:1: sns.topic_arns: is missing; set it to ["},
        {"sns: { %L, %T }\n", "c.yaml:8:1: sns.tls: is missing; set it to { certificate"},
        {"sns: { listen: \"unix:/x\", %T, %S }\n",
         "c.yaml:8:16: sns.listen: 'unix:/x' is a Unix socket, which is not supported here"},
        {"sns: { path: sns, %L, %T, %S }\n",
         "c.yaml:8:14: sns.path: 'sns' is not a path; it must start with '/', such as /sns"},
        {"sns: { path: \"/a?b\", %L, %T, %S }\n", "c.yaml:8:14: sns.path: '/a?b' is not a path"},
        {"sns: { confirm: on, %L, %T, %S }\n", "c.yaml:8:17: sns.confirm: 'on' is not a boolean"},
        {"sns: { topic_arns: [], %L, %S }\n",
         "c.yaml:8:20: sns.topic_arns: the list is empty; add at least one entry"},
        {"sns: { topic_arns: [ \"arn:aws:sqs:us-west-2:123456789012:x\" ], %L, %S }\n",
         "c.yaml:8:22: sns.topic_arns[0]: 'arn:aws:sqs:us-west-2:123456789012:x' is not a topic ARN; use "
         "arn:aws:sns:REGION:12-DIGITS:NAME"},
        {"sns: { topic_arns: [ \"arn:aws:sns:us-west-2:12345:x\" ], %L, %S }\n",
         "c.yaml:8:22: sns.topic_arns[0]: 'arn:"},
        {"sns: { topic_arns: [ \"arn:aws:sns:us-west-2:123456789012:x.fifo\" ], %L, %S }\n",
         "c.yaml:8:22: sns.topic_arns[0]: FIFO topics cannot deliver to HTTPS; use a standard topic"},
        {"sns: { topic_arns: [ &t \"arn:aws:sns:us-west-2:123456789012:x\", *t ], %L, %S }\n",
         "c.yaml:8:22: sns.topic_arns[1]: 'arn:aws:sns:us-west-2:123456789012:x' is a duplicate"},
        {"sns: { tls: off, listen: \"0.0.0.0:8443\", %T }\n",
         "c.yaml:8:13: sns.tls: tls is off, but '0.0.0.0:8443'"},
        {"sns: { tls: false, %L, %T }\n",
         "c.yaml:8:13: sns.tls: must be 'off' or a mapping; use off, or { certificate: FILE, private_key: "
         "FILE }"},
        {"sns: { tls: { certificate: c }, %L, %T }\n",
         "c.yaml:8:8: sns.tls.private_key: is missing; set it to the PEM file"},
        {"sns: { trust: { certificate_hosts: aws }, %L, %T, %S }\n",
         "c.yaml:8:36: sns.trust.certificate_hosts: must be 'amazonaws'"},
        {"sns: { trust: { certificate_hosts: [ \"https://x\" ] }, %L, %T, %S }\n",
         "c.yaml:8:38: sns.trust.certificate_hosts[0]: 'https://x' is not a host; use host or host:port, "
         "without https:// and path"},
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
        {"http://portal.example.org/api",
         "http is only allowed to loopback, because the key would be sent unencrypted; use https://"},
        {"http://localhost.example.org/",
         "http is only allowed to loopback, because the key would be sent unencrypted; use https://"},
        {"ftp://portal.example.org/", "the URL scheme must be https; use https://host/path"},
        {"https://user:hunter2@portal.example.org/",
         "the URL must not contain a user or password; put the key into api_key_file"},
        {"https://hunter2@portal.example.org/",
         "the URL must not contain a user or password; put the key into api_key_file"},
        {"https://portal.example.org/?key=hunter2",
         "the URL must not contain a query or fragment; remove '?' or '#' and the rest"},
        {"https://portal.example.org/#hunter2",
         "the URL must not contain a query or fragment; remove '?' or '#' and the rest"},
        {"https:///api", "the URL has no host; use https://host/path"},
        {"https:api", "the URL has no host; use https://host/path"},
        {"https://portal.example.org:0/", "the port must be from 1 to 65535; correct or remove it"},
        {"https://portal.example.org:99999/", "the port must be from 1 to 65535; correct or remove it"},
        {"https://portal.example.org:34463000/", "the port must be from 1 to 65535; correct or remove it"},
        {"https://[fe80::1%25eth0]/",
         "not a URL; use https://host/path, with other characters percent-encoded"},
        {"portal.example.org/api", "not a URL; use https://host/path, with other characters percent-encoded"},
        {"https://portal example.org/",
         "not a URL; use https://host/path, with other characters percent-encoded"},
    }));
    const std::string text =
        std::string("portal: { base_url: \"") + url +
        "\", workspace_id: a, bucket_id: b, api_key_file: k }\nstreams: [ entity: claim ]\n";
    check_one(text, (std::string("c.yaml:1:21: portal.base_url: ") + message).c_str());
}

// Boost.URL 1.81 interprets it as that address, 1.83 as the name that it is.
TEST_CASE("http to a host whose name begins with a loopback address is refused") {
    const LoadedConfiguration loaded = parse(
        "portal: { base_url: \"http://127.0.0.1.example.org/\", workspace_id: a, bucket_id: b, api_key_file: "
        "k }\n"
        "streams: [ entity: claim ]\n");
    CHECK(loaded.problems.size() == 1);
    CHECK(report(loaded.file, loaded.problems).starts_with("c.yaml:1:21: portal.base_url: "));
}

TEST_CASE(
    "ids that do not fit in a header, and a key instead of its file, are refused without showing them") {
    const auto [setting, message] = GENERATE(table<const char*, const char*>({
        {"workspace_id: \"hunter2 \", bucket_id: b, api_key_file: k",
         "must be at most 128 printable ASCII characters without spaces; copy the id from the portal"},
        {"workspace_id: \"hunter2\\u00e9\", bucket_id: b, api_key_file: k",
         "must be at most 128 printable ASCII characters without spaces; copy the id from the portal"},
        {"workspace_id: \"hunter2\\r\\nx: y\", bucket_id: b, api_key_file: k", "contains control characters"},
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

TEST_CASE("all problems of a file are reported at once, by line") {
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
    std::vector<std::string> positions;
    for (const ConfigProblem& problem : loaded.problems) {
        positions.push_back(std::to_string(problem.position.line) + " " + problem.path);
    }
    CHECK(positions == std::vector<std::string>{"1 log.level", "2 portal.workspace_id", "2 portal.bucket_id",
                                                "2 portal.api_key_file", "3 portal.base_url",
                                                "4 portal.workspace", "5 portal.timeout",
                                                "7 streams[0].entity", "8 streams[0].overlap",
                                                "9 streams[0].overlap", "11 streams[1].filter.$where",
                                                "12 streams[1].fields[0]", "13 nonsense"});
}

TEST_CASE("missing sections are named") {
    const LoadedConfiguration loaded = parse("{}\n");
    CHECK(report(loaded.file, loaded.problems)
              .starts_with("c.yaml:1:1: portal: is missing; add a section 'portal:' with base_url, "
                           "workspace_id, bucket_id and api_key_file"));
    REQUIRE(loaded.problems.size() == 2);
    CHECK(loaded.problems[1].path == "streams");
    check_one(kPortal + "streams: []\n",
              "c.yaml:6:10: streams: no streams; add at least '- entity: claim_attendance'");
    check_one(kPortal + "streams:\n", "c.yaml:6:1: streams: has no value; add 'streams:'");
    check_one(kPortal + "streams: { entity: claim }\n",
              "c.yaml:6:10: streams: must be a list, not a mapping");
}
