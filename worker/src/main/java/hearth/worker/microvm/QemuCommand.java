package hearth.worker.microvm;

import hearth.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The words that start QEMU with one machine of type `microvm`, and the descriptors that they speak of: QEMU
/// sees no file of the host's beside its own program.
///
/// Devices are numbered in the order in which they are named: a disk's number is its place.
public final class QemuCommand {
    /// The number of the first descriptor that is handed on, as `guest/launcher/launcher.h` has it.
    private static final int FIRST_PASSED = 64;

    /// The machine has 24 places for devices, three of which are the ports', the network's and one that stays free.
    static final int MOST_DISKS = 20;

    /// The name of the port on which pid 1 is spoken to.
    private static final String CONTROL = "hearth.control";

    /// The name of the port of what programs write.
    private static final String OUTPUT = "hearth.output";

    /// In bytes: a tebibyte.
    private static final long EMPTY_DISK = 1L << 40;

    /// What translated instructions may take.
    private static final int TRANSLATIONS_MEBIBYTES = 64;

    private final List<Integer> passed = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();
    private final Bytes memory;
    private int disks;

    /// @param kernel a descriptor of the kernel's image
    /// @param kernelWords more of them for the kernel's command line
    public QemuCommand(Qemu qemu, Bytes memory, int processors, int kernel, List<String> kernelWords) {
        this.memory = memory;
        words.add(qemu.program().toString());
        add("-name", "microvm,debug-threads=on");
        add("-machine", "microvm,acpi=on,pcie=off,usb=off,graphics=off,dump-guest-core=off");
        if (qemu.accelerator() == Qemu.Accelerator.KVM) {
            add("-accel", "kvm");
            add("-cpu", "host");
        } else {
            add("-accel", "tcg,tb-size=" + TRANSLATIONS_MEBIBYTES);
            // Tables of five levels would be walked by QEMU at each miss.
            add("-cpu", "max,la57=off");
        }
        add("-m", memory.toMebibytes() + "M");
        add("-smp", Integer.toString(processors));
        words.addAll(List.of("-nodefaults", "-no-user-config", "-no-reboot"));
        add("-display", "none");
        add("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
        add("-serial", "stdio");
        add("-kernel", "/dev/fd/" + pass(kernel));
        add("-append", kernelCommandLine(qemu, kernelWords));
    }

    /// @param initramfs a descriptor of the archive of the first root
    public QemuCommand initramfs(int initramfs) {
        return add("-initrd", "/dev/fd/" + pass(initramfs));
    }

    /// The machine's memory is this file's.
    ///
    /// @param shared whether what the machine writes goes into the file; else it has copies of what it writes to
    public QemuCommand memory(int file, boolean shared) {
        add(
                "-object",
                "memory-backend-file,id=memory,size=%dM,mem-path=/dev/fd/%d,share=%s"
                        .formatted(memory.toMebibytes(), pass(file), shared ? "on" : "off"));
        return add("-machine", "memory-backend=memory");
    }

    /// QEMU loads this before its own libraries.
    ///
    /// @param library a descriptor
    public QemuCommand preload(int library) {
        environment.put("LD_PRELOAD", "/dev/fd/" + pass(library));
        return this;
    }

    /// The machine does not start by itself, but goes on from a state that it is given on its monitor.
    public QemuCommand incoming() {
        return add("-incoming", "defer");
    }

    private static String kernelCommandLine(Qemu qemu, List<String> more) {
        var words = new ArrayList<>(GuestKernel.WORDS);
        words.add("reboot=t");
        if (qemu.accelerator() == Qemu.Accelerator.TCG) {
            // There is no timer to measure the counter by, and nothing to be kept apart in a processor that is
            // emulated.
            words.addAll(List.of(
                    "tsc_early_khz=" + qemu.clockKilohertz(), "tsc=reliable", "mitigations=off", "no_timer_check"));
        }
        words.addAll(more);
        return String.join(" ", words);
    }

    /// @param socket connected; QEMU's monitor listens at its other end
    public QemuCommand monitor(int socket) {
        add("-chardev", "socket,id=monitor,fd=" + pass(socket));
        return add("-mon", "chardev=monitor,mode=control");
    }

    /// @param control the socket on which pid 1 is spoken to
    /// @param output the socket that gets what programs write
    public QemuCommand ports(int control, int output) {
        add("-device", "virtio-serial-device,max_ports=3");
        port(control, "control", CONTROL);
        return port(output, "output", OUTPUT);
    }

    private QemuCommand port(int socket, String id, String name) {
        add("-chardev", "socket,id=%s,fd=%d".formatted(id, pass(socket)));
        return add("-device", "virtserialport,chardev=%s,name=%s".formatted(id, name));
    }

    /// @param tap the descriptor of a TAP device
    /// @param hardwareAddress six bytes
    public QemuCommand network(int tap, byte[] hardwareAddress) {
        add("-netdev", "tap,id=network,fd=" + pass(tap));
        return add("-device", "virtio-net-device,netdev=network,mac=" + text(hardwareAddress));
    }

    /// The next disk, whose place is how many there were before.
    ///
    /// @param direct whether the host is to keep nothing of it in its memory
    public QemuCommand disk(int file, boolean writable, boolean direct) {
        var set = disks + 1;
        add("-add-fd", "fd=%d,set=%d".formatted(pass(file), set));
        add(
                "-blockdev",
                "driver=raw,node-name=disk%d,read-only=%s,file.driver=file,file.filename=/dev/fdset/%d,file.locking=off,%s%s"
                        .formatted(
                                disks,
                                writable ? "off" : "on",
                                set,
                                "discard=unmap,cache.no-flush=on,cache.direct=",
                                direct ? "on" : "off"));
        return place();
    }

    /// An empty disk at the next place, for another to take it later: larger than that, for a guest that has
    /// looked at this one does not look again.
    public QemuCommand emptyDisk(boolean writable) {
        add(
                "-blockdev",
                "driver=null-co,node-name=disk%d,read-zeroes=on,size=%d,read-only=%s"
                        .formatted(disks, EMPTY_DISK, writable ? "off" : "on"));
        return place();
    }

    private QemuCommand place() {
        if (disks == MOST_DISKS) {
            throw new IllegalArgumentException("A microVM has no more than " + MOST_DISKS + " disks");
        }
        // Without a word QEMU stops the machine when the host's disk is full, until somebody has it go on.
        add("-device", "virtio-blk-device,drive=disk%d,id=place%d,werror=report,rerror=report".formatted(disks, disks));
        disks++;
        return this;
    }

    /// Six bytes as `02:68:c6:12:00:01`.
    public static String text(byte[] hardwareAddress) {
        var text = new ArrayList<String>();
        for (var each : hardwareAddress) {
            text.add(String.format(Locale.ROOT, "%02x", each));
        }
        return String.join(":", text);
    }

    private int pass(int fd) {
        passed.add(fd);
        return FIRST_PASSED + passed.size() - 1;
    }

    private QemuCommand add(String option, String value) {
        words.add(option);
        words.add(value);
        return this;
    }

    public List<String> words() {
        return List.copyOf(words);
    }

    public Map<String, String> environment() {
        return Map.copyOf(environment);
    }

    /// In the order in which the launcher is to hand them on.
    public List<Integer> passed() {
        return List.copyOf(passed);
    }
}
