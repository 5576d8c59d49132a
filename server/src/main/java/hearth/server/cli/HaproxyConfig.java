package hearth.server.cli;

import java.util.List;

/// A configuration of HAProxy (2.4 or later) that spreads requests over the members of a cluster.
///
/// @param listen where HAProxy listens
/// @param certificate file with the certificate and key that clients see; empty for plain HTTP
/// @param zone whose members are preferred; empty for none
record HaproxyConfig(List<BalancedMember> members, String listen, String certificate, String zone) {
    private static final String HEAD = """
            # HAProxy's configuration for these members of a Hearth cluster, as `hearth haproxy-config` writes it.
            # After a change of members: write it anew, and reload HAProxy, which lets what runs come to its end.

            global
              log /dev/log local0
              # Heads of requests and answers: those of function URLs may be longer than the 16 KiB that HAProxy has else.
              tune.bufsize 65536
              # What runs at a reload has the longest time that a function may take, and a minute.
              hard-stop-after 16m

            defaults
              mode http
              log global
              option httplog
              option dontlognull

              # A request goes to another member when the connection to the first was refused, and for no other reason. Do
              # not add to retry-on: a function that has begun would run a second time, without anybody knowing.
              retries 3
              retry-on conn-failure
              option redispatch 1

              # Functions run for up to 15 minutes, without a byte in either direction; a stream may pause for as long.
              timeout client 16m
              timeout server 16m
              timeout connect 1s
              timeout http-request 30s
              # Less than the 75 s after which a member closes a connection that nobody uses.
              timeout http-keep-alive 60s
              timeout check 2s
              # A client's first request never goes over a connection that the member may be about to close.
              http-reuse safe

              # A host that is gone without a word: what waits for it ends after 6 s.
              option srvtcpka
              srvtcpka-idle 3s
              srvtcpka-intvl 1s
              srvtcpka-cnt 3
              option clitcpka

              # Clients of AWS read JSON, and stumble over HAProxy's own pages.
            """;

    private static final String ERROR = """
              http-error status %d content-type application/json hdr X-Amzn-ErrorType ServiceException string '{"Type":"Service","Message":"%s"}'
            """;

    private static final String BACKEND = """

            backend members
              # Host and path stay as the client sent and signed them; do not rewrite them.
              balance leastconn
              # Those of other zones, if all of the own are away.
              option allbackups
              # A member that is about to stop says so here, and gets nothing more; what runs there comes to its end.
              option httpchk
              http-check send meth GET uri /_hearth/ready
              http-check expect status 200
              default-server check inter 500ms fastinter 100ms downinter 100ms fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down tcp-ut 6s init-addr last,libc,none
            """;

    /// The whole of the file.
    String text() {
        var text = new StringBuilder(HEAD)
                .append(ERROR.formatted(502, "The connection to the member that ran this was lost."))
                .append(ERROR.formatted(503, "No member is ready to take this. Try again later."))
                .append(ERROR.formatted(504, "The member that ran this did not answer in time."))
                .append("\nfrontend lambda\n  bind ")
                .append(listen);
        if (!certificate.isEmpty()) {
            text.append(" ssl crt ").append(certificate).append(" alpn h2,http/1.1");
        }
        text.append("\n  default_backend members\n").append(BACKEND);
        for (var member : members) {
            text.append("  server ").append(member.name()).append(' ').append(member.address());
            if (!zone.isEmpty() && !member.zone().equals(zone)) {
                text.append(" backup");
            }
            text.append('\n');
        }
        return text.toString();
    }
}
