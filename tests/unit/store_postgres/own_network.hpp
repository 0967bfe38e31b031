// A private network namespace with only a loopback interface, whose packets can be dropped silently. Applies to the
// calling thread, and to the threads and programs that it starts afterwards.
//
//     const auto network = OwnNetwork::enter();   // null: this user may not create one
//     network->drop_packets(true);
#pragma once

#include <memory>

namespace carecloud {

class OwnNetwork {
  public:
    static std::unique_ptr<OwnNetwork> enter();
    // Returns to the previous namespace.
    ~OwnNetwork();
    OwnNetwork(const OwnNetwork&) = delete;
    OwnNetwork& operator=(const OwnNetwork&) = delete;

    // Drops all packets in both directions, or stops doing so. Senders get no error. Throws std::runtime_error.
    void drop_packets(bool drop);

  private:
    explicit OwnNetwork(int before) : before_(before) {}

    int before_;  // descriptor of the previous namespace
};

}  // namespace carecloud
