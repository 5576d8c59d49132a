package hearth.invoke.frontend;

import hearth.invoke.counting.Admission;
import hearth.invoke.counting.Admissions;
import hearth.invoke.counting.AwaitedAdmission;
import hearth.model.FunctionVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Admissions that are decided when the test says so.
final class FakeAdmissions implements Admissions {
    final List<Duration> holds = new ArrayList<>();
    final List<Answer> answers = new ArrayList<>();
    /// How many leases are out.
    int running;

    @Override
    public Admission admit(FunctionVersion version, long holdNanos) {
        holds.add(Duration.ofNanos(holdNanos));
        var answer = new Answer();
        answers.add(answer);
        return new Admission.Awaited(answer);
    }

    final class Answer implements AwaitedAdmission {
        private @Nullable Consumer<Admission.Decided> listener;
        private Admission.@Nullable Decided decided;
        boolean withdrawn;

        @Override
        public void whenDecided(Consumer<Admission.Decided> told) {
            listener = told;
            if (decided != null) {
                told.accept(decided);
            }
        }

        @Override
        public boolean withdraw() {
            withdrawn = withdrawn || decided == null;
            return withdrawn;
        }

        void admit() {
            running++;
            decide(new Admission.Admitted(() -> running--));
        }

        void decide(Admission.Decided admission) {
            decided = admission;
            if (listener != null) {
                listener.accept(admission);
            }
        }
    }
}
