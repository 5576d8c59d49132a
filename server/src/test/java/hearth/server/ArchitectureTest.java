package hearth.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import hearth.control.ControlPlane;
import hearth.model.api.ApiOperation;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The lines between the parts: who may see whom, and what only one of them may touch.
class ArchitectureTest {
    private static final JavaClasses HEARTH = new ClassFileImporter()
            .withImportOption(location -> !location.contains("test-classes") && !location.contains("-tests.jar"))
            .importPackages("hearth");

    private static final String[] ALL = {
        "hearth.model..",
        "hearth.cluster..",
        "hearth.control..",
        "hearth.link..",
        "hearth.invoke..",
        "hearth.events..",
        "hearth.pollers..",
        "hearth.members..",
        "hearth.worker..",
        "hearth.server.."
    };

    @Test
    void modulesSeeOnlyWhatStandsBelowThem() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("hearth..")
                .layer("model")
                .definedBy("hearth.model..")
                .layer("cluster")
                .definedBy("hearth.cluster..")
                .layer("control")
                .definedBy("hearth.control..")
                .layer("invoke")
                .definedBy("hearth.invoke..")
                .layer("link")
                .definedBy("hearth.link..")
                .layer("events")
                .definedBy("hearth.events..")
                .layer("pollers")
                .definedBy("hearth.pollers..")
                .layer("members")
                .definedBy("hearth.members..")
                .layer("worker")
                .definedBy("hearth.worker..")
                .layer("server")
                .definedBy("hearth.server..")
                .whereLayer("server")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("control")
                .mayOnlyBeAccessedByLayers("server")
                .whereLayer("invoke")
                .mayOnlyBeAccessedByLayers("events", "members", "pollers", "server")
                .whereLayer("link")
                .mayOnlyBeAccessedByLayers("members", "server")
                .whereLayer("members")
                .mayOnlyBeAccessedByLayers("server")
                .whereLayer("events")
                .mayOnlyBeAccessedByLayers("pollers", "server")
                .whereLayer("pollers")
                .mayOnlyBeAccessedByLayers("server")
                .whereLayer("worker")
                .mayOnlyBeAccessedByLayers("server")
                .whereLayer("cluster")
                .mayOnlyBeAccessedByLayers("control", "events", "members", "pollers", "server")
                .check(HEARTH);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("hearth.(**)").should().beFreeOfCycles().check(HEARTH);
    }

    @Test
    void nothingInInvokePointsBackToTheFrontend() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "hearth.invoke.counting..", "hearth.invoke.workermanager..", "hearth.invoke.placement..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("hearth.invoke.frontend..")
                .check(HEARTH);
    }

    @Test
    void onlyWorkerLinuxCallsTheKernel() {
        noClasses()
                .that()
                .resideOutsideOfPackage("hearth.worker.linux..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(HEARTH);
    }

    @Test
    void onlyTheClusterKnowsTheDatabase() {
        noClasses()
                .that()
                .resideOutsideOfPackage("hearth.cluster..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..")
                .check(HEARTH);
    }

    @Test
    void jsonAndHttpStayAtTheEdges() {
        noClasses()
                .that(resideInAnyPackage("hearth.model..", "hearth.cluster..", "hearth.control..", "hearth.invoke.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.netty.."))
                .check(HEARTH);
        // What an invocation came by is its source's affair: a request, an event, a poller's batch.
        noClasses()
                .that(resideInAPackage("hearth.invoke.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("com.fasterxml..", "hearth.model.api.."))
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("hearth.model.ApiException")
                .check(HEARTH);
        noClasses()
                .that(resideInAnyPackage("hearth.worker.sandbox..", "hearth.worker.code..", "hearth.worker.runtimes.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("com.fasterxml..", "io.netty.handler.codec.."))
                .check(HEARTH);
        // The environment makes the JSON of a function's failure, and speaks no HTTP.
        noClasses()
                .that(resideInAPackage("hearth.worker.environment.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.netty.handler.codec.."))
                .check(HEARTH);
    }

    @Test
    void clocksRandomnessAndTheEnvironmentAreHandedIn() {
        noClasses()
                .that()
                .resideOutsideOfPackage("hearth.server..")
                .should()
                .callMethodWhere(describedCall("java.lang.System", "getenv"))
                .orShould()
                .callMethodWhere(describedCall("java.time.InstantSource", "system"))
                .orShould()
                .callMethodWhere(describedCall("java.time.Clock", "systemUTC"))
                .orShould()
                .callMethodWhere(describedCall("java.time.Clock", "systemDefaultZone"))
                .orShould()
                .callMethodWhere(describedCall("java.time.Instant", "now"))
                .orShould()
                .callMethodWhere(describedCall("java.util.UUID", "randomUUID"))
                .orShould()
                .callMethodWhere(describedCall("java.lang.Math", "random"))
                .orShould()
                .callMethodWhere(describedCall("java.util.concurrent.ThreadLocalRandom", "current"))
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.security.SecureRandom")
                .check(HEARTH);
    }

    private static DescribedPredicate<com.tngtech.archunit.core.domain.JavaMethodCall> describedCall(
            String owner, String method) {
        return DescribedPredicate.describe(
                owner + "." + method,
                call -> call.getTargetOwner().getFullName().equals(owner)
                        && call.getName().equals(method));
    }

    @Test
    void noNameHidesABetterOne() {
        noClasses()
                .that()
                .doNotHaveSimpleName("WorkerManager")
                .should()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveSimpleNameStartingWith("Abstract")
                .check(HEARTH);
        assertThat(HEARTH.stream()
                        .map(JavaClass::getSimpleName)
                        .filter(name -> name.endsWith("Manager"))
                        .collect(Collectors.toSet()))
                .isEqualTo(Set.of("WorkerManager", "SteadyLogManager"));
    }

    @Test
    void eachOperationIsOneOfTheApi() {
        var names =
                Arrays.stream(ApiOperation.values()).map(ApiOperation::wireName).collect(Collectors.toSet());
        var operations = HEARTH.stream()
                .filter(type -> type.getPackageName().startsWith("hearth.control"))
                .filter(type -> type.getInterfaces().stream()
                        .anyMatch(each -> each.toErasure().getSimpleName().equals("Operation")))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toSet());

        assertThat(operations).isNotEmpty().isSubsetOf(names);
        assertThat(HEARTH.contain(ControlPlane.class)).isTrue();
    }

    @Test
    void everyPackageHasBeenLookedAt() {
        assertThat(HEARTH.stream().map(JavaClass::getPackageName).distinct()).allMatch(name -> Arrays.stream(ALL)
                .anyMatch(each -> name.startsWith(each.substring(0, each.length() - 2))));
    }
}
