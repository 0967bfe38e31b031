#include "portal/publisher_control.hpp"

#include "portal/control_reply.hpp"
#include "portal/portal_edit.hpp"
#include "portal/publisher_state.hpp"
#include "portal/raw_json.hpp"
#include "portal/records.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr std::uint64_t kControlSeed = 0x736e73U;  // draws numbers independent of the faults'

// The decoded text of a member; for `{"$oid":…}`, the text in it.
std::string text_in(std::string_view raw, std::string_view name) {
    const auto token = find_field(raw, name);
    if (!token) return {};
    Json value = Json::parse(*token, nullptr, /*allow_exceptions=*/false);
    if (value.is_object() && value.contains("$oid")) value = value["$oid"];
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::string text_member(const Json& body, const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag_member(const Json& body, const char* name) {
    return body.value(name, Json(false)) == true;
}

PublishOptions options_of(const Json& body) {
    PublishOptions options;
    if (body.contains("subject")) options.subject = text_member(body, "subject");
    options.fault = text_member(body, "fault");
    return options;
}

PortalReply published(const Result<std::vector<std::string>>& ids) {
    if (!ids) return control_wrong(400, ids.error().message());
    return control_done({{"published", ids->size()}, {"message_ids", *ids}});
}

Timestamp milliseconds_of(Timestamp now) {
    return {now.ticks - now.ticks % Timestamp::ticks_per_millisecond};
}

}  // namespace

std::string publisher_control_help() {
    return R"(GET  /sns                topic, certificate, subscriptions, counts, pending
                         deliveries
GET  /sns/ca             CA certificate, PEM
GET  /sns/deliveries     finished deliveries, one per line: message_id,
                         record_id, type, end, status, attempts, ms
POST /sns/subscribe      {"endpoint","raw","fault"}: send a
                         SubscriptionConfirmation
POST /sns/unsubscribe    {"endpoint"} or {"arn"}: send an
                         UnsubscribeConfirmation
POST /sns/publish        {"entity","count"|"ids","event_type","subject",
                         "fault"}: an event for each record, or
                         {"events":[{"id",…}]} as given, or {"message"}:
                         exactly this text
POST /sns/submit         by count or ids, as publish; touches the records first
POST /sns/fault          {"name","probability"} or {"name","times"}
DELETE /sns/faults       clear all faults of messages
POST /sns/settings       {"silent","signature_version","late_ms","retries",
                         "retry_delay_ms"}
If there is a subscription, /put, /touch, /disable and /generate publish events,
except with {"silent":true} (/put: ?silent=true) or keep_modified: an event is a
submission.
)";
}

PublishedEvent event_of_record(const std::string& entity, std::string_view raw, RecordRandom& random,
                               Timestamp now) {
    PublishedEvent event{.id = text_in(raw, "_id"),
                         .datasource_code = datasource_code(entity),
                         .workspace_id = text_in(raw, "workspace_id"),
                         .bucket_id = text_in(raw, "bucket_id")};
    const auto modified = Timestamp::parse(text_in(raw, "modified"));
    const auto within =
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(Timestamp::ticks_per_millisecond)));
    event.event_time =
        modified ? Timestamp{milliseconds_of(*modified).ticks + within}.to_string() : now.to_string();
    return event;
}

PublisherControl::PublisherControl(EventPublisher& publisher, PortalModel& model)
    : publisher_(publisher), model_(model), random_(publisher.settings().seed ^ kControlSeed) {}

bool PublisherControl::announces(bool silent) {
    return !silent && !publisher_.settings().silent && publisher_.topic().subscribed();
}

std::optional<std::string> PublisherControl::refusal(std::size_t changes) const {
    if (changes <= kMessagesAtOnceMax && publisher_.pending() + changes <= kDeliveriesMax)
        return std::nullopt;
    return "too many events at once: at most 10000 a call; set \"silent\":true to publish none";
}

std::size_t PublisherControl::announce(const std::string& entity, const std::vector<std::string>& raws,
                                       Timestamp now) {
    std::vector<PublishedEvent> events;
    events.reserve(raws.size());
    for (const std::string& raw : raws)
        events.push_back(event_of_record(entity, raw, random_, now));
    const auto ids = publisher_.publish(events, {});
    return ids ? ids->size() : 0;
}

