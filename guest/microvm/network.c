// The one interface: its address, and the server's at the other end, who is known and need not be asked for.
#define _GNU_SOURCE
#include "microvm.h"

#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void set_up(int socket, const char *name) {
    struct ifreq request = {0};
    strcpy(request.ifr_name, name);
    check(ioctl(socket, SIOCGIFFLAGS, &request), "SIOCGIFFLAGS", name);
    request.ifr_flags |= IFF_UP;
    check(ioctl(socket, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS", name);
}

static void put(struct sockaddr *into, struct in_addr address) {
    const struct sockaddr_in inet = {.sin_family = AF_INET, .sin_addr = address};
    memcpy(into, &inet, sizeof inet);
}

static void set_address(int socket, unsigned long what, struct in_addr address) {
    struct ifreq request = {.ifr_name = "eth0"};
    put(&request.ifr_addr, address);
    check(ioctl(socket, what, &request), "address", "eth0");
}

// A device that was restored still has the address of the machine that its snapshot was made of.
static void set_hardware_address(int socket, const unsigned char *mac) {
    struct ifreq request = {.ifr_name = "eth0"};
    request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    memcpy(request.ifr_hwaddr.sa_data, mac, 6);
    check(ioctl(socket, SIOCSIFHWADDR, &request), "SIOCSIFHWADDR", "eth0");
}

static void add_route(int socket, struct in_addr to, struct in_addr mask, const struct in_addr *gateway) {
    struct rtentry route = {.rt_flags = RTF_UP | (gateway ? RTF_GATEWAY : 0), .rt_dev = (char[]){"eth0"}};
    put(&route.rt_dst, to);
    put(&route.rt_genmask, mask);
    if (gateway)
        put(&route.rt_gateway, *gateway);
    check(ioctl(socket, SIOCADDRT, &route), "SIOCADDRT", "eth0");
}

static void add_neighbour(int socket, const struct configuration *configuration) {
    struct arpreq request = {.arp_flags = ATF_PERM | ATF_COM, .arp_dev = "eth0"};
    put(&request.arp_pa, configuration->gateway);
    request.arp_ha.sa_family = ARPHRD_ETHER;
    memcpy(request.arp_ha.sa_data, configuration->gateway_mac, sizeof configuration->gateway_mac);
    check(ioctl(socket, SIOCSARP, &request), "SIOCSARP", "eth0");
}

// What is the same in all machines, before it is known what this one's addresses are.
void begin_network(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    check(fd, "socket", "AF_INET");
    give_driver(NETWORK_DEVICE, 0);
    set_up(fd, "lo");
    set_up(fd, "eth0");
    close(fd);
}

void set_up_network(const struct configuration *configuration) {
    const struct in_addr all = {0xffffffff}, none = {0};
    if (!configuration->network)
        fail("the configuration has no network");
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    check(fd, "socket", "AF_INET");
    set_hardware_address(fd, configuration->mac);
    set_address(fd, SIOCSIFADDR, configuration->address);
    set_address(fd, SIOCSIFNETMASK, all);
    add_route(fd, configuration->gateway, all, NULL);
    add_route(fd, none, none, &configuration->gateway);
    add_neighbour(fd, configuration);
    close(fd);
}
