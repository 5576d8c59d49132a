package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A network interface in the namespace of the calling thread, set up by routing messages.
///
/// @param index the kernel's number for it
public record NetworkLink(int index) {
    private static final int AF_INET = 2;
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int NETLINK_ROUTE = 0;
    private static final int ANSWER_SIZE = 4096;
    private static final int ENODEV = 19;
    private static final int ERROR_OFFSET = 16;
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_NEWNEIGH = 28;
    private static final int CREATE_NEW = 0x600;
    private static final int IFF_UP = 1;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RT_TABLE_MAIN = 254;
    private static final int RTPROT_STATIC = 4;
    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int RT_SCOPE_LINK = 253;
    private static final int RTN_UNICAST = 1;
    private static final int RTNH_F_ONLINK = 4;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NUD_PERMANENT = 0x80;
    private static final int WHOLE_ADDRESS = 32;

    private static final NativeCall SOCKET = NativeCall.of("socket", "iiii");
    private static final NativeCall IF_NAMETOINDEX = NativeCall.of("if_nametoindex", "ip");

    /// One end of a cable between two namespaces.
    ///
    /// @param hardwareAddress six bytes
    public record End(String name, byte[] hardwareAddress) {}

    /// Lays a cable from this namespace to another. This end is up.
    ///
    /// @return this end
    public static NetworkLink cable(End here, End there, NetworkNamespace other) throws LinuxException {
        var message = interfaceMessage(RTM_NEWLINK, CREATE_NEW, 0)
                .attribute(IFLA_IFNAME, here.name)
                .attribute(IFLA_ADDRESS, here.hardwareAddress);
        message.nested(IFLA_LINKINFO, () -> message.attribute(IFLA_INFO_KIND, "veth")
                .nested(
                        IFLA_INFO_DATA,
                        () -> message.nested(VETH_INFO_PEER, () -> interfaceHeader(message, 0, 0)
                                .attribute(IFLA_IFNAME, there.name)
                                .attribute(IFLA_ADDRESS, there.hardwareAddress)
                                .attribute(IFLA_NET_NS_FD, other.fd()))));
        send("adding " + here.name, message);
        return named(here.name);
    }

    public static NetworkLink named(String name) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var index = (int) IF_NAMETOINDEX.call(name, arena.allocateFrom(name));
            if (index == 0) {
                throw new LinuxException("no interface " + name, ENODEV);
            }
            return new NetworkLink(index);
        }
    }

    /// Takes the link away, and the other end of its cable.
    public void delete() throws LinuxException {
        send("deleting link " + index, interfaceMessage(RTM_DELLINK, 0, index));
    }

    /// Switches the far end on, in its own namespace.
    public void up() throws LinuxException {
        send("switching on link " + index, interfaceMessage(RTM_NEWLINK, 0, index));
    }

    /// @param address six bytes
    public void setHardwareAddress(byte[] address) throws LinuxException {
        send(
                "the hardware address of link " + index,
                interfaceHeader(new NetlinkMessage(RTM_NEWLINK, 0), index, 0).attribute(IFLA_ADDRESS, address));
    }

    /// Moves it to another namespace, where it is switched off and may have another number.
    public void moveTo(NetworkNamespace other) throws LinuxException {
        send(
                "moving link " + index,
                interfaceHeader(new NetlinkMessage(RTM_NEWLINK, 0), index, 0).attribute(IFLA_NET_NS_FD, other.fd()));
    }

    public void addAddress(Inet4Address address) throws LinuxException {
        send(
                "adding " + address,
                new NetlinkMessage(RTM_NEWADDR, CREATE_NEW)
                        .octets(AF_INET, WHOLE_ADDRESS, 0, RT_SCOPE_UNIVERSE)
                        .words(index)
                        .attribute(IFA_LOCAL, address.getAddress())
                        .attribute(IFA_ADDRESS, address.getAddress()));
    }

    /// One address is at the other end of the cable.
    public void addRoute(Inet4Address address) throws LinuxException {
        send(
                "adding a route to " + address,
                route(WHOLE_ADDRESS, RT_SCOPE_LINK, 0)
                        .attribute(RTA_DST, address.getAddress())
                        .attribute(RTA_OIF, index));
    }

    /// Everything is behind that address, which is at the other end of the cable.
    public void addDefaultRoute(Inet4Address gateway) throws LinuxException {
        send(
                "adding a route by " + gateway,
                route(0, RT_SCOPE_UNIVERSE, RTNH_F_ONLINK)
                        .attribute(RTA_GATEWAY, gateway.getAddress())
                        .attribute(RTA_OIF, index));
    }

    /// Who is at the other end, so that nobody needs to ask.
    public void addNeighbour(Inet4Address address, byte[] hardwareAddress) throws LinuxException {
        send(
                "adding the neighbour " + address,
                new NetlinkMessage(RTM_NEWNEIGH, CREATE_NEW)
                        .octets(AF_INET, 0, 0, 0)
                        .words(index)
                        .halves(NUD_PERMANENT)
                        .octets(0, 0)
                        .attribute(NDA_DST, address.getAddress())
                        .attribute(NDA_LLADDR, hardwareAddress));
    }

    private static NetlinkMessage route(int prefixLength, int scope, int flags) {
        return new NetlinkMessage(RTM_NEWROUTE, CREATE_NEW)
                .octets(AF_INET, prefixLength, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, scope, RTN_UNICAST)
                .words(flags);
    }

    private static NetlinkMessage interfaceMessage(int type, int flags, int index) {
        return interfaceHeader(new NetlinkMessage(type, flags), index, IFF_UP);
    }

    private static NetlinkMessage interfaceHeader(NetlinkMessage message, int index, int up) {
        return message.octets(0, 0).halves(0).words(index, up, up);
    }

    private static void send(String what, NetlinkMessage message) throws LinuxException {
        var socket = (int) SOCKET.call("netlink", AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE);
        try {
            var bytes = message.toBytes();
            Descriptors.write(socket, bytes, 0, bytes.length);
            var answer = new byte[ANSWER_SIZE];
            Descriptors.read(socket, answer);
            var error = -ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).getInt(ERROR_OFFSET);
            if (error != 0) {
                throw new LinuxException(what, error);
            }
        } finally {
            Descriptors.close(socket);
        }
    }
}
