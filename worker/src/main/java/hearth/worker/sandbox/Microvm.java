package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.microvm.GuestLink;
import hearth.worker.microvm.GuestLink.Frame;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.sandbox.MachineSpec.Disk;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One virtual machine that runs: its monitor's process, and the conversation with its pid 1, which a thread of its own
/// hears. Whoever wants to know the latest at once has it heard at once (`hearNow`).
final class Microvm {
    private static final Logger log = System.getLogger(Microvm.class.getName());
    private static final Duration ORDER = Duration.ofSeconds(5);
    private static final int WORDS_OF_MONITOR = 4096;

    /// How often the kernel inside killed for want of memory, and the most that programs had of it.
    record MemoryUse(Bytes peak, long kills) {}

    /// Our ends of what connects the machine with the server, none of which blocks.
    ///
    /// @param control on which pid 1 is spoken to
    /// @param output what programs write
    record Ends(int control, int output) {
        void close() {
            Descriptors.close(control);
            Descriptors.close(output);
        }
    }

    private final String name;
    private final OwnedProcess process;
    private final Ends ends;
    private final GuestLink link;
    private final MachineControl monitor;
    private final GuestPrograms programs = new GuestPrograms();
    private final GuestAnswers answers = new GuestAnswers();
    private final Object sending = new Object();

    private volatile MemoryUse memory = new MemoryUse(new Bytes(0), 0);
    /// Whether it has ended, or is being ended.
    private volatile boolean ending;

    private boolean over; // guarded by link; then the ports are closed
    private @Nullable String complaint; // guarded by link; what the guest said was wrong

    /// @param process of its monitor
    /// @param monitor the conversation with it, which is closed with the machine
    Microvm(String name, OwnedProcess process, Ends ends, MachineControl monitor) {
        this.name = name;
        this.process = process;
        this.ends = ends;
        this.link = new GuestLink(ends.control, System::nanoTime);
        this.monitor = monitor;
    }

    /// Waits until the machine boots no more, but for its configuration.
    void boot(byte[] template, Duration patience) throws SandboxException {
        hearing();
        starting(() -> {
            monitor.begin(patience);
            ask('T', template, GuestAnswers.PREPARED, patience);
        });
    }

    /// Waits until the machine is what the snapshot is of that it is made of; it stands still.
    void restore(Duration patience) throws SandboxException {
        hearing();
        starting(() -> monitor.begin(patience));
    }

    /// Has a machine that is prepared stand still, until it is configured.
    MachineSnapshot snapshot(Duration patience) throws IOException {
        return monitor.snapshot(patience);
    }

    /// Gives a machine that is prepared what is its own, and has it run.
    ///
    /// @param disks that are put to their places, in place of empty ones
    void connect(Map<Integer, Disk> disks, byte[] configuration, Duration patience) throws SandboxException {
        starting(() -> {
            put(disks, patience);
            monitor.run(patience);
            ask('C', configuration, GuestAnswers.CONNECTED, patience);
        });
    }

    /// Gives a machine that is connected what makes it one of a function.
    void fit(Map<Integer, Disk> disks, byte[] configuration, Duration patience) throws SandboxException {
        starting(() -> {
            put(disks, patience);
            ask('F', configuration, GuestAnswers.READY, patience);
        });
    }

    /// Gives a machine what a program finds that is started before its function is known, and has it run.
    void prepare(Map<Integer, Disk> disks, byte[] configuration, Duration patience) throws SandboxException {
        starting(() -> {
            put(disks, patience);
            monitor.run(patience);
            send('D', configuration);
        });
    }

    private void put(Map<Integer, Disk> disks, Duration patience) throws IOException {
        for (var disk : disks.entrySet()) {
            monitor.putDisk(disk.getKey(), disk.getValue(), patience);
        }
    }

    private void ask(char kind, byte[] question, char answer, Duration patience)
            throws IOException, ExecutionException, TimeoutException, InterruptedException {
        answers.expect(answer);
        send(kind, question);
        answers.await(answer, patience);
    }

    private void hearing() {
        Thread.ofPlatform().daemon().name("microvm-" + name).start(this::hear);
    }

    private interface Step {
        void take() throws IOException, ExecutionException, TimeoutException, InterruptedException;
    }

