package hearth.worker.sandbox;

import hearth.worker.microvm.Firecracker;
import hearth.worker.microvm.GuestKernel;
import hearth.worker.microvm.Qemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What this host has for `--sandbox microvm`. A server that is not asked for microVMs needs none of it, so
/// nothing of it is amiss: each finding says what there is, and what would bring the rest.
final class MicrovmExamination {
    private static final String SUBJECT = "microvm";

    private MicrovmExamination() {}

    static List<Finding> findings(SandboxConfig config) {
        return List.of(qemu(), kernel(config), images(), kvm(), tun(), firecracker(config));
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

    /// Whether machines would run on it, and what of it is known here. No test of Hearth's has ever had a real one.
    private static Finding firecracker(SandboxConfig config) {
        try {
            var found = Firecracker.find(config.microvm());
            Firecracker.requireKvm();
            return said(
                    "Firecracker %s: %s, jailer %s: microVMs run on it. Checked: both versions, KVM; no machine was started"
                            .formatted(found.version(), found.program(), found.jailer()));
        } catch (IOException e) {
            return said("no Firecracker, microVMs run on QEMU: " + e.getMessage());
        }
    }
}
