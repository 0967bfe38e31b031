// What is not well, reason by reason, and what each stream is doing: told to systemd as one status line whenever it
// changes. I/O thread alone.
#pragma once

#include "runtime/notify.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class Health {
  public:
    explicit Health(Notify& notify) : notify_(notify) {}

    // What a stream is doing, in words for `systemctl status`.
    void doing(std::string_view stream, std::string text);
    // `key` tells one reason from the others and is not shown; the same key again replaces the words.
    void degrade(std::string_view key, std::string reason);
    void restore(std::string_view key);
    // What the key of a stream's reason is called where it lies in the store.
    static constexpr std::string_view kOfStore = "store";
    // The same of one stream; `what` tells its reasons from each other.
    void degrade_stream(std::string_view stream, std::string_view what, std::string reason);
    void restore_stream(std::string_view stream, std::string_view what);
    // Something that is no reason to call the service degraded, shown until it is replaced; empty: nothing.
    void remark(std::string text);
    // Other streams begin: what was said of the earlier ones no longer counts.
    void forget_streams();

    // In the order of their keys; empty: all is well.
    std::vector<std::string> reasons() const;
    // Of these, those that lie in the store: it takes no events either.
    std::vector<std::string> store_reasons() const;
    // "reload refused …; degraded: reasons; claim_attendance is at …"
    std::string status() const;

  private:
    Notify& notify_;
    std::string remark_;
    std::map<std::string, std::string, std::less<>> reasons_;
    std::map<std::string, std::string, std::less<>> streams_;
};

}  // namespace carecloud
