package hearth.link.certificates;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/// The folder of a cluster's certificate authority, which makes the certificates of its members. Whoever has the folder
/// can make more: it is needed on no member.
public final class ClusterAuthority {
    private static final String STORE = "authority.p12";
    private static final String AUTHORITY = "authority";
    private static final String NODE = "node";

    /// Such a store wants one. What keeps its key is the mode of the file.
    private static final String PASSWORD = "hearth-cluster";

    /// Clocks differ: a certificate is good from a day ago on.
    private static final String FROM = "-1d";

    private static final int AUTHORITY_DAYS = 7300;
    private static final int NODE_DAYS = 1825;

    /// A name that is one of hosts too, and of a folder.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");
    private static final Pattern IP = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private final Path folder;

    private ClusterAuthority(Path folder) {
        this.folder = folder;
    }

    /// Makes a cluster's authority in a folder that has none.
    ///
    /// @param cluster its id, which no other cluster has
    /// @throws IOException when there is one, or none can be made; the message says which
    public static ClusterAuthority init(Path folder, String cluster) throws IOException {
        var store = folder.resolve(STORE);
        if (Files.exists(store)) {
            throw new IOException("there is a cluster's authority in " + folder + " already");
        }
        Files.createDirectories(folder);
        var scratch = Files.createTempDirectory(folder, ".init");
        try {
            var made = scratch.resolve(STORE);
            make(
                    made,
                    AUTHORITY,
                    "CN=Hearth cluster,O=" + cluster,
                    AUTHORITY_DAYS,
                    List.of("-ext", "bc:critical=ca:true,pathlen:0", "-ext", "ku:critical=keyCertSign"));
            keepPrivate(made);
            Files.move(made, store);
        } finally {
            remove(scratch);
        }
        return new ClusterAuthority(folder);
    }

    /// The authority that a folder has.
    public static ClusterAuthority in(Path folder) throws IOException {
        if (!Files.exists(folder.resolve(STORE))) {
            throw new IOException("there is no cluster's authority in " + folder + "; `hearth cluster init` makes one");
        }
        return new ClusterAuthority(folder);
    }

    /// Makes the certificate of a member, and with it all that the member needs, in a folder of its name.
    ///
    /// @param name of the member: a worker's id
    /// @param addresses names and IP addresses by which others connect to it, besides its name
    /// @return that folder
    public Path certify(String name, List<String> addresses) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new IOException("a member's name has letters, digits and dashes, 63 at most, and not " + name);
        }
        var target = folder.resolve(name);
        if (Files.exists(target)) {
            throw new IOException(target + " is there already; remove it to have another certificate made");
        }
        var scratch = Files.createTempDirectory(folder, ".certificate");
        try {
            var store = scratch.resolve(STORE);
            Files.copy(folder.resolve(STORE), store);
            make(
                    store,
                    NODE,
                    "CN=" + name + ",O=" + cluster(store),
                    NODE_DAYS,
                    List.of(
                            "-signer",
                            AUTHORITY,
                            "-ext",
                            "ku:critical=digitalSignature",
                            "-ext",
                            "eku=serverAuth,clientAuth",
                            "-ext",
                            "san=" + names(name, addresses)));
            var member = Files.createDirectory(scratch.resolve(name));
            write(store, member);
            Files.move(member, target);
        } catch (GeneralSecurityException e) {
            throw new IOException("the authority in " + folder + " cannot be read: " + e.getMessage(), e);
        } finally {
            remove(scratch);
        }
        return target;
    }

    private static String names(String name, List<String> addresses) throws IOException {
        var names = new ArrayList<String>();
        names.add("dns:" + name);
        for (var address : addresses) {
            if (IP.matcher(address).matches()) {
                names.add("ip:" + address);
            } else if (HOST.matcher(address).matches()) {
                names.add("dns:" + address);
            } else {
                throw new IOException(
                        "an address is a host's name or an IP address, without a port, and not " + address);
            }
        }
        return String.join(",", names);
    }

    private static void make(Path store, String alias, String subject, int days, List<String> more) throws IOException {
        var words = new ArrayList<>(List.of(
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-sigalg",
                "SHA256withECDSA",
                "-dname",
                subject,
                "-startdate",
                FROM,
                "-validity",
                Integer.toString(days),
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        words.addAll(more);
        Keytool.run(words);
    }

    private static String cluster(Path store) throws IOException, GeneralSecurityException {
        return MemberName.of(open(store).getCertificate(AUTHORITY)).cluster();
    }

    private static KeyStore open(Path store) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    }

    private static void write(Path store, Path member) throws IOException, GeneralSecurityException {
        var keys = open(store);
        var key = keys.getKey(NODE, PASSWORD.toCharArray());
        write(member.resolve(MemberCertificate.AUTHORITY), certificate(keys.getCertificate(AUTHORITY)));
        write(member.resolve(MemberCertificate.CERTIFICATE), certificate(keys.getCertificate(NODE)));
        write(member.resolve(MemberCertificate.KEY), pem("PRIVATE KEY", key.getEncoded()));
    }

    private static String certificate(Certificate certificate) throws GeneralSecurityException {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    private static String pem(String kind, byte[] bytes) {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }

    private static void write(Path file, String text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, text.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
    }

    private static void keepPrivate(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
