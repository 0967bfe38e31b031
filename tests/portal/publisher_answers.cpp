#include "portal/publisher_answers.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace carecloud {
namespace {

constexpr std::string_view kNamespace = "xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"";

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '<')
            result += "&lt;";
        else if (c == '&')
            result += "&amp;";
        else
            result.push_back(c);
    }
    return result;
}

std::string element(std::string_view name, std::string_view text) {
    return "<" + std::string(name) + ">" + escaped(text) + "</" + std::string(name) + ">";
}

PortalReply xml_reply(int status, std::string body, const std::string& request_id) {
    PortalReply reply{.status = status, .content_type = "text/xml"};
    reply.headers.emplace_back("x-amzn-RequestId", request_id);
    reply.set_body(std::move(body));
    return reply;
}

PortalReply refuse(int status, std::string_view code, std::string_view message) {
    const std::string id = new_message_id();
    std::string body = "<ErrorResponse " + std::string(kNamespace) + ">\n  <Error>\n    ";
    body += element("Type", "Sender") + "\n    " + element("Code", code) + "\n    " +
            element("Message", message) + "\n  </Error>\n  " + element("RequestId", id) +
            "\n</ErrorResponse>\n";
    return xml_reply(status, std::move(body), id);
}

PortalReply accept(const std::string& action, const std::string& result) {
    const std::string id = new_message_id();
    std::string body = "<" + action + "Response " + std::string(kNamespace) + ">\n";
    if (!result.empty()) body += "  <" + action + "Result>\n    " + result + "\n  </" + action + "Result>\n";
    body += "  <ResponseMetadata>\n    " + element("RequestId", id) + "\n  </ResponseMetadata>\n</" + action +
            "Response>\n";
    return xml_reply(200, std::move(body), id);
}

PortalReply confirm(EventPublisher& publisher, const PortalTarget& target) {
    PublisherTopic& topic = publisher.topic();
    const std::string token = target.value("Token");
    const std::string asked = target.value("TopicArn");
    if (asked.empty() || token.empty())
        return refuse(400, "ValidationError", "TopicArn and Token are both required");
    if (asked != topic.arn()) return refuse(404, "NotFound", "Topic does not exist");
    const TopicSubscription* confirmed = topic.confirm(token, publisher.now());
    if (confirmed == nullptr) return refuse(400, "InvalidParameter", "Invalid parameter: Token");
    return accept("ConfirmSubscription", element("SubscriptionArn", confirmed->arn));
}

PortalReply unsubscribe(EventPublisher& publisher, const PortalTarget& target) {
    ++publisher.counts().unsubscribe_visits;
    const auto done = publisher.unsubscribe(target.value("SubscriptionArn"));
    if (!done) return refuse(404, "NotFound", "Subscription does not exist");
    return accept("Unsubscribe", {});
}

PortalReply certificate(EventPublisher& publisher, const std::string& path) {
    const CertificateAnswer* answer = publisher.identity().certificate_at(path);
    if (answer == nullptr) {
        ++publisher.counts().no_certificate_fetches;
        return refuse(404, "NotFound", "There is nothing at that path");
    }
    const bool right = path == publisher.identity().certificate_path();
    ++(right ? publisher.counts().certificate_fetches : publisher.counts().wrong_certificate_fetches);
    PortalReply reply{.status = answer->status, .content_type = "binary/octet-stream"};
    if (answer->silent) reply.wire = ReplyWire::slow_head;
    reply.set_body(answer->body);
    return reply;
}

}  // namespace

PortalReply answer_publisher_call(EventPublisher& publisher, const PortalCall& call) {
    if (call.method != "GET" && call.method != "POST") return refuse(405, "MethodNotAllowed", "GET it");
    const PortalTarget target = parse_target(call.target);
    if (target.path.size() == 1) return certificate(publisher, "/" + target.path[0]);
    const std::string action = target.value("Action");
    if (!target.path.empty()) return refuse(404, "NotFound", "There is nothing at that path");
    if (action == "ConfirmSubscription") {
        PortalReply reply = confirm(publisher, target);
        ++(reply.status == 200 ? publisher.counts().confirmations : publisher.counts().confirmations_refused);
        return reply;
    }
    if (action == "Unsubscribe") return unsubscribe(publisher, target);
    return refuse(400, "InvalidAction", "The action is not one of ConfirmSubscription and Unsubscribe");
}

}  // namespace carecloud