PortalReply PublisherControl::handle(const PortalCall& call, const PortalTarget& target, Timestamp now) {
    const std::string what = call.method + " " + (target.path.size() == 2 ? target.path[1] : "");
    if (target.path.size() > 2) return control_wrong(404, "no such call; see --help");
    if (what == "GET ") return control_done(publisher_state_json(publisher_));
    if (what == "GET deliveries") return deliveries_reply(publisher_);
    if (what == "GET ca") {
        PortalReply reply{.content_type = "application/x-pem-file"};
        reply.set_body(publisher_.identity().authority_pem());
        return reply;
    }
    if (what == "POST fault") return control_fault(publisher_.faults(), call);
    if (what == "DELETE faults") {
        publisher_.faults().clear();
        return control_done(Json::object());
    }
    const Json body = Json::parse(call.body, nullptr, /*allow_exceptions=*/false);
    const bool known = what == "POST subscribe" || what == "POST unsubscribe" || what == "POST publish" ||
                       what == "POST submit" || what == "POST settings";
    if (!known) return control_wrong(404, "no such call; see --help");
    if (!body.is_object()) return control_wrong(400, "the body must be a JSON object");
    if (what == "POST subscribe") return subscribe(body);
    if (what == "POST unsubscribe") return unsubscribe(body);
    if (what == "POST settings") {
        const auto wrong = change_publisher_settings(publisher_, body);
        return wrong ? control_wrong(400, *wrong) : control_done(publisher_state_json(publisher_));
    }
    return publish(call, body, what == "POST submit", now);
}

PortalReply PublisherControl::subscribe(const Json& body) {
    const auto arn =
        publisher_.subscribe(text_member(body, "endpoint"),
                             {.raw = flag_member(body, "raw"), .fault = text_member(body, "fault")});
    if (!arn) return control_wrong(400, arn.error().message());
    return control_done({{"subscription_arn", *arn}});
}

PortalReply PublisherControl::unsubscribe(const Json& body) {
    const std::string arn = text_member(body, "arn");
    const auto gone = publisher_.unsubscribe(arn.empty() ? text_member(body, "endpoint") : arn);
    if (!gone) return control_wrong(400, gone.error().message());
    return control_done({{"unsubscribed", true}});
}

std::vector<std::string> PublisherControl::random_ids(const std::string& entity, std::size_t count) {
    std::vector<std::string> held;
    model_.for_each(entity, [&](const PortalDocument& document) { held.emplace_back(document.id_text()); });
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count && !held.empty(); ++i)
        ids.push_back(held[random_.below(held.size())]);
    return ids;
}

PortalReply PublisherControl::publish(const PortalCall& call, const Json& body, bool touch, Timestamp now) {
    const PublishOptions options = options_of(body);
    if (body.contains("message") && !touch) {
        const auto id = publisher_.publish_text(text_member(body, "message"), options);
        if (!id) return control_wrong(400, id.error().message());
        return published(std::vector<std::string>{*id});
    }
    if (body.contains("events") && !touch) return publish_listed(body["events"], options);
    auto request = parse_edit(call.body, model_);
    if (!request) return control_wrong(400, request.error().message);
    const std::size_t count =
        body.contains("ids") ? request->ids.size() : body.value("count", std::size_t{1});
    if (const auto wrong = refusal(count)) return control_wrong(400, *wrong);
    // With a count, records are chosen at random, not the oldest ones.
    if (!body.contains("ids")) request->ids = random_ids(request->entity, count);
    if (touch) apply_edit(model_, *request, Edit::touch, milliseconds_of(now).to_string());
    std::vector<PublishedEvent> events;
    for (const std::string& id : request->ids) {
        const auto raw = model_.find(request->entity, id);
        events.push_back(event_of_record(request->entity, raw.value_or("{}"), random_, now));
        // A nonexistent record is announced, too: a test may need that.
        events.back().id = id;
        if (!raw) events.back().workspace_id = model_.settings().workspace_id;
        if (!raw) events.back().bucket_id = model_.settings().bucket_id;
        if (body.contains("event_type")) events.back().event_type = text_member(body, "event_type");
    }
    return published(publisher_.publish(events, options));
}

PortalReply PublisherControl::publish_listed(const Json& listed, const PublishOptions& options) {
    if (!listed.is_array()) return control_wrong(400, "events must be an array");
    std::vector<PublishedEvent> events;
    for (const Json& one : listed) {
        if (!one.is_object()) return control_wrong(400, "events must hold objects");
        PublishedEvent event;
        for (const auto& [name, value] :
             {std::pair("id", &event.id), std::pair("datasource_code", &event.datasource_code),
              std::pair("workspace_id", &event.workspace_id), std::pair("bucket_id", &event.bucket_id),
              std::pair("event_type", &event.event_type), std::pair("event_time", &event.event_time)}) {
            if (one.contains(name)) *value = text_member(one, name);
        }
        events.push_back(std::move(event));
    }
    return published(publisher_.publish(events, options));
}

}  // namespace carecloud
