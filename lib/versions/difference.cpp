#include "versions/difference.hpp"

#include "versions/field_kind.hpp"
#include "versions/same_content.hpp"

#include <map>
#include <utility>

namespace carecloud {
namespace {

constexpr std::string_view kDays = "attendance.body.attendanceinfo";
constexpr std::string_view kSignIns = "signinout";

// A value in one of the two texts; `node` is std::nullopt if it is absent there.
struct Side {
    const JsonTree& tree;
    std::optional<std::size_t> node{};

    const JsonNode* get() const { return node ? &tree.at(*node) : nullptr; }
    bool is(JsonNode::Kind kind) const { return node && get()->kind == kind; }
    // Also true for an absent or empty value, which may be of any kind.
    bool may_be(JsonNode::Kind kind) const { return !has_content(get()) || is(kind); }
    Side with(std::optional<std::size_t> other) const { return {tree, other}; }
    std::optional<std::size_t> member(std::string_view name) const {
        if (!is(JsonNode::Kind::object)) return std::nullopt;
        for (const std::size_t child : tree.children(*node)) {
            if (same_name(tree.at(child).name, name)) return child;
        }
        return std::nullopt;
    }
    std::vector<std::size_t> children() const {
        std::vector<std::size_t> found;
        if (!node || get()->is_scalar()) return found;
        for (const std::size_t child : tree.children(*node))
            found.push_back(child);
        return found;
    }
};

// The members of an object by name, each taken once. They are nearly always requested in their order.
class MemberSearch {
  public:
    explicit MemberSearch(const Side& object)
        : tree_(object.tree), members_(object.children()), taken_(members_.size()) {}

    std::optional<std::size_t> take(std::string_view name) {
        if (next_ == members_.size() || !same_name(tree_.at(members_[next_]).name, name)) {
            const auto found = find(unescaped(name));
            if (!found) return std::nullopt;
            next_ = *found;
        }
        taken_[next_] = true;
        return members_[next_++];
    }
    std::vector<std::size_t> left() const {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (!taken_[i]) found.push_back(members_[i]);
        }
        return found;
    }

  private:
    std::optional<std::size_t> find(const std::string& name) {
        if (by_name_.empty()) {
            for (std::size_t i = 0; i < members_.size(); ++i)
                by_name_.emplace(unescaped(tree_.at(members_[i]).name), i);
        }
        const auto [begin, end] = by_name_.equal_range(name);
        for (auto found = begin; found != end; ++found) {
            if (!taken_[found->second]) return found->second;
        }
        return std::nullopt;
    }

    const JsonTree& tree_;
    std::vector<std::size_t> members_;
    std::vector<bool> taken_;
    std::size_t next_ = 0;
    std::multimap<std::string, std::size_t> by_name_;
};

// Matches the elements of two arrays by a key member; elements with equal keys are matched by their order.
class Matches {
  public:
    Matches(const Side& former, const Side& now, std::string_view member, std::string (*key_of)(std::string))
        : former_(former), now_(now), member_(member), key_of_(key_of), in_order_(is_in_order()) {
        if (in_order_) return;
        for (const auto& [side, is_former] : {std::pair{&former, true}, std::pair{&now, false}}) {
            std::map<std::string, std::size_t> seen;
            for (const std::size_t element : side->children()) {
                std::string key = key_in(side->with(element));
                const std::size_t nth = seen[key]++;
                auto& pair = pairs_[{std::move(key), nth}];
                (is_former ? pair.first : pair.second) = element;
            }
        }
    }

    // Calls `use` for the pairs that may differ. If both arrays have the same keys in the same order, the pairs are in
    // that order, otherwise in the order of their keys, which for days is that of the calendar.
    template <class Use>
    void each(Use use) const {
        for (const auto& [key, pair] : pairs_)
            use(key.first, pair.first, pair.second);
        if (!in_order_) return;
        auto other = now_.tree.children(*now_.node).begin();
        for (const std::size_t element : former_.tree.children(*former_.node)) {
            if (former_.tree.at(element).text != now_.tree.at(*other).text)
                use(key_in(former_.with(element)), std::optional(element), std::optional(*other));
            ++other;
        }
    }

  private:
    // Whether both are arrays of the same length, with the same text for each key.
    bool is_in_order() const {
        if (!former_.is(JsonNode::Kind::array) || !now_.is(JsonNode::Kind::array)) return false;
        if (former_.get()->children != now_.get()->children) return false;
        auto other = now_.tree.children(*now_.node).begin();
        for (const std::size_t element : former_.tree.children(*former_.node)) {
            if (key_text(former_.with(element)) != key_text(now_.with(*other))) return false;
            ++other;
        }
        return true;
    }

    std::string_view key_text(const Side& element) const {
        const auto found = element.member(member_);
        return found ? element.tree.at(*found).text : std::string_view();
    }

