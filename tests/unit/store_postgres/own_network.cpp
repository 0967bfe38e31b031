#include "own_network.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace carecloud {
namespace {

constexpr const char* kInterface = "lo";
// The kernel's queueing discipline that drops all packets and reports them as sent.
constexpr const char* kDroppingQueue = "blackhole";

struct Descriptor {
    explicit Descriptor(int opened) : fd(opened) {
        if (fd < 0) throw std::runtime_error(std::strerror(errno));
    }
    ~Descriptor() { ::close(fd); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int fd;
};

void bring_up_loopback() {
    const Descriptor any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strncpy(request.ifr_name, kInterface, IFNAMSIZ - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (::ioctl(any.fd, SIOCSIFFLAGS, &request) != 0)
        throw std::runtime_error(std::string("bring up lo: ") + std::strerror(errno));
}

struct QueueRequest {
    nlmsghdr header;
    tcmsg message;
    std::array<char, 64> attributes;
};

// Equivalent to `tc qdisc add|del dev lo root blackhole`.
QueueRequest queue_request(bool add) {
    QueueRequest request{};
    const std::size_t name_bytes = std::strlen(kDroppingQueue) + 1;
    auto* const name = reinterpret_cast<rtattr*>(request.attributes.data());
    name->rta_type = TCA_KIND;
    name->rta_len = static_cast<unsigned short>(RTA_LENGTH(name_bytes));
    std::memcpy(RTA_DATA(name), kDroppingQueue, name_bytes);
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.message) + RTA_ALIGN(name->rta_len);
    request.header.nlmsg_type = add ? RTM_NEWQDISC : RTM_DELQDISC;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    if (add) request.header.nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
    request.message.tcm_family = AF_UNSPEC;
    request.message.tcm_ifindex = static_cast<int>(::if_nametoindex(kInterface));
    request.message.tcm_parent = TC_H_ROOT;
    return request;
}

struct Acknowledgement {
    nlmsghdr header;
    nlmsgerr outcome;
    std::array<char, 512> rest;
};

}  // namespace

std::unique_ptr<OwnNetwork> OwnNetwork::enter() {
    const int before = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (before < 0) return nullptr;
    if (::unshare(CLONE_NEWNET) != 0) {
        ::close(before);
        return nullptr;
    }
    std::unique_ptr<OwnNetwork> network(new OwnNetwork(before));
    bring_up_loopback();
    return network;
}

OwnNetwork::~OwnNetwork() {
    ::setns(before_, CLONE_NEWNET);
    ::close(before_);
}

void OwnNetwork::drop_packets(bool drop) {
    const Descriptor kernel(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    const QueueRequest request = queue_request(drop);
    Acknowledgement answer{};
    if (::send(kernel.fd, &request, request.header.nlmsg_len, 0) < 0 ||
        ::recv(kernel.fd, &answer, sizeof answer, 0) < 0)
        throw std::runtime_error(std::string("send a request to the kernel: ") + std::strerror(errno));
    if (answer.outcome.error != 0)
        throw std::runtime_error(std::string("change lo: ") + std::strerror(-answer.outcome.error));
}

}  // namespace carecloud
