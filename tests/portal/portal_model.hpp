// A model of the CareCloud Portal in memory: documents, MongoDB's filtering and sorting, and the text of responses. The
// loopback portal serves it over HTTP; the engine's tests use it directly. Source of facts: the vendor's API
// documentation.
//
//     PortalModel portal({.id_is_oid = true, .take_cap = 100});
//     portal.put("claim_attendance", R"({"_id":"65f3…","modified":"2024-03-13T19:08:57.1630000Z"})");
//     PortalModel::Answer answer = portal.query("claim_attendance", R"({"Take":10,"Sort":{"modified":1,"_id":1}})");
//
// No sockets, no clock, no randomness. Not thread-safe.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "portal/portal_collection.hpp"
#include "portal/portal_request.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The portal's dialect and limits: everything that the vendor does not document.
struct ModelSettings {
    bool id_is_oid = false;         // `_id` is an ObjectId: only {"$oid":…} compares with it
    bool modified_is_date = false;  // `modified` and `created` are Dates: only {"$date":…} compares
    bool or_refused = false;        // `$or` gets 400
    std::size_t take_cap = 0;       // maximum number of records per page, whatever Take is; 0: none
    bool totals = true;             // counts matches, unless WithoutTotal
    bool pascal = false;            // IsSuccess, Data; else isSuccess, data
    bool missing_is_404 = false;    // retrieve of an unknown id: 404 and isSuccess:false; else 200 and null
    bool ignore_sort = false;       // a broken portal: records in insertion order
    std::size_t response_limit_bytes = 10'000'000;  // of a response's text, before gzip; 0: none
    int too_large_status = 413;                     // or 500, 502: the gateway's status above the limit
    std::size_t list_bytes = 0;  // a list ends at this size, as if there were no more; 0: no limit
    // Requests that name another one get 403. Empty: any.
    std::string workspace_id{};
    std::string bucket_id{};

    FieldTypes types() const { return {id_is_oid, modified_is_date}; }
};

// Changes the given settings by "id=oid,modified=date,or=no,cap=100,total=no,case=pascal,missing=404,sort=no". The
// opposite values are id=string, modified=string, or=yes, cap=0, total=yes, case=camel, missing=null and sort=yes.
// Error: invalid_argument, naming the part.
Result<ModelSettings> with_dialect(ModelSettings settings, std::string_view dialect);
// The inverse, with all parts.
std::string dialect_text(const ModelSettings& settings);

class PortalModel {
  public:
    struct Answer {
        int status = 200;
        std::string body{};
        std::size_t records = 0;  // in the body
    };

    // The fourteen documented entities exist from the start and are empty.
    explicit PortalModel(ModelSettings settings = {});

    const ModelSettings& settings() const { return settings_; }
    // Documents are kept; if the types change, they are sorted again.
    void change_settings(ModelSettings settings);

    // Inserts the document, or replaces the one with the same `_id`; responses contain its bytes. Until now() reaches
    // `visible_from`, it is invisible, and an older version stays visible. A later put or erase of the same `_id`
    // supersedes one that is not yet visible. Error: invalid_argument if `raw` is not a JSON object. `types`: of this
    // document only, if they differ from the portal's; a change of the portal's types overrides them.
    Result<> put(std::string_view entity, std::string raw,
                 std::optional<Timestamp> visible_from = std::nullopt,
                 std::optional<FieldTypes> types = std::nullopt);
    template <class J>
        requires std::same_as<J, nlohmann::ordered_json> || std::same_as<J, nlohmann::json>
    Result<> put(std::string_view entity, const J& document,
                 std::optional<Timestamp> visible_from = std::nullopt) {
        return put(entity, document.dump(), visible_from);
    }
    // Adds a document even if its `_id` exists, like a broken portal.
    Result<> append(std::string_view entity, std::string raw);
    // A hard delete. Returns false if there was no such document.
    bool erase(std::string_view entity, std::string_view id);
    // Removes all documents of the entity.
    void clear(std::string_view entity);

    // From now on, queries omit these documents, as if an index had lost them; with `filtered_only`, only queries with
    // a filter on a field other than `_id` and `modified` do. retrieve() still finds them. Without ids, nothing is
    // omitted any more.
    void hide(std::string_view entity, std::set<std::string, std::less<>> ids, bool filtered_only = false);

    // The raw text of the visible version.
    std::optional<std::string> find(std::string_view entity, std::string_view id) const;
    // Visits visible documents in the order of (modified, _id). The callback must not change the model.
    void for_each(std::string_view entity, const std::function<void(const PortalDocument&)>& visit) const;
    // nullptr if there is no such entity.
    const PortalCollection* collection(std::string_view entity) const;
    std::size_t size(std::string_view entity) const;
    std::vector<std::string> entities() const;
    // The number of documents that are not yet visible.
    std::size_t waiting() const { return waiting_.size(); }

    // Sets the portal's time, which never goes back. Documents that are due become visible.
    void set_now(Timestamp now);
    Timestamp now() const { return now_; }
    // Increases whenever a response may have changed.
    std::uint64_t version() const { return version_; }

    // POST {base}/appdata/{Entity}/query with that body. Never throws on invalid input.
    Answer query(std::string_view entity, std::string_view body);
    // The same with the scope of the X-Param-Override headers, which override the body's; empty: not sent.
    Answer query(std::string_view entity, std::string_view body, std::string_view workspace_id,
                 std::string_view bucket_id);
    // GET {base}/appdata/{Entity}/retrieve?id=…
    Answer retrieve(std::string_view entity, std::string_view id) const;
    // isSuccess:false in the portal's spelling.
    Answer refuse(int status, std::string_view code, std::string_view message) const;

  private:
    struct Waiting {
        std::string entity;
        std::string id_token;
        std::string raw;
        std::optional<FieldTypes> types;
    };

    struct Hole {
        std::set<std::string, std::less<>> ids;
        bool filtered_only = false;
    };

    const Hole* hole_of(std::string_view entity, const PortalRequest& request) const;
    PortalCollection& collection_for(std::string_view entity);
    void drop_waiting(std::string_view entity, std::string_view id_token);
    bool scope_served(const PortalRequest& request, std::string_view workspace_id,
                      std::string_view bucket_id) const;
    Answer render(const PortalCollection& collection, const PortalRequest& request, const Hole* hole) const;
    Answer too_large() const;

    ModelSettings settings_;
    std::map<std::string, PortalCollection, std::less<>> entities_;
    std::multimap<Timestamp, Waiting> waiting_;
    std::map<std::string, Hole, std::less<>> holes_;
    Timestamp now_{INT64_MIN};
    std::uint64_t version_ = 0;
};

}  // namespace carecloud
