// A network of the test's own, with a loopback interface and nothing else, whose packets can be dropped in silence. For
// the calling thread, and the threads and programs that it starts from then on.
//
//     const auto network = OwnNetwork::enter();   // null: this user may not have one
//     network->drop_packets(true);
#pragma once

#include <memory>

namespace carecloud {

class OwnNetwork {
  public:
    static std::unique_ptr<OwnNetwork> enter();
    // Returns to the network before.
    ~OwnNetwork();
    OwnNetwork(const OwnNetwork&) = delete;
    OwnNetwork& operator=(const OwnNetwork&) = delete;

    // All that are sent, in both directions. Nobody is told. Throws std::runtime_error.
    void drop_packets(bool drop);

  private:
    explicit OwnNetwork(int before) : before_(before) {}

    int before_;  // a descriptor of the network namespace
};

}  // namespace carecloud