    std::string key_in(const Side& element) const {
        const auto found = element.member(member_);
        return key_of_(found ? shown_text(element.tree.at(*found)).value_or("") : "");
    }

    const Side& former_;
    const Side& now_;
    std::string_view member_;
    std::string (*key_of_)(std::string);
    bool in_order_;
    std::map<std::pair<std::string, std::size_t>,
             std::pair<std::optional<std::size_t>, std::optional<std::size_t>>>
        pairs_;
};

std::string as_is(std::string text) {
    return text;
}

class Comparer {
  public:
    std::vector<Difference> compare(const Side& former, const Side& now) {
        value(former, now, "");
        if (left_off_ > 0) found_.push_back({.field = "_more", .is_now = std::to_string(left_off_)});
        return std::move(found_);
    }

  private:
    using Kind = JsonNode::Kind;

    void value(const Side& former, const Side& now, const std::string& field) {
        if (former.node && now.node && former.get()->text == now.get()->text) return;
        const bool nothing = !has_content(former.get()) && !has_content(now.get());
        if (nothing) return;
        if (former.may_be(Kind::object) && now.may_be(Kind::object)) {
            members(former, now, field);
        } else if (former.may_be(Kind::array) && now.may_be(Kind::array)) {
            elements(former, now, field);
        } else {
            scalar(former, now, field);
        }
    }

    // The members of the former version first, then those that it did not have.
    void members(const Side& former, const Side& now, const std::string& field) {
        MemberSearch search(now);
        for (const std::size_t child : former.children()) {
            const std::string_view name = former.tree.at(child).name;
            const auto other = search.take(name);
            // Most are equal; their names need not be unescaped.
            if (other && former.tree.at(child).text == now.tree.at(*other).text) continue;
            named_value(former.with(child), now.with(other), field, unescaped(name));
        }
        for (const std::size_t child : search.left())
            named_value(former.with({}), now.with(child), field, unescaped(now.tree.at(child).name));
    }

    void named_value(const Side& former, const Side& now, const std::string& field, const std::string& name) {
        if (!is_ignored(field, name)) value(former, now, below(field, name));
    }

    bool is_ignored(const std::string& field, std::string_view name) const {
        return field.empty() && !in_day_ && (name == "modified" || name == "batch_action_id");
    }

    static std::string below(const std::string& field, std::string_view name) {
        std::string path = field;
        if (!path.empty()) path += '.';
        return path += name;
    }

    void elements(const Side& former, const Side& now, const std::string& field) {
        if (!in_day_ && field == kDays) {
            Matches(former, now, "attendancedate", day_text).each([&](const auto& key, auto a, auto b) {
                day_ = key;
                in_day_ = true;
                value(former.with(a), now.with(b), "");
                in_day_ = false;
                day_.clear();
            });
        } else if (in_day_ && field == kSignIns) {
            Matches(former, now, "signInId", as_is).each([&](const auto& key, auto a, auto b) {
                sign_in_ = key;
                value(former.with(a), now.with(b), "");
                sign_in_.clear();
            });
        } else if (!former.node || !now.node || !same_value(former.tree, *former.node, now.tree, *now.node)) {
            add(field, shown(former), shown(now));
        }
    }

    void scalar(const Side& former, const Side& now, const std::string& field) {
        const FieldKind kind = field_kind(std::string_view(field).substr(field.rfind('.') + 1));
        const bool both = has_content(former.get()) && has_content(now.get());
        if (both && same_of_kind(*former.get(), *now.get(), kind)) return;
        const bool image = is_image(former.get(), kind) || is_image(now.get(), kind);
        if (!image) return add(field, shown(former), shown(now));
        const auto presence = [](const Side& side, const char* word) {
            return has_content(side.get()) ? std::optional<std::string>(word) : std::nullopt;
        };
        add(field, presence(former, "present"), presence(now, both ? "changed" : "present"));
    }

    static std::optional<std::string> shown(const Side& side) {
        return has_content(side.get()) ? shown_text(*side.get()) : std::nullopt;
    }

    void add(const std::string& field, std::optional<std::string> was, std::optional<std::string> is_now) {
        if (found_.size() == kDifferencesMax - 1) {
            ++left_off_;
            return;
        }
        found_.push_back(
            {day_, sign_in_, field.empty() ? "_value" : field, std::move(was), std::move(is_now)});
    }

    std::vector<Difference> found_;
    std::size_t left_off_ = 0;
    std::string day_;
    std::string sign_in_;
    bool in_day_ = false;
};

}  // namespace

std::vector<Difference> differences(const JsonTree& former, const JsonTree& now) {
    return Comparer().compare({former, 0}, {now, 0});
}

}  // namespace carecloud