    private void starting(Step step) throws SandboxException {
        try {
            step.take();
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new SandboxException("the microVM does not start: " + reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while a microVM started", e);
        }
    }

    private String reason(Exception e) {
        var said = wordsOf(process);
        var complained = complaint();
        var why = e instanceof TimeoutException
                ? "it is not up in time"
                : e instanceof ExecutionException && e.getCause() != null
                        ? String.valueOf(e.getCause().getMessage())
                        : String.valueOf(e.getMessage());
        return (complained == null || why.contains(complained) ? why : why + "; " + complained)
                + (said.isEmpty() ? "" : "; it said: " + said);
    }

    /// What the monitor and the kernel inside wrote, which is nothing as long as all goes well.
    static String wordsOf(OwnedProcess process) {
        var buffer = new byte[WORDS_OF_MONITOR];
        try {
            var length = Descriptors.read(process.output(), buffer);
            return new String(buffer, 0, length, StandardCharsets.UTF_8).strip().replaceAll("\\s*\\R\\s*", " | ");
        } catch (LinuxException e) {
            return "";
        }
    }

    private @Nullable String complaint() {
        synchronized (link) {
            return complaint;
        }
    }

    boolean isEnding() {
        return ending;
    }

    /// A program that is about to be started.
    ///
    /// @param killing as `GuestProcess` has it
    GuestProcess program(Runnable killing) throws SandboxException {
        synchronized (link) {
            if (over) {
                throw new SandboxException("the microVM has ended");
            }
            try {
                return GuestProcess.make(ends.output, killing);
            } catch (LinuxException e) {
                throw new SandboxException("a program's output: " + e.getMessage(), e);
            }
        }
    }

    /// The program that ran in the machine of the snapshot, and goes on in this one.
    GuestProcess running(Runnable killing) throws SandboxException {
        var program = program(killing);
        try {
            programs.goesOn(program);
            return program;
        } catch (SandboxException | RuntimeException | Error e) {
            program.close();
            throw e;
        }
    }

    MemoryUse memory() {
        return memory;
    }

    /// Starts a program by the launcher inside.
    ///
    /// @return what the launcher says of it
    String start(GuestProcess program, byte[] specification, Duration patience) throws SandboxException {
        var started = programs.starting(program);
        try {
            send('S', specification);
            return started.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException | ExecutionException | TimeoutException e) {
            kill();
            throw new SandboxException("the microVM does not start a program: " + reason(e), e);
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while a program started", e);
        }
    }

    /// Starts a program that waits for its function, and waits until it is up.
    void startWaiting(GuestProcess program, byte[] specification, GuestPatience patience) throws SandboxException {
        var started = programs.starting(program);
        var up = programs.comingUp();
        starting(() -> {
            send('W', specification);
            var said = started.get(patience.start().toMillis(), TimeUnit.MILLISECONDS);
            if (!said.startsWith("P ")) {
                throw new IOException("launcher: " + said.substring(Math.min(2, said.length())));
            }
            if (!up.get(patience.boot().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("the program ended before it was up");
            }
        });
    }

    /// Tells the program that waits which function it serves.
    void assign(byte[] message) throws IOException {
        send('A', message);
    }

    private void send(char kind, byte[] content) throws IOException {
        synchronized (sending) {
            synchronized (link) {
                if (over) {
                    throw new IOException("the microVM has ended");
                }
            }
            link.send(kind, content, ORDER);
        }
    }

    /// Has the guest kill its program.
    ///
    /// @return whether it has been told
    boolean killProgram() {
        try {
            send('K', new byte[0]);
            return true;
        } catch (IOException e) {
            log.log(Level.DEBUG, "{0}: {1}", name, e.getMessage());
            return false;
        }
    }

    /// Ends the machine by force.
    void kill() {
        process.kill();
    }

    /// Waits for the end of the monitor's process, which is killed if it still lives, and lets go of all that
    /// is held of it.
    void close() {
        process.end();
        process.close();
        monitor.close();
    }

    private void hear() {
        try {
            while (true) {
                Descriptors.awaitReadable(ends.control, -1);
                hearNow();
            }
        } catch (IOException | IllegalStateException e) {
            end(e);
        }
    }

    /// Takes to heart all that the guest has said until now. Does not block.
    private void hearNow() throws IOException {
        synchronized (link) {
            for (var frame = next(); frame != null; frame = next()) {
                obey(frame);
            }
        }
    }

    private @Nullable Frame next() throws IOException {
        if (over) {
            throw new EOFException("the microVM has ended");
        }
        return link.poll().orElse(null);
    }

    /// As far as it is there now; what is wrong with it, the other thread finds as well.
    MemoryUse latestMemory() {
        try {
            hearNow();
        } catch (IOException | IllegalStateException e) {
            synchronized (link) {
                if (!over) {
                    complaint = e.getMessage();
                }
            }
            kill();
        }
        return memory;
    }

    private void obey(Frame frame) throws IOException {
        switch (frame.kind()) {
            case GuestAnswers.PREPARED, GuestAnswers.CONNECTED, GuestAnswers.READY -> answers.heard(frame.kind());
            case 'L' -> programs.said(frame.text());
            case 'U' -> programs.isUp();
            case 'M' -> memory = memory(frame.text());
            default -> throw new IOException(frame.text());
        }
    }

    private static MemoryUse memory(String text) throws IOException {
        var numbers = text.split(" ", -1);
        try {
            return new MemoryUse(new Bytes(Long.parseLong(numbers[0])), Long.parseLong(numbers[1]));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("the guest says of its memory: " + text, e);
        }
    }

    /// The machine has ended, or is of no use and is ended.
    private void end(Exception why) {
        ending = true;
        process.kill();
        String told;
        synchronized (link) {
            if (!(why instanceof EOFException) && complaint == null) {
                complaint = String.valueOf(why.getMessage());
            }
            told = complaint == null ? "the microVM has ended" : complaint;
        }
        if (!(why instanceof EOFException)) {
            log.log(Level.WARNING, "microVM {0} is ended: {1}", name, told);
        }
        answers.end(told);
        programs.machineEnded(told);
        synchronized (sending) {
            synchronized (link) {
                over = true;
                ends.close();
            }
        }
    }
}
