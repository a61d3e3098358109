package io.nearcast.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.NullMarked;

/**
 * The arrows between modules and packages. Think hard about the layering before changing this file:
 * what it forbids is what keeps every part small enough to be understood alone.
 */
@AnalyzeClasses(packages = "io.nearcast", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final List<String> MODULES =
      List.of("config", "edge", "shield", "control", "router", "loadtest");

  /** What every process shares, and so depends on nothing of ours. */
  @ArchTest static final ArchRule configStandsAlone = onlyArrows("config");

  @ArchTest static final ArchRule edgeKnowsConfig = onlyArrows("edge", "config");

  /** The same engine as the edge's, facing origins. */
  @ArchTest static final ArchRule shieldKnowsEdge = onlyArrows("shield", "edge", "config");

  @ArchTest static final ArchRule controlPlaneKnowsConfig = onlyArrows("control", "config");

  @ArchTest static final ArchRule routerKnowsConfig = onlyArrows("router", "config");

  /** Decisions are pure functions, so nothing that has an effect is within their reach. */
  @ArchTest
  static final ArchRule rulesArePure =
      classes()
          .that()
          .resideInAPackage("io.nearcast.edge.rules..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..", "org.jspecify..", "io.nearcast.config.model..", "io.nearcast.edge.rules..");

  /** The model that users configure knows neither a file format nor a wire. */
  @ArchTest
  static final ArchRule modelIsPlain =
      classes()
          .that()
          .resideInAPackage("io.nearcast.config.model..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify..", "io.nearcast.config.model..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.nearcast.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule outputGoesThroughLoggersAndCommands =
      noClasses()
          .should()
          .callMethod(Throwable.class, "printStackTrace")
          .because("a log has levels and a place, a stack trace on standard error has neither");

  @ArchTest
  static void everyPackageSaysWhatMayBeNull(JavaClasses classes) {
    JavaPackage ours = classes.getPackage("io.nearcast");
    List<JavaPackage> packages = new ArrayList<>(ours.getSubpackagesInTree());
    Assertions.assertThat(packages)
        .filteredOn(part -> !part.getClasses().isEmpty())
        .allMatch(part -> part.isAnnotatedWith(NullMarked.class), "has @NullMarked");
  }

  /** The module uses only the named modules of ours, and itself. */
  private static ArchRule onlyArrows(String module, String... targets) {
    Stream<String> forbidden =
        MODULES.stream()
            .filter(other -> !other.equals(module) && !Arrays.asList(targets).contains(other));
    return noClasses()
        .that()
        .resideInAPackage("io.nearcast." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            forbidden.map(other -> "io.nearcast." + other + "..").toArray(String[]::new));
  }
}
