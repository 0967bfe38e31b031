#include "portal/portal_answer.hpp"
#include "portal/portal_model.hpp"
#include "portal/portal_select.hpp"
#include "portal/raw_json.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace carecloud {
namespace {

SelectOptions select_options(const ModelSettings& settings, const PortalRequest& request) {
    SelectOptions options{.types = settings.types(), .skip = request.skip, .take = request.take};
    if (settings.take_cap != 0 && options.take > settings.take_cap) options.take = settings.take_cap;
    options.count = settings.totals && !request.without_total;
    options.ignore_sort = settings.ignore_sort;
    return options;
}

// Whether the filter refers to fields other than the key fields.
bool filters_content(const FilterNode& node) {
    if (node.kind == FilterNode::Kind::test)
        return node.path.front() != "_id" && node.path.front() != "modified";
    return std::any_of(node.children.begin(), node.children.end(), filters_content);
}

// The rows of a Distinct request: duplicate rows are removed before Skip and Take apply.
std::vector<std::string> distinct_rows(const Selection& all, const PortalProjection& projection) {
    std::vector<std::string> rows;
    std::unordered_set<std::string> seen;
    for (const PortalDocument* document : all.documents) {
        std::string row;
        projection.append(*document, row);
        if (seen.insert(row).second) rows.push_back(std::move(row));
    }
    return rows;
}

// Writes the rows one by one, and stops when the gateway would reject the response.
class AnswerWriter {
  public:
    AnswerWriter(const ModelSettings& settings, std::optional<std::size_t> total)
        : limit_(settings.response_limit_bytes),
          list_bytes_(settings.list_bytes),
          body_(answer_head(settings.pascal, total)) {
        body_.push_back('[');
    }
    template <class Append>
    bool add(Append append) {
        if (records_++ > 0) body_.push_back(',');
        append(body_);
        return fits();
    }
    PortalModel::Answer finish() && {
        body_.append("]").append(kAnswerTail);
        return {200, std::move(body_), records_};
    }
    bool fits(std::size_t more = 2) const { return limit_ == 0 || body_.size() + more <= limit_; }
    bool is_full() const { return list_bytes_ != 0 && body_.size() >= list_bytes_; }

  private:
    std::size_t limit_;
    std::size_t list_bytes_;
    std::string body_;
    std::size_t records_ = 0;
};

}  // namespace

PortalModel::Answer PortalModel::refuse(int status, std::string_view code, std::string_view message) const {
    return {status, refusal_text(settings_.pascal, code, message)};
}

PortalModel::Answer PortalModel::too_large() const {
    const bool named = settings_.too_large_status == 413;
    return {settings_.too_large_status,
            gateway_text(named ? "Request Entity Too Large" : "Internal server error")};
}

bool PortalModel::scope_served(const PortalRequest& request, std::string_view workspace_id,
                               std::string_view bucket_id) const {
    const std::string_view workspace = workspace_id.empty() ? request.workspace_id : workspace_id;
    const std::string_view bucket = bucket_id.empty() ? request.bucket_id : bucket_id;
    const auto served = [](std::string_view own, std::string_view asked) {
        return own.empty() || asked.empty() || own == asked;
    };
    return served(settings_.workspace_id, workspace) && served(settings_.bucket_id, bucket);
}

PortalModel::Answer PortalModel::query(std::string_view entity, std::string_view body) {
    return query(entity, body, {}, {});
}

PortalModel::Answer PortalModel::query(std::string_view entity, std::string_view body,
                                       std::string_view workspace_id, std::string_view bucket_id) {
    const PortalCollection* documents = collection(entity);
    if (documents == nullptr) return refuse(404, "NotFound", "no such entity: " + std::string(entity));
    const auto request = parse_request(body, {.or_refused = settings_.or_refused});
    if (!request) return refuse(request.error().status, request.error().code, request.error().message);
    if (!scope_served(*request, workspace_id, bucket_id)) {
        return refuse(403, "Forbidden", "the key does not open this workspace or bucket");
    }
    return render(*documents, *request, hole_of(entity, *request));
}

const PortalModel::Hole* PortalModel::hole_of(std::string_view entity, const PortalRequest& request) const {
    const auto hole = holes_.find(entity);
    const bool hidden = hole != holes_.end() && !hole->second.ids.empty() &&
                        (!hole->second.filtered_only || filters_content(request.filter.root()));
    return hidden ? &hole->second : nullptr;
}

PortalModel::Answer PortalModel::render(const PortalCollection& documents, const PortalRequest& request,
                                        const Hole* hole) const {
    SelectOptions options = select_options(settings_, request);
    if (hole != nullptr) options.hidden = &hole->ids;
    const PortalProjection projection(request.fields);
    if (request.distinct) {
        const std::size_t skip = std::exchange(options.skip, 0);
        const std::size_t take = std::exchange(options.take, documents.size());
        const auto rows = distinct_rows(select_documents(documents, request, options), projection);
        AnswerWriter writer(settings_, options.count ? std::optional(rows.size()) : std::nullopt);
        for (std::size_t i = skip; i < rows.size() && i - skip < take; ++i) {
            if (!writer.add([&](std::string& out) { out.append(rows[i]); })) return too_large();
        }
        return std::move(writer).finish();
    }
    const Selection selection = select_documents(documents, request, options);
    AnswerWriter writer(settings_, options.count ? std::optional(selection.total) : std::nullopt);
    for (const PortalDocument* document : selection.documents) {
        if (writer.is_full()) break;
        if (!writer.add([&](std::string& out) { projection.append(*document, out); })) return too_large();
    }
    return std::move(writer).finish();
}

PortalModel::Answer PortalModel::retrieve(std::string_view entity, std::string_view id) const {
    const PortalCollection* documents = collection(entity);
    if (documents == nullptr) return refuse(404, "NotFound", "no such entity: " + std::string(entity));
    if (id.empty()) return refuse(400, "BadRequest", "id is missing");
    const PortalDocument* document = documents->find(json_quoted(id));
    if (document == nullptr && settings_.missing_is_404) return refuse(404, "NotFound", "no such record");
    Answer answer{200, answer_head(settings_.pascal, std::nullopt), document == nullptr ? 0U : 1U};
    answer.body.append(document == nullptr ? "null" : document->raw()).append(kAnswerTail);
    const bool fits =
        settings_.response_limit_bytes == 0 || answer.body.size() <= settings_.response_limit_bytes;
    return fits ? answer : too_large();
}

}  // namespace carecloud
