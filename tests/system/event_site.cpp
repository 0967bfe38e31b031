#include "system/event_site.hpp"

#include <algorithm>
#include <csignal>
#include <set>
#include <stdexcept>
#include <sys/stat.h>
#include <utility>

namespace carecloud {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr const char* kListens = "SNS endpoint listening";

std::vector<std::string> portal_options(const std::string& endpoint_ca, int records,
                                        std::vector<std::string> more) {
    std::vector<std::string> options{
        "--records", std::to_string(records), "--sns-port", "0", "--sns-endpoint-ca",
        endpoint_ca, "--sns-retry-delay",     "200ms"};
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

std::string written(const std::string& path, const std::string& text) {
    write_text(path, text);
    return path;
}

void write_secret(const std::string& path, const std::string& text) {
    write_text(path, text);
    ::chmod(path.c_str(), 0600);
}

std::size_t occurrences(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size())
        ++count;
    return count;
}

}  // namespace

EventSite::EventSite(SiteOptions options)
    : portal(portal_options(written(files_.file("agency-ca.pem"), authority_.certificate_pem()),
                            options.records, std::move(options.portal))),
      agency(AgencyConfig{.base_url = portal.base_url(),
                          .poll_every = options.poll_every,
                          .stream_more = options.stream_more}),
      sns(options.sns),
      api_(options.with_api ? "unix:" + api_socket() : options.api) {
    write_secret(credentials_path(), "sns:" + Agency::password() + "\n");
    write_text(files_.file("sns-ca.pem"), portal.text("/sns/ca"));
    issue("the endpoint");
    write_config();
}

void EventSite::issue(const std::string& name, long valid_to_seconds) {
    const TestCertificate made = authority_.issue({.subject = name, .valid_to_seconds = valid_to_seconds});
    write_text(certificate_path(), made.certificate_pem);
    write_secret(private_key_path(), made.key_pem);
}

std::string EventSite::sns_text() const {
    std::string text = "sns:\n  listen: " + sns->listen + "\n  topic_arns: [ \"" + sns->topic + "\" ]\n";
    text += std::string("  confirm: ") + (sns->confirm ? "true" : "false") + "\n";
    text += sns->tls ? "  tls: { certificate: " + certificate_path() +
                           ", private_key: " + private_key_path() + " }\n"
                     : "  tls: off\n";
    if (sns->basic_auth) text += "  basic_auth_file: " + credentials_path() + "\n";
    text += "  trust: { certificate_hosts: [ \"" + portal.sns_url().substr(std::string("https://").size());
    return text + "\" ], ca_file: " + files_.file("sns-ca.pem") + " }\n";
}

void EventSite::write_config() {
    agency.config.more = sns ? sns_text() : "";
    if (!api_.empty()) agency.config.more += "api: { listen: \"" + api_ + "\" }\n";
    agency.write_config();
}

void EventSite::learn_port(const Process& daemon) {
    const std::string said = daemon.err();
    const std::string address = "address=127.0.0.1:";
    const std::size_t at = said.find(address, said.rfind(kListens));
    if (at == std::string::npos) throw std::runtime_error("no address is logged: " + said);
    port_ = static_cast<std::uint16_t>(std::stoi(said.substr(at + address.size(), 5)));
}

Process EventSite::start(const std::function<int()>& prepare) {
    write_config();
    Process daemon = agency.start(prepare);
    if (!daemon.says(kListens, kWithin)) throw std::runtime_error("it does not listen: " + daemon.err());
    learn_port(daemon);
    return daemon;
}

void EventSite::reload(Process& daemon) {
    write_config();
    const auto reloads = [&] { return occurrences(daemon.err(), "info  reloaded"); };
    const auto listenings = [&] { return occurrences(daemon.err(), kListens); };
    const std::size_t reloads_before = reloads();
    const std::size_t listenings_before = listenings();
    daemon.send(SIGHUP);
    const auto taken = [&] {
        return reloads() > reloads_before && (!sns || listenings() > listenings_before);
    };
    if (!daemon.wait_until(taken, kWithin)) throw std::runtime_error("no reload: " + daemon.err());
    if (sns) learn_port(daemon);
}

std::string EventSite::endpoint(const std::string& credentials) const {
    const std::string user = credentials.empty() ? "" : credentials + "@";
    return (sns && !sns->tls ? "http://" : "https://") + user + "127.0.0.1:" + std::to_string(port_) + "/sns";
}

void EventSite::subscribe(Process& daemon, const std::string& credentials) {
    const std::string arn = portal.control("POST", "/sns/subscribe", {{"endpoint", endpoint(credentials)}})
                                .at("subscription_arn");
    const auto confirmed = [&] {
        const json state = portal.control("GET", "/sns");
        const json& known = state.at("subscriptions");
        return state.at("counts").at("pending") == 0 &&
               std::any_of(known.begin(), known.end(), [&](const json& one) {
                   return one.at("arn") == arn && one.at("state") == "confirmed";
               });
    };
    if (!daemon.wait_until(confirmed, kWithin))
        throw std::runtime_error("the subscription is not confirmed: " + daemon.err());
}

std::vector<std::string> EventSite::publish(const json& body) {
    return portal.control("POST", "/sns/publish", body).at("message_ids");
}

std::vector<std::string> EventSite::submit(const json& body) {
    return portal.control("POST", "/sns/submit", body).at("message_ids");
}

std::vector<Delivery> EventSite::ends(Process& daemon, const std::vector<std::string>& message_ids) {
    Deliveries ended;
    const auto all = [&] {
        ended = portal.deliveries();
        return std::all_of(message_ids.begin(), message_ids.end(),
                           [&](const std::string& id) { return ended.contains(id); });
    };
    if (!daemon.wait_until(all, kWithin))
        throw std::runtime_error("not every message has ended; the daemon said: " + daemon.err());
    std::vector<Delivery> deliveries;
    deliveries.reserve(message_ids.size());
    for (const std::string& id : message_ids)
        deliveries.push_back(ended.find(id)->second);
    return deliveries;
}

std::string EventSite::become(Process& daemon, const std::vector<std::string>& message_ids,
                              const std::string& state) {
    std::string missing;
    const auto all = [&] {
        const ReadEvents events = read_events(agency.store_path());
        missing.clear();
        for (const std::string& id : message_ids) {
            const auto found = events.find(id);
            if (found == events.end()) missing = id + " is no event";
            if (found != events.end() && found->second.state != state)
                missing = id + " is " + found->second.state;
            if (!missing.empty()) return false;
        }
        return true;
    };
    if (daemon.wait_until(all, kWithin)) return {};
    const std::string said = daemon.err();
    return missing + "; the daemon said at last:\n" +
           said.substr(said.size() - std::min<std::size_t>(said.size(), 3000));
}

std::string EventSite::still_serves(Process& daemon) {
    const std::vector<std::string> ids = submit({{"count", 1}});
    const Delivery end = ends(daemon, ids).front();
    if (end.status == 200) return become(daemon, ids, "settled");
    return "a good message got " + std::to_string(end.status);
}

std::vector<ReadEvent> events_of(const Agency& agency, const std::vector<std::string>& message_ids) {
    const ReadEvents events = read_events(agency.store_path());
    std::vector<ReadEvent> found;
    found.reserve(message_ids.size());
    for (const std::string& id : message_ids)
        found.push_back(events.at(id));
    return found;
}

}  // namespace carecloud
