package hearth.worker.sandbox;

import hearth.worker.microvm.Qemu;
import java.time.Duration;

/// How long what a microVM does may take. Where QEMU emulates its processor, everything takes longer.
///
/// @param boot until it is up
/// @param start until its launcher has started a program
/// @param kill until a program that it is to kill has ended
record GuestPatience(Duration boot, Duration start, Duration kill) {
    static GuestPatience of(Qemu.Accelerator accelerator) {
        return switch (accelerator) {
            case KVM -> new GuestPatience(Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofSeconds(2));
            case TCG -> new GuestPatience(Duration.ofSeconds(120), Duration.ofSeconds(40), Duration.ofSeconds(10));
        };
    }
}
