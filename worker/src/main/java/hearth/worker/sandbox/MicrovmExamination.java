package hearth.worker.sandbox;

import hearth.worker.microvm.GuestKernel;
import hearth.worker.microvm.Qemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What this host has for `--sandbox microvm`. A server that is not asked for microVMs needs none of it, so
/// nothing of it is amiss: each finding says what there is, and what would bring the rest.
final class MicrovmExamination {
    private static final String SUBJECT = "microvm";

    private MicrovmExamination() {}

    static List<Finding> findings(SandboxConfig config) {
        return List.of(qemu(), kernel(config), images(), kvm(), tun(), firecracker());
    }

    private static Finding said(String text) {
        return Finding.good(SUBJECT, text);
    }

    private static Finding qemu() {
        try {
            return said("QEMU: " + Qemu.installed());
        } catch (IOException e) {
            return said("no QEMU: " + e.getMessage());
        }
    }

    private static Finding kernel(SandboxConfig config) {
        try {
            return said(
                    "guest kernel: " + GuestKernel.in(config.microvm().kernel()).image());
        } catch (IOException e) {
            return said("no guest kernel: " + e.getMessage());
        }
    }

    private static Finding images() {
        var squashfs = Examination.tool("mksquashfs", "for images of this host's files", "squashfs-tools");
        return said(squashfs.good() ? "images: " + squashfs.text() : "no images: " + squashfs.remedy());
    }

    private static Finding kvm() {
        if (Files.notExists(Qemu.KVM)) {
            return said("no KVM: without /dev/kvm QEMU emulates the processor, about ten times slower");
        }
        return said(
                Qemu.isKvmUsable()
                        ? "KVM: " + Qemu.KVM
                        : "KVM is not used: machines run as users without rights, and " + Qemu.KVM
                                + " is not for everybody (chmod 666)");
    }

    private static Finding tun() {
        return said(
                Files.exists(Path.of("/dev/net/tun"))
                        ? "network: /dev/net/tun"
                        : "no network for machines: modprobe tun");
    }

    /// Told, so that nobody looks for it.
    private static Finding firecracker() {
        return said(Stream.of("/usr/bin/firecracker", "/usr/local/bin/firecracker")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .map(path -> "Firecracker is at " + path + ", and is not used: Hearth runs microVMs on QEMU alone")
                .orElse("Firecracker is not supported yet: Hearth runs microVMs on QEMU"));
    }
}
