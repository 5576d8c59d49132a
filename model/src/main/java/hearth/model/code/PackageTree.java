package hearth.model.code;

import hearth.model.code.ZipEntry.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tree that the entries of a package make. It refuses every path that leads, or could lead, out of the
/// package's root, and every place that is taken twice. No path passes through a symbolic link, and where links lead
/// is not looked at: only the sandbox follows them, and sees nothing else than its own files there.
final class PackageTree {
    private static final int LONGEST_NAME_BYTES = 255;
    private static final int LONGEST_TARGET_BYTES = 4_095;

    private final PackageLimits limits;
    private final Node root = new Node(null, "", Kind.DIRECTORY);
    private int nodes;
    private boolean backslashes;

    PackageTree(PackageLimits limits) {
        this.limits = limits;
    }

    /// One file, symbolic link or directory.
    static final class Node {
        private final @Nullable Node parent;
        private final String name;
        private final Kind kind;
        private Map<String, Node> children = Map.of();
        private String target = "";

        private Node(@Nullable Node parent, String name, Kind kind) {
            this.parent = parent;
            this.name = name;
            this.kind = kind;
        }

        Kind kind() {
            return kind;
        }

        String target() {
            return target;
        }

        String path() {
            return parent == null || parent.parent == null ? name : parent.path() + "/" + name;
        }

        private @Nullable Node child(String childName) {
            return children.get(childName);
        }
    }

    /// The place of an entry. A directory may be named more than once, and after what is in it.
    Node add(String path, Kind kind) {
        if (path.startsWith("/")) {
            throw Refusal.badZip("a path is absolute: " + path);
        }
        if (path.indexOf('\0') >= 0) {
            throw Refusal.badZip("a path has a NUL: " + path);
        }
        backslashes |= path.indexOf('\\') >= 0;
        var at = root;
        int from = 0;
        while (from < path.length()) {
            int slash = path.indexOf('/', from);
            boolean last = slash < 0 || path.length() == slash + 1;
            String part = path.substring(from, slash < 0 ? path.length() : slash);
            from += part.length() + 1;
            if (part.equals("..")) {
                throw Refusal.badZip("a path leads upwards: " + path);
            }
            if (!part.isEmpty() && !part.equals(".")) {
                at = last ? place(at, part, kind) : place(at, part, Kind.DIRECTORY);
            }
        }
        if (at == root && kind != Kind.DIRECTORY) {
            throw Refusal.badZip("a file has no name: " + path);
        }
        return at;
    }

    private Node place(Node parent, String name, Kind kind) {
        var present = parent.child(name);
        if (present != null) {
            if (present.kind == Kind.DIRECTORY && kind == Kind.DIRECTORY) {
                return present;
            }
            throw Refusal.badZip(present.path() + " is there twice, or is a file with something in it");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES) {
            throw Refusal.badZip("a name has more than " + LONGEST_NAME_BYTES + " bytes");
        }
        if (++nodes > limits.entries()) {
            throw Refusal.badZip("it has more than " + limits.entries() + " files and directories");
        }
        var node = new Node(parent, name, kind);
        if (parent.children.isEmpty()) {
            parent.children = new LinkedHashMap<>();
        }
        parent.children.put(name, node);
        return node;
    }

    /// How many files, links and directories there are, without the root.
    int size() {
        return nodes;
    }

    /// Whether a name has a backslash, which is a letter like any other here, and was meant to be none.
    boolean hasBackslashes() {
        return backslashes;
    }

    /// What a link says, as the zip has it: absolute, upwards, to nothing or in a circle.
    void link(Node link, byte[] targetBytes) {
        var target = new String(targetBytes, StandardCharsets.UTF_8);
        if (targetBytes.length == 0 || targetBytes.length > LONGEST_TARGET_BYTES || target.indexOf('\0') >= 0) {
            throw Refusal.badZip("the symbolic link " + link.path() + " has no proper target");
        }
        link.target = target;
    }

    /// Told of each directory, parents first.
    interface DirectoryVisitor<E extends Exception> {
        void directory(String path) throws E;
    }

    <E extends Exception> void directories(DirectoryVisitor<E> visitor) throws E {
        var open = new ArrayDeque<Node>();
        open.push(root);
        while (!open.isEmpty()) {
            for (var child : open.pop().children.values()) {
                if (child.kind == Kind.DIRECTORY) {
                    visitor.directory(child.path());
                    open.push(child);
                }
            }
        }
    }
}
